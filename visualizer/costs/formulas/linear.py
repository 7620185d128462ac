"""Matrix products: output numbers times the length of the dot product behind each."""

from __future__ import annotations

import math
import re
from itertools import permutations

from visualizer.costs.derive import counted, summed, without_one
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import product_text

Shape = tuple[int, ...]

_REST = "..."
_INDEX = re.compile(r"\.\.\.|[A-Za-z]")


@formula(
    "linear", "linear_relu", "linear_leaky_relu", "linear_tanh", "linear_dynamic",
    "linear_relu_dynamic", "linear_dynamic_fp16", "linear_relu_dynamic_fp16",
)  # fmt: skip
def linear(call: Call) -> Cost:
    """C_in·C_out for every position (batch, tokens)."""
    weight = call.operand("weight", 1)
    fan_in = call.integer("in_features", weight[-1])  # ONNX also stores (C_in, C_out)
    fan_out = math.prod(weight) // max(fan_in, 1)
    positions = math.prod(call.input[:-1])
    many = () if positions == 1 else without_one(call.input[:-1])
    return counted(
        "N·C_in·C_out" if many else "C_in·C_out",
        product_text((*many, fan_in, fan_out)),
        positions * fan_in * fan_out,
    )


@formula("bilinear")
def bilinear(call: Call) -> Cost:
    """x₁ᵀ·W_o·x₂ for each output o: first x₁ᵀ·W_o, then its product with x₂."""
    out, first, second = call.operand("weight", 2)
    rows = math.prod(call.output[:-1])
    return summed(
        (
            ("x₁ᵀ·W", "N·C_out·C₁·C₂", product_text((rows, out, first, second)),
             rows * out * first * second),
            ("(x₁ᵀ·W)·x₂", "N·C_out·C₂", product_text((rows, out, second)), rows * out * second),
        )
    )  # fmt: skip


@formula("matmul", "mm", "bmm", "mv", "dot", "addmm", "baddbmm", "addmv", "addbmm")
def matrix_product(call: Call) -> Cost:
    """Every output number is a dot product of length K, broadcast batches included.

    `addbmm` sums its batch: its output is smaller by the batch, so it is taken from the
    first factor.
    """
    left, _ = _factors(call)
    common = left[-1]
    positions = call.output if call.node.op != "addbmm" else (left[0], *call.output)
    shown = without_one(positions)
    return counted(
        "output elements·K",
        f"({product_text(shown)})·{common}",
        math.prod(positions) * common,
    )


@formula("grouped_mm", "grouped_mm_fallback")
def grouped_product(call: Call) -> Cost:
    """Rows (S, K) sorted by group, each times its own group's matrix of (G, K, N): as many
    multiply-adds as one matrix would need, whichever group a row is in."""
    rows, common = call.arriving[-2:]
    columns = call.output[-1]
    return counted("S·K·N", product_text((rows, common, columns)), rows * common * columns)


def _factors(call: Call) -> tuple[Shape, Shape]:
    """The two factors in order: those of the operands whose product has the output's shape.

    The last two operands are tried first (addmm's first is the summand). A parameter's place
    in the argument list is not recorded, so both orders are.
    """
    shapes = call.tensors
    if len(shapes) == 1:
        shapes = shapes * 2
    for left, right in [shapes[-2:], *permutations(shapes, 2)]:
        if _fits(left, right, call.output, call.node.op == "addbmm"):
            return left, right
    raise MissingFactError(f"the factors of {call.node.op} are not recorded")


def _fits(left: Shape, right: Shape, output: Shape, sums_batch: bool) -> bool:
    if not left or not right or left[-1] != right[-2 if len(right) > 1 else -1]:
        return False
    sides = (*left[-2:-1], *(right[-1:] if len(right) > 1 else ()))
    rest = output[: len(output) - len(sides)]
    return output[len(rest) :] == sides and (sums_batch or len(rest) <= max(len(left), len(right)))


@formula("outer")
def outer(call: Call) -> Cost:
    return counted("N·M", product_text(call.output), math.prod(call.output))


@formula("tensordot")
def tensordot(call: Call) -> Cost:
    """|A|·|B| = |out|·K², so the contracted size K needs no axis list."""
    left, right, *_ = (*call.tensors * 2, (), ())
    output = math.prod(call.output)
    squared = math.prod(left) * math.prod(right) // max(output, 1)
    common = math.isqrt(squared)
    return counted("output elements·K", f"({product_text(call.output)})·{common}", output * common)


@formula("einsum")
def einsum(call: Call) -> Cost:
    """Product of the sizes of all indices of two operands; more are taken pairwise from the left.

    After each product only the indices that a later operand or the result needs are kept. A
    single operand is moved or summed: no multiplication.
    """
    sizes, terms, result = _assigned(call)
    if len(terms) < 2:
        return Cost("free", 0, note="einsum of one operand: no multiply-adds")
    parts, kept = [], terms[0]
    for number, term in enumerate(terms[1:], 1):
        indices = list(dict.fromkeys((*kept, *term)))
        dims = [sizes[index] for index in indices]
        names = "·".join(indices)
        parts.append((f"product {number}", names, product_text(dims), math.prod(dims)))
        needed = {index for later in (*terms[number + 1 :], result) for index in later}
        kept = [index for index in indices if index in needed]
    return counted(*parts[0][1:]) if len(parts) == 1 else summed(tuple(parts))


Indices = list[str]


def einsum_indices(call: Call) -> tuple[list[Indices], Indices]:
    """Index names of each operand and of the result, ellipses spelled out."""
    _, terms, result = _assigned(call)
    return terms, result


def _assigned(call: Call) -> tuple[dict[str, int], list[Indices], Indices]:
    """Sizes of the indices, terms and result, for the first order of operands that fits."""
    terms, result = _parse(call)
    for order in permutations(call.tensors):
        if len(order) == len(terms) and (sizes := _sizes(terms, order)) is not None:
            longest = max(
                len(shape) - len(term) + 1 for term, shape in zip(terms, order, strict=True)
            )
            spelled = [_spelled(term, len(shape)) for term, shape in zip(terms, order, strict=True)]
            return sizes, spelled, _spelled(result, len(result) - 1 + longest)
    raise MissingFactError("the operands of einsum are not recorded")


def _parse(call: Call) -> tuple[list[Indices], Indices]:
    equation = call.attribute("equation")
    if not isinstance(equation, str):
        raise MissingFactError("einsum does not say its equation")
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = [_INDEX.findall(term) for term in left.split(",")]
    if arrow:
        return terms, _INDEX.findall(right)
    every = [index for term in terms for index in term]
    once = sorted(index for index in set(every) if every.count(index) == 1 and index != _REST)
    return terms, [*([_REST] if _REST in every else []), *once]


def _spelled(term: Indices, rank: int) -> Indices:
    """The term with names for what its ellipsis stands for: `…1` is the last of them."""
    hidden = [f"…{number}" for number in range(rank - len(term) + 1, 0, -1)]
    return [name for index in term for name in (hidden if index == _REST else [index])]


def _sizes(terms: list[Indices], shapes: tuple[Shape, ...]) -> dict[str, int] | None:
    """Size of every index, None when these shapes are not what the terms describe."""
    sizes: dict[str, int] = {}
    for term, shape in zip(terms, shapes, strict=True):
        names = _spelled(term, len(shape))
        if len(names) != len(shape):
            return None
        for name, size in zip(names, shape, strict=True):
            known = sizes.setdefault(name, size)
            if known != size and 1 not in (known, size):
                return None
            sizes[name] = max(known, size)
    return sizes

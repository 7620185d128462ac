"""Attention: two matrix products around a softmax, with projections in the whole layer.

Letters: N examples, L queries, S keys, E numbers a token, D = E/heads numbers a head.
"""

from __future__ import annotations

import math

from visualizer.costs.derive import summed, without_one
from visualizer.costs.model import Cost, Derivation
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import exact, product_text

Scores = tuple[int, ...]  # ([N,] heads, L, S); a batch of one is not written

_LETTERS = ("N", "heads", "L", "S")
_SOFTMAX = "softmax: {:,} operations, no multiply-adds by this convention"


@formula("scaled_dot_product_attention")
def scaled_dot_product(call: Call) -> Cost:
    """Q (…, L, D), K (…, S, D), V (…, S, D_v); heads are the query's (grouped queries too)."""
    if len(call.inputs) < 3:
        raise MissingFactError("attention's query, key or value is not recorded")
    query, key, value = (spec.shape for spec in call.inputs[:3])
    scores = (*without_one((*query[:-2], 1))[:-1], query[-2], key[-2])
    return _attention(scores, query[-1], value[-1])


def _attention(scores: Scores, width: int, value_width: int) -> Cost:
    parts = _products(scores, width, value_width)
    return summed(parts, _SOFTMAX.format(math.prod(scores)), (1, _softmax(scores)))


def _letters(scores: Scores) -> str:
    """`heads·L·S`, with the batch before it where there is one."""
    return "·".join(_LETTERS[-len(scores) :]) if len(scores) <= len(_LETTERS) else "scores"


def _softmax(scores: Scores) -> Derivation:
    """Between the products: exponentials and a division a row, no multiply-adds."""
    count = f"{exact(math.prod(scores))} numbers, 0 MACs"
    return Derivation("softmax(Q·Kᵀ/√D)", _letters(scores), product_text(scores), count)


def _products(
    scores: Scores, width: int, value_width: int
) -> tuple[tuple[str, str, str, int], ...]:
    count, letters = math.prod(scores), _letters(scores)
    values = "D" if width == value_width else "D_v"
    return (
        ("Q·Kᵀ", f"{letters}·D, D numbers a head", product_text((*scores, width)), count * width),
        ("attention·V", f"{letters}·{values}", product_text((*scores, value_width)),
         count * value_width),
    )  # fmt: skip


@formula("multi_head_attention_forward")
def multi_head(call: Call) -> Cost:
    """Projections of query, key and value, the two products, and the output projection.

    Tensors are (L, N, E) or (L, E); a self-attention may name its input once.
    """
    shapes = [spec.shape for spec in call.inputs if len(spec.shape) in (2, 3)]
    if not shapes:
        raise MissingFactError("attention's query is not recorded")
    query = shapes[0]
    key, value = (shapes[1], shapes[2]) if _three_given(shapes) else (query, query)
    dim, heads = query[-1], call.integer("num_heads")
    of_batch = query[1:-1] if len(query) == 3 and query[1] != 1 else ()
    many = "·N" if of_batch else ""
    keys = key[0] + ("bias_k" in call.parameters) + bool(call.attribute("add_zero_attn", False))
    inner = (
        call.parameters["out_proj_weight"].shape[-1]
        if "out_proj_weight" in call.parameters
        else dim
    )
    projected = [
        (f"the {name} projection", f"{length}{many}·{read}·E",
         product_text((shape[0], *of_batch, shape[-1], inner)), math.prod(shape) * inner)
        for name, length, shape, read in (
            ("query", "L", query, "E"), ("key", "S", key, "E" if key[-1] == dim else "C_k"),
            ("value", "S", value, "E" if value[-1] == dim else "C_v"),
        )
    ]  # fmt: skip
    scores = (*of_batch, heads, query[0], keys)
    output = (
        "the output projection", f"L{many}·E·E",
        product_text((query[0], *of_batch, inner, dim)), math.prod(query[:-1]) * inner * dim,
    )  # fmt: skip
    products = _products(scores, inner // heads, inner // heads)
    return summed(
        (*projected, *products, output),
        _SOFTMAX.format(math.prod(scores)),
        (len(projected) + 1, _softmax(scores)),
    )


def _three_given(shapes: list[tuple[int, ...]]) -> bool:
    """Whether query, key and value all arrive as tensors of one rank."""
    return len(shapes) >= 3 and len({len(shape) for shape in shapes[:3]}) == 1

"""Where an output's size comes from, for ops without a sliding window.

A rule is shown only where its arithmetic gives the shape that was executed; a batch of one is
not written.
"""

from __future__ import annotations

from collections.abc import Callable

from visualizer.costs.derive import without_one
from visualizer.costs.model import Derivation
from visualizer.costs.registry import Call
from visualizer.costs.units import exact, product_text
from visualizer.graph.families import family_of
from visualizer.graph.model import TensorSpec

Shape = tuple[int, ...]
Rule = Callable[[Call, Shape], tuple[str, ...] | None]
_BECOMES = "→"


def output_derivation(call: Call) -> Derivation:
    """How the size of the first output comes about."""
    op, output = call.node.op, call.node.outputs[0]
    rule = _RULES.get(op)
    found = rule(call, output.shape) if rule is not None and call.inputs else None
    rule_text, numbers, *relation = found or _general(op, call.inputs, output)
    shown = _flat(output.shape) if rule_text == _RESHAPED else _shown(output.shape)
    return Derivation("output size", rule_text, numbers, shown, *relation)


def channels_derivation(call: Call) -> Derivation | None:
    """Why a convolution has as many output channels as filters, and a pool as many as it reads;
    None for other ops."""
    family, shape = family_of(call.node.op), call.node.outputs[0].shape if call.node.outputs else ()
    weight = call.parameters.get("weight")
    if family == "conv" and weight is not None and len(weight.shape) > 2:
        channels, (first, second, *kernel) = shape[1 - len(weight.shape)], weight.shape
        reads = first * second // channels if "transpose" in call.node.op else second
        size = product_text((reads, *kernel))
        many = f"{channels} {'filter' if channels == 1 else 'filters'} of {size}"
        rule = "C_out = number of filters, one map each"
        return Derivation("output channels", rule, many, str(channels), _BECOMES)
    if family != "pool" or not call.inputs or len(call.inputs[0].shape) != len(shape) or not shape:
        return None
    axes = int(call.node.op[-2]) if call.node.op[-2:] in ("1d", "2d", "3d") else 0
    if not axes or shape[-axes - 1 :][:1] != call.inputs[0].shape[-axes - 1 :][:1]:
        return None
    kept = "C' = C: a pool works on each channel by itself"
    return Derivation("output channels", kept, str(shape[-axes - 1]), str(shape[-axes - 1]))


_RESHAPED = "the same numbers in another shape"


def _general(op: str, inputs: tuple[TensorSpec, ...], output: TensorSpec) -> tuple[str, ...]:
    if inputs and inputs[0].shape == output.shape:
        return "that of the input", _shown(inputs[0].shape)
    if len(inputs) == 1 and inputs[0].elements == output.elements:
        return _RESHAPED, _reshaped(inputs[0], output)
    if len(inputs) > 1 and _broadcast(tuple(spec.shape for spec in inputs)) == output.shape:
        parts = " and ".join(_shown(spec.shape) for spec in inputs)
        return "the larger side of each, the other is repeated", parts, _BECOMES
    if len(inputs) == 1 and 0 < output.elements < inputs[0].elements:
        return "a part of the input", f"{op} of {_shown(inputs[0].shape)}", _BECOMES
    return "as executed", f"output of {op}", _BECOMES


def _reshaped(before: TensorSpec, after: TensorSpec) -> str:
    """`8·6·7`, to be followed by `= 336`; with both shapes of more sides, what both come to."""
    if len(without_one(after.shape)) < 2 or _flat(before.shape) == _flat(after.shape):
        return _flat(before.shape)
    return f"{_flat(before.shape)} = {exact(before.elements)}"


def _flat(shape: Shape) -> str:
    return product_text(without_one(shape))


def _linear(call: Call, output: Shape) -> tuple[str, str]:
    positions = "×".join(map(str, without_one(call.inputs[0].shape)[:-1]))
    every = "C_out for every position" if positions else "C_out"
    return every, "×".join(filter(None, (positions, str(output[-1]))))


def _embedding(call: Call, output: Shape) -> tuple[str, str]:
    indices = "×".join(map(str, without_one(call.inputs[0].shape)))
    return "a row of C numbers for every index", f"{indices}×{output[-1]}"


def _attention(call: Call, output: Shape) -> tuple[str, str] | None:
    if len(call.inputs) < 3 or output[-1] != call.inputs[2].shape[-1]:
        return None
    queries = "×".join(map(str, without_one(output)[:-1]))
    return "a row of D_v numbers for each of the L queries of a head", f"{queries}×{output[-1]}"


def _recurrent(call: Call, output: Shape) -> tuple[str, str]:
    both = bool(call.attribute("bidirectional", False))
    state = output[-1] // 2 if both else output[-1]
    steps = "×".join(map(str, without_one(output)[:-1]))
    last = f"(2·{state})" if both else str(state)
    return "the state of directions·H numbers after every step", f"{steps}×{last}"


def _product(call: Call, output: Shape) -> tuple[str, str] | None:
    shapes = [spec.shape for spec in call.inputs]
    if len(shapes) != 2 or min(map(len, shapes)) < 2:
        return None
    left, right = shapes
    if left[-1] != right[-2] or output[-2:] != (left[-2], right[-1]):
        return None
    return "(N×K)·(K×M) = N×M", f"({_shown(left)})·({_shown(right)})"


def _joined(call: Call, output: Shape) -> tuple[str, str] | None:
    """`64 + 128 + 32 + 32` on the joined side."""
    shapes = [spec.shape for spec in call.inputs if len(spec.shape) == len(output)]
    for place, whole in enumerate(output):
        sides = [shape[place] for shape in shapes]
        if len(sides) > 1 and sum(sides) == whole:
            total = f"({' + '.join(map(str, sides))})"
            shown = [total if at == place else str(side) for at, side in enumerate(output)]
            return "sum along the joined dimension", _without_batch(shown, output)
    return None


def _padded(call: Call, output: Shape) -> tuple[str, str] | None:
    pads, before = call.attribute("pad", ()), call.inputs[0].shape
    if not isinstance(pads, tuple) or len(before) != len(output):
        return None
    shown = []
    for place, side in enumerate(before):
        at = 2 * (len(before) - 1 - place)
        first, last = (pads[at], pads[at + 1]) if at + 1 < len(pads) else (0, 0)
        if not isinstance(first, int) or not isinstance(last, int):
            return None
        if side + first + last != output[place]:
            return None
        shown.append(f"({side} + {first} + {last})" if (first, last) != (0, 0) else str(side))
    return "W + P₁ + P₂", _without_batch(shown, output)


def _resized(call: Call, output: Shape) -> tuple[str, str] | None:
    before = call.inputs[0].shape
    if len(before) != len(output):
        return None
    shown = []
    for side, new in zip(before, output, strict=True):
        grows = new != side and new % side == 0
        shown.append(f"({new // side}·{side})" if grows else str(new))
    rule = "scale·W" if any("·" in side for side in shown) else "the size asked for"
    return rule, _without_batch(shown, output)


def _shuffled(call: Call, output: Shape) -> tuple[str, str] | None:
    before = call.inputs[0].shape
    if len(before) != len(output) or len(output) < 3:
        return None
    if call.node.op == "pixel_shuffle":
        r = output[-1] // before[-1]
        return "C/r² × r·H × r·W", f"{before[-3]}/{r}² × {r}·{before[-2]} × {r}·{before[-1]}"
    r = before[-1] // max(1, output[-1])
    return "C·r² × H/r × W/r", f"{before[-3]}·{r}² × {before[-2]}/{r} × {before[-1]}/{r}"


def _adaptive(call: Call, output: Shape) -> tuple[str, ...]:
    return "C, and the size asked for", f"from {_shown(call.inputs[0].shape)}", _BECOMES


def _reduced(call: Call, output: Shape) -> tuple[str, ...]:
    numbers = f"{call.node.op} of {_shown(call.inputs[0].shape)}"
    return "one number for all along the reduced dimensions", numbers, _BECOMES


def _part(call: Call, output: Shape) -> tuple[str, ...]:
    return "a part of the input", f"{call.node.op} of {_shown(call.inputs[0].shape)}", _BECOMES


_RULES: dict[str, Rule] = {
    "linear": _linear, "embedding": _embedding, "scaled_dot_product_attention": _attention,
    "cat": _joined, "concat": _joined, "pad": _padded, "getitem": _part,
    "pixel_shuffle": _shuffled, "pixel_unshuffle": _shuffled,
    **dict.fromkeys(("lstm", "gru", "rnn_tanh", "rnn_relu"), _recurrent),
    **dict.fromkeys(("matmul", "mm", "bmm"), _product),
    **dict.fromkeys(("interpolate", "upsample", "upsample_nearest", "upsample_bilinear"), _resized),
    **dict.fromkeys((f"adaptive_{kind}_pool{n}d" for kind in ("avg", "max") for n in (1, 2, 3)),
                    _adaptive),
    **dict.fromkeys(("mean", "sum", "amax", "amin", "var", "std", "norm", "logsumexp"), _reduced),
    **dict.fromkeys(("chunk", "split", "narrow", "select", "unbind"), _part),
}  # fmt: skip


def _broadcast(shapes: tuple[Shape, ...]) -> Shape | None:
    """The common shape of operands that are repeated along sides of one; None without one."""
    rank = max(map(len, shapes))
    sides = []
    for place in range(-rank, 0):
        found = {shape[place] for shape in shapes if len(shape) >= -place} - {1}
        if len(found) > 1:
            return None
        sides.append(found.pop() if found else 1)
    return tuple(sides)


def _without_batch(shown: list[str], output: Shape) -> str:
    return "×".join(shown[1:] if len(output) > 1 and output[0] == 1 else shown)


def _shown(shape: Shape) -> str:
    return "×".join(map(str, without_one(shape))) or "scalar"

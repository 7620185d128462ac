"""From an ONNX op to the op that formulas, families and findings know, with its attributes.

A table from op type to rule; an op without a rule keeps its own name, is shown with what it
reads and writes, and is reported as uncovered.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from visualizer.worker.onnx_networks.domains import is_standard
from visualizer.worker.onnx_networks.dtypes import dtype_name
from visualizer.worker.onnx_networks.fused_ops import FUSED
from visualizer.worker.onnx_networks.plain_ops import (
    ACTIVATIONS,
    ELEMENTWISE,
    MICROSOFT,
    PLAIN,
    REDUCTIONS,
    WITH_AXIS,
)
from visualizer.worker.onnx_networks.sequence_ops import fourier, recurrent, short_time_fourier
from visualizer.worker.onnx_networks.views import Attributes, Translated, View
from visualizer.worker.onnx_networks.windows import (
    convolution,
    deformable,
    global_pooling,
    pooling,
)

Rule = Callable[[View], Translated]

_PAST_CAPITALS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_LONGEST_OP = 60


def translated(view: View) -> Translated:
    """The op as everything else here knows it."""
    node = view.step.node
    rules = _RULES if is_standard(node) else FUSED.get(node.domain, {})
    rule = rules.get(node.op_type)
    if rule is None and not is_standard(node) and node.op_type in MICROSOFT:
        return Translated(MICROSOFT[node.op_type])
    return _unknown(view) if rule is None else rule(view)


def _unknown(view: View) -> Translated:
    node = view.step.node
    name = _PAST_CAPITALS.sub("_", node.op_type).lower()[:_LONGEST_OP]
    domain = "" if is_standard(node) else f"{node.domain[:_LONGEST_OP]}."
    return Translated(f"{domain}{name}", _plain_attributes(view))


def _plain_attributes(view: View) -> Attributes:
    """Attributes of an op nobody here knows, as far as they are short plain values."""
    found: Attributes = {}
    for name, value in view.step.attributes.items():
        plain = isinstance(value, (bool, int, float, str))
        few = isinstance(value, tuple) and len(value) <= 16
        if plain or (few and all(isinstance(part, (int, float, str)) for part in value)):
            found[name[:_LONGEST_OP]] = value
    return found


# --------------------------------------------------------------------------- products


def _gemm(view: View) -> Translated:
    weight, transposed = view.shape(1), bool(view.attr("transB", 0))
    if view.stored(1) or transposed:
        roles = {0: "input", 1: "weight", 2: "bias"}
        return _linear(weight, weight[1] if transposed else weight[0], roles)
    return Translated("addmm" if view.has(2) else "matmul", roles={2: "bias"})


def _linear(weight: tuple[int, ...], fan_in: int, roles: dict[int, str]) -> Translated:
    fan_out = weight[0] * weight[1] // max(fan_in, 1)
    return Translated("linear", {"in_features": fan_in, "out_features": fan_out}, roles)


def _matmul(view: View) -> Translated:
    weight = view.shape(1)
    if view.stored(1) and len(weight) == 2:
        return _linear(weight, weight[0], {0: "input", 1: "weight"})
    return Translated("matmul", roles={0: "weight", 1: "weight"})


# --------------------------------------------------------------------------- norms


def _batch_norm(view: View) -> Translated:
    roles = {1: "weight", 2: "bias", 3: "running_mean", 4: "running_var"}
    found: Attributes = {"eps": float(view.attr("epsilon", 1e-5))}
    if len(view.output) > 1:
        found["num_features"] = view.output[1]
    return Translated("batch_norm", found, roles, frozenset((3, 4)))


def _norm(op: str, view: View) -> Translated:
    found: Attributes = {"eps": float(view.attr("epsilon", 1e-5))}
    if op in ("layer_norm", "rms_norm"):
        axis = int(view.attr("axis", -1))
        found["normalized_shape"] = view.shape()[axis:] if axis else view.shape()
    if view.attr("num_groups"):
        found["num_groups"] = int(view.attr("num_groups"))
    return Translated(op, found, {1: "weight", 2: "bias"})


def _lrn(view: View) -> Translated:
    found: Attributes = {
        "size": int(view.attr("size", 1)), "alpha": float(view.attr("alpha", 1e-4)),
        "beta": float(view.attr("beta", 0.75)), "k": float(view.attr("bias", 1.0)),
    }  # fmt: skip
    return Translated("local_response_norm", found)


# --------------------------------------------------------------------------- elementwise


def _elementwise(op: str, view: View) -> Translated:
    """Scalars of the file are attributes, as in x + 3."""
    found: Attributes = {}
    for slot, name in ((0, "input"), (1, "other")):
        fact = view.given[slot] if view.stored(slot) and slot < len(view.given) else None
        if fact is not None and fact.is_number and fact.value is not None and fact.value.size:
            found[name] = fact.value.ravel()[0].item()
    return Translated(op, found, {0: "input", 1: "other"})


def _activation(op: str, names: dict[str, tuple[str, float | str]], view: View) -> Translated:
    found: Attributes = {name: view.attr(onnx, default) for onnx, (name, default) in names.items()}
    return Translated(op, found)


def _clip(view: View) -> Translated:
    low, high = view.number(1, "min"), view.number(2, "max")
    if (low, high) == (0.0, 6.0):
        return Translated("relu6", order=(0,))
    found = {name: side for name, side in (("min", low), ("max", high)) if side is not None}
    return Translated("clamp", {**found}, order=(0,))


def _prelu(view: View) -> Translated:
    return Translated("prelu", roles={1: "weight"})


def _dropout(view: View) -> Translated:
    ratio = view.number(1, "ratio", 0.5)
    return Translated("dropout", {"p": float(ratio or 0.0)}, order=(0,), shares=True)


def _with_axis(op: str, view: View) -> Translated:
    axis = view.number(1) if op in ("cumsum", "cumprod") else view.attr("axis")
    default = -1 if op in ("softmax", "log_softmax", "topk", "normalize") else 0
    found: Attributes = {"dim": default if axis is None else int(axis)}
    if op in ("argmax", "argmin"):
        found["keepdim"] = bool(view.attr("keepdims", 1))
    only_data = op in ("split", "topk", "cumsum", "cumprod")
    return Translated(op, found, order=(0,) if only_data else None)


def _reduction(op: str, view: View) -> Translated:
    axes = view.ints(1, "axes")
    rank = len(view.shape())
    found: Attributes = {"keepdim": bool(view.attr("keepdims", 1))}
    if axes or not view.attr("noop_with_empty_axes", 0):
        found["dim"] = tuple(axis % max(rank, 1) for axis in axes) if axes else tuple(range(rank))
    if op == "norm":
        found["p"] = 1 if view.step.node.op_type == "ReduceL1" else 2
    return Translated(op, found, order=(0,))


# --------------------------------------------------------------------------- moving numbers


def _reshape(op: str, view: View) -> Translated:
    found: Attributes = {"shape": view.output} if op == "reshape" else {}
    if op == "flatten":
        found["start_dim"] = int(view.attr("axis", 1))
    axes = view.ints(1, "axes") if op in ("squeeze", "unsqueeze") else None
    if axes:
        found["dim"] = axes
    return Translated(op, found, order=(0,), shares=True)


def _permute(view: View) -> Translated:
    rank = len(view.shape())
    dims = view.attr("perm", tuple(reversed(range(rank))))
    return Translated("permute", {"dims": tuple(dims)})


def _gather(view: View) -> Translated:
    table, axis = view.shape(), int(view.attr("axis", 0))
    if view.stored(0) and len(table) == 2 and axis == 0 and not view.stored(1):
        sizes: Attributes = {"num_embeddings": table[0], "embedding_dim": table[1]}
        return Translated("embedding", sizes, {0: "weight"})
    found: Attributes = {"dim": axis}
    index = view.value(1)
    if index is None:
        return Translated("index_select", found)
    if index.size == 1 and not view.step.group:  # in a loop it is another one each turn
        found["index"] = int(index.ravel()[0])
    return Translated("select" if index.ndim == 0 else "index_select", found, order=(0,))


def _slice(view: View) -> Translated:
    found: Attributes = {}
    for name, slot, old in (("start", 1, "starts"), ("end", 2, "ends"), ("dim", 3, "axes"),
                            ("step", 4, "steps")):  # fmt: skip
        numbers = view.ints(slot, old)
        if numbers:
            found[name] = numbers
    return Translated("slice", found, order=(0,))


def _pad(view: View) -> Translated:
    """torch's order: before and after, the last dimension first."""
    pads = view.ints(1, "pads") or ()
    rank = len(pads) // 2
    axes = view.ints(3) or tuple(range(rank))
    around = {axis % max(len(view.shape()), 1): (pads[k], pads[k + rank])
              for k, axis in enumerate(axes)}  # fmt: skip
    pairs = [around.get(axis, (0, 0)) for axis in reversed(range(len(view.shape())))]
    while pairs and pairs[-1] == (0, 0):
        pairs.pop()
    found: Attributes = {"pad": tuple(side for pair in pairs for side in pair),
                         "mode": str(view.attr("mode", "constant"))}  # fmt: skip
    return Translated("pad", found, order=(0,))


def _resize(view: View) -> Translated:
    mode = {"linear": "bilinear", "cubic": "bicubic"}.get(str(view.attr("mode", "nearest")))
    corners = view.attr("coordinate_transformation_mode") == "align_corners"
    found: Attributes = {"output_size": view.output[2:], "mode": mode or "nearest",
                         "align_corners": corners}  # fmt: skip
    return Translated("interpolate", found, order=(0,))


def _pixels(op: str, view: View) -> Translated:
    return Translated(op, {"upscale_factor": int(view.attr("blocksize", 1))})


def _cast(view: View) -> Translated:
    kind = view.made[0].elem_type if view.made else 0
    return Translated("to", {"dtype": dtype_name(kind)}, order=(0,))


def _trilu(view: View) -> Translated:
    found: Attributes = {"diagonal": int(view.number(1) or 0)}
    return Translated("triu" if view.attr("upper", 1) else "tril", found, order=(0,))


def _einsum(view: View) -> Translated:
    return Translated("einsum", {"equation": str(view.attr("equation", ""))})


def _roi_align(view: View) -> Translated:
    found: Attributes = {"sampling_ratio": int(view.attr("sampling_ratio", 0)),
                         "output_size": view.output[2:]}  # fmt: skip
    return Translated("roi_align", found)


# --------------------------------------------------------------------------- quantized


def _quantized_matmul(weight: int, view: View) -> Translated:
    stored = view.shape(weight)
    if view.stored(weight) and len(stored) == 2:
        plain = _linear(stored, stored[0], {weight: "weight"})
        return Translated(plain.op, plain.attributes, plain.roles, order=(0, weight))
    return Translated("matmul", order=(0, weight))


_RULES: dict[str, Rule] = {
    **{name: partial(_elementwise, op) for name, op in ELEMENTWISE.items()},
    **{name: (lambda _, op=op: Translated(op)) for name, op in PLAIN.items()},  # type: ignore[misc]
    **{name: partial(_with_axis, op) for name, op in WITH_AXIS.items()},
    **{name: partial(_reduction, op) for name, op in REDUCTIONS.items()},
    **{name: partial(_activation, *told) for name, told in ACTIVATIONS.items()},
    "Conv": convolution, "ConvTranspose": convolution, "DeformConv": deformable,
    "ConvInteger": lambda view: convolution(view, 1, 9),
    "QLinearConv": lambda view: convolution(view, 3, 8),
    "MaxPool": partial(pooling, kind="max"), "AveragePool": partial(pooling, kind="avg"),
    "LpPool": partial(pooling, kind="lp"),
    "GlobalAveragePool": partial(global_pooling, kind="avg"),
    "GlobalMaxPool": partial(global_pooling, kind="max"),
    "GlobalLpPool": partial(global_pooling, kind="lp"),
    "Gemm": _gemm, "MatMul": _matmul, "MatMulInteger": partial(_quantized_matmul, 1),
    "QLinearMatMul": partial(_quantized_matmul, 3), "Einsum": _einsum,
    "BatchNormalization": _batch_norm, "LRN": _lrn,
    "InstanceNormalization": partial(_norm, "instance_norm"),
    "MeanVarianceNormalization": partial(_norm, "instance_norm"),
    "LayerNormalization": partial(_norm, "layer_norm"),
    "RMSNormalization": partial(_norm, "rms_norm"),
    "GroupNormalization": partial(_norm, "group_norm"),
    "Clip": _clip, "PRelu": _prelu, "Dropout": _dropout,
    "Reshape": partial(_reshape, "reshape"), "Flatten": partial(_reshape, "flatten"),
    "Squeeze": partial(_reshape, "squeeze"), "Unsqueeze": partial(_reshape, "unsqueeze"),
    "Transpose": _permute, "Gather": _gather, "Slice": _slice, "Pad": _pad,
    "Expand": lambda view: Translated("expand", {"size": view.output}, order=(0,)),
    "Tile": lambda view: Translated("tile", {"size": view.output}, order=(0,)),
    "Resize": _resize, "Upsample": _resize,
    "DepthToSpace": partial(_pixels, "pixel_shuffle"),
    "SpaceToDepth": partial(_pixels, "pixel_unshuffle"),
    "Cast": _cast, "CastLike": _cast, "Trilu": _trilu, "RoiAlign": _roi_align,
    "LSTM": partial(recurrent, "lstm"), "GRU": partial(recurrent, "gru"),
    "RNN": partial(recurrent, "rnn"), "STFT": short_time_fourier, "DFT": fourier,
    "QuantizeLinear": lambda _: Translated("quantize", order=(0,)),
    "DequantizeLinear": lambda _: Translated("dequantize", order=(0,)),
    "DynamicQuantizeLinear": lambda _: Translated("quantize", order=(0,)),
    "Attention": FUSED[""]["Attention"],
    # Not ONNX's: what a Scan or Loop cuts up and puts together.
    "Unstack": lambda view: Translated("select", {"dim": view.attr("axis", 0)}, shares=True),
    "Stack": lambda view: Translated("stack", {"dim": view.attr("axis", 0)}),
}  # fmt: skip

"""Ops that are several in one: attention, and those that onnxruntime's optimizer writes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from visualizer.worker.onnx_networks.sequence_ops import recurrent
from visualizer.worker.onnx_networks.views import Attributes, Translated, View
from visualizer.worker.onnx_networks.windows import convolution, global_pooling, pooling

Rule = Callable[[View], Translated]


def _attention(view: View) -> Translated:
    """ai.onnx Attention: Q (B, H, L, E) or (B, L, H·E), K and V likewise, earlier keys before."""
    heads = view.attr("q_num_heads")
    batch, count, queries, width = _split(view.shape(0), heads)
    _, _, keys, _ = _split(view.shape(1), view.attr("kv_num_heads", heads))
    _, _, _, value_width = _split(view.shape(2), view.attr("kv_num_heads", heads))
    past = view.shape(4)[-2] if view.has(4) and len(view.shape(4)) == 4 else 0
    return _told(batch, count, queries, keys + past, width, value_width)


def _split(shape: tuple[int, ...], heads: int | None) -> tuple[int, int, int, int]:
    """Batch, heads, length and numbers a head."""
    if len(shape) == 4:
        return shape[0], shape[1], shape[2], shape[3]
    if len(shape) == 3 and heads:
        return shape[0], int(heads), shape[1], shape[2] // int(heads)
    return 0, 0, 0, 0


def _told(
    batch: int, heads: int, queries: int, keys: int, width: int, value_width: int,
    projected: int = 0, roles: Mapping[int, str] = {},
) -> Translated:  # fmt: skip
    if not batch * heads * width:
        return Translated("fused_attention", roles=dict(roles))
    found: Attributes = {
        "batch": batch, "num_heads": heads, "queries": queries, "keys": keys,
        "head_dim": width, "value_dim": value_width,
    }  # fmt: skip
    if projected:
        found["projection_macs"] = projected
    return Translated("fused_attention", found, dict(roles))


def _packed_attention(view: View) -> Translated:
    """com.microsoft Attention: one input (B, L, C), one weight (C, Q + K + V)."""
    source, weight = view.shape(0), view.shape(1)
    heads = int(view.attr("num_heads", 0))
    roles = {1: "weight", 2: "bias"}
    if len(source) != 3 or len(weight) != 2 or not heads:
        return Translated("fused_attention", roles=roles)
    sizes = view.attr("qkv_hidden_sizes") or (weight[1] // 3,) * 3
    past = view.shape(4)[-2] if len(view.shape(4)) == 5 else 0
    return _told(
        source[0], heads, source[1], source[1] + past, sizes[0] // heads, sizes[2] // heads,
        math.prod(source) * weight[1], roles,
    )  # fmt: skip


def _separate_attention(view: View) -> Translated:
    """com.microsoft MultiHeadAttention: Q, K and V, projected before."""
    heads = int(view.attr("num_heads", 0))
    batch, count, queries, width = _split(view.shape(0), heads)
    if not view.has(2):
        return Translated("fused_attention", roles={3: "bias"})
    _, _, keys, _ = _split(view.shape(1), heads)
    _, _, _, value_width = _split(view.shape(2), heads)
    return _told(batch, count, queries, keys, width, value_width, roles={3: "bias"})


def _fused_matmul(view: View) -> Translated:
    weight, transposed = view.shape(1), bool(view.attr("transB", 0))
    if view.stored(1) and len(weight) == 2:
        fan_in = weight[1] if transposed else weight[0]
        sizes: Attributes = {"in_features": fan_in,
                             "out_features": math.prod(weight) // max(fan_in, 1)}  # fmt: skip
        return Translated("linear", sizes, {1: "weight", 2: "bias"})
    return Translated("linear" if transposed and len(weight) == 2 else "matmul")


def _quantized_gemm(view: View) -> Translated:
    weight, transposed = view.shape(3), bool(view.attr("transB", 0))
    fan_in = (weight[1] if transposed else weight[0]) if len(weight) == 2 else 0
    sizes: Attributes = {"in_features": fan_in,
                         "out_features": math.prod(weight) // max(fan_in, 1)}  # fmt: skip
    return Translated("linear", sizes, {3: "weight", 6: "bias"}, order=(0, 3, 6))


def _integer_matmul(bias: int, view: View) -> Translated:
    weight, roles = view.shape(1), {1: "weight", bias: "bias"}
    if not view.stored(1) or len(weight) != 2:
        return Translated("matmul", roles={bias: "bias"}, order=(0, 1, bias))
    sizes: Attributes = {"in_features": weight[0], "out_features": weight[1]}
    return Translated("linear", sizes, roles, order=(0, 1, bias))


def _of_two(op: str, view: View) -> Translated:
    """Each operand is followed by its scale and zero point."""
    return Translated(op, roles={0: "input", 3: "other"}, order=(0, 3))


def _packed_linear(view: View) -> Translated:
    """MatMulNBits: the weight is packed, several numbers to a byte; K and N say its size."""
    sizes: Attributes = {"in_features": int(view.attr("K", 0)),
                         "out_features": int(view.attr("N", 0)),
                         "bits": int(view.attr("bits", 4))}  # fmt: skip
    return Translated("packed_linear", sizes, {1: "packed_weight", 2: "scales"}, frozenset((2,)),
                      order=(0, 1, 2))  # fmt: skip


FUSED: dict[str, dict[str, Rule]] = {
    "": {"Attention": _attention},
    "com.microsoft": {
        "Attention": _packed_attention, "MultiHeadAttention": _separate_attention,
        "FusedConv": convolution, "FusedMatMul": _fused_matmul, "FusedGemm": _fused_matmul,
        "QGemm": _quantized_gemm, "MatMulNBits": _packed_linear,
        "DynamicQuantizeMatMul": partial(_integer_matmul, 4),
        "MatMulIntegerToFloat": partial(_integer_matmul, 6),
        "DynamicQuantizeLSTM": partial(recurrent, "lstm"),
        "QLinearAdd": partial(_of_two, "add"), "QLinearMul": partial(_of_two, "mul"),
        "QLinearAveragePool": lambda view: pooling(view, "avg"),
        "QLinearConcat": lambda view: Translated("cat", {"dim": int(view.attr("axis", 0))}),
        "QLinearGlobalAveragePool": lambda view: global_pooling(view, "avg"),
    },
}  # fmt: skip

"""Convolutions and poolings: ONNX's words for kernel, stride and padding as ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualizer.worker.onnx_networks.views import Attributes, Translated, View


def convolution(view: View, weight: int = 1, bias: int = 2, data: int = 0) -> Translated:
    """Conv, its quantized forms with their operands in other slots, and ConvTranspose."""
    transposed = "Transpose" in view.step.node.op_type
    stored = view.shape(weight)
    axes = len(stored) - 2
    name = f"conv_transpose{axes}d" if transposed else f"conv{axes}d"
    kernel, groups = stored[2:], int(view.attr("group", 1))
    dilation = _sides(view.attr("dilations"), axes, 1)
    strides = _sides(view.attr("strides"), axes, 1)
    channels = (stored[0], stored[1] * groups) if len(stored) > 1 else (0, 0)
    found: Attributes = {
        "kernel_size": kernel, "stride": strides, "dilation": dilation, "groups": groups,
        "transposed": transposed,
        "in_channels": channels[0] if transposed else channels[1],
        "out_channels": channels[1] if transposed else channels[0],
    }  # fmt: skip
    found.update(_padding(view, data, kernel, strides, dilation))
    if transposed:
        found["output_padding"] = _sides(view.attr("output_padding"), axes, 0)
    activation = view.attr("activation")
    if isinstance(activation, str):
        found["activation"] = activation.lower()
    roles = {weight: "weight", bias: "bias"}
    return Translated(name, found, roles, order=tuple({data, weight, bias, *_fused_add(view)}))


def _fused_add(view: View) -> tuple[int, ...]:
    """FusedConv adds a tensor of its fourth slot."""
    return (3,) if view.step.node.op_type == "FusedConv" else ()


def deformable(view: View) -> Translated:
    plain = convolution(view, 1, 3)
    return Translated(
        "deform_conv2d", plain.attributes, {1: "weight", 3: "bias"}, order=(0, 1, 2, 3, 4)
    )


def pooling(view: View, kind: str) -> Translated:
    """MaxPool, AveragePool and LpPool; without strides ONNX steps by one."""
    kernel = tuple(view.attr("kernel_shape", ()))
    axes = len(kernel)
    strides = _sides(view.attr("strides"), axes, 1)
    dilation = _sides(view.attr("dilations"), axes, 1)
    found: Attributes = {
        "kernel_size": kernel, "stride": strides, "ceil_mode": bool(view.attr("ceil_mode", 0)),
    }  # fmt: skip
    found.update(_padding(view, 0, kernel, strides, dilation))
    if kind == "max" or any(side != 1 for side in dilation):
        found["dilation"] = dilation
    if kind == "avg":
        found["count_include_pad"] = bool(view.attr("count_include_pad", 0))
    return Translated(f"{kind}_pool{axes}d", found, order=(0,))


def global_pooling(view: View, kind: str) -> Translated:
    axes = max(len(view.shape()) - 2, 0)
    if kind == "lp" or axes not in (1, 2, 3):
        return Translated("mean" if kind != "max" else "amax", {"dim": tuple(range(2, axes + 2)),
                          "keepdim": True}, order=(0,))  # fmt: skip
    return Translated(f"adaptive_{kind}_pool{axes}d", {"output_size": (1,) * axes}, order=(0,))


def _sides(given: Any, axes: int, default: int) -> tuple[int, ...]:
    return tuple(int(side) for side in given) if given else (default,) * axes


def _padding(
    view: View, data: int, kernel: Sequence[int], strides: Sequence[int], dilation: Sequence[int]
) -> Attributes:
    """Elements before each axis; `padding_end` where there are others after it."""
    axes = len(kernel)
    auto = view.attr("auto_pad", "NOTSET")
    if "Transpose" in view.step.node.op_type and (auto[:4] == "SAME" or view.attr("output_shape")):
        before, after = _cropped(view, kernel, strides, dilation, auto == "SAME_UPPER")
    elif auto in ("SAME_UPPER", "SAME_LOWER"):
        before, after = _same(view, data, kernel, strides, dilation, auto == "SAME_UPPER")
    elif auto == "VALID" or not view.attr("pads"):
        before = after = (0,) * axes
    else:
        pads = tuple(int(side) for side in view.attr("pads"))
        before, after = pads[:axes], pads[axes:]
    return {"padding": before} if before == after else {"padding": before, "padding_end": after}


def _cropped(
    view: View,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    odd_before: bool,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """What a ConvTranspose leaves out of its result to have the size it is asked for."""
    sizes, results = view.shape(0)[2:], view.output[2:]
    extra = _sides(view.attr("output_padding"), len(kernel), 0)
    less, more = [], []
    for size, result, k, s, d, e in zip(
        sizes, results, kernel, strides, dilation, extra, strict=False
    ):
        total = max((size - 1) * s + e + d * (k - 1) + 1 - result, 0)
        less.append(total // 2)
        more.append(total - total // 2)
    return (tuple(more), tuple(less)) if odd_before else (tuple(less), tuple(more))


def _same(
    view: View,
    data: int,
    kernel: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
    odd_after: bool,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """As much as makes the output ceil(input / stride) long."""
    sizes, results = view.shape(data)[2:], view.output[2:]
    less, more = [], []
    for size, result, k, s, d in zip(sizes, results, kernel, strides, dilation, strict=False):
        total = max((result - 1) * s + d * (k - 1) + 1 - size, 0)
        less.append(total // 2)
        more.append(total - total // 2)
    return (tuple(less), tuple(more)) if odd_after else (tuple(more), tuple(less))

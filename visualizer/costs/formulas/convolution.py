"""Convolutions: every output number is one dot product over C_in/g · K values."""

from __future__ import annotations

import math
from functools import lru_cache

from visualizer.costs.derive import Window, axis_quantities, counted, window_derivations
from visualizer.costs.model import Cost, Derivation
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import product_text
from visualizer.graph.model import AttributeValue, Node, TensorSpec

_AXES = {
    "conv1d": 1, "conv2d": 2, "conv3d": 3, "deform_conv2d": 2,
    # Of quantized networks:
    "conv1d_relu": 1, "conv2d_relu": 2, "conv3d_relu": 3, "conv2d_add": 2, "conv2d_add_relu": 2,
    "conv1d_dynamic": 1, "conv2d_dynamic": 2, "conv3d_dynamic": 3,
    "conv_transpose1d": 1, "conv_transpose2d": 2, "conv_transpose3d": 3,
}  # fmt: skip
_POSITIONS = {1: "L", 2: "H·W", 3: "D·H·W"}
_OUTPUTS = {1: "L'", 2: "H'·W'", 3: "D'·H'·W'"}
_KERNELS = {1: "K", 2: "K_h·K_w", 3: "K_d·K_h·K_w"}


@formula(
    "conv1d", "conv2d", "conv3d", "conv1d_relu", "conv2d_relu", "conv3d_relu", "conv2d_add",
    "conv2d_add_relu", "conv1d_dynamic", "conv2d_dynamic", "conv3d_dynamic",
)  # fmt: skip
def convolution(call: Call) -> Cost:
    """N·(C_out·H'·W')·(C_in/g·K_h·K_w) multiply-adds (lecture, "CNN Architectures")."""
    axes = _AXES[call.node.op]
    weight = call.operand("weight", 1)
    batch, result = _split(call.output, axes)
    reached = weight[1:]
    macs = batch * math.prod(result) * math.prod(reached)
    grouped = "" if reached[0] == call.input[-axes - 1] else "/g"
    return counted(
        f"(C_out·{_OUTPUTS[axes]})·(C_in{grouped}·{_KERNELS[axes]})",
        f"{_times(batch)}({product_text(result)})·({product_text(reached)})",
        macs,
        *_checked(window_derivations(convolution_windows(call)), result[1:]),
    )


@formula("deform_conv2d")
def deformable(call: Call) -> Cost:
    """As a convolution; the bilinear sampling of the input is not counted."""
    weight = call.operand("weight", 1)
    batch, result = _split(call.output, 2)
    recorded = "stride" in call.node.attributes
    sizes = window_derivations(convolution_windows(call)) if recorded else ()
    return counted(
        "(C_out·H'·W')·(C_in/g·K_h·K_w)",
        f"{_times(batch)}({product_text(result)})·({product_text(weight[1:])})",
        batch * math.prod(result) * math.prod(weight[1:]),
        *_checked(sizes, result[1:]),
        note="the interpolation at the learned offsets is not counted",
    )


@formula("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed(call: Call) -> Cost:
    """Every input number is spread over C_out/g · K values: (C_in·H·W)·(C_out/g·K_h·K_w)."""
    axes = _AXES[call.node.op]
    weight = call.operand("weight", 1)
    batch, source = _split(call.input, axes)
    grouped = "" if weight[1] == call.output[-axes - 1] else "/g"
    return counted(
        f"(C_in·{_POSITIONS[axes]})·(C_out{grouped}·{_KERNELS[axes]})",
        f"{_times(batch)}({product_text(source)})·({product_text(weight[1:])})",
        batch * math.prod(source) * math.prod(weight[1:]),
        *_checked(_transposed_sizes(call, weight[2:]), call.output[-axes:]),
    )


def convolution_windows(call: Call) -> tuple[Window, ...]:
    """The sliding window along each spatial axis."""
    kernel = call.operand("weight", 1)[2:]
    given = (call.attribute(name) for name in ("stride", "padding", "padding_end", "dilation"))
    return _windows(call.node.op, call.input, kernel, *given)


@lru_cache(maxsize=1024)  # networks repeat their blocks
def _windows(
    op: str,
    size: tuple[int, ...],
    kernel: tuple[int, ...],
    stride: AttributeValue,
    padding: AttributeValue,
    padding_end: AttributeValue,
    dilation: AttributeValue,
) -> tuple[Window, ...]:
    axes = _AXES[op]
    attributes: dict[str, AttributeValue] = {
        "stride": stride,
        "padding": padding,
        "padding_end": padding_end,
        "dilation": dilation,
    }
    call = Call(Node("", op, attributes=attributes), (TensorSpec(size),), {})
    strides, dilations = call.per_axis("stride", axes, 1), call.per_axis("dilation", axes, 1)
    pads = _paddings(call, kernel, dilations)
    return tuple(
        Window(length, k, s, before, after, d)
        for length, k, s, (before, after), d in zip(
            size[-axes:], kernel, strides, pads, dilations, strict=True
        )
    )


def _paddings(
    call: Call, kernel: tuple[int, ...], dilations: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    """Padding before and after each axis; "same" puts the odd element after (torch)."""
    given = call.attribute("padding", 0)
    if given in ("same", ("same",)):
        totals = [d * (k - 1) for k, d in zip(kernel, dilations, strict=True)]
        return tuple((total // 2, total - total // 2) for total in totals)
    if given in ("valid", ("valid",)):
        return ((0, 0),) * len(kernel)
    return call.paddings(len(kernel))


def _transposed_sizes(call: Call, kernel: tuple[int, ...]) -> tuple[Derivation, ...]:
    """(W − 1)·S − 2·P + d·(K − 1) + P_out + 1 for each axis; one line when all are equal. Files
    of ONNX may crop more at the end than at the beginning: P₁ and P₂."""
    axes = len(kernel)
    rules = list(
        zip(
            call.input[-axes:], kernel, call.per_axis("stride", axes, 1),
            call.paddings(axes), call.per_axis("dilation", axes, 1),
            call.per_axis("output_padding", axes, 0), strict=True,
        )
    )  # fmt: skip
    quantities = axis_quantities(axes, same=len(set(rules)) == 1)
    return tuple(
        Derivation(
            quantity,
            f"({letter} − 1)·S − {'2·P' if p == q else 'P₁ − P₂'} + d·(K − 1) + P_out + 1",
            f"({size} − 1)·{s} − {f'2·{p}' if p == q else f'{p} − {q}'} + {d}·({k} − 1) + "
            f"{extra} + 1",
            str((size - 1) * s - p - q + d * (k - 1) + extra + 1),
        )
        for (quantity, letter), (size, k, s, (p, q), d, extra) in zip(
            quantities, rules, strict=False
        )
    )


def _checked(lines: tuple[Derivation, ...], sides: tuple[int, ...]) -> tuple[Derivation, ...]:
    """The lines, or none when their result is not what was executed (a changed forward)."""
    shown = {line.result for line in lines}
    return lines if shown == {str(side) for side in sides} else ()


def _split(shape: tuple[int, ...], axes: int) -> tuple[int, tuple[int, ...]]:
    """Batch size and the rest (C, H, W); an unbatched tensor is a batch of one."""
    if len(shape) < axes + 1:
        raise MissingFactError(f"a shape {shape} is too short for {axes} spatial axes")
    return math.prod(shape[: -axes - 1]), shape[-axes - 1 :]


def _times(batch: int) -> str:
    return "" if batch == 1 else f"{batch}·"

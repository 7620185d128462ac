"""Sliding windows and resampling: convolution, pooling, padding, interpolation."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from msgspec.structs import replace

from visualizer.costs.derive import Window
from visualizer.costs.field_rules.table import Fields, joined, rule, with_weight
from visualizer.costs.fields import (
    LOST,
    Axis,
    Field,
    mix,
    resampled,
    unknown,
    window,
    without_labels,
)
from visualizer.costs.formulas.convolution import convolution_windows
from visualizer.costs.formulas.pooling import adaptive_bounds, pooling_windows
from visualizer.costs.registry import Call


@rule("conv1d", "conv2d", "conv3d", "conv1d_relu", "conv2d_relu", "conv3d_relu",
      "conv1d_dynamic", "conv2d_dynamic", "conv3d_dynamic")  # fmt: skip
def convolution(call: Call, fields: Fields) -> Field:
    return with_weight(_slide(call, fields[0], convolution_windows(call)), fields)


@rule("max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
      "lp_pool1d", "lp_pool2d")  # fmt: skip
def pool(call: Call, fields: Fields) -> Field:
    return _slide(call, fields[0], pooling_windows(call))


def _slide(call: Call, field: Field | None, windows: tuple[Window, ...]) -> Field:
    if field is None:
        return LOST

    def one(axis: Axis, number: int) -> Axis:
        w = windows[number]
        return window(axis, w.dilation * (w.kernel - 1) + 1, w.stride, w.before)

    if all(w.kernel == w.stride == 1 and w.before == 0 for w in windows):
        return _channels_mixed(call, field, len(windows))
    return _each_axis(_channels_mixed(call, field, len(windows)), len(windows), one)


def _channels_mixed(call: Call, field: Field, axes: int) -> Field:
    """A convolution reads all channels: if they run along the image (flattened), it sees it."""
    if len(field.dims) < axes + 1:
        return LOST
    place = -axes - 1
    return without_labels(mix(field, (place,)), (place,)) if field.dims[place] else field


def _each_axis(field: Field, axes: int, change: Callable[[Axis, int], Axis]) -> Field:
    """Apply `change(axis, number)` to the image axis behind each of the last `axes` dimensions."""
    changed = list(field.axes)
    lost = False
    for number, carried in enumerate(field.dims[-axes:]):
        if len(carried) > 1 or field.split.intersection(carried):
            lost = True
        elif carried:
            changed[carried[0]] = change(changed[carried[0]], number)
    result = replace(field, axes=tuple(changed))
    return unknown(result) if lost else result


@rule("deform_conv2d")
def deformable(call: Call, fields: Fields) -> Field:
    """Learned offsets may point anywhere."""
    field = joined(fields[:1])
    return mix(field, tuple(range(2, len(field.dims)))) if field is not LOST else LOST


@rule("conv_transpose1d", "conv_transpose2d", "conv_transpose3d")
def transposed(call: Call, fields: Fields) -> Field:
    """Output o reads the inputs i with o = i·S − P + D·t: at most floor(D·(K − 1)/S) + 1."""
    axes = len(call.operand("weight", 1)) - 2
    kernel = call.operand("weight", 1)[2:]
    strides, pads = call.per_axis("stride", axes, 1), call.per_axis("padding", axes, 0)
    dilations = call.per_axis("dilation", axes, 1)

    def one(axis: Axis, number: int) -> Axis:
        k, s, p, d = kernel[number], strides[number], pads[number], dilations[number]
        least = max(k // s, 1) if d == 1 else 1
        shift = Fraction(2 * p - d * (k - 1), 2 * s)
        return resampled(axis, Fraction(1, s), shift, d * (k - 1) // s + 1, least)

    if fields[0] is None:
        return LOST
    return with_weight(_each_axis(_channels_mixed(call, fields[0], axes), axes, one), fields)


_INTERPOLATION_TAPS = {
    "nearest": 1, "nearest-exact": 1, "linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4
}  # fmt: skip


@rule("interpolate", "upsample", "upsample_nearest", "upsample_bilinear")
def interpolated(call: Call, fields: Fields) -> Field:
    """Output o looks at input (o + ½)·I/O − ½ and, by mode, 1, 2 or 4 numbers around it."""
    field = joined(fields[:1])
    axes = len(call.arriving) - 2
    mode = call.attribute("mode", "bilinear" if call.node.op.endswith("bilinear") else "nearest")
    taps = _INTERPOLATION_TAPS.get(str(mode))
    if field is LOST or len(call.output) != len(call.arriving):
        return LOST
    if taps is None:
        return unknown(field)

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.arriving[2 + number], call.output[2 + number]
        if before == after:
            return axis
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, taps, 1)

    return _each_axis(field, axes, one)


@rule("adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
      "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d")  # fmt: skip
def adaptive(call: Call, fields: Fields) -> Field:
    """To one number an axis: the whole input. Else windows of I/O, the largest where uneven."""
    field = joined(fields)
    axes = int(call.node.op[-2])
    if field is LOST or len(field.dims) < axes + 1:
        return LOST
    if all(side == 1 for side in call.output[-axes:]):
        places = tuple(range(-axes, 0))
        return without_labels(mix(field, places), places)

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.arriving[number - axes], call.output[number - axes]
        if after == 1:
            return replace(axis, whole=True)
        if before % after == 0:
            return window(axis, before // after, before // after, 0)
        reads = [end - begin for begin, end in adaptive_bounds(before, after)]
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, max(reads), min(reads))

    return _each_axis(field, axes, one)


@rule("pad")
def padded(call: Call, fields: Fields) -> Field:
    """Padding shifts the field to the left by as many strides as numbers were put before."""
    field = joined(fields)
    if field is LOST or len(call.output) != len(call.arriving):
        return LOST
    given = call.attribute("pad", ())
    before = given[::2] if isinstance(given, tuple) else ()
    rank = len(call.arriving)
    changed = list(field.axes)
    for place, carried in enumerate(field.dims):
        if not carried or call.arriving[place] == call.output[place]:
            continue
        slot = rank - 1 - place
        if len(carried) > 1 or field.split.intersection(carried) or slot >= len(before):
            return unknown(field)
        changed[carried[0]] = window(changed[carried[0]], 1, 1, int(before[slot]))
    return replace(field, axes=tuple(changed))


@rule("pixel_shuffle", "pixel_unshuffle")
def pixel_shuffled(call: Call, fields: Fields) -> Field:
    """Shuffle: r outputs look at one input. Unshuffle: one output at r inputs."""
    field = joined(fields)
    if field is LOST:
        return LOST

    def one(axis: Axis, number: int) -> Axis:
        before, after = call.arriving[number - 2], call.output[number - 2]
        if before >= after:
            return window(axis, before // after, before // after, 0)
        step = Fraction(before, after)
        return resampled(axis, step, (step - 1) / 2, 1, 1)

    return _each_axis(field, 2, one)

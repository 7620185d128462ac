"""Pooling: C·H'·W' windows of K·K numbers, as the lecture counts them.

They stand apart from the network's MACs: torchvision's published figures leave them out.
"""

from __future__ import annotations

import math

from visualizer.costs.derive import Window, counted, window_derivations
from visualizer.costs.model import Cost, Derivation
from visualizer.costs.registry import Call, MissingFactError, formula
from visualizer.costs.units import product_text


@formula(
    "max_pool1d", "max_pool2d", "max_pool3d", "avg_pool1d", "avg_pool2d", "avg_pool3d",
    "lp_pool1d", "lp_pool2d", "lp_pool3d", pooling=True,
)  # fmt: skip
def window_pool(call: Call) -> Cost:
    """(C·H'·W')·(K_h·K_w)."""
    windows = pooling_windows(call)
    kernel = tuple(window.kernel for window in windows)
    sides = call.output[-len(windows) :]
    lines = window_derivations(windows)
    exact_rule = {line.result for line in lines} == {str(side) for side in sides}
    return _windows_cost(call, len(windows), kernel, *(lines if exact_rule else ()))


@formula("fractional_max_pool2d", "fractional_max_pool3d", pooling=True)
def fractional_pool(call: Call) -> Cost:
    """As many windows as outputs; where they stand is random."""
    axes = int(call.node.op[-2])
    return _windows_cost(call, axes, call.per_axis("kernel_size", axes))


def _windows_cost(call: Call, axes: int, kernel: tuple[int, ...], *lines: Derivation) -> Cost:
    shown = call.output[-axes - 1 :]
    batch = math.prod(call.output[: -axes - 1])
    times = "" if batch == 1 else f"{batch}·"
    rule = {1: "(C·L')·K", 2: "(C·H'·W')·(K_h·K_w)", 3: "(C·D'·H'·W')·(K_d·K_h·K_w)"}[axes]
    return counted(
        rule,
        f"{times}({product_text(shown)})·({product_text(kernel)})",
        math.prod(call.output) * math.prod(kernel),
        *lines,
    )


def pooling_windows(call: Call) -> tuple[Window, ...]:
    """The sliding window along each spatial axis; an absent stride is the kernel's size."""
    axes = int(call.node.op[-2])
    kernel = call.per_axis("kernel_size", axes)
    given = call.attribute("stride")
    strides = kernel if given in (None, ()) else call.per_axis("stride", axes)
    pads, dilations = call.paddings(axes), call.per_axis("dilation", axes, 1)
    ceil = bool(call.attribute("ceil_mode", False))
    return tuple(
        Window(size, k, s, before, after, d, ceil)
        for size, k, s, (before, after), d in zip(
            call.input[-axes:], kernel, strides, pads, dilations, strict=True
        )
    )


@formula(
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d",
    "adaptive_max_pool1d", "adaptive_max_pool2d", "adaptive_max_pool3d", pooling=True,
)  # fmt: skip
def adaptive_pool(call: Call) -> Cost:
    """Window i of O over I numbers runs from floor(i·I/O) to ceil((i + 1)·I/O) (torch)."""
    axes = int(call.node.op[-2])
    source, result = call.input[-axes:], call.output[-axes:]
    if source == result:
        return Cost("free", 0, note="windows of one number: passes its input through")
    channels = math.prod(call.input[:-axes])
    reads = [
        sum(end - start for start, end in adaptive_bounds(i, o))
        for i, o in zip(source, result, strict=True)
    ]
    macs = channels * math.prod(reads)
    if all(side == 1 for side in result):
        return counted("C·H·W (one window)", product_text((channels, *source)), macs)
    if all(i % o == 0 for i, o in zip(source, result, strict=True)):
        kernel = tuple(i // o for i, o in zip(source, result, strict=True))
        return _windows_cost(call, axes, kernel)
    rule = "C·(numbers read along each axis, window i from floor(i·I/O) to ceil((i + 1)·I/O))"
    return counted(rule, product_text((channels, *reads)), macs)


def adaptive_bounds(size: int, count: int) -> list[tuple[int, int]]:
    """First and past-last element of each of `count` adaptive windows over `size` numbers."""
    return [(i * size // count, -(-(i + 1) * size // count)) for i in range(count)]


@formula("mean", "amax", "amin", pooling=True)
def reduction(call: Call) -> Cost:
    """A mean or maximum over positions is a global pool: every number is read once.

    Over the last axis of a (…, tokens, dim) tensor it is a statistic, part of a norm.
    """
    if len(call.input) <= 3 and call.output in (call.input[:-1], (*call.input[:-1], 1)):
        note = (
            f"statistic: {math.prod(call.input):,} operations, no multiply-adds by this convention"
        )
        return Cost("free", 0, note=note)
    return counted("elements read", product_text(call.input), math.prod(call.input))


@formula("roi_align", "ps_roi_align", pooling=True)
def region_align(call: Call) -> Cost:
    """Each output averages sampling_ratio² points, each interpolated from 4 numbers."""
    ratio = call.integer("sampling_ratio")
    if ratio <= 0:
        raise MissingFactError("the number of samples depends on the size of each region")
    samples = ratio * ratio * 4
    return counted(
        "(R·C·H'·W')·(samples²·4)",
        f"({product_text(call.output)})·({ratio}·{ratio}·4)",
        math.prod(call.output) * samples,
    )

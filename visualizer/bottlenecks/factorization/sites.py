"""The sizes of one convolution: all that its alternatives depend on."""

from __future__ import annotations

import math

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.costs.formulas.convolution import convolution_windows
from visualizer.costs.registry import MissingFactError, view_of
from visualizer.costs.units import UnknownDtypeError, element_bytes
from visualizer.graph.model import LayerGraph

Pads = tuple[tuple[int, int], ...]


class Site(msgspec.Struct, frozen=True):
    """Where a convolution stands: equal sites have equal alternatives.

    One entry per spatial axis in `kernel`, `stride`, `dilation`, `pads` (zeros before and
    after), `grid_in` and `grid_out`. `element_bytes` is None for a dtype of unknown size.
    """

    c_in: int
    c_out: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: Pads
    groups: int
    grid_in: tuple[int, ...]
    grid_out: tuple[int, ...]
    batch: int = 1
    element_bytes: int | None = 4

    @property
    def weights(self) -> int:
        """Without the bias: C_out · C_in/g · K."""
        return self.c_out * (self.c_in // self.groups) * math.prod(self.kernel)

    @property
    def macs(self) -> int:
        """Of the whole batch: N · H'·W' · weights."""
        return self.batch * math.prod(self.grid_out) * self.weights

    @property
    def is_strided(self) -> bool:
        return any(step > 1 for step in self.stride)

    @property
    def is_depthwise(self) -> bool:
        """Each filter sees a single channel."""
        return self.groups > 1 and self.c_in == self.groups

    @property
    def seen(self) -> tuple[int, ...]:
        """Input positions that one output number sees along each axis: D·(K − 1) + 1."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel, self.dilation, strict=True))


def site_of(graph: LayerGraph, conv: Convolution) -> Site:
    """The sizes of `conv` in `graph`."""
    output = graph.by_id[conv.node].output
    return Site(
        c_in=conv.c_in,
        c_out=conv.c_out,
        kernel=conv.kernel,
        stride=conv.stride,
        dilation=conv.dilation,
        pads=_pads(graph, conv),
        groups=conv.groups,
        grid_in=conv.grid_in,
        grid_out=conv.grid_out,
        batch=math.prod(output.shape[: -len(conv.kernel) - 1]),
        element_bytes=_element_bytes(output.dtype),
    )


def _pads(graph: LayerGraph, conv: Convolution) -> Pads:
    """The zeros around each axis, as recorded; where that does not lead to the grid that was
    really computed (a changed forward), the fewest that do."""
    try:
        windows = convolution_windows(view_of(graph, graph.by_id[conv.node]))
    except MissingFactError:
        windows = ()
    if tuple(window.output for window in windows) == conv.grid_out:
        return tuple((window.before, window.after) for window in windows)
    return tuple(map(_fewest, conv.grid_in, conv.grid_out, conv.kernel, conv.stride, conv.dilation))


def _fewest(given: int, got: int, kernel: int, stride: int, dilation: int) -> tuple[int, int]:
    total = max(0, (got - 1) * stride + dilation * (kernel - 1) + 1 - given)
    return total // 2, total - total // 2


def _element_bytes(dtype: str) -> int | None:
    try:
        return element_bytes(dtype)
    except UnknownDtypeError:
        return None

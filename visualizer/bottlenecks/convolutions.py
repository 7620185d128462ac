"""The convolutions of a network as plain numbers: what principles and rewrites reason about."""

from __future__ import annotations

import math
from functools import cached_property
from typing import cast

import msgspec

from visualizer.costs import CostReport
from visualizer.graph.model import LayerGraph, Node

_CONVOLUTIONS = ("conv1d", "conv2d", "conv3d")


class Convolution(msgspec.Struct, frozen=True, dict=True):
    """One executed convolution (not transposed, not deformable).

    `grid_in` and `grid_out` are the spatial sides it reads and gives (height, width for
    pictures), `kernel`, `stride` and `dilation` have one entry for each of them. `macs` are
    those of the whole traced batch, as in the cost report; `weights` leaves the bias out.
    """

    node: str
    c_in: int
    c_out: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    groups: int
    has_bias: bool
    grid_in: tuple[int, ...]
    grid_out: tuple[int, ...]
    macs: int
    weights: int

    @cached_property
    def is_pointwise(self) -> bool:
        """1x1: it mixes channels and sees one position."""
        return all(side == 1 for side in self.kernel)

    @cached_property
    def is_depthwise(self) -> bool:
        """Every channel has a filter of its own."""
        return self.groups > 1 and self.groups == self.c_in

    @cached_property
    def keeps_grid(self) -> bool:
        """It gives as many positions as it reads."""
        return self.grid_in == self.grid_out

    @property
    def kernel_text(self) -> str:
        """`3×3`."""
        return "×".join(map(str, self.kernel))


def convolutions(graph: LayerGraph, report: CostReport) -> tuple[Convolution, ...]:
    """Every convolution in execution order; one whose MACs are unknown is left out."""
    found = (_convolution(graph, report, node) for node in graph.ops if node.op in _CONVOLUTIONS)
    return tuple(conv for conv in found if conv is not None)


def _convolution(graph: LayerGraph, report: CostReport, node: Node) -> Convolution | None:
    macs, weight = report.layers[node.id].macs, _weight_shape(graph, node)
    if macs is None or weight is None:
        return None
    axes = len(weight) - 2
    read = graph.spec(node.inputs[0]).shape
    return Convolution(
        node=node.id,
        c_in=read[-axes - 1],
        c_out=weight[0],
        kernel=weight[2:],
        stride=_sides(node, "stride", axes),
        dilation=_sides(node, "dilation", axes),
        groups=cast(int, node.attributes.get("groups", 1)),
        has_bias=_has_bias(graph, node),
        grid_in=read[-axes:],
        grid_out=node.output.shape[-axes:],
        macs=macs,
        weights=math.prod(weight),
    )


def _weight_shape(graph: LayerGraph, node: Node) -> tuple[int, ...] | None:
    """Shape of the filters: a parameter, or a tensor that the network computes."""
    spec = graph.parameter_spec(node, "weight")
    if spec is None and len(node.inputs) > 1:
        spec = graph.spec(node.inputs[1])
    return spec.shape if spec is not None else None


def _has_bias(graph: LayerGraph, node: Node) -> bool:
    return graph.parameter_spec(node, "bias") is not None or len(node.inputs) > 2


def _sides(node: Node, name: str, axes: int) -> tuple[int, ...]:
    value = node.attributes.get(name, 1)
    if isinstance(value, tuple):
        return cast("tuple[int, ...]", value)
    return (cast(int, value),) * axes

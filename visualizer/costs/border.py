"""Layers that cannot see more, because what reaches them has seen the whole input already.

The border rule of Richter et al., "Should you go deeper? Optimizing convolutional neural network
architectures without training" (arXiv 2106.12307), with the smallest receptive field over all
paths: at an input of `side`, a convolution is unproductive when everything it reads sees `side`
or more and it would see more than that; it is critical when only its own field is larger.
Of a video only height and width are judged, never how many frames a layer sees.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Literal

import msgspec

from visualizer.costs.model import ReceptiveField
from visualizer.costs.report import CostReport
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node

Verdict = Literal["productive", "critical", "unproductive"]

VERDICTS: tuple[Verdict, ...] = ("productive", "critical", "unproductive")


class BorderLayer(msgspec.Struct, frozen=True):
    """A convolution: the smallest receptive field of what it reads and of its own output, in
    input pixels along the axis that decides."""

    node: str
    reads: int
    sees: int
    macs: int
    verdict: Verdict


class InputRange(msgspec.Struct, frozen=True):
    """Sides of the input (pixels) between which no layer is wasted and none is blind: at
    `smallest` every convolution still sees more than the one before, at `largest` some
    convolution sees all of it."""

    smallest: int
    largest: int


class Border(msgspec.Struct, frozen=True, dict=True):
    """The rule for a whole network at an input of `side` pixels; `worth` are the sides worth
    using, None where no convolution looks around."""

    side: int
    layers: tuple[BorderLayer, ...]
    worth: InputRange | None

    @cached_property
    def by_node(self) -> dict[str, BorderLayer]:
        return {layer.node: layer for layer in self.layers}

    @property
    def unproductive(self) -> tuple[BorderLayer, ...]:
        return tuple(layer for layer in self.layers if layer.verdict == "unproductive")

    def verdict(self, nodes: Iterable[str]) -> Verdict | None:
        """The worst among the convolutions in `nodes`; None without any."""
        found = {self.by_node[node].verdict for node in nodes if node in self.by_node}
        return max(found, key=VERDICTS.index, default=None)


def border_of(graph: LayerGraph, report: CostReport) -> Border | None:
    """The rule at the traced input's shorter side; None for a network that has no convolution
    with a receptive field in a picture."""
    layers = border_layers(graph, report)
    if not layers:
        return None
    side = min(_plane(graph.inputs[0].output.shape[2:]))
    return Border(side, layers, feasible_range(graph, report))


def border_layers(
    graph: LayerGraph, report: CostReport, side: int | None = None
) -> tuple[BorderLayer, ...]:
    """Every convolution under the rule, in execution order, at the traced input's shorter side
    or at another. Convolutions that a global op precedes are left out: they see everything."""
    sides = graph.inputs[0].output.shape[2:] if graph.inputs else ()
    if len(sides) < 2:  # a sound or a vector: the rule is one about pictures
        return ()
    shorter = side if side is not None else min(_plane(sides))
    found = (_layer(graph, report, node, shorter) for node in graph.ops)
    return tuple(layer for layer in found if layer is not None)


def feasible_range(graph: LayerGraph, report: CostReport) -> InputRange | None:
    """The range of input sides worth using; None without a convolution that looks around."""
    minima, sizes = [0], [0]
    for node in graph.ops:
        field = _local_field(report, node)
        if field is not None and _looks_around(graph, node):
            minima.append(max(_plane(field.minimum or field.size)))
            sizes.append(max(_plane(field.size)))
    return InputRange(max(minima), max(sizes)) if len(sizes) > 1 else None


def _layer(graph: LayerGraph, report: CostReport, node: Node, side: int) -> BorderLayer | None:
    field = _local_field(report, node)
    cost = report.layers[node.id]
    if field is None or cost.training_only:
        return None
    own = min(_plane(field.minimum or field.size))
    reads = _read_field(graph, report, node)
    if own <= side:
        verdict: Verdict = "productive"
    else:
        verdict = "unproductive" if reads >= side else "critical"
    return BorderLayer(node.id, reads, own, cost.macs or 0, verdict)


def _local_field(report: CostReport, node: Node) -> ReceptiveField | None:
    """The field of a convolution; None for other ops and behind an op that sees everything."""
    if family_of(node.op) != "conv":
        return None
    layer = report.layers.get(node.id)
    field = layer.receptive_field if layer is not None else None
    return None if field is None or field.whole_input or not field.size else field


def _read_field(graph: LayerGraph, report: CostReport, node: Node) -> int:
    read = graph.by_id[node.inputs[0].node]
    layer = report.layers.get(read.id)
    field = layer.receptive_field if layer is not None else None
    return min(_plane(field.minimum or field.size)) if field is not None and field.size else 1


def _plane(sides: tuple[int, ...]) -> tuple[int, ...]:
    """Height and width; the only side of a sequence."""
    return sides[-2:]


def _looks_around(graph: LayerGraph, node: Node) -> bool:
    kernel = graph.parameter_spec(node, "weight")
    return kernel is not None and any(side > 1 for side in kernel.shape[2:])

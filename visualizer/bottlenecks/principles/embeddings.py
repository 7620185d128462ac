"""Principle 3: spatial convolutions on cheap embeddings.

"Spatial aggregation can be done over lower dimensional embeddings without much or any loss in
representational power" (Szegedy et al. 2015, section 2): a 1x1 convolution first reduces the
channels over which a larger one then adds up its neighbourhood.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cached_property
from typing import Literal

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node

Embedded = Literal["reduced", "inside", "direct"]
HALF, QUARTER = Fraction(1, 2), Fraction(1, 4)
_FEW = 64  # channels that are a cheap embedding already
_LOOKED_THROUGH = ("norm", "activation")


class Insertion(msgspec.Struct, frozen=True):
    """What a 1x1 convolution to `channels` before a spatial one would make of its MACs.

    `macs` replace those of the convolution; with `expanding` the spatial one keeps to those
    few channels and another 1x1 widens its result (a bottleneck block).
    """

    share: Fraction
    channels: int
    macs: int
    expanding: int


class SpatialConvolution(msgspec.Struct, frozen=True, dict=True):
    """A convolution that sees more than one position, over all its channels.

    `embedded`: "reduced", a 1x1 convolution with fewer channels (`reduced_by`) feeds it on the
    same grid; "inside", it follows a spatial convolution that is; "direct", it aggregates
    over what it is given. `insertions` (half, then a quarter of the channels) where it is direct
    and has more than 64 channels to reduce. MACs are those of the traced batch.
    """

    convolution: Convolution
    embedded: Embedded
    reduced_by: str = ""
    insertions: tuple[Insertion, ...] = ()

    @property
    def node(self) -> str:
        return self.convolution.node

    @property
    def macs(self) -> int:
        return self.convolution.macs

    @property
    def has_few_channels(self) -> bool:
        """It aggregates directly, but over so few channels that they are an embedding already."""
        return self.embedded == "direct" and self.convolution.c_in <= _FEW

    @cached_property
    def most_saved(self) -> int:
        """MACs less with the best insertion; 0 where none makes it cheaper."""
        return max(0, *(self.macs - each.macs for each in self.insertions), 0)


class Embeddings(msgspec.Struct, frozen=True):
    """All spatial convolutions that could have an embedding before them, in execution order.

    Left out are the one that reads the input and grouped ones. `macs` are those of the whole
    network, to see what a saving is worth.
    """

    convolutions: tuple[SpatialConvolution, ...]
    macs: int

    @property
    def spatial_macs(self) -> int:
        return sum(each.macs for each in self.convolutions)

    @property
    def reduced_share(self) -> float | None:
        """Share (0..1) of the spatial MACs that a 1x1 directly before makes cheap."""
        reduced = sum(each.macs for each in self.convolutions if each.embedded == "reduced")
        return reduced / self.spatial_macs if self.spatial_macs else None

    @property
    def opportunities(self) -> tuple[SpatialConvolution, ...]:
        """Those that an embedding would make cheaper, the greatest saving first."""
        saving = (each for each in self.convolutions if each.most_saved > 0)
        return tuple(sorted(saving, key=lambda each: -each.most_saved))


def embeddings_of(
    graph: LayerGraph, convolutions: tuple[Convolution, ...], macs: int
) -> Embeddings:
    """Every spatial convolution with or without its embedding; `macs` of the whole network."""
    by_node = {each.node: each for each in convolutions}
    found: dict[str, SpatialConvolution] = {}
    for each in convolutions:
        if each.is_pointwise or each.groups > 1:
            continue
        source = _producer(graph, graph.by_id[each.node])
        if source.op != "input":
            found[each.node] = _judged(each, by_node.get(source.id), found)
    return Embeddings(tuple(found.values()), macs)


def _judged(
    each: Convolution, source: Convolution | None, earlier: dict[str, SpatialConvolution]
) -> SpatialConvolution:
    if source is not None and _reduces(source) and source.grid_out == each.grid_in:
        return SpatialConvolution(each, "reduced", source.node)
    before = earlier.get(source.node) if source is not None else None
    if before is not None and before.embedded != "direct" and before.convolution.keeps_grid:
        return SpatialConvolution(each, "inside", before.reduced_by)
    few = each.c_in <= _FEW
    return SpatialConvolution(each, "direct", insertions=() if few else _insertions(each))


def _reduces(source: Convolution) -> bool:
    return source.is_pointwise and source.c_out < source.c_in


def _producer(graph: LayerGraph, node: Node) -> Node:
    """What computed the node's input: norms, activations and dropout are looked through."""
    source = graph.by_id[node.inputs[0].node]
    while family_of(source.op) in _LOOKED_THROUGH and source.inputs:
        source = graph.by_id[source.inputs[0].node]
    return source


def _insertions(each: Convolution) -> tuple[Insertion, ...]:
    return tuple(insertion(each, share) for share in (HALF, QUARTER))


def insertion(each: Convolution, share: Fraction) -> Insertion:
    """The MACs with a 1x1 to m = share·C_in channels before an ungrouped convolution.

    P_in·C_in·m + P_out·k²·m·C_out, for as many positions P_out as its own MACs tell; stride 1:
    r·(1 + C_in/(k²·C_out)) of what it was. Reduced, filtered and expanded again: P_in·C_in·m +
    P_out·m·(k²·m + C_out); with C_in = C_out and 3x3 that is (2r + 9r²)/9.
    """
    channels, area = round(share * each.c_in), math.prod(each.kernel)
    positions = each.macs // (area * each.c_in * each.c_out)
    read = positions * math.prod(each.grid_in) // math.prod(each.grid_out)
    reducing = read * each.c_in * channels
    filtering = positions * area * channels * each.c_out
    inner = positions * channels * (area * channels + each.c_out)
    return Insertion(share, channels, reducing + filtering, reducing + inner)

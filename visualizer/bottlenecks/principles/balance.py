"""Principle 4: how depth, width and arithmetic are spread over the grids.

"The optimal performance of the network can be reached by balancing the number of filters per
stage and the depth of the network" (Szegedy et al. 2015, section 2). The paper has no limit
for it, so only extremes are pointed at.
"""

from __future__ import annotations

import math
from bisect import bisect_left

import msgspec

from visualizer.bottlenecks.principles.grids import Grid, Layouts
from visualizer.bottlenecks.principles.tiles import Tiles
from visualizer.bottlenecks.profile import CutProfile
from visualizer.costs import CostReport
from visualizer.graph.model import LayerGraph, Node

_APART = 1.5  # sides of 14x14 patches and 197 tokens differ by less: one resolution
_NO_ARITHMETIC = "No layer that multiplies works on a grid: there are no stages to compare."


class GridShare(msgspec.Struct, frozen=True):
    """What happens on one grid: `share` (0..1) of the `macs` on all grids, layers with weights,
    channels at the end of it (`width`, None where no cut lies on it) and its dearest layer."""

    grid: Grid
    macs: int
    share: float
    layers: int
    width: int | None
    dearest: str


class Heaviest(msgspec.Struct, frozen=True):
    """The layer with the most MACs, and its share (0..1) of those of the whole network."""

    node: str
    share: float


class Balance(msgspec.Struct, frozen=True):
    """Shares per grid, the finest first. Without any, `silence` says why.

    `entropy` of the shares is 0 when one grid has everything and 1 when all have the same
    (-Σ pᵢ·ln pᵢ / ln n); None for a network of one resolution.
    """

    grids: tuple[GridShare, ...]
    entropy: float | None
    heaviest: Heaviest | None
    silence: str = ""


class _Sum:
    """What is gathered for one grid."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.macs = self.layers = self.most = 0
        self.dearest = ""

    def add(self, node: Node, macs: int) -> None:
        self.macs += macs
        self.layers += bool(node.parameters)
        if macs > self.most:
            self.most, self.dearest = macs, node.id


def balance_of(
    graph: LayerGraph, report: CostReport, profile: CutProfile, layouts: Layouts, tiles: Tiles
) -> Balance:
    """Shares of the arithmetic on grids: convolutions on that of their output, dense layers and
    attention (which may work on windows) on that of the next tensor everything passes."""
    sums = _sums(graph, report, profile, layouts)
    total = sum(each.macs for each in sums)
    if not total:
        return Balance((), None, None, _NO_ARITHMETIC)
    widths = {tile.grid.positions: tile.channels for tile in tiles.tiles}
    shares = tuple(
        GridShare(
            each.grid, each.macs, each.macs / total, each.layers,
            widths.get(each.grid.positions), each.dearest,
        )
        for each in sums
    )  # fmt: skip
    heaviest = max(sums, key=lambda each: each.most)
    whole = max(report.totals.macs, total)
    return Balance(shares, _entropy(shares), Heaviest(heaviest.dearest, heaviest.most / whole))


def _sums(
    graph: LayerGraph, report: CostReport, profile: CutProfile, layouts: Layouts
) -> list[_Sum]:
    sections = _Sections(profile, layouts)
    sums: dict[int, _Sum] = {}  # by positions: windows are the grid they are cut from
    for node in graph.ops:
        cost = report.layers[node.id]
        if not cost.macs or cost.pooling:
            continue
        grid = sections.grid(node)
        if grid is not None:
            sums.setdefault(grid.positions, _Sum(grid)).add(node, cost.macs)
    return sorted(sums.values(), key=lambda each: -each.grid.positions)


class _Sections:
    """The grid on which an op of the main path works."""

    def __init__(self, profile: CutProfile, layouts: Layouts) -> None:
        self._position_of = profile.tensors.position_of
        self._layouts = layouts
        marks = [cut for cut in profile.cuts if not cut.inside]
        self._ends = [cut.ends_at for cut in marks]
        self._grids = [self._grid_at(profile, position) for position in self._ends]

    def grid(self, node: Node) -> Grid | None:
        position = self._position_of.get(node.id)
        if position is None:
            return None
        if node.op.startswith("conv"):
            return self._layouts.grid(node.id)
        return self._grids[bisect_left(self._ends, position)]

    def _grid_at(self, profile: CutProfile, position: int) -> Grid | None:
        tensor = profile.tensors.tensors[position]
        return self._layouts.grid(tensor.node) if tensor.grid and tensor.node else None


def _entropy(shares: tuple[GridShare, ...]) -> float | None:
    if not has_stages(shares):
        return None
    spread = -sum(each.share * math.log(each.share) for each in shares)
    return spread / math.log(len(shares))


def has_stages(shares: tuple[GridShare, ...]) -> bool:
    """Whether the network works on grids of clearly different size."""
    sizes = sorted((each.grid for each in shares), key=lambda grid: grid.positions)
    return bool(sizes) and sizes[-1].side_over(sizes[0]) >= _APART

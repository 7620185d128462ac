"""Networks side by side: totals and their ratios, costs per grid, costs of what changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from visualizer.costs.model import Totals
from visualizer.costs.report import CostReport
from visualizer.graph.difference import Match, differences, kept_share
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node

# Two networks that share fewer ops than this are not versions of one another.
VERSIONS_SHARE = 0.3
_WEIGHTED = ("conv", "linear")
_KEEP_GRID = ("norm", "activation", "add", "concat", "elementwise")


class Compared(msgspec.Struct, frozen=True):
    """One of the networks: `name` as the user typed it."""

    name: str
    graph: LayerGraph
    report: CostReport


class Figure(msgspec.Struct, frozen=True):
    """One total of every network. `unit` is "", "MACs", "FLOPs" or "bytes"; `about` says what is
    counted; `ratios` are to the first network, None where that has none."""

    title: str
    unit: str
    about: str
    values: tuple[int, ...]

    @property
    def ratios(self) -> tuple[float | None, ...]:
        first = self.values[0]
        return tuple(value / first if first else None for value in self.values)


class GridCost(msgspec.Struct, frozen=True):
    """What one network spends on one grid (sides as in the op's output; empty: no grid)."""

    layers: int = 0
    macs: int = 0
    params: int = 0
    activation_bytes: int = 0


class GridRow(msgspec.Struct, frozen=True):
    """One grid, the costs of every network on it."""

    grid: tuple[int, ...]
    costs: tuple[GridCost, ...]


class CostChange(msgspec.Struct, frozen=True):
    """A match of two ops with what it changes in MACs, parameters and activation bytes."""

    match: Match
    macs: int
    params: int
    activation_bytes: int

    @property
    def matters(self) -> bool:
        """Not what is as it was, nor what only follows the shapes before it at no cost."""
        free = not (self.macs or self.params or self.activation_bytes)
        return self.match.change not in (("same", "resized") if free else ("same",))


def figures(networks: Sequence[Compared]) -> tuple[Figure, ...]:
    """The totals that people compare networks by.

    The lecture's memory is that of the outputs of convolutions and linear layers; its GoogLeNet
    slide adds those of the pools ("CNN Architectures").
    """
    totals = [network.report.totals for network in networks]
    rows: list[tuple[str, str, str, Callable[[Totals], int]]] = [
        ("Parameters", "", "weights and biases, each once", lambda t: t.params),
        ("Parameter memory", "bytes", "in their own precision", lambda t: t.param_bytes),
        ("MACs", "MACs", "convolution, linear, attention", lambda t: t.macs),
        ("FLOPs", "FLOPs", "2 × MACs", lambda t: t.flops),
        ("Activation memory", "bytes", "outputs of all ops", lambda t: t.activation_bytes),
        ("Peak activations", "bytes", "alive at once", lambda t: t.peak_activation_bytes),
    ]
    found = [Figure(title, unit, about, tuple(map(of, totals))) for title, unit, about, of in rows]
    for about, families in (
        ("outputs of conv and linear layers", _WEIGHTED),
        ("outputs of conv, linear and pool layers", (*_WEIGHTED, "pool")),
    ):
        sizes = tuple(_memory_of(network, families) for network in networks)
        found.append(Figure("Lecture's memory", "bytes", about, sizes))
    counts = tuple(len(_layers(network, _WEIGHTED)) for network in networks)
    found.append(Figure("Weighted layers", "", "convolutions and linear layers", counts))
    return tuple(found)


def _layers(network: Compared, families: Sequence[str]) -> list[Node]:
    return [
        node
        for node in network.graph.ops
        if family_of(node.op) in families
        and not network.report.layers[node.id].training_only
        and not _pools_nothing(network.graph, node)
    ]


def _pools_nothing(graph: LayerGraph, node: Node) -> bool:
    """An adaptive pool that finds the grid as it wants it, which is no layer of the papers."""
    return node.op.startswith("adaptive_") and graph.input_specs(node)[0] == node.output


def _memory_of(network: Compared, families: Sequence[str]) -> int:
    layers = network.report.layers
    return sum(layers[node.id].activation_bytes for node in _layers(network, families))


def grid_rows(networks: Sequence[Compared]) -> tuple[GridRow, ...]:
    """Costs by grid, the finest first; ops that give no grid (dense layers, tokens) last."""
    spent = [_by_grid(network) for network in networks]
    grids = sorted({grid for costs in spent for grid in costs}, reverse=True)
    return tuple(
        GridRow(grid, tuple(costs.get(grid, GridCost()) for costs in spent)) for grid in grids
    )


def _by_grid(network: Compared) -> dict[tuple[int, ...], GridCost]:
    found: dict[tuple[int, ...], GridCost] = {}
    grids = _grids(network.graph)
    for node in network.graph.ops:
        cost = network.report.layers[node.id]
        if cost.training_only:
            continue
        grid = grids.get(node.id, ())
        old = found.get(grid, GridCost())
        found[grid] = GridCost(
            old.layers + (family_of(node.op) in _WEIGHTED),
            old.macs + (0 if cost.pooling else cost.macs or 0),
            old.params + cost.params,
            old.activation_bytes + cost.new_activation_bytes,
        )
    return {grid: cost for grid, cost in found.items() if cost != GridCost()}


def _grids(graph: LayerGraph) -> dict[str, tuple[int, ...]]:
    """Spatial sides of what the ops give that have them: convolutions and pools, and what
    keeps the shape of those. Tokens, windows and attention heads are no grid."""
    found: dict[str, tuple[int, ...]] = {}
    for node in graph.ops:
        if not node.outputs:
            continue
        shape = node.output.shape
        read = node.inputs[0].node if node.inputs else ""
        family = family_of(node.op)
        windowed = family in ("conv", "pool") and len(shape) > 3
        if windowed or (family in _KEEP_GRID and found.get(read) == shape[2:]):
            found[node.id] = shape[2:]
    return found


def cost_changes(before: Compared, after: Compared) -> tuple[CostChange, ...]:
    """Every op of both, matched (`graph.difference`), with the change of its costs."""
    return tuple(
        _cost_change(before, after, match) for match in differences(before.graph, after.graph)
    )


def version_changes(before: Compared, after: Compared) -> tuple[CostChange, ...] | None:
    """`cost_changes` of two versions of one network; None for two that share too little."""
    changes = cost_changes(before, after)
    share = kept_share([change.match for change in changes])
    return changes if share >= VERSIONS_SHARE else None


def _cost_change(before: Compared, after: Compared, match: Match) -> CostChange:
    old, new = _cost(before, match.before), _cost(after, match.after)
    return CostChange(
        match, new.macs - old.macs, new.params - old.params,
        new.activation_bytes - old.activation_bytes,
    )  # fmt: skip


def _cost(network: Compared, name: str) -> GridCost:
    if not name:
        return GridCost()
    cost = network.report.layers[name]
    macs = 0 if cost.pooling else cost.macs or 0
    return GridCost(1, macs, cost.params, cost.new_activation_bytes)

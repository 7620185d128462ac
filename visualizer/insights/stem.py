"""What a network spends until its grid is small: the stem that GoogLeNet made cheap."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from visualizer.costs import CostReport
from visualizer.costs.units import KILO, exact, percent
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph
from visualizer.insights.model import Insight, Table

GRID = 28
_BYTES = 4  # of a float32
_WEIGHTED = ("conv", "linear", "attention", "recurrent")
_COLUMNS = ("Until then", "conv", "with pools")

_SLIDE = (
    "The lecture's slide says GoogLeNet : VGG-16 is 7.5 : 42.9 MB, 124 K : 1.1 M parameters and "
    "418 : 7485 MFLOP (5.7×, 8.9×, 17.8×).",
    "Its VGG-16 lacks conv3_3 and has no pools in its memory, while GoogLeNet's has; 418 looks "
    "like 481 with two digits swapped.",
    "True for 28×28: memory 7.5× (conv only; 6.9× with pools), weights 14.0×, MACs 19.5×.",
)


class StemCost(msgspec.Struct, frozen=True):
    """Everything up to the first op on a grid of at most `wanted` a side, that op included.

    `grid` is the one reached. Memory is that of outputs in float32; everything of one image,
    weights without biases, as on the lecture's slide. Gates on 1x1 grids count, but do not end
    the stem. `share` of the network's MACs.
    """

    wanted: int
    grid: tuple[int, ...]
    nodes: tuple[str, ...]
    convs: int
    pools: int
    conv_bytes: int
    pool_bytes: int
    weights: int
    macs: int
    pool_macs: int
    share: float | None


def stem_cost(graph: LayerGraph, report: CostReport, wanted: int = GRID) -> StemCost | None:
    """None for a network that has no convolution on a larger grid, or never gets that small."""
    nodes: list[str] = []
    sums = dict.fromkeys(("convs", "pools", "conv_bytes", "pool_bytes", "macs", "pool_macs"), 0)
    weights, batch = 0, _batch(graph)
    for node in graph.ops:
        family, cost = family_of(node.op), report.layers[node.id]
        if family not in ("conv", "pool") or len(node.output.shape) < 4:
            continue
        kind = "conv" if family == "conv" else "pool"
        nodes.append(node.id)
        sums[f"{kind}s"] += 1
        sums[f"{kind}_bytes"] += node.output.elements // batch * _BYTES
        sums["macs" if kind == "conv" else "pool_macs"] += (cost.macs or 0) // batch
        bias = graph.parameter_spec(node, "bias")
        weights += cost.params - (bias.elements if bias is not None and cost.params else 0)
        if 1 < max(grid := node.output.shape[2:]) <= wanted:
            whole = _convolved(graph, report) // batch
            share = sums["macs"] / whole if whole else None
            is_stem = sums["convs"] > 0 and len(nodes) > 1
            found = StemCost(wanted, grid, tuple(nodes), weights=weights, share=share, **sums)
            return found if is_stem else None
    return None


def _convolved(graph: LayerGraph, report: CostReport) -> int:
    """MACs of all layers with weights: what a stem's convolutions are a share of, whatever else
    the costs are asked to count."""
    weighted = (node for node in graph.ops if family_of(node.op) in _WEIGHTED)
    return sum(report.layers[node.id].macs or 0 for node in weighted)


def grids_of(graph: LayerGraph) -> tuple[int, ...]:
    """The sides of the grids that convolutions and pools lead to, the finest first."""
    sides = {
        max(node.output.shape[2:])
        for node in graph.ops
        if family_of(node.op) in ("conv", "pool") and len(node.output.shape) > 3
    }
    return tuple(sorted(sides - {1}, reverse=True))


def stem_insight(graph: LayerGraph, report: CostReport, wanted: int = GRID) -> Insight | None:
    """The stem's cost in words and as a table; None where there is no stem to speak of."""
    found = stem_cost(graph, report, wanted)
    if found is None:
        return None
    sides = "×".join(map(str, found.grid))
    pools = f" and {_counted(found.pools, 'pool')}" if found.pools else ""
    share = f", {percent(found.share)} of the network's MACs" if found.share is not None else ""
    return Insight(
        "stem", "network", f"The stem: until the first {sides} grid",
        f"{found.nodes[0]} to {found.nodes[-1]}, {_counted(found.convs, 'convolution')}{pools}"
        f"{share}. GoogLeNet leaves the expensive large grids after a few layers.",
        nodes=found.nodes,
        table=Table(_COLUMNS, stem_rows(found)),
    )  # fmt: skip


def stem_rows(stem: StemCost) -> tuple[tuple[str, ...], ...]:
    """Memory, weights and MACs: of convolutions, and with the pools."""
    return (
        ("Memory", _mega(stem.conv_bytes), _mega(stem.conv_bytes + stem.pool_bytes)),
        ("Weights", exact(stem.weights), exact(stem.weights)),
        ("MACs", _millions(stem.macs), _millions(stem.macs + stem.pool_macs)),
    )


def stem_ratios(one: StemCost, other: StemCost) -> tuple[tuple[str, str, str], ...]:
    """How many times as much `other` takes, rows as in `stem_rows`."""
    memory = (one.conv_bytes, other.conv_bytes)
    pooled = tuple(stem.conv_bytes + stem.pool_bytes for stem in (one, other))
    weights, macs = (one.weights, other.weights), (one.macs, other.macs)
    counted = tuple(stem.macs + stem.pool_macs for stem in (one, other))
    return (
        ("Memory", _times(*memory), _times(*pooled)),
        ("Weights", _times(*weights), _times(*weights)),
        ("MACs", _times(*macs), _times(*counted)),
    )


def slide_stems(names: Sequence[str], wanted: int) -> tuple[str, ...]:
    """What the slide says of GoogLeNet's and VGG-16's stems and why it differs; nothing for
    other networks or grids."""
    known = {name.removeprefix("lecture:") for name in names}
    return _SLIDE if wanted == GRID and {"googlenet", "vgg16"} <= known else ()


def _batch(graph: LayerGraph) -> int:
    return graph.inputs[0].output.shape[0] if graph.inputs and graph.inputs[0].output.shape else 1


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{exact(number)} {word}s"


def _mega(size: int) -> str:
    return f"{size / KILO**2:,.2f} MB"


def _millions(number: int) -> str:
    return f"{number / 1e6:,.1f} M"


def _times(one: int, other: int) -> str:
    return f"{other / one:.1f}×" if one else "unknown"

"""Cut profile and findings of large graphs that are as entangled as networks never are."""

from __future__ import annotations

from random import Random

from tests.bottlenecks.graphs import Drawing, layer_graph
from tests.perf.table import Row, median_seconds
from visualizer.bottlenecks import cut_profile, find_bottlenecks
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph


def rows() -> list[Row]:
    """Seconds for 2,000 ops, and for 10,000."""
    return [
        _row("2,000 tangled ops", tangled(2000, False), 0.4),
        _row("2,000 tangled ops under one skip", tangled(2000, True), 0.4),
        _row("2,000 ops of a U-Net", nested(667), 0.5),
        _row("10,000 tangled ops", tangled(10_000, False), 2.0),
        _row("10,000 ops in a chain with 5,000 valleys", zigzag(10_000), 2.0),
    ]


def _row(name: str, graph: LayerGraph, aim: float) -> Row:
    report = cost_report(graph)
    seconds = median_seconds(lambda: find_bottlenecks(cut_profile(graph, report)), 3)
    return Row(f"cut profile and findings of {name}", seconds, "s", aim)


def tangled(size: int, skip: bool) -> LayerGraph:
    """Ops that read up to four of the 30 before them; `skip` bypasses all the rest."""
    random = Random(0)
    edges = {(max(0, op - random.randint(1, 30)), op) for op in range(1, size) for _ in range(4)}
    if skip:
        edges.add((1, size - 1))
    return layer_graph(
        Drawing(tuple(random.randint(1, 1000) for _ in range(size)), frozenset(edges))
    )


def nested(size: int) -> LayerGraph:
    """One U-Net of `size` levels, each skip with an op of its own: down, across, up again."""
    random = Random(1)
    across = {level: size + level for level in range(1, size)}
    up = {level: 3 * size - level for level in range(1, size)}
    edges = {(level, level + 1) for level in range(size - 1)} | {(size - 1, 2 * size + 1)}
    edges |= {(level, across[level]) for level in across} | {(size - 1, size)}
    edges |= {(across[level], up[level]) for level in across} | {(size, 2 * size)}
    edges |= {(op, op + 1) for op in range(2 * size, 3 * size - 1)}
    widths = tuple(random.randint(1, 1000) for _ in range(3 * size))
    return layer_graph(Drawing(widths, frozenset(edges)))


def zigzag(size: int) -> LayerGraph:
    """A chain of ops, every other one much narrower than its neighbours."""
    random = Random(2)
    widths = tuple(random.randint(*((300, 500) if op % 2 else (900, 1000))) for op in range(size))
    return layer_graph(Drawing(widths, frozenset((op - 1, op) for op in range(1, size))))

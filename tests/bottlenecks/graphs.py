"""Random layer graphs for property tests, and a minimum cut found by trying all of them."""

from __future__ import annotations

from itertools import combinations
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from visualizer.bottlenecks import CutProfile, cut_profile
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec


class Drawing(NamedTuple):
    """Widths of the ops 1, 2, ... behind input 0, and who reads whom (earlier -> later)."""

    widths: tuple[int, ...]
    edges: frozenset[tuple[int, int]]

    @property
    def results(self) -> tuple[int, ...]:
        """Ops that nobody reads: the outputs."""
        read = {source for source, _ in self.edges}
        return tuple(op for op in range(len(self.widths)) if op not in read)


@st.composite
def drawings(draw: st.DrawFn, most: int = 9) -> Drawing:
    size = draw(st.integers(2, most))
    widths = draw(st.lists(st.integers(1, 20), min_size=size, max_size=size))
    edges = set()
    for op in range(1, size):
        sources = draw(st.sets(st.integers(0, op - 1), min_size=1, max_size=3))
        edges.update((source, op) for source in sources)
    return Drawing(tuple(widths), frozenset(edges))


def name(op: int) -> str:
    return f"op{op}" if op else "input"


def layer_graph(drawing: Drawing, order: list[int] | None = None) -> LayerGraph:
    """Ops of a kind nothing is known about, so that none is fused with another."""
    nodes = []
    for op in order or range(len(drawing.widths)):
        sources = sorted(source for source, target in drawing.edges if target == op)
        kind = "custom" if op else "input"
        reads = tuple(TensorRef(name(source)) for source in sources)
        output = TensorSpec((1, drawing.widths[op]))
        nodes.append(Node(name(op), kind, inputs=reads, outputs=(output,)))
    return LayerGraph("net", tuple(nodes), tuple(TensorRef(name(op)) for op in drawing.results))


def profiled(graph: LayerGraph) -> CutProfile:
    return cut_profile(graph, cost_report(graph))


def narrowest(graph: LayerGraph) -> int:
    return min(cut.width for cut in profiled(graph).cuts)


def brute_force_minimum(drawing: Drawing) -> int:
    ops = range(len(drawing.widths))
    subsets = (set(chosen) for size in ops for chosen in combinations(ops, size + 1))
    return min(
        sum(drawing.widths[op] for op in chosen) for chosen in subsets if separates(drawing, chosen)
    )


def separates(drawing: Drawing, removed: set[int]) -> bool:
    reached = {0} - removed
    for source, target in sorted(drawing.edges, key=lambda edge: edge[1]):
        if source in reached and target not in removed:
            reached.add(target)
    return not reached.intersection(drawing.results)


def other_order(drawing: Drawing, random: Random) -> list[int]:
    """Any order in which every op comes after what it reads."""
    order: list[int] = []
    left = set(range(len(drawing.widths)))
    while left:
        ready = [op for op in left if not any(t == op and s in left for s, t in drawing.edges)]
        order.append(random.choice(sorted(ready)))
        left.remove(order[-1])
    return order

"""Who an op depends on, who depends on it, and what lies on the paths between two.

Nodes stand in execution order, so one walk over them, down or up, is enough.
"""

from __future__ import annotations

from collections.abc import Iterable

from visualizer.graph.model import LayerGraph


def upstream(graph: LayerGraph, ops: Iterable[str]) -> frozenset[str]:
    """`ops` and every node whose output reaches one of them; raises KeyError for an unknown id."""
    found = set(ops)
    for node in reversed(graph.nodes[: _last(graph, found) + 1]):
        if node.id in found:
            found.update(ref.node for ref in node.inputs)
    return frozenset(found)


def downstream(graph: LayerGraph, ops: Iterable[str]) -> frozenset[str]:
    """`ops` and every node that one of their outputs reaches; raises KeyError for an unknown id."""
    found = set(ops)
    for node in graph.nodes[min((graph.index[op] for op in found), default=0) :]:
        if any(ref.node in found for ref in node.inputs):
            found.add(node.id)
    return frozenset(found)


def between(graph: LayerGraph, some: Iterable[str], others: Iterable[str]) -> frozenset[str]:
    """Every node on a path from one of `some` to one of `others`, or the other way round, ends
    included; empty when no path leads from either to the other."""
    some, others = frozenset(some), frozenset(others)
    there = downstream(graph, some) & upstream(graph, others)
    back = downstream(graph, others) & upstream(graph, some)
    return there | back


def _last(graph: LayerGraph, ops: Iterable[str]) -> int:
    return max((graph.index[op] for op in ops), default=-1)

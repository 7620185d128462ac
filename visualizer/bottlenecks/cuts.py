"""Cuts of the tensor graph: tensors that everything passes, and minimum cuts between them.

Widths and cuts as in Ford and Fulkerson's max-flow min-cut theorem with capacities on the
vertices (each vertex split into an entry and an exit joined by an edge of its width).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from visualizer.bottlenecks.tensors import TensorGraph

if TYPE_CHECKING:
    import networkx as nx

_SOURCE, _SINK = -1, -2


def articulation_tensors(tensors: TensorGraph) -> tuple[int, ...]:
    """Positions of the tensors that lie on every path from input to output, in order.

    Every tensor lies on some path, so one is passed by everything exactly when no edge of the
    topological order jumps over it.
    """
    found: list[int] = []
    furthest = 0
    for position, readers in enumerate(tensors.successors):
        if furthest <= position:
            found.append(position)
        furthest = max(furthest, *readers) if readers else furthest
    return tuple(found)


def minimum_cut_between(tensors: TensorGraph, first: int, last: int) -> tuple[int, ...] | None:
    """The narrowest set of tensors strictly between two articulation tensors, as positions.

    Among several of that width, the one closest to `first`. None when nothing lies between
    or `first` goes straight on to `last` (a skip connection: it is alive all the way).
    """
    if last in tensors.successors[first] or last - first < 2:
        return None
    segment = _Segment(tensors, first, last)
    segment.merge_forward()
    segment.merge_backward()
    return tuple(sorted(segment.minimum_cut()))


class _Segment:
    """The tensors between two articulation tensors, in shape for a maximum flow.

    `into[v]` are the tensors v is computed from and `width[v]` its size, both shrinking as
    tensors are merged that no minimum cut needs.
    """

    def __init__(self, tensors: TensorGraph, first: int, last: int) -> None:
        inner = range(first + 1, last)
        self.width = {position: tensors.tensors[position].width for position in inner}
        self.into: dict[int, set[int]] = {
            position: {_SOURCE if p == first else p for p in tensors.predecessors[position]}
            for position in inner
        }
        self.into[_SINK] = set(tensors.predecessors[last])

    def merge_forward(self) -> None:
        """A tensor computed from a single one that is not wider: cut that one instead."""
        stands_for: dict[int, int] = {}
        for vertex in sorted(self.width):
            sources = {stands_for.get(p, p) for p in self.into[vertex]}
            self.into[vertex] = sources
            (only, *others) = sources
            if not others and only != _SOURCE and self.width[only] <= self.width[vertex]:
                stands_for[vertex] = only
                del self.width[vertex], self.into[vertex]
        self.into[_SINK] = {stands_for.get(p, p) for p in self.into[_SINK]}

    def merge_backward(self) -> None:
        """A tensor read by a single narrower one: cut that one instead."""
        readers: dict[int, set[int]] = {vertex: set() for vertex in self.width}
        for vertex, sources in self.into.items():
            for source in sources - {_SOURCE}:
                readers[source].add(vertex)
        for vertex in sorted(self.width, reverse=True):
            (only, *others) = readers[vertex]
            if not others and only != _SINK and self.width[only] < self.width[vertex]:
                self._absorb(vertex, only, readers)

    def _absorb(self, vertex: int, reader: int, readers: dict[int, set[int]]) -> None:
        sources = self.into.pop(vertex)
        del self.width[vertex]
        self.into[reader] = (self.into[reader] - {vertex}) | sources
        for source in sources - {_SOURCE}:
            readers[source] = (readers[source] - {vertex}) | {reader}

    def minimum_cut(self) -> set[int]:
        if len(self.width) == 1:
            return set(self.width)
        # Imported when first needed: the window starts a tenth of a second sooner without.
        from networkx.algorithms.flow import boykov_kolmogorov

        residual = boykov_kolmogorov(self._network(), _SOURCE, _SINK)
        reached = _reachable(residual)
        return {v for v in self.width if _entry(v) in reached and _exit(v) not in reached}

    def _network(self) -> nx.DiGraph:
        import networkx as nx

        network = nx.DiGraph()
        for vertex, width in self.width.items():
            network.add_edge(_entry(vertex), _exit(vertex), capacity=width)
        for vertex, sources in self.into.items():
            target = _SINK if vertex == _SINK else _entry(vertex)
            for source in sources:
                network.add_edge(_SOURCE if source == _SOURCE else _exit(source), target)
        return network


def _entry(vertex: int) -> int:
    return 2 * vertex


def _exit(vertex: int) -> int:
    return 2 * vertex + 1


def _reachable(residual: nx.DiGraph) -> set[int]:
    """What the source still reaches over edges with room: the cut lies at its border."""
    reached, stack = {_SOURCE}, [_SOURCE]
    while stack:
        for target, edge in residual.adj[stack.pop()].items():
            if target not in reached and edge["flow"] < edge["capacity"]:
                reached.add(target)
                stack.append(target)
    return reached

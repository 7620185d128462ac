"""Outputs that part: the tensors that a single one of them is computed from."""

from __future__ import annotations

from visualizer.bottlenecks.tensors import TensorGraph, common_end


def ends_of(tensors: TensorGraph) -> tuple[int, ...]:
    """Positions of the outputs when there are several, else nothing."""
    if not tensors.tensors or tensors.tensors[-1].node:
        return ()
    return tensors.predecessors[-1]


def restricted(tensors: TensorGraph, end: int) -> TensorGraph:
    """The tensors from which the one at `end` is computed, itself the last."""
    kept = sorted(_needed_for(tensors, end))
    number = {position: place for place, position in enumerate(kept)}
    parts = [tensors.tensors[position] for position in kept]
    edges = [
        tuple(number[reader] for reader in tensors.successors[position] if reader in number)
        for position in kept
    ]
    if not parts[0].node and len(edges[0]) == 1:  # of several inputs it needs just one
        parts, edges = parts[1:], [tuple(reader - 1 for reader in e) for e in edges[1:]]
    elif not parts[0].node:
        parts[0] = common_end([parts[reader] for reader in edges[0]])
    return TensorGraph(tensors.graph, tuple(parts), tuple(edges), tensors.side_nodes, tensors.unit)


def _needed_for(tensors: TensorGraph, end: int) -> set[int]:
    needed, stack = {end}, [end]
    while stack:
        fresh = set(tensors.predecessors[stack.pop()]) - needed
        needed |= fresh
        stack.extend(fresh)
    return needed

"""The silhouette of what is inside a folded module."""

from __future__ import annotations

from visualizer.graph import Group, TensorRef
from visualizer.layout.sizing import WidthScale
from visualizer.session.network import OpenNetwork

LONGEST_PROFILE = 48


def profile(network: OpenNetwork, group: Group, scale: WidthScale) -> tuple[float, ...]:
    """Widths, in pixels, of what crosses each level inside a group: its own silhouette.

    The ops stand on levels by longest path; a tensor made on level a and last read on level b
    crosses every level from a to b, so that a skip carries its width past a squeeze.
    """
    level: dict[str, int] = {}
    last_read: dict[TensorRef, int] = {}
    inside = set(group.nodes)
    for node_id in group.nodes:
        node = network.graph.by_id[node_id]
        level[node_id] = 1 + max(
            (level[r.node] for r in node.inputs if r.node in inside), default=-1
        )
        for ref in node.inputs:
            last_read[ref] = max(last_read.get(ref, 0), level[node_id])
    deepest = max(level.values())
    crossing = [0] * (deepest + 1)
    for ref, read_at in last_read.items():
        for at in range(level.get(ref.node, 0), read_at):
            crossing[at] += network.graph.spec(ref).elements
    for ref in _exits(network, group, inside):
        for at in range(level[ref.node], deepest + 1):
            crossing[at] += network.graph.spec(ref).elements
    step = max(1, len(crossing) // LONGEST_PROFILE)
    return tuple(scale.pixels(value) for value in crossing[::step])


def _exits(network: OpenNetwork, group: Group, inside: set[str]) -> set[TensorRef]:
    results = {ref for ref in network.graph.outputs if ref.node in inside}
    return results | {
        ref
        for node_id in group.nodes
        for reader in network.graph.consumers[node_id]
        if reader not in inside
        for ref in network.graph.by_id[reader].inputs
        if ref.node == node_id
    }

"""Folding: the part of a layer graph that is open, as a second graph. The first is untouched."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import msgspec

from visualizer.graph.hierarchy import ROOT, Hierarchy
from visualizer.graph.model import LayerGraph, TensorRef, TensorSpec

MOST_BARS = 32
"""So many are shown at first, if there are levels to choose from."""

ItemKind = Literal["node", "folded", "expanded"]


class Item(msgspec.Struct, frozen=True):
    """A visible thing: an op, a module drawn as one box, or an open module around others."""

    id: str
    kind: ItemKind
    parent: str


class FoldedEdge(msgspec.Struct, frozen=True):
    """Tensor `ref` flows from the visible item `source` into the visible item `target`."""

    source: str
    target: str
    ref: TensorRef
    spec: TensorSpec
    slot: int


class FoldedGraph(msgspec.Struct, frozen=True, dict=True):
    """Visible items, parents before children and otherwise in execution order; edges join
    only nodes and folded groups. A tensor read several times by one item is one edge.
    `shown_as` has the visible item of every node of the layer graph."""

    items: tuple[Item, ...]
    edges: tuple[FoldedEdge, ...]
    shown_as: dict[str, str]

    @cached_property
    def by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}

    @cached_property
    def leaves(self) -> tuple[Item, ...]:
        """Nodes and folded groups: what is drawn as a bar."""
        return tuple(item for item in self.items if item.kind != "expanded")

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The layer graph's nodes behind each bar, in execution order."""
        found: dict[str, list[str]] = {item.id: [] for item in self.leaves}
        for node, item in self.shown_as.items():
            found[item].append(node)
        return {item: tuple(nodes) for item, nodes in found.items()}


def fold(
    graph: LayerGraph,
    hierarchy: Hierarchy,
    expanded: frozenset[str],
    hosts: Mapping[str, str] | None = None,
) -> FoldedGraph:
    """What is seen when the groups in `expanded` are open (and the root always).

    `hosts` (from `fused_hosts`) names nodes that are drawn as part of another one. A module
    that holds a single bar is that bar: there is nothing to open in it.
    """
    items: list[Item] = []
    shown_as: dict[str, str] = {}
    hosts = hosts or {}
    lone = lone_nodes(hierarchy, hosts)

    def visit(group_id: str) -> None:
        for member in hierarchy.groups[group_id].members:
            group = hierarchy.groups.get(member)
            if member in hosts:
                shown_as[member] = hosts[member]
            elif group is None:
                items.append(Item(member, "node", group_id))
                shown_as[member] = member
            elif member in lone:
                items.append(Item(lone[member], "node", group_id))
                shown_as.update(dict.fromkeys(group.nodes, lone[member]))
            elif member in expanded:
                items.append(Item(member, "expanded", group_id))
                visit(member)
            else:
                items.append(Item(member, "folded", group_id))
                shown_as.update(dict.fromkeys(group.nodes, member))

    visit(ROOT)
    return FoldedGraph(tuple(items), _edges_between(graph, shown_as), shown_as)


def lone_nodes(hierarchy: Hierarchy, hosts: Mapping[str, str]) -> dict[str, str]:
    """Groups in which only one node is drawn, the others being part of it -> that node."""
    lone: dict[str, str] = {}
    for group in hierarchy.groups.values():
        drawn = {hosts.get(node, node) for node in group.nodes}
        if group.id != ROOT and len(drawn) == 1 and drawn <= set(group.nodes):
            lone[group.id] = drawn.pop()
    return lone


def _edges_between(graph: LayerGraph, shown_as: dict[str, str]) -> tuple[FoldedEdge, ...]:
    edges: dict[tuple[TensorRef, str], FoldedEdge] = {}
    for edge in graph.edges:
        source, target = shown_as[edge.ref.node], shown_as[edge.target]
        if source != target:
            edges.setdefault(
                (edge.ref, target), FoldedEdge(source, target, edge.ref, edge.spec, edge.slot)
            )
    return tuple(edges.values())


def expanded_to_depth(hierarchy: Hierarchy, depth: int) -> frozenset[str]:
    """The groups to open so that modules of nesting `depth` are seen as boxes (0: root only)."""
    return frozenset(
        group_id
        for group_id in hierarchy.groups
        if group_id != ROOT and hierarchy.depth(group_id) <= depth
    )


def first_view(
    hierarchy: Hierarchy, hosts: Mapping[str, str] | None = None, most: int = MOST_BARS
) -> frozenset[str]:
    """Groups to open at first: level by level, while at most `most` bars and frames would show.

    The level that has fewer than four bars is opened whatever comes, so that a network
    inside a wrapper is seen. `hosts` are the nodes drawn as part of another one. Runs of modules
    built alike stay folded, to be shown once, and so does what stands beside them.
    """
    absorbed = hosts or {}
    lone = lone_nodes(hierarchy, absorbed)

    def size(group_id: str) -> int:
        return sum(member not in absorbed for member in hierarchy.groups[group_id].members)

    def inside(group_id: str) -> list[str]:
        members = hierarchy.groups[group_id].members
        inner = [hierarchy.groups[m] for m in members if m in hierarchy.groups and m not in lone]
        return [group.id for group in inner] if all(g.repeats == 1 for g in inner) else []

    expanded: set[str] = set()
    level = [ROOT]
    visible = 1
    while level:
        # What is inside instead of one bar, and a frame around it.
        growth = sum(size(group) - (group == ROOT) for group in level)
        if visible + growth > most and visible > 3:
            break
        expanded.update(level)
        visible += growth
        level = [member for group in level for member in inside(group)]
    return frozenset(expanded - {ROOT})

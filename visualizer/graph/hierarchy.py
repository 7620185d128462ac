"""Module groups as a tree over the layer graph.

A group is a module call (or a container such as a ModuleList that is never called itself).
Every group is one uninterrupted run of executed ops. Runs nest or are disjoint, so folding
any set of groups leaves an acyclic graph: a path that left a group and came back would need
an op outside the group executed in the middle of it. A container whose ops do not form one
run (feature pyramids interleave two ModuleLists) is dissolved into its parent.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

from visualizer.graph.model import LayerGraph

ROOT = ""


class Group(msgspec.Struct, frozen=True):
    """A module call: `members` are node or group ids directly inside, in execution order.

    `repeats` is more than one for a run of modules that are built alike (`graph.repeats`): so
    many times the same. The first `unit` of the members are one of them; a long run holds all
    others as one more member, which is a run as well.
    """

    id: str
    path: str
    type_name: str
    parent: str | None
    members: tuple[str, ...]
    nodes: tuple[str, ...]
    repeats: int = 1
    unit: int = 1

    @property
    def name(self) -> str:
        return self.id.rpartition(".")[2]


class Hierarchy(msgspec.Struct, frozen=True, dict=True):
    """All groups by id, the root under "". Node and group ids never collide."""

    groups: dict[str, Group]

    @property
    def root(self) -> Group:
        return self.groups[ROOT]

    @cached_property
    def parent_of(self) -> dict[str, str]:
        """The group directly around each node or group id."""
        return {member: group.id for group in self.groups.values() for member in group.members}

    def ancestors(self, item: str) -> tuple[str, ...]:
        """Groups around a node or group, innermost first, the root last."""
        found = []
        while item in self.parent_of:
            item = self.parent_of[item]
            found.append(item)
        return tuple(found)

    def depth(self, item: str) -> int:
        """1 for what stands directly in the network."""
        return len(self.ancestors(item))

    def walk(self, group_id: str = ROOT) -> Iterator[str]:
        """Every node and group id below, parents before children, in execution order."""
        for member in self.groups[group_id].members:
            yield member
            if member in self.groups:
                yield from self.walk(member)


class _Frame:
    """A group being built."""

    def __init__(self, group_id: str, parent: str | None) -> None:
        self.id = group_id
        self.parent = parent
        self.members: list[str] = []
        self.nodes: list[str] = []


def build_hierarchy(graph: LayerGraph) -> Hierarchy:
    """The group tree of a graph. Network inputs stand directly under the root."""
    broken = _interrupted_scopes(graph)
    frames = {ROOT: _Frame(ROOT, None)}
    for node in graph.nodes:
        parent = ROOT
        frames[ROOT].nodes.append(node.id)
        for scope in node.scope:
            if scope in broken or scope == node.id:
                continue
            if scope not in frames:
                frames[scope] = _Frame(scope, parent)
                frames[parent].members.append(scope)
            parent = scope
            frames[scope].nodes.append(node.id)
        frames[parent].members.append(node.id)
    return Hierarchy({frame.id: _group(frame, graph) for frame in frames.values()})


def _group(frame: _Frame, graph: LayerGraph) -> Group:
    path = frame.id.partition("#")[0]
    module = graph.module_by_path.get(path)
    return Group(
        frame.id, path, module.type_name if module else "", frame.parent,
        tuple(frame.members), tuple(frame.nodes),
    )  # fmt: skip


def _interrupted_scopes(graph: LayerGraph) -> set[str]:
    """Scopes whose ops are not one run, or which appear under different parents.

    Constants and inputs count like any op: the runs are of execution order.
    """
    broken: set[str] = set()
    closed: set[str] = set()
    parents: dict[str, tuple[str, ...]] = {}
    current: tuple[str, ...] = ()
    for node in graph.nodes:
        closed.update(set(current) - set(node.scope))
        broken.update(closed.intersection(node.scope))
        for position, scope in enumerate(node.scope):
            if parents.setdefault(scope, node.scope[:position]) != node.scope[:position]:
                broken.add(scope)
        current = node.scope
    return broken | {node.id for node in graph.nodes}

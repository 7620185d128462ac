"""The blocks that people would checkpoint: the outermost modules that stand in a row."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from visualizer.graph import ROOT, Group, Hierarchy, build_hierarchy
from visualizer.graph.model import LayerGraph

_CONTAINERS = ("Sequential", "ModuleList", "ModuleDict")


class Block(NamedTuple):
    """A module call: its ops from step `first` to `last` of the graph, and the nodes that made
    the memory it reads from outside."""

    id: str
    path: str
    first: int
    last: int
    nodes: frozenset[str]
    inputs: frozenset[str]


def blocks_of(graph: LayerGraph) -> tuple[Block, ...]:
    """In execution order: the outermost modules of more than one op that are items of a
    container (nn.Sequential, nn.ModuleList) or stand beside others of their type. Empty for a
    chain of single layers, such as AlexNet."""
    hierarchy = build_hierarchy(graph)
    found: list[Group] = []
    _collect(hierarchy, ROOT, found)
    return tuple(_block(graph, group) for group in found)


def _collect(hierarchy: Hierarchy, around: str, found: list[Group]) -> None:
    outer = hierarchy.groups[around]
    inside = [hierarchy.groups[name] for name in outer.members if name in hierarchy.groups]
    types = Counter(group.type_name for group in inside)
    for group in inside:
        in_a_row = outer.type_name in _CONTAINERS or types[group.type_name] > 1
        if in_a_row and group.type_name not in ("", *_CONTAINERS) and len(group.nodes) > 1:
            found.append(group)
        else:
            _collect(hierarchy, group.id, found)


def _block(graph: LayerGraph, group: Group) -> Block:
    nodes = frozenset(group.nodes)
    steps = [graph.index[name] for name in group.nodes]
    read = (ref for name in group.nodes for ref in graph.by_id[name].inputs)
    inputs = frozenset(
        graph.storages[ref.node][ref.output][0] for ref in read if ref.node not in nodes
    )
    return Block(group.id, group.path, min(steps), max(steps), nodes, inputs)

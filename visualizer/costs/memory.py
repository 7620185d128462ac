"""Memory of activations: what each op writes, and the most that lives at one time.

A tensor lives from the op that writes it to the last op that reads it; the network's outputs
live to the end, its inputs from the start. Views and in-place results share the storage of
the input they alias, which then lives as long as any of them. Workspace of kernels and
fragmentation are not modelled: this is the least an ideal allocator needs in a forward pass
without gradients.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

import msgspec

from visualizer.costs.parameters import bytes_or_none
from visualizer.graph.model import LayerGraph, Node, TensorRef, TensorSpec

Storage = tuple[str, int]


class Peak(NamedTuple):
    """The most bytes alive at once, and the op that runs then ("" for no op)."""

    bytes: int
    node: str


class Lifetime(msgspec.Struct, frozen=True, gc=False):
    """Memory of one tensor and its views: the (node, output) that made it, the first and last
    step at which it is alive, and its bytes."""

    storage: Storage
    first: int
    last: int
    bytes: int


def spec_bytes(spec: TensorSpec) -> int:
    """Memory of one tensor; 0 for a dtype of unknown size, which the report's notes name."""
    return math.prod(spec.shape) * (bytes_or_none(spec.dtype) or 0)


def new_elements_and_bytes(node: Node) -> tuple[int, int]:
    """Elements and bytes of the outputs that are new memory: no views, nothing in place."""
    pairs = zip(node.outputs, node.aliased_inputs, strict=True)
    fresh = [spec for spec, source in pairs if source is None]
    return sum(spec.elements for spec in fresh), sum(spec_bytes(spec) for spec in fresh)


def peak_activations(graph: LayerGraph, node_ids: Iterable[str] | None = None) -> Peak:
    """Peak over the whole run, or over the ops in `node_ids` only.

    For a part of the network, what it reads from outside lives from its start to its last
    use there, and what is read outside lives to the part's end.
    """
    nodes = _nodes(graph, node_ids)
    alive = alive_bytes(_lifetimes(graph, nodes), len(nodes))
    step = max(range(len(nodes)), key=alive.__getitem__, default=0)
    return Peak(alive[step], nodes[step].id) if alive and alive[step] else Peak(0, "")


def lifetimes(graph: LayerGraph, held: bool = False) -> tuple[Lifetime, ...]:
    """How long each storage of the whole run lives, in steps of `graph.nodes`.

    With `held`, as in eager PyTorch, whose code may hold a tensor after its last reader: as
    was seen while the network ran (`graph.kept`), where somebody watched. Else by a rule:
    whoever calls a module holds its arguments until it returns, so what a group reads from
    outside lives to the group's last op, and the network's inputs to the end. (Local variables
    of a `forward` may hold more: the graph alone does not tell.)
    """
    found = _lifetimes(graph, graph.nodes)
    if not held:
        return found
    until = _argument_until(graph) if graph.kept is None else _seen_until(graph)
    return tuple(
        msgspec.structs.replace(life, last=max(life.last, until.get(life.storage, 0)))
        for life in found
    )


def alive_bytes(lives: Iterable[Lifetime], steps: int) -> list[int]:
    """Bytes alive while each of `steps` ops runs: what it reads, what it writes, what waits."""
    changes = [0] * (steps + 1)
    for life in lives:
        changes[life.first] += life.bytes
        changes[life.last + 1] -= life.bytes
    return list(accumulate(changes[:steps]))


def _nodes(graph: LayerGraph, node_ids: Iterable[str] | None) -> tuple[Node, ...]:
    if node_ids is None:
        return graph.nodes
    return tuple(graph.nodes[index] for index in sorted(graph.index[name] for name in node_ids))


def _lifetimes(graph: LayerGraph, nodes: tuple[Node, ...]) -> tuple[Lifetime, ...]:
    """First and last step of each storage, and its bytes, with steps counted in `nodes`."""
    storages, by_id = graph.storages, graph.by_id
    born: dict[Storage, int] = {}
    dies: dict[Storage, int] = {}
    for step, node in enumerate(nodes):
        for ref in node.inputs:
            root = storages[ref.node][ref.output]
            if root not in born:  # made outside of `nodes`
                born[root] = 0
            dies[root] = step
        for root in storages[node.id]:
            if root not in born:
                born[root] = 0 if node.op == "input" else step
            dies[root] = step
    for ref in _read_outside(graph, nodes):
        dies[storages[ref.node][ref.output]] = len(nodes) - 1
    return tuple(
        [
            Lifetime(root, first, dies[root], spec_bytes(by_id[root[0]].outputs[root[1]]))
            for root, first in born.items()
        ]
    )


def _seen_until(graph: LayerGraph) -> dict[Storage, int]:
    """Last step at which the network's code was seen to hold each storage."""
    return {
        (kept.ref.node, kept.ref.output): graph.index[kept.until]
        for kept in graph.kept or ()
        if kept.until in graph.index
    }


def _argument_until(graph: LayerGraph) -> dict[Storage, int]:
    """Last step of the outermost call that each storage is an argument of."""
    ends = {group: step for step, node in enumerate(graph.nodes) for group in node.scope}
    storages = graph.storages
    until = {storages[node.id][0]: len(graph.nodes) - 1 for node in graph.inputs}
    for node in graph.nodes:
        for ref in node.inputs:
            around = graph.by_id[ref.node].scope
            entered = next((group for group in node.scope if group not in around), None)
            if entered is not None:
                root = storages[ref.node][ref.output]
                until[root] = max(until.get(root, 0), ends[entered])
    return until


def _read_outside(graph: LayerGraph, nodes: tuple[Node, ...]) -> list[TensorRef]:
    """Tensors written by `nodes` that something else needs afterwards."""
    if len(nodes) == len(graph.nodes):
        return list(graph.outputs)
    inside = {node.id for node in nodes}
    needed = [ref for ref in graph.outputs if ref.node in inside]
    for name in inside:
        for reader in graph.consumers[name]:
            if reader not in inside:
                needed += [ref for ref in graph.by_id[reader].inputs if ref.node == name]
    return needed

"""The same network for another batch, worked out from traces at two batches.

In a network that treats its examples alike, every side of every tensor, and every size that an
op is called with, is affine in the batch: side(b) = s1 + (s2 - s1)·(b - b1). Two traces
give the slope, a third one (the network as opened) tells whether that is true of this network.

A batch of one is special: views of it are made where others need copies (`contiguous`,
`reshape`), so nothing is concluded from others about it, nor from it about others.
"""

from __future__ import annotations

from functools import cached_property

import msgspec

from visualizer.graph.model import AttributeValue, LayerGraph, Node, TensorSpec


class RebatchingError(ValueError):
    """Other batches cannot be worked out from these traces; the text says what differs."""


class Rebatching(msgspec.Struct, frozen=True, dict=True):
    """A network traced for `batch` and for `batch` + 1 examples.

    Raises RebatchingError when the traces are not of the same ops.
    """

    batch: int
    graph: LayerGraph
    one_more: LayerGraph

    def __post_init__(self) -> None:
        _expect_same_ops(self.graph, self.one_more)
        _ = self._changes

    def at(self, batch: int) -> LayerGraph:
        """The graph for `batch` examples, without a trace. Nodes that have nothing of the batch
        in them are the same objects."""
        steps = batch - self.batch
        nodes = list(self.graph.nodes)
        known: dict[tuple[TensorSpec, TensorSpec], TensorSpec] = {}
        for number, other in self._changes:
            nodes[number] = _moved_node(nodes[number], other, steps, known)
        return msgspec.structs.replace(self.graph, nodes=tuple(nodes))

    def agrees_with(self, graph: LayerGraph, batch: int) -> bool:
        """Whether a trace at `batch` has the shapes that are worked out for it."""
        worked_out = self.at(batch)
        return len(graph.nodes) == len(worked_out.nodes) and all(
            one.id == other.id and one.outputs == other.outputs
            for one, other in zip(graph.nodes, worked_out.nodes, strict=True)
        )

    @cached_property
    def _changes(self) -> tuple[tuple[int, Node], ...]:
        """Numbers of the nodes that depend on the batch, each with its form for one more."""
        pairs = zip(self.graph.nodes, self.one_more.nodes, strict=True)
        found = [
            (number, other)
            for number, (node, other) in enumerate(pairs)
            if node.outputs != other.outputs or node.attributes != other.attributes
        ]
        for number, other in found:
            _moved_node(self.graph.nodes[number], other, 0, {})
        return tuple(found)


def _expect_same_ops(graph: LayerGraph, other: LayerGraph) -> None:
    if len(graph.nodes) != len(other.nodes):
        raise RebatchingError(
            f"{len(graph.nodes)} ops at one batch and {len(other.nodes)} at the next"
        )
    for node, twin in zip(graph.nodes, other.nodes, strict=True):
        if _skeleton(node) != _skeleton(twin):
            raise RebatchingError(f"{node.id} is not the same op at another batch")
    if graph.outputs != other.outputs:
        raise RebatchingError("the outputs are not the same at another batch")


def _skeleton(node: Node) -> tuple[object, ...]:
    """All of a node but its sizes."""
    return (
        node.id, node.op, node.inputs, node.parameters, node.scope, node.in_place, node.aliases,
        node.training_only, len(node.outputs), list(node.attributes),
    )  # fmt: skip


def _moved_node(
    node: Node, other: Node, steps: int, known: dict[tuple[TensorSpec, TensorSpec], TensorSpec]
) -> Node:
    outputs = []
    for pair in zip(node.outputs, other.outputs, strict=True):
        if pair not in known:
            known[pair] = _moved_spec(node, *pair, steps)
        outputs.append(known[pair])
    attributes = node.attributes
    if attributes != other.attributes:
        attributes = {
            name: _moved_value(node, value, other.attributes[name], steps)
            for name, value in attributes.items()
        }
    return msgspec.structs.replace(node, outputs=tuple(outputs), attributes=attributes)


def _moved_spec(node: Node, one: TensorSpec, other: TensorSpec, steps: int) -> TensorSpec:
    if len(one.shape) != len(other.shape) or one.dtype != other.dtype:
        raise RebatchingError(f"{node.id} gives another kind of tensor at another batch")
    sides = zip(one.shape, other.shape, strict=True)
    return TensorSpec(tuple(a + (b - a) * steps for a, b in sides), one.dtype)


def _moved_value(
    node: Node, one: AttributeValue, other: AttributeValue, steps: int
) -> AttributeValue:
    if one == other:
        return one
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = zip(one, other, strict=True)
        return tuple(_moved_scalar(node, a, b, steps) for a, b in pairs)
    if isinstance(one, int | float | str) and isinstance(other, int | float | str):
        return _moved_scalar(node, one, other, steps)
    raise RebatchingError(f"{node.id} is called differently at another batch")


def _moved_scalar(
    node: Node, one: int | float | str, other: int | float | str, steps: int
) -> int | float | str:
    if one == other:
        return one
    if type(one) is int and type(other) is int:
        return one + (other - one) * steps
    raise RebatchingError(f"{node.id} is called with {one} at one batch and {other} at the next")

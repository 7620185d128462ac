"""Receptive fields of all ops of an acyclic graph, in one walk in execution order.

After Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks",
Distill 2019: sizes, effective strides and effective paddings, the hull over all paths, and
whether the paths agree (aligned).
"""

from __future__ import annotations

from visualizer.costs.field_rules import apply_rule
from visualizer.costs.fields import LOST, Axis, Field, Number, start
from visualizer.costs.model import ReceptiveField
from visualizer.costs.registry import Call, views_of
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node


def receptive_fields(
    graph: LayerGraph, calls: dict[str, Call] | None = None
) -> dict[str, ReceptiveField | None]:
    """The receptive field of every node; None where nothing can be said.

    `calls`, when given, are the views of all nodes (`views_of`), so as not to make them twice.

    An input of four or five dimensions is (N, C, ...space); one of three is a sequence
    (N, C, L) or an unbatched picture when a layer of that kind reads it. Tokens have no
    field: they are not pixels.
    """
    calls = calls or views_of(graph)
    fields: dict[str, Field | None] = {}
    for node in graph.nodes:
        fields[node.id] = _field(graph, calls[node.id], fields)
    different = {id(field): field for field in fields.values()}
    shown = {key: field and _public(field) for key, field in different.items()}
    return {name: shown[id(field)] for name, field in fields.items()}


def _field(graph: LayerGraph, call: Call, fields: dict[str, Field | None]) -> Field | None:
    """The field of a node's outputs; None for constants, which see no input."""
    node = call.node
    if node.op == "input":
        first = first_spatial_dimension(graph, node)
        return LOST if first is None else start(node.outputs[0].shape, first)
    arriving = [fields[ref.node] for ref in node.inputs]
    if not any(arriving) or family_of(node.op) == "constant":
        return None
    return apply_rule(call, arriving)


def first_spatial_dimension(graph: LayerGraph, node: Node) -> int | None:
    """Where space begins in a network input's shape; None when it has none."""
    rank = len(node.outputs[0].shape) if node.outputs else 0
    if rank >= 4:
        return 2
    readers = {graph.by_id[name].op for name in graph.consumers[node.id]}
    if rank == 3 and any(op.endswith("1d") or op == "batch_norm" for op in readers):
        return 2
    if rank == 3 and any(op.endswith("2d") for op in readers):
        return 1
    return None


def _public(field: Field) -> ReceptiveField | None:
    if not field.axes or not (field.known or field.whole):
        return None
    axes, whole = field.axes, field.whole
    return ReceptiveField(
        size=tuple([_size(axis, whole) for axis in axes]),
        stride=tuple([_number(axis.stride) for axis in axes]),
        padding=tuple([_number(-axis.left) for axis in axes]),
        minimum=tuple([int(axis.minimum) for axis in axes]),
        aligned=all(axis.aligned for axis in axes),
        whole_input=whole,
    )


def _size(axis: Axis, whole: bool) -> int:
    return axis.extent if axis.whole and not whole else axis.size


def _number(value: Number) -> int | float:
    return value if isinstance(value, int) else float(value)

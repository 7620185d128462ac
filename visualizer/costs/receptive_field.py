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
    shown: dict[str, ReceptiveField | None] = {}
    told: dict[int, ReceptiveField | None] = {}  # by identity: most ops keep the field they read
    for name, call in calls.items():
        field = fields[name] = _field(graph, call, [fields[ref.node] for ref in call.node.inputs])
        if (key := id(field)) not in told:
            told[key] = _public(field)
        shown[name] = told[key]
    return shown


def _field(graph: LayerGraph, call: Call, arriving: list[Field | None]) -> Field | None:
    """The field of a node's outputs; None for constants, which see no input."""
    if any(arriving):
        return apply_rule(call, arriving)
    return _of_input(graph, call.node) if call.node.op == "input" else None


def _of_input(graph: LayerGraph, node: Node) -> Field:
    first = first_spatial_dimension(graph, node)
    return LOST if first is None else start(node.outputs[0].shape, first)


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


def _public(field: Field | None) -> ReceptiveField | None:
    if field is None or not field.axes:
        return None
    axes, whole = field.axes, field.whole
    if not (field.known or whole):
        return None
    different = axes[:1] if len(set(axes)) == 1 else axes  # pictures are mostly square
    times = len(axes) // len(different)
    return ReceptiveField(
        times * tuple([_size(axis, whole) for axis in different]),
        times * tuple([_number(axis.stride) for axis in different]),
        times * tuple([_number(-axis.left) for axis in different]),
        times * tuple([int(axis.minimum) for axis in different]),
        all(axis.aligned for axis in different),
        whole,
    )


def _size(axis: Axis, whole: bool) -> int:
    return axis.extent if axis.whole and not whole else axis.size


def _number(value: Number) -> int | float:
    return value if isinstance(value, int) else float(value)

"""One table from op name to formula, and the small view of a node that a formula sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import msgspec

from visualizer.costs.model import Cost
from visualizer.graph.model import AttributeValue, LayerGraph, Node, Parameter, TensorSpec


class MissingFactError(ValueError):
    """A formula needs something the trace did not record; the op is then uncovered."""


class Call(msgspec.Struct, frozen=True, gc=False):
    """One executed op: shapes and attributes only, never values.

    `inputs` are the specs of the tensors that arrive along edges, `parameters` those of the
    weights and buffers by role.
    """

    node: Node
    inputs: tuple[TensorSpec, ...]
    parameters: dict[str, TensorSpec]

    @property
    def output(self) -> tuple[int, ...]:
        """Shape of the first output."""
        if not self.node.outputs:
            raise MissingFactError(f"{self.node.op} has no output")
        return self.node.outputs[0].shape

    @property
    def input(self) -> tuple[int, ...]:
        """Shape of the first tensor operand."""
        return self.operand("input", 0)

    @property
    def arriving(self) -> tuple[int, ...]:
        """Shape of the first tensor that arrives along an edge, never a parameter's."""
        if not self.inputs:
            raise MissingFactError(f"nothing arrives at {self.node.op}")
        return self.inputs[0].shape

    @property
    def tensors(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of all operands, edges first: the order of the arguments is not kept."""
        return tuple(spec.shape for spec in (*self.inputs, *self.parameters.values()))

    def operand(self, role: str, slot: int) -> tuple[int, ...]:
        """Shape of the weight in `role`, else of input number `slot` (a computed weight)."""
        spec = self.parameters.get(role)
        if spec is not None:
            return spec.shape
        if slot < len(self.inputs):
            return self.inputs[slot].shape
        raise MissingFactError(f"the shape of {self.node.op}'s {role} is not recorded")

    def attribute(self, name: str, default: AttributeValue = None) -> AttributeValue:
        value = self.node.attributes.get(name)
        return default if value is None else value

    def integer(self, name: str, default: int | None = None) -> int:
        value = self.attribute(name, default)
        if not isinstance(value, int):
            raise MissingFactError(f"{self.node.op} does not say its {name}")
        return int(value)

    def per_axis(self, name: str, axes: int, default: int | None = None) -> tuple[int, ...]:
        """An attribute such as `stride` for each of `axes` spatial axes: `2` is `(2, 2)`."""
        value = self.attribute(name, default)
        if isinstance(value, int):
            return (int(value),) * axes
        if isinstance(value, tuple) and value and all(isinstance(v, int) for v in value):
            sides = tuple(int(v) for v in value)
            return sides * axes if len(sides) == 1 else sides
        if value == () and default is not None:
            return (default,) * axes
        raise MissingFactError(f"{self.node.op} does not say its {name}")

    def paddings(self, axes: int) -> tuple[tuple[int, int], ...]:
        """Padding before and after each spatial axis; ONNX has `padding_end` where they differ."""
        before = self.per_axis("padding", axes, 0)
        same = self.attribute("padding_end") is None
        after = before if same else self.per_axis("padding_end", axes)
        return tuple(zip(before, after, strict=True))


Formula = Callable[[Call], Cost]


class Entry(NamedTuple):
    """`pooling` marks window sums that stand apart from the network's MACs."""

    formula: Formula
    pooling: bool


FORMULAS: dict[str, Entry] = {}


def formula(*ops: str, pooling: bool = False) -> Callable[[Formula], Formula]:
    """Register the decorated function as the formula of `ops`."""

    def register(function: Formula) -> Formula:
        FORMULAS.update(dict.fromkeys(ops, Entry(function, pooling)))
        return function

    return register


def view_of(graph: LayerGraph, node: Node) -> Call:
    """What a formula may know about `node`."""
    return _view(node, graph.by_id, graph.parameter_by_name)


def views_of(graph: LayerGraph) -> dict[str, Call]:
    """What formulas may know about every node, by id."""
    by_id, by_name = graph.by_id, graph.parameter_by_name
    return {node.id: _view(node, by_id, by_name) for node in graph.nodes}


_NO_PARAMETERS: dict[str, TensorSpec] = {}


def _view(node: Node, by_id: dict[str, Node], by_name: dict[str, Parameter]) -> Call:
    specs, used = _NO_PARAMETERS, node.parameters
    if used:
        specs = {role: by_name[name].spec for role, name in used.items()}
    refs = node.inputs
    if len(refs) == 1:  # most, so without ado
        ref = refs[0]
        return Call(node, (by_id[ref.node].outputs[ref.output],), specs)
    return Call(node, tuple([by_id[ref.node].outputs[ref.output] for ref in refs]), specs)


def uncovered(reason: str) -> Cost:
    return Cost("uncovered", None, note=reason)

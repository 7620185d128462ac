"""Layer graphs written by hand, for tests that need no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from visualizer.costs.model import LayerCost, ReceptiveField
from visualizer.costs.report import CostReport, cost_report
from visualizer.graph.model import LayerGraph, Node, Parameter, TensorRef, TensorSpec

Shape = tuple[int, ...]


class Net:
    """Collects nodes and parameters; `graph` gives the layer graph."""

    def __init__(self, *inputs: Shape, dtype: str = "float32") -> None:
        self.dtype = dtype
        self.nodes: list[Node] = []
        self.parameters: dict[str, Parameter] = {}
        for number, shape in enumerate(inputs):
            name = "input" if number == 0 else f"input_{number + 1}"
            self.nodes.append(Node(name, "input", outputs=(TensorSpec(shape, dtype),)))

    def op(
        self,
        name: str,
        op: str,
        inputs: Sequence[str | tuple[str, int]],
        *outputs: Shape,
        weights: dict[str, Shape] | None = None,
        shared: dict[str, str] | None = None,
        aliases: tuple[int, ...] = (),
        scope: tuple[str, ...] = (),
        dtype: str | None = None,
        **attributes: Any,
    ) -> str:
        """Add a node; `weights` are new parameters by role, `shared` roles of existing ones."""
        names = dict(shared or {})
        for role, shape in (weights or {}).items():
            names[role] = f"{name}.{role}"
            self.add_parameter(names[role], shape, is_buffer=role.startswith("running"))
        refs = [TensorRef(i) if isinstance(i, str) else TensorRef(*i) for i in inputs]
        specs = tuple(TensorSpec(shape, dtype or self.dtype) for shape in outputs)
        self.nodes.append(
            Node(
                name,
                op,
                name,
                inputs=tuple(refs),
                outputs=specs,
                attributes=attributes,
                parameters=names,
                aliases=aliases,
                scope=scope,
            )
        )
        return name

    def add_parameter(self, name: str, shape: Shape, is_buffer: bool = False) -> None:
        self.parameters[name] = Parameter(name, TensorSpec(shape, "float32"), is_buffer)

    def conv(
        self,
        name: str,
        source: str,
        output: Shape,
        kernel: Shape,
        stride: int = 1,
        padding: int | Shape = 0,
        groups: int = 1,
        bias: bool = False,
        **more: Any,
    ) -> str:
        """A convolution whose channels follow from its source."""
        channels = self.shape(source)[1] // groups
        weights = {"weight": (output[1], channels, *kernel)} | (
            {"bias": output[1:2]} if bias else {}
        )
        op = f"conv{len(kernel)}d"
        return self.op(
            name, op, [source], output, weights=weights,
            stride=stride, padding=padding, groups=groups, **more,
        )  # fmt: skip

    def shape(self, name: str) -> Shape:
        return next(node for node in self.nodes if node.id == name).outputs[0].shape

    def graph(self, *outputs: str) -> LayerGraph:
        last = outputs or (self.nodes[-1].id,)
        return LayerGraph(
            "net",
            tuple(self.nodes),
            tuple(TensorRef(name) for name in last),
            tuple(self.parameters.values()),
        )

    def report(self, *outputs: str) -> CostReport:
        return cost_report(self.graph(*outputs))

    def cost(self, name: str) -> LayerCost:
        return self.report().layers[name]

    def field(self, name: str) -> ReceptiveField:
        field = self.cost(name).receptive_field
        assert field is not None
        return field


def line(cost: LayerCost, quantity: str) -> str:
    """The one derivation of a quantity, as shown."""
    (found,) = [d for d in cost.derivations if d.quantity == quantity]
    return found.text

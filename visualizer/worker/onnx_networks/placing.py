"""The ops of a file with the branches taken and the turns of loops in the place of If, Loop and
Scan: onnxruntime gives out any tensor of these, and nothing from inside of such an op.

What stands for the op itself only passes on, cuts or puts together, so all numbers are those of
the file as it is.
"""

from __future__ import annotations

import copy
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import (
    GraphProto,
    ModelProto,
    NodeProto,
    SparseTensorProto,
    TensorProto,
    helper,
    numpy_helper,
)

from visualizer.worker.onnx_networks.ordering import subgraphs

_FIRST_WITH_AXES_AS_INPUT = 13
"""Opset in which Unsqueeze is given its axes as a tensor."""


@dataclass
class Placed:
    """All `ops` in order, with the stored tensors of the graphs that were put in place.

    `changed`: they are not just the file's own."""

    ops: list[NodeProto] = field(default_factory=list)
    stored: list[TensorProto] = field(default_factory=list)
    sparse: list[SparseTensorProto] = field(default_factory=list)
    changed: bool = False

    def __copy__(self) -> Placed:
        return Placed([*self.ops], [*self.stored], [*self.sparse], self.changed)

    def model(self, model: ModelProto) -> ModelProto:
        """A copy of the file `model` of these ops, or itself where nothing was put in place."""
        if not self.changed:
            return model
        placed = copy.deepcopy(model)
        del placed.graph.node[:]
        placed.graph.node.extend(self.ops)
        _forget_repeated_names(placed.graph)
        placed.graph.initializer.extend(self.stored)
        placed.graph.sparse_initializer.extend(self.sparse)
        return placed

    def take_stored(self, graph: GraphProto) -> None:
        """The stored tensors of a branch or a body."""
        self.stored += copy.deepcopy(list(graph.initializer))
        self.sparse += graph.sparse_initializer

    def take_op(self, node: NodeProto) -> None:
        """An op of a graph that is about to be changed."""
        self.ops.append(copy.deepcopy(node))

    def pass_on(self, name: str, made: str) -> None:
        """`made` is the tensor `name`."""
        self.ops.append(helper.make_node("Identity", [name], [made]))

    def constant(self, value: NDArray[Any], made: str) -> None:
        stored = numpy_helper.from_array(value)
        self.ops.append(helper.make_node("Constant", [], [made], value=stored))

    def part(self, name: str, made: str, axis: int, number: int) -> None:
        """What is at `number` along an axis, without that axis."""
        self.constant(np.asarray(number, np.int64), f"{made}.number")
        self.ops.append(helper.make_node("Gather", [name, f"{made}.number"], [made], axis=axis))

    def stack(self, names: Sequence[str], made: str, axis: int, opset: int) -> None:
        """Tensors put together along a new axis."""
        parts = [f"{made}[{number}].part" for number in range(len(names))]
        told: dict[str, Any] = {"axes": [axis]}
        further = []
        if opset >= _FIRST_WITH_AXES_AS_INPUT:
            told, further = {}, [f"{made}.axis"]
            self.constant(np.asarray([axis], np.int64), further[0])
        for name, part in zip(names, parts, strict=True):
            self.ops.append(helper.make_node("Unsqueeze", [name, *further], [part], **told))
        self.ops.append(helper.make_node("Concat", parts, [made], axis=axis))


def _forget_repeated_names(graph: GraphProto) -> None:
    """Of ops, such as those of all turns of a loop: onnxruntime takes a name once only."""
    seen = set()
    for node in graph.node:
        if node.name in seen:
            node.name = ""
        seen.add(node.name)


def unlike(graph: GraphProto, taken: Container[str]) -> GraphProto:
    """The graph, its tensors under names that are not `taken`: two branches may use the same."""
    own = [tensor.name for tensor in graph.initializer]
    own += [name for node in graph.node for name in node.output if name]
    names: dict[str, str] = {}
    for name in own:
        if name in taken:
            free = f"{name}'"
            while free in taken or free in own:
                free += "'"
            names[name] = free
    if not names:
        return graph
    renamed = copy.deepcopy(graph)
    for tensor in renamed.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    rename(renamed, names)
    return renamed


def rename(graph: GraphProto, names: Mapping[str, str]) -> None:
    """Tensors of a graph and of those in it under new names; inner names hide outer ones."""
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
        for inner in subgraphs(node):
            own = {name for step in inner.node for name in step.output}
            own |= {v.name for v in inner.input} | {t.name for t in inner.initializer}
            rename(inner, {old: new for old, new in names.items() if old not in own})
    for value in graph.output:
        value.name = names.get(value.name, value.name)

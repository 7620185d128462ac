"""One walk over the ops in order: shape, type and, where it says a shape, value of every tensor.

Each op's own inference rule is asked with the shapes and small values known so far, so symbolic
dimensions never get in. Three kinds of op carry no activations and are folded away: those that
work out shapes, those that only rename or re-lay weights, and those that pass their input on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper

from visualizer.graph.model import TensorSpec
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.onnx_networks.deadline import Deadline
from visualizer.worker.onnx_networks.domains import is_standard, opset_of
from visualizer.worker.onnx_networks.facts import Fact, Step, Walk, attributes_of
from visualizer.worker.onnx_networks.loops import Turns, unrolled
from visualizer.worker.onnx_networks.ordering import (
    MOST_DEPTH,
    has_subgraph,
    in_order,
    reads,
    subgraphs,
)
from visualizer.worker.onnx_networks.placing import unlike
from visualizer.worker.onnx_networks.shape_values import shape_values
from visualizer.worker.onnx_networks.shapes import Shapes, refuse_huge
from visualizer.worker.onnx_networks.values import Array, small_value

_RELAYS_WEIGHTS = frozenset(
    ("Unsqueeze", "Squeeze", "Reshape", "Flatten", "Transpose", "Cast", "DequantizeLinear",
     "QuantizeLinear")
)  # fmt: skip
_NO_LABEL = re.compile(r"[^\w-]+")
_LONGEST_LABEL = 60
_MOST_LOOP_WORK = 20_000
"""Ops gone through in all loops of a file: loops in loops multiply. Then they stay one op."""


def walk(
    model: ModelProto,
    inputs: Mapping[str, TensorSpec],
    elem_types: Mapping[str, int],
    known: Mapping[str, TensorSpec | None] = {},
    batch: tuple[int, int] = (1, 1),
    decided: Mapping[str, bool] = {},
    numbers: Mapping[str, Array] = {},
    check: Callable[[], None] = lambda: None,
    deadline: Deadline | None = None,
) -> Walk:
    """Walk `model` for `inputs`, of which `numbers` are single ones that are known. `known` are
    shapes and `decided` conditions of Ifs measured in a run, `batch` is the one the file fixes and
    the one asked for. Loops are followed until `deadline`. Raises LoadError for a graph that is
    none, and what `check` raises, called now and then."""
    walker = Walker(model, known, batch, decided, check, deadline or Deadline())
    for name, spec in inputs.items():
        walker.done.facts[name] = Fact(elem_types[name], spec.shape, numbers.get(name))
    walker.take(model.graph, 0)
    return walker.done


class Walker:
    """A walk under way: `done` so far, inside of `loops`, each with the group of its turn.

    `loop_work` are the ops gone through in all loops; `is_counting` while a turn is followed that
    is in no picture. `version` is that of ONNX's own ops.
    """

    def __init__(
        self,
        model: ModelProto,
        known: Mapping[str, TensorSpec | None],
        batch: tuple[int, int],
        decided: Mapping[str, bool],
        check: Callable[[], None],
        deadline: Deadline,
    ) -> None:
        self.done = Walk()
        self.loops: list[tuple[NodeProto, tuple[str, ...]]] = []
        self.loop_work = 0
        self.is_counting = False
        self.version = opset_of(model)
        self._check = check
        self._deadline = deadline
        self._decided = decided
        self._read: set[str] = set()
        self._shapes = Shapes(model, known, batch, self.done, self._read)

    @property
    def is_tired(self) -> bool:
        """Whether loops have been followed for as long as is reasonable."""
        return self.loop_work > _MOST_LOOP_WORK or self._deadline.is_over

    def free_name(self, name: str) -> str:
        """`name`, or one like it that no tensor has yet."""
        while name in self.done.facts:
            name += "'"
        return name

    def label_of(self, node: NodeProto) -> str:
        """What the group of a loop is called."""
        first = next(filter(None, node.output), "")
        name = node.name.rpartition("/")[2] or f"{node.op_type.lower()}_{first}"
        return _NO_LABEL.sub("_", name)[:_LONGEST_LABEL]

    def take(self, graph: GraphProto, depth: int) -> None:
        """All ops of a graph, in order."""
        if depth > MOST_DEPTH:
            raise LoadError(f"its graphs are nested more than {MOST_DEPTH} deep: refused")
        for tensor in graph.initializer:
            self.store(tensor, tensor.name)
        if depth:
            self.done.placed.take_stored(graph)
        for sparse in graph.sparse_initializer:
            self._stored(sparse.values.name, sparse.values.data_type, tuple(sparse.dims), None)
        self._read.update(name for node in graph.node for name in reads(node))
        self._read.update(value.name for value in graph.output)
        for node in in_order(graph.node, self.done.facts):
            self._step(node, depth)

    # ----------------------------------------------------------------- stored tensors

    def store(self, tensor: TensorProto, name: str) -> None:
        """A tensor of the file, under this name."""
        self._stored(name, tensor.data_type, tuple(tensor.dims), small_value(tensor))

    def _stored(
        self, name: str, elem_type: int, shape: tuple[int, ...], value: Array | None
    ) -> None:
        if any(side < 0 for side in shape):
            raise LoadError(f"the weight {name[:100]!r} has a negative side: the file is damaged")
        refuse_huge(name, shape)
        fact = Fact(elem_type, shape, value, name, constant=True)
        self.done.facts[name] = fact
        self.done.weights[name] = fact.spec

    # ----------------------------------------------------------------- ops

    def _step(self, node: NodeProto, depth: int) -> None:
        self._check()
        attributes = attributes_of(node)
        names = [self.done.source(name) for name in node.input]
        while names and not names[-1]:
            names.pop()
        given = [self.done.facts[name] if name else None for name in names]
        standard = is_standard(node)
        turns: Turns | None = None
        if standard and node.op_type == "If" and (taken := self._taken(names)) is not None:
            return self._branch(node, attributes, taken, depth)
        if standard and node.op_type in ("Loop", "Scan"):
            told = unrolled(self, node, names, depth)
            if told is True:
                return None
            turns = told or None
        self.done.placed.ops.append(node)
        if standard and node.op_type == "Constant":
            self.constant(node, attributes)
        elif standard and node.op_type == "Identity" and given:
            self._pass_on(node, names[0])
        elif (values := shape_values(node, given, attributes)) is not None:
            self._keep_values(node, values, given)
        else:
            self._execute(node, attributes, names, turns)
        return None

    def _taken(self, names: Sequence[str]) -> bool | None:
        """The branch an If takes: shapes alone decide, or a run has told; else None."""
        if (taken := _condition([self.done.facts[name] for name in names])) is not None:
            return taken
        if names and names[0] in self._decided:
            self.done.decided[names[0]] = self._decided[names[0]]
            return self._decided[names[0]]
        self.done.undecided.extend(names[:1])
        return None

    def constant(self, node: NodeProto, attributes: Mapping[str, Any]) -> None:
        """A Constant, which stores a tensor as an op."""
        self.done.folded += 1
        name = node.output[0]
        if isinstance(tensor := attributes.get("value"), TensorProto):
            self.store(tensor, name)
            return
        for key, kind in (("value_float", 1), ("value_floats", 1), ("value_int", 7),
                          ("value_ints", 7)):  # fmt: skip
            if key in attributes:
                value = np.asarray(attributes[key], np.float32 if kind == 1 else np.int64)
                self._stored(name, kind, value.shape, value)
                return
        self._stored(name, TensorProto.STRING, (), None)

    def _pass_on(self, node: NodeProto, source: str) -> None:
        self.done.folded += 1
        self.done.renamed[node.output[0]] = source
        self.done.facts[node.output[0]] = self.done.facts[source]

    def _keep_values(
        self, node: NodeProto, values: Sequence[Array], given: Sequence[Fact | None]
    ) -> None:
        self.done.folded += 1
        for name, value in zip(node.output, values, strict=False):
            kind = helper.np_dtype_to_tensor_dtype(value.dtype)
            fact = Fact(kind, tuple(value.shape), value, "", constant=True, computed=True)
            self.done.facts[name] = fact

    def _branch(
        self, node: NodeProto, attributes: Mapping[str, Any], condition: bool, depth: int
    ) -> None:
        """An If whose condition is known: the branch taken, in its place."""
        graph = unlike(attributes["then_branch" if condition else "else_branch"], self.done.facts)
        self.done.folded += 1
        self.done.placed.changed = True
        self.take(graph, depth + 1)
        for outer, inner in zip(node.output, graph.output, strict=False):
            if outer:
                self.hand_out(outer, inner.name)

    def hand_out(self, outer: str, inner: str) -> None:
        """A tensor of a branch or a turn is what the op gives out as `outer`."""
        self.done.placed.pass_on(inner, outer)
        source = self.done.source(inner)
        self.done.renamed[outer] = source
        self.done.facts[outer] = self.done.facts[source]

    def _execute(
        self,
        node: NodeProto,
        attributes: dict[str, Any],
        names: Sequence[str],
        turns: Turns | None = None,
    ) -> None:
        facts = self._shapes.of_outputs(node, names) if turns is None else turns.facts
        outputs = tuple(name for name in node.output if name)
        self.done.facts.update(facts)
        given = [self.done.facts[name] for name in names if name]
        constant = all(fact.constant for fact in given)
        if constant and self._folds_weight(node, given, facts):
            self.done.folded += 1
            return
        outer = self._outer(node, turns) if has_subgraph(node) else ()
        home = self.loops[0][0] if self.loops else None
        group = tuple(part for _, parts in self.loops for part in parts)
        count, body = (turns.count, turns.ops) if turns is not None else (0, ())
        self.done.steps.append(
            Step(node, attributes, tuple(names), outputs, outer, home, group, count, body)
        )

    def _outer(self, node: NodeProto, turns: Turns | None) -> tuple[str, ...]:
        """Tensors that an op's graphs read besides its inputs, and the weights inside them."""
        read = [
            self.done.source(name) for name in reads(node)
            if name in self.done.facts and name not in node.input
        ]  # fmt: skip
        weights = self._inner_weights(node) if turns is None else turns.weights
        return tuple(dict.fromkeys((*read, *weights)))

    def _inner_weights(self, node: NodeProto) -> Iterator[str]:
        for graph in subgraphs(node):
            for tensor in graph.initializer:
                name = self.free_name(tensor.name)  # the other branch may call its own the same
                self.store(tensor, name)
                yield name
            for inner in graph.node:
                yield from self._inner_weights(inner)

    def _folds_weight(
        self, node: NodeProto, given: Sequence[Fact], facts: Mapping[str, Fact]
    ) -> bool:
        """An op that only makes a weight, or lays one out anew."""
        if not is_standard(node) or len(facts) != 1:
            return False
        ((name, fact),) = facts.items()
        if node.op_type == "ConstantOfShape":
            root = name
            if fact.shape is not None:
                self.done.weights[name] = fact.spec
        elif node.op_type in _RELAYS_WEIGHTS and given and given[0].root:
            root = given[0].root
        else:
            return False
        self.done.facts[name] = replace(fact, root=root, constant=True)
        return True


def _condition(given: Sequence[Fact | None]) -> bool | None:
    """The branch an If takes where shapes alone decide, else None."""
    value = given[0].value if given and given[0] is not None else None
    return bool(value.ravel()[0]) if value is not None and value.size == 1 else None

"""One walk over the ops in order: shape, type and, where it says a shape, value of every tensor.

Each op's own inference rule is asked with the shapes and small values known so far, so symbolic
dimensions never get in. Three kinds of op carry no activations and are folded away: those that
work out shapes, those that only rename or re-lay weights, and those that pass their input on.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper
from onnx.shape_inference import infer_node_outputs

from visualizer.graph.model import TensorSpec
from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.onnx_networks.deadline import Deadline
from visualizer.worker.onnx_networks.dtypes import dtype_name
from visualizer.worker.onnx_networks.facts import Fact, Step, Walk, attributes_of
from visualizer.worker.onnx_networks.loops import Turns, unrolled
from visualizer.worker.onnx_networks.ordering import (
    MOST_DEPTH,
    has_subgraph,
    in_order,
    reads,
    subgraphs,
    title,
)
from visualizer.worker.onnx_networks.placing import unlike
from visualizer.worker.onnx_networks.values import Array, ints, small_value, worked_out

MOST_ELEMENTS = 1 << 36
"""A tensor of more numbers (256 GiB of float32) is taken for a mistake in the file."""

_RELAYS_WEIGHTS = frozenset(
    ("Unsqueeze", "Squeeze", "Reshape", "Flatten", "Transpose", "Cast", "DequantizeLinear",
     "QuantizeLinear")
)  # fmt: skip
_MOST_FACTORS = 16
_NO_LABEL = re.compile(r"[^\w-]+")
_LONGEST_LABEL = 60
_STANDARD = ("", "ai.onnx")
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
        self._check = check
        self._deadline = deadline
        self._decided = decided
        self._known = known
        self._batch = batch
        self._read: set[str] = set()
        self._opsets = list(model.opset_import)
        self._versions = {o.domain if o.domain != "ai.onnx" else "": o.version
                          for o in model.opset_import}  # fmt: skip
        self._versions.setdefault("", 1)
        self._ir_version = model.ir_version

    @property
    def version(self) -> int:
        """Of ONNX's own ops."""
        return int(self._versions[""])

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
        self._stored(name, tensor.data_type, tuple(tensor.dims), small_value(tensor))

    def _stored(
        self, name: str, elem_type: int, shape: tuple[int, ...], value: Array | None
    ) -> None:
        if any(side < 0 for side in shape):
            raise LoadError(f"the weight {name[:100]!r} has a negative side: the file is damaged")
        _refuse_huge(name, shape)
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
        standard = node.domain in _STANDARD
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
        elif (values := self._values(node, given, attributes)) is not None:
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

    def _values(
        self, node: NodeProto, given: Sequence[Fact | None], attributes: Mapping[str, Any]
    ) -> list[Array] | None:
        """What the op makes where that only says shapes."""
        first = given[0] if given else None
        if node.op_type in ("Shape", "Size") and node.domain in _STANDARD:
            if first is None or first.shape is None:
                return None
            if node.op_type == "Size":
                return [np.asarray(math.prod(first.shape), np.int64)]
            cut = slice(attributes.get("start", 0), attributes.get("end"))
            return [np.asarray(first.shape[cut], np.int64)]
        if node.op_type == "ConstantOfShape" and _fills_weight(given, attributes):
            return None
        is_of_weights = any(f is not None and f.is_weight for f in given)
        is_of_shapes = any(f is not None and f.computed for f in given)
        if is_of_weights and not _says_shape(given) and not (is_of_shapes and _are_few(given)):
            return None
        # A part left out, as Slice's axes, must not move those after it.
        if any(fact is None for fact in given):
            return None
        return worked_out(node, [f.value for f in given if f is not None], attributes)

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
        facts = self._outputs(node, attributes, names) if turns is None else turns.facts
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
        if node.domain not in _STANDARD or len(facts) != 1:
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

    # ----------------------------------------------------------------- shapes

    def _outputs(
        self, node: NodeProto, attributes: Mapping[str, Any], names: Sequence[str]
    ) -> dict[str, Fact]:
        found = {name: self._measured(name) for name in node.output if name}
        if all(fact is not None for fact in found.values()):
            return {name: fact for name, fact in found.items() if fact is not None}
        inferred, reason = self._inferred(node, attributes, names)
        constant = all(self.done.facts[name].constant for name in names if name)
        facts = {}
        for name, measured in found.items():
            kind, shape = inferred.get(name, (0, None))
            if measured is None and shape is None and self._is_needed(node, name):
                self.done.unknown[name] = f"{title(node)}: {reason or 'no rule for its shape'}"
            elif shape is not None:
                _refuse_huge(name, shape)
            facts[name] = measured or Fact(kind, shape, constant=constant and shape is not None)
        return facts

    def _is_needed(self, node: NodeProto, name: str) -> bool:
        """All but what an op gives besides and nobody reads, such as the mask of a dropout."""
        return name == node.output[0] or name in self._read

    def _measured(self, name: str) -> Fact | None:
        spec = self._known.get(name)
        if spec is None:
            return None
        kinds = {dtype_name(number): number for number in TensorProto.DataType.values()}
        return Fact(kinds.get(spec.dtype, 0), spec.shape)

    def _inferred(
        self, node: NodeProto, attributes: Mapping[str, Any], names: Sequence[str]
    ) -> tuple[dict[str, tuple[int, tuple[int, ...] | None]], str]:
        """Type and shape of the outputs by the op's own rule, or why not."""
        domain = "" if node.domain in _STANDARD else node.domain
        version = self._versions.get(domain)
        try:
            schema = onnx.defs.get_schema(node.op_type, version or 1, domain)
        except onnx.defs.SchemaError:
            return {}, f"an op of {node.domain or 'ONNX'} that is not known here"
        types, data = {}, {}
        for place, given_name in enumerate(node.input):
            fact = self.done.facts.get(self.done.source(given_name)) if given_name else None
            if fact is None:
                continue
            if fact.shape is None:
                return {}, "its input's shape is not known"
            types[given_name] = helper.make_tensor_type_proto(fact.elem_type, fact.shape)
            value = self._rebatched(node, place, fact, names)
            if value is not None and value.dtype.kind in "iufb":
                data[given_name] = _as_tensor(given_name, value, fact.elem_type)
        for outer in reads(node) if has_subgraph(node) else ():
            fact = self.done.facts.get(self.done.source(outer))
            if fact is not None and fact.shape is not None:
                types[outer] = helper.make_tensor_type_proto(fact.elem_type, fact.shape)
        try:
            made = infer_node_outputs(
                schema,
                _spelled_out(node),
                types,
                data,
                opset_imports=self._opsets,
                ir_version=self._ir_version,
            )
        except Exception as error:  # noqa: BLE001 - C++ code that raises many kinds
            return {}, one_line(str(error).replace("\n", " "))
        told = {name: _plain(type_proto) for name, type_proto in made.items()}
        misfit = self._misfit(node, names[0], told) if node.op_type == "Reshape" else ""
        return ({}, misfit) if misfit else (told, "")

    def _misfit(
        self, node: NodeProto, name: str, told: Mapping[str, tuple[int, tuple[int, ...] | None]]
    ) -> str:
        """Why a tensor cannot be laid out so, which onnx's own rule does not ask; "" if it can."""
        given, shape = self.done.facts[name].shape, told[node.output[0]][1]
        if given is None or shape is None or math.prod(given) == math.prod(shape):
            return ""
        return f"{_sides_text(given)} cannot be laid out as {_sides_text(shape)}"

    def _rebatched(
        self, node: NodeProto, place: int, fact: Fact, names: Sequence[str]
    ) -> Array | None:
        """A value; the batch written into a Reshape's target is moved to the one asked for."""
        declared, asked = self._batch
        value = fact.value
        if value is None or declared == asked or node.op_type != "Reshape" or place != 1:
            return value
        data = self.done.facts[names[0]]
        target = list(ints(value) or ())
        if data.shape is None or data.constant or not target or target[0] <= 0:
            return value
        wanted = math.prod(side for side in target if side > 0)
        count = math.prod(data.shape)
        is_short = count * declared == wanted * asked or -1 in target[1:]
        if target[0] % declared == 0 and is_short and data.shape[0] % asked == 0:
            target[0] = target[0] // declared * asked
        return np.asarray(target, np.int64)


def _spelled_out(node: NodeProto) -> NodeProto:
    """onnx's own rule takes a STFT that does not say `onesided` for one of both sides; the
    standard and onnxruntime take it for one of one side."""
    if node.op_type != "STFT" or any(one.name == "onesided" for one in node.attribute):
        return node
    clear = NodeProto()
    clear.CopyFrom(node)
    clear.attribute.append(helper.make_attribute("onesided", 1))
    return clear


def _fills_weight(given: Sequence[Fact | None], attributes: Mapping[str, Any]) -> bool:
    """Whether a ConstantOfShape stands for a weight: floats, and its shape is in the file."""
    value = attributes.get("value")
    kind = value.data_type if isinstance(value, TensorProto) else TensorProto.FLOAT
    is_in_file = bool(given) and given[0] is not None and not given[0].computed
    return is_in_file and kind not in (TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL)


def _condition(given: Sequence[Fact | None]) -> bool | None:
    """The branch an If takes where shapes alone decide, else None."""
    value = given[0].value if given and given[0] is not None else None
    return bool(value.ravel()[0]) if value is not None and value.size == 1 else None


def _are_few(given: Sequence[Fact | None]) -> bool:
    """So few that they are factors, such as the 1 and 1 before the scales of a resize."""
    return all(f is None or f.value is None or f.value.size <= _MOST_FACTORS for f in given)


def _says_shape(given: Sequence[Fact | None]) -> bool:
    """Whole numbers only: indices and sizes, no weights."""
    return all(f is None or f.elem_type in (TensorProto.INT64, TensorProto.INT32) for f in given)


def _refuse_huge(name: str, shape: Sequence[int]) -> None:
    count = 1
    for side in shape:
        count *= side
    if count > MOST_ELEMENTS:
        raise LoadError(
            f"the tensor {name[:100]!r} would have {_sides_text(shape)} = {count:,} numbers: no "
            "machine holds that, the file is damaged or its inputs are far too large"
        )


def _sides_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _as_tensor(name: str, value: Array, elem_type: int) -> TensorProto:
    return onnx.numpy_helper.from_array(
        np.ascontiguousarray(value, helper.tensor_dtype_to_np_dtype(elem_type)), name
    )


def _plain(type_proto: onnx.TypeProto) -> tuple[int, tuple[int, ...] | None]:
    if not type_proto.HasField("tensor_type"):
        return 0, None
    tensor = type_proto.tensor_type
    if not tensor.HasField("shape"):
        return tensor.elem_type, None
    sides = [d.dim_value if d.HasField("dim_value") else -1 for d in tensor.shape.dim]
    return tensor.elem_type, None if any(side < 0 for side in sides) else tuple(sides)

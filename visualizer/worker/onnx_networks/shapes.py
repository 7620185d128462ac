"""Shape and type of what an op makes: by its own inference rule, or as a run has measured."""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper
from onnx.shape_inference import infer_node_outputs

from visualizer.graph.model import TensorSpec
from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.onnx_networks.domains import is_standard
from visualizer.worker.onnx_networks.dtypes import dtype_name
from visualizer.worker.onnx_networks.facts import Fact, Walk
from visualizer.worker.onnx_networks.ordering import has_subgraph, reads, title
from visualizer.worker.onnx_networks.values import Array, ints

MOST_ELEMENTS = 1 << 36
"""A tensor of more numbers (256 GiB of float32) is taken for a mistake in the file."""


class Shapes:
    """Of the tensors in `done`; outputs that are in `read`, somebody needs."""

    def __init__(
        self,
        model: ModelProto,
        known: Mapping[str, TensorSpec | None],
        batch: tuple[int, int],
        done: Walk,
        read: Container[str],
    ) -> None:
        self.done = done
        self._read = read
        self._known = known
        self._batch = batch
        self._opsets = list(model.opset_import)
        self._versions = {o.domain if o.domain != "ai.onnx" else "": o.version
                          for o in model.opset_import}  # fmt: skip
        self._versions.setdefault("", 1)
        self._ir_version = model.ir_version

    def of_outputs(self, node: NodeProto, names: Sequence[str]) -> dict[str, Fact]:
        """What is known of the outputs of an op that reads `names`; raises LoadError."""
        found = {name: self._measured(name) for name in node.output if name}
        if all(fact is not None for fact in found.values()):
            return {name: fact for name, fact in found.items() if fact is not None}
        inferred, reason = self._inferred(node, names)
        constant = all(self.done.facts[name].constant for name in names if name)
        facts = {}
        for name, measured in found.items():
            kind, shape = inferred.get(name, (0, None))
            if measured is None and shape is None and self._is_needed(node, name):
                self.done.unknown[name] = f"{title(node)}: {reason or 'no rule for its shape'}"
            elif shape is not None:
                refuse_huge(name, shape)
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
        self, node: NodeProto, names: Sequence[str]
    ) -> tuple[dict[str, tuple[int, tuple[int, ...] | None]], str]:
        """Type and shape of the outputs by the op's own rule, or why not."""
        domain = "" if is_standard(node) else node.domain
        try:
            schema = onnx.defs.get_schema(node.op_type, self._versions.get(domain) or 1, domain)
        except onnx.defs.SchemaError:
            return {}, f"an op of {node.domain or 'ONNX'} that is not known here"
        given = self._given(node)
        if any(fact.shape is None for _, fact in given.values()):
            return {}, "its input's shape is not known"
        types, values = self._types(node, given), self._values(node, given, names)
        try:
            made = infer_node_outputs(
                schema, _spelled_out(node), types, values,
                opset_imports=self._opsets, ir_version=self._ir_version,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - C++ code that raises many kinds
            return {}, one_line(str(error).replace("\n", " "))
        told = {name: _plain(type_proto) for name, type_proto in made.items()}
        misfit = self._misfit(node, names[0], told) if node.op_type == "Reshape" else ""
        return ({}, misfit) if misfit else (told, "")

    def _given(self, node: NodeProto) -> dict[str, tuple[int, Fact]]:
        """Place and fact of each input of which anything is known."""
        facts = ((place, name, self._fact(name)) for place, name in enumerate(node.input) if name)
        return {name: (place, fact) for place, name, fact in facts if fact is not None}

    def _types(
        self, node: NodeProto, given: Mapping[str, tuple[int, Fact]]
    ) -> dict[str, onnx.TypeProto]:
        """Of the inputs, and of what the graphs inside of the op read."""
        types = {name: _typed(fact) for name, (_, fact) in given.items()}
        for name in reads(node) if has_subgraph(node) else ():
            fact = self._fact(name)
            if fact is not None and fact.shape is not None:
                types[name] = _typed(fact)
        return types

    def _values(
        self, node: NodeProto, given: Mapping[str, tuple[int, Fact]], names: Sequence[str]
    ) -> dict[str, TensorProto]:
        """Of the inputs whose numbers are known."""
        values = {}
        for name, (place, fact) in given.items():
            value = self._rebatched(node, place, fact, names)
            if value is not None and value.dtype.kind in "iufb":
                values[name] = _as_tensor(name, value, fact.elem_type)
        return values

    def _fact(self, name: str) -> Fact | None:
        """What is known of a tensor, under the name that it is passed on from."""
        return self.done.facts.get(self.done.source(name))

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


def refuse_huge(name: str, shape: Sequence[int]) -> None:
    """Raises LoadError for a tensor of more than `MOST_ELEMENTS` numbers."""
    count = math.prod(shape)
    if count > MOST_ELEMENTS:
        raise LoadError(
            f"the tensor {name[:100]!r} would have {_sides_text(shape)} = {count:,} numbers: no "
            "machine holds that, the file is damaged or its inputs are far too large"
        )


def _sides_text(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def _typed(fact: Fact) -> onnx.TypeProto:
    return helper.make_tensor_type_proto(fact.elem_type, fact.shape)


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

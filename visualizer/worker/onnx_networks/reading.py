"""Reading an ONNX file: nothing in it is code, but sizes, paths and bytes may be anything.

The message of the whole file is walked from outside first, by seeking: a file of zeros, one
that is cut short or one of many gigabytes is refused without reading it into memory.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import BinaryIO

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.onnx_networks.ordering import MOST_DEPTH
from visualizer.worker.onnx_networks.values import MOST_VALUES

_MOST_BYTES = (1 << 31) - 1  # protobuf's own limit
_MOST_FIELDS = 100_000
_FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
"""Field numbers of ModelProto with their wire types (onnx.proto)."""
_GRAPH = 7
_VARINT, _EIGHT, _SIZED, _FOUR = 0, 1, 2, 5
_PLAIN_TYPES = (
    TensorProto.FLOAT, TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL, TensorProto.DOUBLE,
    TensorProto.FLOAT16,
)  # fmt: skip


def read_model(location: str) -> ModelProto:
    """The model of a file, weights in other files left where they are.

    Raises LoadError, in one line, for anything that is no model.
    """
    path = Path(location).expanduser()
    _refuse_odd_file(path, location)
    _refuse_foreign_bytes(path, location)
    try:
        model = onnx.load(os.fspath(path), load_external_data=False)
    except (DecodeError, ValueError, OSError, RuntimeError) as error:
        raise _damaged(location, one_line(error)) from error
    if not model.graph.node and not model.graph.input:
        raise LoadError(f"{location} holds no network: its graph has no ops and no inputs")
    _refuse_odd_names(model, location)
    check_external_data(model, path)
    return model


def _refuse_odd_file(path: Path, location: str) -> None:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise LoadError(f"cannot read {location}: {one_line(error)}") from error
    if not stat.S_ISREG(found.st_mode):
        raise LoadError(f"{location} is not a file: give an ONNX file")
    if found.st_size > _MOST_BYTES:
        raise LoadError(
            f"{location} has {found.st_size / 1e9:.1f} GB: an ONNX file is at most 2 GB, larger "
            "networks keep their weights beside it as external data; this is no ONNX file"
        )


def _damaged(location: str, detail: str = "") -> LoadError:
    return LoadError(
        f"{location} is no ONNX model or is damaged: export it, copy or download it again", detail
    )


# --------------------------------------------------------------------------- walked from outside


def _refuse_foreign_bytes(path: Path, location: str) -> None:
    """Every field of the outermost message is one of ModelProto's and ends inside the file."""
    size = path.stat().st_size
    seen = set()
    try:
        with path.open("rb") as file:
            for _ in range(_MOST_FIELDS):
                if file.tell() >= size:
                    break
                seen.add(_skip_field(file, size))
    except (ValueError, OSError) as error:
        raise _damaged(location, one_line(error)) from error
    if _GRAPH not in seen:
        raise _damaged(location, "it has no graph")


def _skip_field(file: BinaryIO, size: int) -> int:
    """Number of the field that begins here; the file stands behind it then."""
    tag = _varint(file)
    number, wire = tag >> 3, tag & 7
    if number == 0 or _FIELDS.get(number, wire) != wire:
        raise ValueError(f"byte {file.tell()} begins no field of an ONNX model")
    if wire == _VARINT:
        _varint(file)
    elif wire in (_EIGHT, _FOUR):
        file.seek(8 if wire == _EIGHT else 4, os.SEEK_CUR)
    elif wire == _SIZED:
        length = _varint(file)
        file.seek(length, os.SEEK_CUR)
    else:
        raise ValueError(f"byte {file.tell()} begins no field of an ONNX model")
    if file.tell() > size:
        raise ValueError("the file ends in the middle of a field")
    return number


def _varint(file: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = file.read(1)
        if not byte:
            raise ValueError("the file ends in the middle of a number")
        value |= (byte[0] & 0x7F) << shift
        if not byte[0] & 0x80:
            return value
    raise ValueError("a number of more than 64 bits")


# --------------------------------------------------------------------------- names


def _refuse_odd_names(model: ModelProto, location: str) -> None:
    """Names that are no UTF-8 arrive as bytes, and neither onnx nor onnxruntime takes those."""
    for name in _names(model):
        if _is_bytes(name):
            raise LoadError(
                f"{location} has a name that is no UTF-8 text, {str(name)[:60]}: the file is "
                "damaged or was written by a program that does not keep to ONNX"
            )


def _is_bytes(name: object) -> bool:
    """protobuf gives text that is no UTF-8 as it is, whatever its type annotations say."""
    return isinstance(name, bytes)


def _names(model: ModelProto) -> Iterator[object]:
    for opset in model.opset_import:
        yield opset.domain
    for entry in model.metadata_props:
        yield from (entry.key, entry.value)
    yield model.producer_name
    for function in model.functions:
        yield from (function.name, function.domain, *function.input, *function.output)
        for node in function.node:
            yield from _names_at(node, 0)
    yield from _names_in(model.graph, 0)


def _names_in(graph: GraphProto, depth: int) -> Iterator[object]:
    _refuse_depth(depth)
    for value in (*graph.input, *graph.output, *graph.value_info):
        yield value.name
        for side in value.type.tensor_type.shape.dim:
            yield side.dim_param
    for node in graph.node:
        yield from _names_at(node, depth)


def _names_at(node: NodeProto, depth: int) -> Iterator[object]:
    yield from (node.name, node.op_type, node.domain, *node.input, *node.output)
    for entry in node.metadata_props:
        yield from (entry.key, entry.value)
    for attribute in node.attribute:
        yield attribute.name
        if attribute.HasField("g"):
            yield from _names_in(attribute.g, depth + 1)
        for graph in attribute.graphs:
            yield from _names_in(graph, depth + 1)


def _refuse_depth(depth: int) -> None:
    if depth > MOST_DEPTH:
        raise LoadError(f"its graphs are nested more than {MOST_DEPTH} deep: refused")


# --------------------------------------------------------------------------- external data


def check_external_data(model: ModelProto, path: Path) -> None:
    """Weights in other files lie in the model's own folder, in plain files long enough.

    Raises LoadError naming the tensor that does not. Symbolic links are followed first.
    """
    folder = path.resolve().parent
    for tensor in list(all_tensors(model)):
        if _is_bytes(tensor.name):
            raise LoadError(f"{path} has a weight whose name is no UTF-8 text: it is damaged")
        if tensor.data_location == TensorProto.EXTERNAL:
            _take_if_small(tensor, _checked(tensor, folder))


def _checked(tensor: TensorProto, folder: Path) -> Path:
    """The file that holds the tensor."""
    told = {entry.key: entry.value for entry in tensor.external_data}
    given = told.get("location", "")
    name = tensor.name or "a tensor"
    if not given or "\0" in given or PurePath(given).is_absolute() or ".." in Path(given).parts:
        raise _leads_out(name, given)
    target: Path = (folder / given).resolve()
    if not target.is_relative_to(folder):
        raise _leads_out(name, given)
    if not target.exists():
        raise LoadError(
            f"the weights of {name} are in another file, {given}, which is not there: keep it in "
            "the folder of the ONNX file"
        )
    if not target.is_file():
        raise LoadError(
            f"the weights of {name} are said to be in {given}, which is no plain file: not read"
        )
    try:
        end = int(told.get("offset") or 0) + int(told.get("length") or 0)
    except ValueError as error:
        raise _damaged(str(folder / given), f"{name}: {one_line(error)}") from error
    if end > target.stat().st_size:
        raise LoadError(f"{given} is too short for the weights of {name}: copy it again")
    return target


def _take_if_small(tensor: TensorProto, file: Path) -> None:
    """Few numbers may say a shape: they are read now, and large weights only to run."""
    count = math.prod(tensor.dims)
    if not 0 <= count <= MOST_VALUES or tensor.data_type not in _PLAIN_TYPES:
        return
    size = count * onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize
    told = {entry.key: entry.value for entry in tensor.external_data}
    with file.open("rb") as data:
        data.seek(int(told.get("offset") or 0))
        content = data.read(size)
    if len(content) < size:
        raise LoadError(f"{file.name} is too short for the weights of {tensor.name}: copy it again")
    tensor.ClearField("external_data")
    tensor.ClearField("data_location")
    tensor.raw_data = content


def _leads_out(name: str, given: str) -> LoadError:
    return LoadError(
        f"the weights of {name} are said to be in {given[:200]!r}, outside the folder of the "
        "ONNX file: not read"
    )


def all_tensors(model: ModelProto) -> Iterator[TensorProto]:
    """Every tensor written down anywhere in the model: subgraphs, attributes, functions."""
    yield from _tensors_of(model.graph, 0)
    for function in model.functions:
        for node in function.node:
            yield from _tensors_at(node, 0)


def _tensors_of(graph: GraphProto, depth: int) -> Iterator[TensorProto]:
    _refuse_depth(depth)
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in graph.node:
        yield from _tensors_at(node, depth)


def _tensors_at(node: NodeProto, depth: int) -> Iterator[TensorProto]:
    for attribute in node.attribute:
        if attribute.type == AttributeProto.TENSOR:
            yield attribute.t
        yield from attribute.tensors
        if attribute.HasField("g"):
            yield from _tensors_of(attribute.g, depth + 1)
        for graph in attribute.graphs:
            yield from _tensors_of(graph, depth + 1)

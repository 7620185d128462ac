"""What an ONNX file takes: fixed sides as they are, symbolic ones chosen or asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onnx import GraphProto, ModelProto, TypeProto

from visualizer.graph.model import TensorSpec
from visualizer.sources import InputSpec
from visualizer.worker.loaders import InputsError
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.onnx_networks.dtypes import dtype_name

_SIDE = 224
_TOKENS = 16
_FLOATS = ("float32", "float16", "bfloat16", "float64")
_WHOLE = ("int64", "int32")
_PICTURE_CHANNELS = (1, 3)
_MOST_SIDES = 16


@dataclass(frozen=True)
class Declared:
    """An input as the file declares it: a side is a number, or the name of a symbolic one ("?"
    when it has none). `sides` None: not even their number is said."""

    name: str
    elem_type: int
    sides: tuple[int | str, ...] | None

    @property
    def dtype(self) -> str:
        return dtype_name(self.elem_type)

    @property
    def is_fixed(self) -> bool:
        return self.sides is not None and all(isinstance(side, int) for side in self.sides)

    @property
    def text(self) -> str:
        return "of unknown shape" if self.sides is None else "×".join(map(str, self.sides))

    @property
    def is_channels_last(self) -> bool:
        """N×H×W×3, as TensorFlow lays pictures out."""
        sides = self.sides or ()
        return len(sides) == 4 and sides[3] in _PICTURE_CHANNELS and sides[1] not in (1, 3)


@dataclass(frozen=True)
class Signature:
    """The inputs chosen for a file, and notes on what was chosen."""

    declared: tuple[Declared, ...]
    inputs: tuple[InputSpec, ...]
    notes: tuple[str, ...] = ()

    @property
    def specs(self) -> dict[str, TensorSpec]:
        pairs = zip(self.declared, self.inputs, strict=True)
        return {one.name: TensorSpec(spec.shape, one.dtype) for one, spec in pairs}

    @property
    def elem_types(self) -> dict[str, int]:
        return {one.name: one.elem_type for one in self.declared}

    @property
    def batch(self) -> tuple[int, int]:
        """The batch that the file fixes and the one asked for; equal where it fixes none."""
        for one, spec in zip(self.declared, self.inputs, strict=True):
            if one.sides and spec.shape and isinstance(one.sides[0], int):
                return max(one.sides[0], 1), max(spec.shape[0], 1)
        return 1, 1

    @property
    def differs(self) -> bool:
        """Whether a side that the file fixes was given another length."""
        return any(
            side != asked
            for one, spec in zip(self.declared, self.inputs, strict=True)
            for side, asked in zip(one.sides or (), spec.shape, strict=False)
            if isinstance(side, int)
        )


def declared_inputs(model: ModelProto) -> tuple[Declared, ...]:
    """Inputs that are no weights (old files list those too); raises LoadError for odd types."""
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer}
    stored |= {sparse.values.name for sparse in graph.sparse_initializer}
    found = tuple(
        _declared(value.name, value.type) for value in graph.input if value.name not in stored
    )
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise LoadError(f"two inputs of the ONNX graph are called {twice[:100]!r}")
    return found


def _declared(name: str, kind: TypeProto) -> Declared:
    if not name:
        raise LoadError("an input of the ONNX graph has no name: the file is damaged")
    if not kind.HasField("tensor_type"):
        raise LoadError(f"input {name[:100]!r} is no tensor: such networks cannot be opened")
    tensor = kind.tensor_type
    if not tensor.HasField("shape"):
        return Declared(name, tensor.elem_type, None)
    sides = tuple(
        side.dim_value if side.HasField("dim_value") and side.dim_value >= 0
        else side.dim_param[:40] or "?"
        for side in tensor.shape.dim
    )  # fmt: skip
    if len(sides) > _MOST_SIDES:
        raise LoadError(f"input {name[:100]!r} has {len(sides)} sides: the file is damaged")
    return Declared(name, tensor.elem_type, sides)


def signature(
    declared: Sequence[Declared], given: Sequence[InputSpec], graph: GraphProto
) -> Signature:
    """The inputs: those given, by name or place, the others as the file says or as is usual.

    Raises LoadError naming an input that has to be given, or one that does not fit.
    """
    matched = _matched(declared, given)
    symbols: dict[str, int] = {}
    notes: list[str] = []
    for one in declared:
        if one.name in matched:
            _learn(one, matched[one.name], symbols)
    specs = []
    for one in declared:
        spec = matched.get(one.name)
        specs.append(spec or _chosen(one, declared, symbols, notes, graph))
    return Signature(tuple(declared), tuple(specs), tuple(notes))


def _matched(declared: Sequence[Declared], given: Sequence[InputSpec]) -> dict[str, InputSpec]:
    """The given inputs by the names of the file's, each with the file's type."""
    names = [one.name for one in declared]
    matched: dict[str, InputSpec] = {}
    unnamed = [spec for spec in given if not spec.name]
    for spec in given:
        if spec.name and spec.name not in names:
            raise LoadError(
                f"there is no input {spec.name!r}: this file takes {', '.join(names) or 'none'}"
            )
        if spec.name:
            matched[spec.name] = spec
    free = [name for name in names if name not in matched]
    if len(unnamed) > len(free):
        raise LoadError(
            f"{len(given)} inputs are given, this file takes {len(names)}: {', '.join(names)}"
        )
    matched.update(zip(free, unnamed, strict=False))
    return {one.name: _fitting(one, matched[one.name]) for one in declared if one.name in matched}


def _fitting(one: Declared, spec: InputSpec) -> InputSpec:
    shape = "x".join(map(str, spec.shape))
    if spec.packed:
        raise LoadError(
            f"input {one.name!r} cannot be packed: an ONNX file takes tensors, give {shape}"
        )
    if one.sides is not None and len(one.sides) != len(spec.shape):
        raise LoadError(f"input {one.name!r} is {one.text} in the file, {shape} was given")
    if spec.dtype not in (one.dtype, "float32"):
        raise LoadError(f"input {one.name!r} is {one.dtype} in the file, {spec.dtype} was given")
    return InputSpec(spec.shape, one.dtype, one.name)


def _learn(one: Declared, spec: InputSpec, symbols: dict[str, int]) -> None:
    for side, asked in zip(one.sides or (), spec.shape, strict=False):
        if isinstance(side, str) and side != "?":
            symbols.setdefault(side, asked)


def _chosen(
    one: Declared,
    declared: Sequence[Declared],
    symbols: dict[str, int],
    notes: list[str],
    graph: GraphProto,
) -> InputSpec:
    if one.sides is None:
        raise _asks(one, "its shape is not in the file", declared)
    sides = [
        side if isinstance(side, int) else symbols.get(side, -1 if k else 1)
        for k, side in enumerate(one.sides)
    ]
    if len(sides) == 4 and one.dtype in _FLOATS:
        _choose_picture(one, sides, graph)
    elif len(sides) == 2 and one.dtype in _WHOLE and sides[1] < 0:
        sides[1] = _TOKENS
    unknown = [str(s) for s, side in zip(one.sides, sides, strict=True) if side < 0]
    if unknown:
        raise _asks(one, f"its sides {', '.join(unknown)} are not fixed in the file", declared)
    free = [k for k, side in enumerate(one.sides) if isinstance(side, str)]
    if any(k > 0 and one.sides[k] not in symbols for k in free):
        shape = "×".join(map(str, sides))
        notes.append(f"input {one.name} is {one.text} in the file: {shape} was chosen")
    for symbol, side in zip(one.sides, sides, strict=True):
        if isinstance(symbol, str) and symbol != "?":
            symbols.setdefault(symbol, side)
    return InputSpec(tuple(sides), one.dtype, one.name)


def _choose_picture(one: Declared, sides: list[int], graph: GraphProto) -> None:
    """Height and width of a picture: 224; channels as the first convolution reads."""
    if sides[1] < 0 and not one.is_channels_last:
        sides[1] = _channels_read(one.name, graph)
    channels, space = (sides[3], (1, 2)) if one.is_channels_last else (sides[1], (2, 3))
    if channels in _PICTURE_CHANNELS:
        for place in space:
            sides[place] = _SIDE if sides[place] < 0 else sides[place]


def _channels_read(name: str, graph: GraphProto) -> int:
    weights = {tensor.name: tensor for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Conv" and len(node.input) > 1 and node.input[0] == name:
            weight = weights.get(node.input[1])
            groups = next((a.i for a in node.attribute if a.name == "group"), 1)
            if weight is not None and len(weight.dims) > 1:
                return int(weight.dims[1]) * max(int(groups), 1)
    return -1


def _asks(one: Declared, why: str, declared: Sequence[Declared]) -> InputsError:
    sides = one.sides or ("1", "3", _SIDE, _SIDE)
    example = "x".join(str(side) if isinstance(side, int) and side > 0 else
                       "1" if k == 0 else "16" for k, side in enumerate(sides))  # fmt: skip
    kind = "" if one.dtype == "float32" else f":{one.dtype}"
    return InputsError(
        f"input {one.name!r} is {one.text}: {why}; give it, for example "
        f"{one.name}={example}{kind} (--input in a command)",
        tuple(_row(each) for each in declared),
    )


def _row(one: Declared) -> InputSpec:
    """What is known of an input, 1 for a side that is not."""
    sides = one.sides or (1,)
    return InputSpec(tuple(s if isinstance(s, int) else 1 for s in sides), one.dtype, one.name)

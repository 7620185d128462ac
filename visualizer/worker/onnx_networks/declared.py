"""The inputs of an ONNX file as it declares them."""

from __future__ import annotations

from dataclasses import dataclass

from onnx import ModelProto, TypeProto

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.onnx_networks.dtypes import dtype_name

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
        if self.sides is None:
            return "of unknown shape"
        return "×".join(map(str, self.sides)) or "a scalar"

    @property
    def is_channels_last(self) -> bool:
        """N×H×W×3, as TensorFlow lays pictures out."""
        sides = self.sides or ()
        return len(sides) == 4 and sides[3] in _PICTURE_CHANNELS and sides[1] not in (1, 3)


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

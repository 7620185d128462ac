"""What the tree of a pickle means to torch: tensors, mappings of them, and networks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from visualizer.worker.loaders.saved.opcodes import Global, Made, Mapping, Persistent

_STORAGES = {
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16", "LongStorage": "int64", "IntStorage": "int32",
    "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
    "BoolStorage": "bool", "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128", "QInt8Storage": "qint8", "QUInt8Storage": "quint8",
    "QInt32Storage": "qint32", "UntypedStorage": "uint8",
}  # fmt: skip
ITEM_BYTES = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int16": 2,
    "int8": 1, "uint8": 1, "bool": 1, "complex64": 8, "complex128": 16, "complex32": 4,
    "uint16": 2, "uint32": 4, "uint64": 8, "float8_e4m3fn": 1, "float8_e5m2": 1,
    "float8_e4m3fnuz": 1, "float8_e5m2fnuz": 1, "qint8": 1, "quint8": 1, "qint32": 4,
}  # fmt: skip
_MOST_VISITED = 5_000_000
_MOST_DIMENSIONS = 64
_MOST_WRAPPED = 8
_PARAMETER = ("torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state")
_WITH_STORAGE = ("torch._utils._rebuild_tensor", "torch._utils._rebuild_tensor_v2")
_WITH_DTYPE = "torch._utils._rebuild_tensor_v3"
_QUANTIZED = "torch._utils._rebuild_qtensor"
_TYPED = "torch._tensor._rebuild_from_type_v2"


@dataclass(frozen=True)
class StorageRef:
    """A storage that a tensor looks into."""

    key: str
    dtype: str
    first: int = 0
    """The item that a view of it begins at."""

    @property
    def item_bytes(self) -> int:
        return ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class TensorRef:
    """A tensor as the pickle describes it: `offset` and `stride` in items of its storage."""

    storage: StorageRef
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]

    @property
    def reaches(self) -> int:
        """Items of the storage that it needs, from the beginning."""
        if 0 in self.shape:
            return 0
        last = sum((side - 1) * step for side, step in zip(self.shape, self.stride, strict=True))
        return self.offset + last + 1


def tensor_of(value: Any) -> TensorRef | None:
    """The tensor or parameter that `value` would become; None if it is something else."""
    for _ in range(_MOST_WRAPPED):
        if not isinstance(value, Made) or not isinstance(value.arguments, tuple):
            return None
        name, given = value.name, value.arguments
        if name in _PARAMETER and given:
            value = given[0]
        elif name == _TYPED and len(given) > 2:
            value = Made(given[0], given[2])
        elif name in (*_WITH_STORAGE, _QUANTIZED) and len(given) >= 4:
            return _tensor(given[0], given[1], given[2], given[3])
        elif name == _WITH_DTYPE and len(given) >= 7:
            return _tensor(given[0], given[1], given[2], given[3], dtype=_dtype(given[6]))
        else:
            return None
    return None


def _tensor(
    storage: Any, offset: Any, shape: Any, stride: Any, dtype: str = ""
) -> TensorRef | None:
    found = storage_of(storage)
    if found is None or not (_whole((offset,)) and _whole(shape) and _whole(stride)):
        return None
    if len(shape) != len(stride) or len(shape) > _MOST_DIMENSIONS:
        return None
    dtype = dtype or found.dtype
    return TensorRef(found, dtype, tuple(shape), tuple(stride), offset + found.first)


def _whole(numbers: Any) -> bool:
    return isinstance(numbers, tuple) and all(
        isinstance(n, int) and 0 <= n < 1 << 63 for n in numbers
    )


def _dtype(value: Any) -> str:
    name = value.name.removeprefix("torch.") if isinstance(value, Global) else ""
    return name if name in ITEM_BYTES else ""


def storage_of(value: Any) -> StorageRef | None:
    """The storage a persistent id stands for: ("storage", type, key, device, items, view)."""
    key = value.key if isinstance(value, Persistent) else None
    if not isinstance(key, tuple) or len(key) < 5 or key[0] != "storage":
        return None
    kind = key[1].name.rpartition(".")[2] if isinstance(key[1], Global) else ""
    if kind not in _STORAGES or not isinstance(key[2], str):
        return None
    view = key[5] if len(key) > 5 and isinstance(key[5], tuple) else ()
    first = view[1] if len(view) == 3 and _whole(view[1:]) else 0
    return StorageRef(key[2], _STORAGES[kind], first)


def children(value: Any) -> Sequence[Any]:
    """What is directly inside of a part of the tree."""
    match value:
        case Made():
            inside = [v for pair in value.entries.pairs for v in pair]
            return [value.what, value.arguments, *value.items, *inside, value.state]
        case Mapping():
            return [v for pair in value.pairs for v in pair]
        case Persistent():
            return [value.key]
        case list() | tuple():
            return value
        case _:
            return ()


def everything_in(root: Any) -> Iterator[Any]:
    """Every part of the tree once, outer ones first: parts may be shared, even with themselves."""
    seen: set[int] = set()
    level = [root]
    while level and len(seen) < _MOST_VISITED:
        below: list[Any] = []
        for value in level:
            if id(value) in seen or isinstance(value, str | bytes | int | float | None):
                continue
            seen.add(id(value))
            yield value
            below.extend(children(value))
        level = below


def storages_in(root: Any) -> Iterator[StorageRef]:
    for value in everything_in(root):
        if (found := storage_of(value)) is not None:
            yield found


def pairs_of(value: Any) -> Sequence[tuple[Any, Any]]:
    """Keys and values of a dict or of something made of one, an OrderedDict for example."""
    if isinstance(value, Mapping):
        return value.pairs
    if not isinstance(value, Made):
        return ()
    return value.entries.pairs or _pairs_given(value)


def _pairs_given(made: Made) -> Sequence[tuple[Any, Any]]:
    """Python 2 pickled an OrderedDict as a call with a list of pairs."""
    if made.name != "collections.OrderedDict" or not isinstance(made.arguments, tuple):
        return ()
    given = made.arguments[0] if made.arguments else ()
    if not isinstance(given, list | tuple):
        return ()
    return [tuple(pair) for pair in given if isinstance(pair, list | tuple) and len(pair) == 2]


def is_network(value: Any) -> bool:
    """Whether this would become a torch.nn.Module: its state has the parts of one."""
    state = value.state if isinstance(value, Made) else None
    return isinstance(state, Mapping) and state.has("_modules") and state.has("_parameters")


def tensors_of_network(network: Made) -> Iterator[tuple[str, TensorRef]]:
    """Names and tensors as the network's state_dict would have them."""
    waiting: list[tuple[str, Any]] = [("", network)]
    seen: set[int] = set()
    while waiting:
        prefix, module = waiting.pop()
        if id(module) in seen or not is_network(module):
            continue
        seen.add(id(module))
        for part in ("_parameters", "_buffers"):
            yield from named_tensors(module.state.get(part), prefix)
        inner = [(f"{prefix}{n}.", m) for n, m in pairs_of(module.state.get("_modules"))]
        waiting.extend(reversed(inner))


def named_tensors(value: Any, prefix: str = "") -> Iterator[tuple[str, TensorRef]]:
    """The tensors directly inside of a mapping, by name."""
    for name, item in pairs_of(value):
        tensor = tensor_of(item)
        if tensor is not None and isinstance(name, str):
            yield f"{prefix}{name}", tensor

"""The header of a safetensors file: 8 bytes of length, then JSON; the numbers come after it.

Format: https://github.com/huggingface/safetensors, "Format".
"""

from __future__ import annotations

import math
from pathlib import Path

import msgspec

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.saved.containers import Region, damaged
from visualizer.worker.loaders.saved.tree import ITEM_BYTES

MOST_HEADER_BYTES = 100_000_000  # as the library that defines the format has it
_LENGTH_BYTES = 8
_METADATA = "__metadata__"
_DTYPES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64",
    "I32": "int32", "I16": "int16", "I8": "int8", "U8": "uint8", "U16": "uint16",
    "U32": "uint32", "U64": "uint64", "BOOL": "bool", "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2", "C64": "complex64",
}  # fmt: skip


class _Entry(msgspec.Struct, frozen=True):
    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


def read_header(path: Path) -> dict[str, tuple[str, tuple[int, ...], Region]]:
    """Dtype, shape and place of every tensor by name; raises LoadError for a damaged header."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
        start = _LENGTH_BYTES + length
        if length > MOST_HEADER_BYTES or start > size:
            raise damaged(path, f"its header is said to be {length:,} bytes long")
        header = file.read(length)
    return {name: _placed(path, name, entry, start, size) for name, entry in _entries(path, header)}


def _entries(path: Path, header: bytes) -> list[tuple[str, _Entry]]:
    try:
        raw = msgspec.json.decode(header, type=dict[str, msgspec.Raw])
        return [
            (name, msgspec.json.decode(entry, type=_Entry))
            for name, entry in raw.items()
            if name != _METADATA
        ]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise damaged(path, f"its header is not what safetensors writes: {error}") from error


def _placed(
    path: Path, name: str, entry: _Entry, start: int, size: int
) -> tuple[str, tuple[int, ...], Region]:
    dtype = _DTYPES.get(entry.dtype)
    if dtype is None:
        raise LoadError(f"{path.name} has numbers of type {entry.dtype}, which nothing here knows")
    begin, end = entry.data_offsets
    needed = math.prod(entry.shape) * ITEM_BYTES[dtype]
    if min(entry.shape, default=0) < 0 or not 0 <= begin <= end <= size - start:
        raise damaged(path, f"tensor {name} is not inside the file")
    if needed != end - begin:
        raise damaged(path, f"tensor {name} needs {needed:,} bytes and has {end - begin:,}")
    return dtype, entry.shape, Region(start + begin, end - begin)

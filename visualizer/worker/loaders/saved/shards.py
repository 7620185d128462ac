"""The index of weights that are spread over several files: `model.safetensors.index.json`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.saved.containers import damaged

ENDING = ".index.json"
_MOST_BYTES = 100_000_000


class _Index(msgspec.Struct, frozen=True):
    weight_map: dict[str, str]


def shard_paths(index: Path) -> tuple[Path, ...]:
    """The files that an index names, each once, in its order.

    They have to lie beside it. Raises LoadError for one that does not or is not there, and for
    an index that is damaged.
    """
    names = dict.fromkeys(_read(index).weight_map.values())
    if not names:
        raise LoadError(f"{index.name} names no tensors")
    return tuple(_beside(index, name) for name in names)


def _read(index: Path) -> _Index:
    if index.stat().st_size > _MOST_BYTES:
        raise damaged(index, "it is longer than the index of any network")
    try:
        return msgspec.json.decode(index.read_bytes(), type=_Index)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise LoadError(
            f"{index.name} is no index of weights in several files: {one_line(error, 120)}"
        ) from error


def _beside(index: Path, name: str) -> Path:
    path = index.parent / name
    if Path(name).name != name:
        raise LoadError(f"{index.name} names {one_line(name, 80)}, outside its folder: not read")
    if name.endswith(ENDING):
        raise LoadError(f"{index.name} names {one_line(name, 80)}, another index: it is damaged")
    if not path.is_file():
        raise LoadError(f"{index.name} names {name}, which is not there: download it too")
    return path

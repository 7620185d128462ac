"""What a file holds: its tensors with their places, and the code it would have to run."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.formats import format_of
from visualizer.worker.loaders.saved.containers import Container, Region, damaged, read_container
from visualizer.worker.loaders.saved.safetensors import read_header
from visualizer.worker.loaders.saved.shards import shard_paths
from visualizer.worker.loaders.saved.tree import (
    ITEM_BYTES,
    TensorRef,
    everything_in,
    is_network,
    named_tensors,
    pairs_of,
    tensors_of_network,
)

# Where checkpoints keep the weights, the wanted first: an average of them is what is used.
WRAPPERS = (
    "state_dict", "model_state_dict", "params_ema", "state_dict_ema", "model_ema", "ema", "model",
    "params", "module", "net", "network", "weights",
)  # fmt: skip
_HARMLESS = re.compile(
    r"torch\.(_utils\._rebuild\w*|_tensor\._rebuild_from_type_v2|Size|device|Tensor|Generator"
    r"|(cuda\.|sparse\.)*\w+(Storage|Tensor)|storage\.(Typed|Untyped)Storage|nn\.parameter\.Parameter"
    r"|serialization\._get_layout|per_\w+_(affine|symmetric)\w*"
    r"|float\w+|bfloat\w+|u?int\d+|q?u?int\d+\w*|bool|complex\w+|strided|sparse_\w+)"
    r"|collections\.(OrderedDict|defaultdict|Counter)|builtins\.(set|bytearray|complex|dict|list)"
    r"|__builtin__\.(set|bytearray|complex|dict|list)|_codecs\.encode"
)


@dataclass(frozen=True)
class Stored:
    """One tensor: `offset` and `stride` in items from the beginning of its region."""

    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    region: Region | None

    @property
    def nbytes(self) -> int:
        return math.prod(self.shape) * ITEM_BYTES[self.dtype]


@dataclass(frozen=True)
class Contents:
    """A file: its tensors by the names a network has for them, and the `classes` it names.

    `has_network` says that it holds a whole network, as code that would be imported. `parts` are
    the files that an index stands for.
    """

    path: Path
    tensors: dict[str, Stored]
    classes: tuple[str, ...] = ()
    has_network: bool = False
    parts: tuple[Contents, ...] = ()

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {name: stored.shape for name, stored in self.tensors.items()}

    def values(self) -> dict[str, Tensor]:
        """The tensors, mapped from the file where it can be; raises LoadError."""
        if self.parts:
            return {name: value for part in self.parts for name, value in part.values().items()}
        return read_values(self)


def read_contents(location: str) -> Contents:
    """Look into a file of torch.save or safetensors. Nothing of it runs, no number is read.

    Raises LoadError for a file that is missing, damaged or has nothing to do with networks.
    """
    path = Path(location).expanduser()
    kind = format_of(location)
    if kind == "safetensors":
        return _from_safetensors(path)
    if kind == "shards":
        return _from_shards(path)
    if kind != "torch":
        raise LoadError(f"{location} holds a network ({kind}), not only weights")
    return _from_torch(path)


def _from_safetensors(path: Path) -> Contents:
    found = {
        name: Stored(dtype, shape, _contiguous(shape), 0, region)
        for name, (dtype, shape, region) in sorted(read_header(path).items(), key=_in_order)
    }
    if not found:
        raise LoadError(f"{path.name} holds no tensors")
    return Contents(path, found)


def _from_shards(index: Path) -> Contents:
    parts = tuple(read_contents(str(path)) for path in shard_paths(index))
    found = {name: stored for part in parts for name, stored in part.tensors.items()}
    classes = tuple(dict.fromkeys(name for part in parts for name in part.classes))
    return Contents(index, dict(sorted(found.items(), key=_in_order)), classes, parts=parts)


def _in_order(item: tuple[str, Any]) -> list[tuple[int, str]]:
    """By name, and layer 3 before layer 10: the format keeps no order."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in item[0].split(".")]


def _contiguous(shape: tuple[int, ...]) -> tuple[int, ...]:
    steps = [1]
    for side in reversed(shape[1:]):
        steps.append(steps[-1] * side)
    return tuple(reversed(steps)) if shape else ()


def _from_torch(path: Path) -> Contents:
    container = read_container(path)
    classes = tuple(name for name in container.globals if not _HARMLESS.fullmatch(name))
    networks = [value for value in everything_in(container.root) if is_network(value)]
    if networks:
        found = max((list(tensors_of_network(network)) for network in networks[:1]), key=len)
    else:
        found = _best_mapping(container.root)
    tensors = {name: _stored(path, name, tensor, container) for name, tensor in found}
    if not (networks or tensors or classes):
        raise LoadError(f"{path.name} holds no network and no named tensors")
    return Contents(path, tensors, classes, bool(networks))


def _best_mapping(root: Any) -> list[tuple[str, TensorRef]]:
    """The tensors under the name that checkpoints use for weights, or else the most in one."""
    for wrapper in WRAPPERS:
        inside = next((value for key, value in pairs_of(root) if _is(key, wrapper)), None)
        if inside is not None and (found := _best_mapping(inside)):
            return found
    mappings = (list(named_tensors(value)) for value in everything_in(root))
    return max(mappings, key=len, default=[])


def _is(key: Any, name: str) -> bool:
    return isinstance(key, str) and key == name


def _stored(path: Path, name: str, tensor: TensorRef, container: Container) -> Stored:
    region = container.storages.get(tensor.storage.key)
    if container.storages and region is None:
        raise damaged(path, f"the numbers of {name} are missing")
    if region is not None and tensor.reaches * ITEM_BYTES[tensor.dtype] > region.nbytes:
        raise damaged(
            path,
            f"{name} is said to have {math.prod(tensor.shape):,} numbers, more than the file has",
        )
    return Stored(tensor.dtype, tensor.shape, tensor.stride, tensor.offset, region)


def read_values(contents: Contents) -> dict[str, Tensor]:
    """All tensors of a file, whose pages are read when they are needed; raises LoadError."""
    path = contents.path
    size = path.stat().st_size
    everything = torch.from_file(str(path), shared=False, size=size, dtype=torch.uint8)
    return {
        name: _value(everything, name, stored, path) for name, stored in contents.tensors.items()
    }


def _value(everything: Tensor, name: str, stored: Stored, path: Path) -> Tensor:
    if stored.region is None or stored.dtype.startswith("q"):
        raise LoadError(f"the numbers of {name} in {path.name} cannot be read without trust")
    dtype = getattr(torch, stored.dtype)
    start, nbytes = stored.region.offset, stored.region.nbytes
    item = ITEM_BYTES[stored.dtype]
    raw = everything[start : start + nbytes // item * item]
    # Numbers can only be looked at in place where they are aligned.
    items = (raw if start % item == 0 else raw.clone()).view(dtype)
    return items.as_strided(stored.shape, stored.stride, items.storage_offset() + stored.offset)

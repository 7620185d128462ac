"""Weights and constants of an exported program: on meta by their description, or with numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import nn

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.exported.archive import Json, ProgramFile, TensorEntry
from visualizer.worker.loaders.exported.values import MOST_NUMBERS, dtype_of, whole_number
from visualizer.worker.loaders.programs.archives import Archive, opened

Tensors = dict[str, torch.Tensor]


def read_tensors(file: ProgramFile, device: str) -> Tensors:
    """All saved tensors by full name; on "meta" without numbers. Raises LoadError.

    Tensors that share memory in the file share it here. Pickled ones (sparse, quantized and
    other special tensors, and all of older files) are read with torch's restricted unpickler.
    """
    with opened(file.location) as archive:
        found: Tensors = {}
        raw: Tensors = {}
        same: dict[str, torch.Tensor] = {}
        for name, entry in file.tensors.items():
            key = repr((entry.member, entry.meta, entry.is_parameter))  # tied weights are one
            if key not in same:
                what = f"{name} in {file.location}"
                same[key] = _tensor(archive, entry, raw, device, what)
            found[name] = same[key]
        for member in file.bundles:
            found.update(_bundle(archive, member, device, file.location))
    return found


def _tensor(
    archive: Archive, entry: TensorEntry, raw: Tensors, device: str, what: str
) -> torch.Tensor:
    if entry.meta is None:
        loaded = _unpickled(archive.read(entry.member), device, what)
        if not isinstance(loaded, torch.Tensor):
            raise LoadError(f"{what} is a {type(loaded).__name__}, not a tensor: it is not opened")
        return _as_parameter(loaded, entry)
    sizes, strides, offset = _geometry(entry.meta, what)
    dtype = dtype_of(entry.meta["dtype"])
    _check_room(archive, entry.member, sizes, strides, offset, dtype, what)
    if device == "meta":
        tensor = torch.empty_strided(sizes, strides, dtype=dtype, device="meta")
        return _as_parameter(tensor, entry)
    if entry.member not in raw:
        raw[entry.member] = _raw_numbers(archive, entry.member)
    flat = (
        raw[entry.member].view(dtype) if raw[entry.member].numel() else torch.empty(0, dtype=dtype)
    )
    return _as_parameter(torch.as_strided(flat, sizes, strides, offset), entry)


def _raw_numbers(archive: Archive, member: str) -> torch.Tensor:
    """The bytes of a member in memory that may be written to; few if it is empty."""
    data = bytearray(archive.read(member))
    return torch.frombuffer(data, dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)


def _as_parameter(tensor: torch.Tensor, entry: TensorEntry) -> torch.Tensor:
    if not entry.is_parameter:
        return tensor
    may_learn = tensor.is_floating_point() or tensor.is_complex()
    return nn.Parameter(tensor.detach(), requires_grad=may_learn)


def _geometry(meta: Json, what: str) -> tuple[list[int], list[int], int]:
    sizes = [whole_number(size) for size in meta["sizes"]]
    strides = [whole_number(stride) for stride in meta["strides"]]
    offset = whole_number(meta["storage_offset"])
    numbers = 1
    for size in sizes:
        numbers *= size
    if min([0, offset, *sizes, *strides]) < 0 or numbers > MOST_NUMBERS:
        raise LoadError(f"{what} has an impossible shape {tuple(sizes)}: the file is damaged")
    return sizes, strides, offset


def _check_room(
    archive: Archive,
    member: str,
    sizes: list[int],
    strides: list[int],
    offset: int,
    dtype: torch.dtype,
    what: str,
) -> None:
    """Raises LoadError when the tensor would reach beyond its bytes in the file."""
    if 0 in sizes:
        return
    reach = offset + sum((n - 1) * step for n, step in zip(sizes, strides, strict=True)) + 1
    if reach * dtype.itemsize > archive.size(member):
        raise LoadError(
            f"{what} needs {reach * dtype.itemsize:,} bytes and the file has "
            f"{archive.size(member):,} for it: it is damaged"
        )


def _unpickled(data: bytes, device: str, what: str) -> Any:
    try:
        return torch.load(io.BytesIO(data), map_location=device, weights_only=True)
    except Exception as error:
        raise LoadError(
            f"{what} is not a plain tensor: reading it could run code, so it is not opened",
            one_line(error),
        ) from error


def _bundle(archive: Archive, member: str, device: str, location: str) -> Tensors:
    """A whole dictionary of tensors, as torch wrote it before 2.8."""
    data = archive.read(member)
    if not data:
        return {}
    loaded = _unpickled(data, device, f"{member} in {location}")
    if not isinstance(loaded, Mapping):
        raise LoadError(f"{member} in {location} holds no named tensors: it is not opened")
    return {str(name): value for name, value in _tensors_of(loaded)}


def _tensors_of(loaded: Mapping[Any, Any]) -> Iterator[tuple[Any, torch.Tensor]]:
    for name, value in loaded.items():
        if isinstance(value, torch.Tensor):
            yield name, value

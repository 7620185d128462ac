"""Where the pickles and the numbers of a torch.save file are: in a zip, in a row, or in a tar.

Since torch 1.6 a file is a zip with one pickle and one uncompressed record for each storage.
Before, it was five pickles in a row, then the storages; in the very beginning a tar of three
files. Only pickles are read here, never numbers; the sizes that an archive declares are checked
first.
"""

from __future__ import annotations

import io
import mmap
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.saved.opcodes import BadPickle, Global, Machine, Persistent

MOST_PICKLE_BYTES = 64 << 20
LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_ZIP_MAGIC = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s22xHH")


@dataclass(frozen=True)
class Region:
    """The bytes of one storage in the file."""

    offset: int
    nbytes: int


@dataclass(frozen=True)
class Container:
    """The tree of the pickle, what it would import, and the storages of numbers by key."""

    root: Any
    globals: tuple[str, ...]
    storages: dict[str, Region]


class _Lines:
    """A mapped file for the opcode reader; no read is longer than what a pickle may be."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped

    def read(self, count: int) -> bytes:
        return self._mapped.read(min(count, MOST_PICKLE_BYTES))

    def readline(self) -> bytes:
        start = self._mapped.tell()
        end = self._mapped.find(b"\n", start, start + MOST_PICKLE_BYTES)
        return self._mapped.read(end + 1 - start) if end >= 0 else b""

    def tell(self) -> int:
        return self._mapped.tell()


def read_container(path: Path) -> Container:
    """The pickle and the places of the numbers; raises LoadError for a file that is damaged."""
    with path.open("rb") as file:
        is_zip = file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    try:
        if is_zip:
            return _from_zip(path)
        return _from_tar(path) if tarfile.is_tarfile(path) else _from_row(path)
    except BadPickle as error:
        raise LoadError(
            f"{path.name} cannot be read as what torch.save writes: {one_line(error, 160)}; if it "
            "was, copy or download it again"
        ) from error
    except (zipfile.BadZipFile, tarfile.TarError, struct.error, EOFError) as error:
        raise damaged(path, error) from error


def damaged(path: Path, why: object) -> LoadError:
    return LoadError(
        f"{path.name} is cut off or damaged ({one_line(why, 120)}): copy or download it again"
    )


def _from_zip(path: Path) -> Container:
    with zipfile.ZipFile(path) as archive, _mapped(path) as mapped:
        records = archive.infolist()
        _check_sizes(path, records)
        by_name = {_inner(record.filename): record for record in records}
        if "data.pkl" not in by_name:
            raise LoadError(f"{path.name} has no data.pkl: torch.save did not write it")
        if by_name.get("byteorder") and _record(mapped, by_name["byteorder"]) == b"big":
            raise LoadError(f"{path.name} was saved on a big-endian machine: save it again here")
        machine = Machine()
        root = machine.run(io.BytesIO(_record(mapped, by_name["data.pkl"])))
        storages = {
            name.removeprefix("data/"): _region(mapped, record)
            for name, record in by_name.items()
            if name.startswith("data/")
        }
    return Container(root, tuple(machine.globals), storages)


def _inner(name: str) -> str:
    """The name of a record without the folder that all are in."""
    return name.partition("/")[2]


def _check_sizes(path: Path, records: list[zipfile.ZipInfo]) -> None:
    """Nothing is unpacked that is larger than the file itself."""
    if any(record.compress_type != zipfile.ZIP_STORED for record in records):
        declared = sum(record.file_size for record in records)
        raise LoadError(
            f"{path.name} is a compressed archive that unpacks to {declared:,} bytes: torch.save "
            "compresses nothing, so it is not opened"
        )
    for record in records:
        if record.file_size > path.stat().st_size:
            raise damaged(path, f"{record.filename!r} is said to be larger than the file")
        if _inner(record.filename) == "data.pkl" and record.file_size > MOST_PICKLE_BYTES:
            raise LoadError(f"the pickle in {path.name} is longer than that of any network")


def _region(mapped: mmap.mmap, record: zipfile.ZipInfo) -> Region:
    """Where the bytes of an uncompressed record are; raises BadZipFile."""
    header = mapped[record.header_offset : record.header_offset + _LOCAL_HEADER.size]
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    offset = record.header_offset + _LOCAL_HEADER.size + name_length + extra_length
    if magic != _ZIP_MAGIC or offset + record.file_size > len(mapped):
        raise zipfile.BadZipFile(f"{record.filename!r} is not where it should be")
    return Region(offset, record.file_size)


def _record(mapped: mmap.mmap, record: zipfile.ZipInfo) -> bytes:
    region = _region(mapped, record)
    return mapped[region.offset : region.offset + region.nbytes]


def _from_row(path: Path) -> Container:
    """Magic number, protocol, system, the object, the keys; then the storages in their order."""
    with _mapped(path) as mapped:
        lines: Any = _Lines(mapped)
        machine = Machine()
        first = machine.run(lines)
        if first != LEGACY_MAGIC:
            return Container(first, tuple(machine.globals), {})
        machine.run(lines)
        machine.run(lines)
        found = machine.globals
        machine = Machine()
        root = machine.run(lines)
        keys = machine.run(lines)
        sizes = dict(_item_sizes(root))
        storages = dict(_in_row(mapped, keys, sizes))
    return Container(root, (*found, *machine.globals), storages)


def _in_row(mapped: mmap.mmap, keys: Any, sizes: dict[str, int]) -> Iterator[tuple[str, Region]]:
    """Each storage is its length in items, 8 bytes, then the items."""
    if not isinstance(keys, list):
        raise BadPickle("its pickle is damaged: the list of storages is missing")
    offset = mapped.tell()
    for key in keys:
        (items,) = struct.unpack("<q", mapped[offset : offset + 8])
        nbytes = items * sizes.get(str(key), 1)
        offset += 8
        if items < 0 or offset + nbytes > len(mapped):
            raise EOFError("the numbers are not all there")
        yield str(key), Region(offset, nbytes)
        offset += nbytes


def _item_sizes(root: Any) -> Iterator[tuple[str, int]]:
    """Bytes of one item of every storage that the tree refers to."""
    from visualizer.worker.loaders.saved.tree import storages_in

    for storage in storages_in(root):
        yield storage.key, storage.item_bytes


def _from_tar(path: Path) -> Container:
    """Only what it would import: where its numbers are is not worth finding out any more."""
    with tarfile.open(path, "r:") as archive:
        member = archive.extractfile("pickle") if "pickle" in archive.getnames() else None
        if member is None:
            raise LoadError(f"{path.name} is a tar, but not one that torch.save wrote")
        machine = Machine()
        root = machine.run(io.BytesIO(member.read(MOST_PICKLE_BYTES)))
        names = dict.fromkeys(machine.globals)
        for other in ("storages", "tensors"):
            names |= _imported_in(archive, other)
    return Container(root, tuple(names), {})


def _imported_in(archive: tarfile.TarFile, name: str) -> dict[str, None]:
    """What the pickles at the beginning of a member would import."""
    member = archive.extractfile(name) if name in archive.getnames() else None
    if member is None:
        return {}
    file, machine = io.BytesIO(member.read(MOST_PICKLE_BYTES)), Machine()
    count = machine.run(file)
    for _ in range(min(count, 1) if isinstance(count, int) else 0):
        machine.run(file)
    return machine.globals


@contextmanager
def _mapped(path: Path) -> Iterator[mmap.mmap]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        yield mapped


__all__ = ["Container", "Global", "Persistent", "Region", "damaged", "read_container"]

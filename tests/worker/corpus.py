"""Files that are not what they seem, made afresh: each would touch a marker file if it ran."""

from __future__ import annotations

import io
import pickle
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

LEGACY_HEAD = (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True})


class Touch:
    """Unpickling it writes a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self):
        return Path.touch, (self.marker,)


def reduced(marker: Path) -> bytes:
    return pickle.dumps({"weight": Touch(marker)}, protocol=2)


def _line(*opcodes: bytes) -> bytes:
    return b"".join(opcodes)


def _text(value: object) -> bytes:
    raw = str(value).encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def _command(marker: Path) -> str:
    return f"touch '{marker}'"


def called(marker: Path) -> bytes:
    """REDUCE of os.system."""
    return _line(b"\x80\x02cos\nsystem\n", _text(_command(marker)), b"\x85R.")


def instanced(marker: Path) -> bytes:
    """INST, the way of protocol 0."""
    command = _command(marker).replace("'", '"').encode()
    return _line(b"(", b"S'" + command + b"'\n", b"ios\nsystem\n.")


def objected(marker: Path) -> bytes:
    return _line(b"(cos\nsystem\n", _text(_command(marker)), b"o.")


def new_object(marker: Path) -> bytes:
    """NEWOBJ of Popen, which starts a program when it is made."""
    arguments = _line(b"(", _text("touch"), _text(marker), b"l\x85")
    return _line(b"\x80\x02csubprocess\nPopen\n", arguments, b"\x81.")


def built(marker: Path) -> bytes:
    """BUILD: the state reaches for attributes of what was made, here of a partial call."""
    call = _line(b"cfunctools\npartial\n", b"cos\nsystem\n\x85R")
    return _line(b"\x80\x02", call, b"(cos\nsystem\n", _text(_command(marker)), b"\x85}Ntb.")


def nested(marker: Path) -> bytes:
    """A pickle that unpickles another one."""
    inner = called(marker)
    raw = b"B" + struct.pack("<I", len(inner)) + inner
    return _line(b"\x80\x03c_pickle\nloads\n", raw, b"\x85R.")


def stacked(marker: Path) -> bytes:
    """STACK_GLOBAL: the names are not opcodes' arguments."""
    name = _line(_text("os"), _text("system"), b"\x93")
    return _line(b"\x80\x04", name, _text(_command(marker)), b"\x85R.")


def registered(marker: Path) -> bytes:
    """A number in copyreg's registry instead of a name."""
    return _line(b"\x80\x02\x82\x01", _text(_command(marker)), b"\x85R.")


def with_network(marker: Path) -> bytes:
    """What it says it is, and then more."""
    return pickle.dumps({"model": nn.Linear(2, 2), "extra": Touch(marker)}, protocol=2)


PAYLOADS: tuple[Callable[[Path], bytes], ...] = (
    reduced, called, instanced, objected, new_object, built, nested, stacked, registered,
    with_network,
)  # fmt: skip


def as_zip(payload: bytes) -> bytes:
    """As torch.save writes since 1.6."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", payload)
        archive.writestr("archive/version", "3\n")
    return file.getvalue()


def as_row(payload: bytes) -> bytes:
    """As torch.save wrote before."""
    head = b"".join(pickle.dumps(part, protocol=2) for part in LEGACY_HEAD)
    return head + payload + pickle.dumps([], protocol=2)


def as_first(payload: bytes) -> bytes:
    """Where the magic number should be."""
    return payload


def as_tar(payload: bytes) -> bytes:
    """As it was in the beginning."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in (("storages", pickle.dumps(0)), ("tensors", pickle.dumps(0)),
                              ("pickle", payload)):  # fmt: skip
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


CONTAINERS: tuple[Callable[[bytes], bytes], ...] = (as_zip, as_row, as_first, as_tar)


def saved(legacy: bool = False) -> bytes:
    """A small honest file of weights."""
    file = io.BytesIO()
    state = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Linear(8, 2)).state_dict()
    torch.save(state, file, _use_new_zipfile_serialization=not legacy)
    return file.getvalue()


def safetensors() -> bytes:
    from safetensors.torch import save

    return save({"a.weight": torch.ones(4, 3), "a.bias": torch.zeros(4)})

"""What a model file is, told from its first bytes and, in an archive, from the names in it.

Nothing in the file is executed or unpacked. The name's ending is only asked where the bytes do
not tell: ONNX has no magic number.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from visualizer.sources import MODEL_SUFFIXES
from visualizer.worker.loaders.base import LoadError, one_line

Format = Literal["onnx", "export", "torchscript", "torch", "safetensors", "shards"]
"""`export` is what torch.export.save writes (.pt2), `torch` what torch.save writes, `shards` the
index of weights in several files."""

_HEAD = 16
_ZIP = b"PK\x03\x04"
_TAR_MAGIC = (257, b"ustar")
_ARRAY_OF_NAMES = b"{"
_INDEX = ".index.json"


def format_of(location: str) -> Format:
    """The format of the file; raises LoadError for one that is missing, empty or unknown."""
    path = Path(location).expanduser()
    head = _first_bytes(path, location)
    if head.startswith(_ZIP):
        return _archive_format(path, location)
    if path.name.endswith(_INDEX):
        return "shards"
    if head[8:9] == _ARRAY_OF_NAMES and path.suffix != ".onnx":
        return "safetensors"
    if path.suffix == ".onnx":
        return "onnx"
    if head[:1] == b"\x80" or _is_tar(path):
        return "torch"  # torch.save of before 1.6: a pickle, or in the beginning a tar
    raise LoadError(
        f"{location} is not a model file that can be read: expected ONNX, torch.export, "
        "TorchScript, torch.save or safetensors; its first bytes are none of them"
    )


def _first_bytes(path: Path, location: str) -> bytes:
    if path.is_dir():
        raise LoadError(f"{location} is a folder: give the model file in it, or hf:{location}")
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as error:
        is_file = location.lower().endswith(MODEL_SUFFIXES)
        names = "" if is_file else ": for a network by name give resnet50, timm:NAME or hf:FOLDER"
        raise LoadError(f"there is no file {location}{names}") from error
    except (OSError, ValueError) as error:
        raise LoadError(f"cannot read {location}: {one_line(error)}") from error
    if not head:
        raise LoadError(f"{location} is empty: nothing was saved to it")
    return head


def _is_tar(path: Path) -> bool:
    offset, magic = _TAR_MAGIC
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(len(magic)) == magic


def _archive_format(path: Path, location: str) -> Format:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise LoadError(
            f"{location} is an archive that is cut off or damaged: copy or download it again",
            one_line(error),
        ) from error
    found = _format_of_names(name.partition("/")[2] or name for name in names)
    if found is None:
        raise LoadError(
            f"{location} is an archive, but not of a network: expected what torch.save, "
            "torch.jit.save or torch.export.save write"
        )
    return found


def _format_of_names(names: Iterable[str]) -> Format | None:
    within = set(names)
    if {"archive_format", "serialized_exported_program.json"} & within or any(
        name.startswith("models/") for name in within
    ):
        return "export"
    if "constants.pkl" in within:
        return "torchscript"
    return "torch" if "data.pkl" in within else None

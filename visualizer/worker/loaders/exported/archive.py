"""The parts of a `.pt2` archive: the program's JSON and where its tensors lie.

Two layouts: the archive of torch 2.7 and later (`models/`, `data/weights/`, ...), and the one
before (`serialized_exported_program.json` beside whole files of tensors).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.programs.archives import Archive, damaged, opened

Json = Mapping[str, Any]

_OLD_PROGRAM = "serialized_exported_program.json"
_OLD_TENSORS = ("serialized_state_dict", "serialized_constants")
_COMPILED = ("data/aotinductor/", "data/executorch/")
_MOST_JSON = 256 << 20


@dataclass(frozen=True)
class TensorEntry:
    """One saved tensor: the member with its bytes, and its meta data unless it is pickled."""

    member: str
    meta: Json | None
    is_parameter: bool


@dataclass(frozen=True)
class ProgramFile:
    """A program as it lies in its file. `tensors` are weights and constants by full name;
    `bundles` are members that hold many tensors each (old layout)."""

    location: str
    program: Json
    tensors: Mapping[str, TensorEntry]
    bundles: tuple[str, ...] = ()


def read_program(location: str) -> ProgramFile:
    """The program in a `.pt2` file; raises LoadError for what is damaged or not a graph."""
    with opened(location) as archive:
        try:
            return _read(archive, location)
        except (TypeError, AttributeError, IndexError, RecursionError) as error:
            raise damaged(location, error) from error


def _read(archive: Archive, location: str) -> ProgramFile:
    if _OLD_PROGRAM in archive:
        bundles = tuple(n for n in archive.names if n.startswith(_OLD_TENSORS))
        return ProgramFile(location, _json(archive, _OLD_PROGRAM, location), {}, bundles)
    name = _model_name(archive, location)
    program = _json(archive, f"models/{name}.json", location)
    weights, first = _entries(archive, name, "weights", location)
    constants, second = _entries(archive, name, "constants", location)
    return ProgramFile(location, program, {**weights, **constants}, first + second)


def _model_name(archive: Archive, location: str) -> str:
    found = [n for n in archive.names if n.startswith("models/") and n.endswith(".json")]
    if not found:
        compiled = any(name.startswith(_COMPILED) for name in archive.names)
        raise LoadError(
            f"{location} holds compiled machine code and no graph: it is not run; save the "
            "network itself with torch.export.save"
            if compiled
            else f"{location} holds no exported program: save one with torch.export.save"
        )
    names = [name.removeprefix("models/").removesuffix(".json") for name in found]
    return "model" if "model" in names else min(names)


def _entries(
    archive: Archive, name: str, what: str, location: str
) -> tuple[dict[str, TensorEntry], tuple[str, ...]]:
    """Tensors of data/weights or data/constants; or the one file of an older torch."""
    folder = f"data/{what}/"
    whole = f"{folder}{name}.pt"
    if whole in archive:
        return {}, (whole,)
    config = _json(archive, f"{folder}{name}_{what}_config.json", location)["config"]
    return {
        full: TensorEntry(
            folder + entry["path_name"],
            None if entry["use_pickle"] else entry["tensor_meta"],
            bool(entry["is_param"]),
        )
        for full, entry in config.items()
    }, ()


def _json(archive: Archive, name: str, location: str) -> Json:
    if name not in archive:
        raise LoadError(f"{location} is incomplete: it has no {name}; save or copy it again")
    if archive.size(name) > _MOST_JSON:
        raise LoadError(f"{location} describes a graph of {archive.size(name):,} bytes: too large")
    value: Json = json.loads(archive.read(name))
    return value

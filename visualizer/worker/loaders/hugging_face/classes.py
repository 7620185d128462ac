"""Which class of transformers a config belongs to, or what to open where there is none."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import nn

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.hugging_face.building import (
    classes_of,
    has_forward,
    parts_with_forward,
    transformers_module,
)


def usable_class(config: Any, path: Path) -> Any:
    """A class that can be built here and has a forward pass; raises LoadError."""
    try:
        found = next(_classes(config), None)
        if found is None:
            raise _without_network(config, path)
        found = _with_forward(found)
    except (ImportError, ValueError, AttributeError) as error:  # its package, its table of classes
        raise LoadError(
            f"transformers has a network of the type '{config.model_type}' but cannot give it: "
            f"{one_line(error)}"
        ) from error
    if has_forward(found):
        _refuse_objects(found, config)
        return found
    parts = sorted(parts_with_forward(found), key=lambda part: part_config(part, config) is config)
    raise LoadError(
        f"{found.__name__} has no forward pass of its own, only its parts have: name the class of "
        f"a part in {path.name}"
        + (f', as in "architectures": ["{parts[0].__name__}"]' if parts else "")
    )


def part_config(found: Any, config: Any) -> Any:
    """The part of `config` that this class is built from, else `config` itself."""
    wanted = getattr(found, "config_class", type(config))  # a plain module has none
    parts = [part for part in vars(config).values() if type(part) is wanted]
    return parts[0] if parts and type(config) is not wanted else config


def _refuse_objects(kind: Any, config: Any) -> None:
    """Raises LoadError for a forward that needs an object of transformers' own, such as the
    session that remembers a film, and says what can be opened instead."""
    needed = _object_needed(kind)
    if needed is None:
        return
    of_its_type = (*classes_of(config), *_of_a_task(config))
    others = [other.__name__ for other in of_its_type if _object_needed(other) is None]
    parts = ", ".join(getattr(config, "sub_configs", None) or ())
    instead = "open the config of one of its parts" + (f": {parts}" if parts else "")
    if others:
        instead = f'name another class of its type, as in "architectures": ["{others[0]}"]'
    raise LoadError(
        f"{kind.__name__} takes {needed.name}, an object of the class "
        f"{needed.annotation.__name__} and no tensor, so that no --input can give it: {instead}"
    )


def _object_needed(kind: Any) -> inspect.Parameter | None:
    """The first argument without a default that is more than tensors by name."""
    parameters = inspect.signature(kind.forward).parameters.values()
    needed = (each for each in parameters if each.default is each.empty)
    return next((each for each in needed if _is_object(each.annotation)), None)


def _is_object(annotation: Any) -> bool:
    if not isinstance(annotation, type) or dataclasses.is_dataclass(annotation):
        return False
    holds = (dict, tuple, torch.Tensor)
    return annotation.__module__.startswith("transformers.") and not issubclass(annotation, holds)


def _with_forward(kind: Any) -> Any:
    """Itself or, for a coder whose whole work is its `encode`, the same class that runs this."""
    if has_forward(kind) or not _is_coder(kind):
        return kind
    return type(kind.__name__, (kind,), {"forward": kind.encode, "__module__": kind.__module__})


def _is_coder(kind: Any) -> bool:
    return hasattr(kind, "encode") and not hasattr(kind, "decode")


# ------------------------------------------------------------------- where a class is found


def _classes(config: Any) -> Iterator[Any]:
    """Classes built from this kind of config, the one that it names or that is its own first."""
    yield from _named(config)
    yield from _of_the_type(config)
    yield from classes_of(config)
    yield from _of_a_task(config)
    yield from _part_of(config)
    yield from _built_by_the_whole(config)
    yield from _coders(config)


def _named(config: Any) -> Iterator[Any]:
    transformers = transformers_module()
    for name in config.architectures or ():
        found = getattr(transformers, str(name), None)
        if isinstance(found, type) and issubclass(found, transformers.PreTrainedModel):
            yield found


def _of_the_type(config: Any) -> Iterator[Any]:
    """The class in transformers' table, unless it is built from the config of a part."""
    kinds = transformers_module().MODEL_MAPPING
    if type(config) not in kinds:
        return
    try:
        found = kinds[type(config)]
    except ValueError:  # a class that transformers names but does not show
        return
    kind = found[0] if isinstance(found, (list, tuple)) else found
    if not _is_of_a_part(kind, config) or not classes_of(config):
        yield kind


def _is_of_a_part(kind: Any, config: Any) -> bool:
    """Whether `kind` is built from another config of those written beside this one, as the
    decoder of MusicGen is."""
    wanted = kind.config_class
    beside = wanted is not None and wanted.__module__ == type(config).__module__
    return beside and not issubclass(type(config), wanted)


def _of_a_task(config: Any) -> Iterator[Any]:
    """A class of another type that does its work, as GOT-OCR's does that of PP-Chart2Table."""
    tables = vars(importlib.import_module("transformers.models.auto.modeling_auto"))
    for name, table in tables.items():
        if name.startswith("MODEL_FOR") and name.endswith("_MAPPING_NAMES"):
            found = getattr(transformers_module(), str(table.get(config.model_type)), None)
            if found is not None and has_forward(found):
                yield found


def _part_of(config: Any) -> Iterator[Any]:
    """A plain module named like its config and built from it, as the mask decoder of SAM is."""
    config_class = type(config)
    module = _modeling(config_class)
    kind = getattr(module, config_class.__name__.removesuffix("Config"), None)
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)) or not has_forward(kind):
        return
    first = next(iter(list(inspect.signature(kind).parameters.values())), None)
    annotation = getattr(first, "annotation", None)
    fits = annotation in (config_class, config_class.__name__, inspect.Parameter.empty)
    if first is not None and fits:
        yield kind


def _built_by_the_whole(config: Any) -> Iterator[Any]:
    """What a larger network builds from just this part of its config, as in
    `IdeficsVisionTransformer(config.vision_config)`."""
    for whole, name in _wholes(type(config)):
        kind = next((k for k in _classes(whole()) if has_forward(k)), None)
        if kind is None:
            continue
        module = importlib.import_module(kind.__module__)
        for called in _built_from(module, name):
            built = getattr(module, called, None)
            if isinstance(built, type) and issubclass(built, nn.Module) and has_forward(built):
                yield built


def _coders(config: Any) -> Iterator[Any]:
    """Of its own module, as Chameleon's that makes tokens of a picture."""
    for kind in vars(_modeling(type(config)) or object).values():
        if getattr(kind, "config_class", None) is type(config) and _is_coder(kind):
            yield kind


def _built_from(module: ModuleType, setting: str) -> Iterator[str]:
    """Names of what the source of `module` calls with this setting of a config alone."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            given = [*call.args, *call.keywords]
            if len(given) == 1 and ast.unparse(given[0]).endswith(f"config.{setting}"):
                yield call.func.id


def _modeling(config_class: type) -> ModuleType | None:
    try:
        return importlib.import_module(
            config_class.__module__.replace(".configuration_", ".modeling_")
        )
    except ImportError:  # a config without a network
        return None


def _wholes(config_class: type) -> Iterator[tuple[Any, str]]:
    """The configs written beside this one that it is a part of, and the name it has there."""
    beside = importlib.import_module(config_class.__module__)
    base = transformers_module().PretrainedConfig
    for kind in vars(beside).values():
        if isinstance(kind, type) and issubclass(kind, base):
            parts = getattr(kind, "sub_configs", None) or {}
            yield from ((kind, name) for name, part in parts.items() if part is config_class)


# ------------------------------------------------------------------- where there is none


def _without_network(config: Any, path: Path) -> LoadError:
    instead = _what_instead(config)
    return LoadError(
        f"transformers has no network of the type '{config.model_type}' on its own: "
        + (f"{instead}, or " if instead else "")
        + f"name the class of transformers that it is for in {path.name} (architectures)"
    )


def _what_instead(config: Any) -> str:
    """Where its network is to be found: in that of a larger config, or in those of its parts."""
    parts = ", ".join(getattr(config, "sub_configs", None) or ())
    if parts:
        return f"only its parts have one, so open one of these as a config of its own: {parts}"
    for kind, name in _wholes(type(config)):
        return f"it is the {name} of the type '{kind.model_type}', so open such a config"
    return ""

"""The classes of transformers that may belong to a config, whatever table they stand in or none."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from torch import nn

from visualizer.worker.loaders.hugging_face.building import transformers_module


def candidates(config: Any) -> Iterator[Any]:
    """Classes built from this kind of config, the one that it names or that is its own first."""
    yield from _named(config)
    yield from _of_the_type(config)
    yield from classes_of(config)
    yield from of_a_task(config)
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


def of_a_task(config: Any) -> Iterator[Any]:
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
    first = next(iter(inspect.signature(kind).parameters.values()), None)
    annotation = getattr(first, "annotation", None)
    fits = annotation in (config_class, config_class.__name__, inspect.Parameter.empty)
    if first is not None and fits:
        yield kind


def _built_by_the_whole(config: Any) -> Iterator[Any]:
    """What a larger network builds from just this part of its config, as in
    `IdeficsVisionTransformer(config.vision_config)`."""
    for whole, name in wholes(type(config)):
        kind = next((k for k in candidates(whole()) if has_forward(k)), None)
        if kind is None:
            continue
        module = importlib.import_module(kind.__module__)
        for called in _built_from(module, name):
            built = getattr(module, called, None)
            if isinstance(built, type) and issubclass(built, nn.Module) and has_forward(built):
                yield built


def _coders(config: Any) -> Iterator[Any]:
    """Of its own module, as Chameleon's that makes tokens of a picture."""
    for kind in _classes_in(_modeling(type(config))):
        if getattr(kind, "config_class", None) is type(config) and is_coder(kind):
            yield kind


def _built_from(module: ModuleType, setting: str) -> Iterator[str]:
    """Names of what the source of `module` calls with this setting of a config alone."""
    for call in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            given = [*call.args, *call.keywords]
            if len(given) == 1 and ast.unparse(given[0]).endswith(f"config.{setting}"):
                yield call.func.id


def wholes(config_class: type) -> Iterator[tuple[Any, str]]:
    """The configs written beside this one that it is a part of, and the name it has there."""
    base = transformers_module().PretrainedConfig
    for kind in _classes_in(importlib.import_module(config_class.__module__)):
        if issubclass(kind, base):
            parts = getattr(kind, "sub_configs", None) or {}
            yield from ((kind, name) for name, part in parts.items() if part is config_class)


# ------------------------------------------------------------------- of one module


def classes_of(config: Any) -> list[Any]:
    """The classes built from just this kind of config: those that are no mere base first, then
    those that take the main input themselves, not what another part makes of it."""
    found = _networks_in(_modeling(type(config)))
    return sorted((k for k in found if k.config_class is type(config)), key=_likely_part)


def _likely_part(kind: Any) -> int:
    """0 for a whole network; more for what may be only a part of it."""
    if kind.__name__.endswith("Model"):
        return 0
    return 1 if kind.main_input_name in inspect.signature(kind.forward).parameters else 2


def has_forward(kind: Any) -> bool:
    """Whether it has a forward of its own, which the common base of a family has not."""
    return kind.forward is not nn.Module.forward


def parts_with_forward(kind: Any) -> list[Any]:
    """The networks written beside `kind` that do have one."""
    return _networks_in(importlib.import_module(kind.__module__))


def _modeling(config_class: type) -> ModuleType | None:
    try:
        return importlib.import_module(
            config_class.__module__.replace(".configuration_", ".modeling_")
        )
    except ImportError:  # a config without a network
        return None


def _networks_in(module: ModuleType | None) -> list[Any]:
    base = transformers_module().PreTrainedModel
    found = (kind for kind in _classes_in(module) if issubclass(kind, base) and kind is not base)
    return [kind for kind in found if has_forward(kind)]


def _classes_in(module: ModuleType | None) -> list[Any]:
    return [kind for kind in vars(module).values() if isinstance(kind, type)] if module else []


def is_coder(kind: Any) -> bool:
    """Whether its whole work is its `encode`."""
    return hasattr(kind, "encode") and not hasattr(kind, "decode")

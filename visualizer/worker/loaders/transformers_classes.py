"""Which class of transformers a config belongs to, or what to open where there is none."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from pathlib import Path
from typing import Any

import torch
from torch import nn

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.transformers_building import (
    classes_of,
    has_forward,
    parts_with_forward,
    transformers_module,
)


def usable_class(config: Any, path: Path) -> Any:
    """A class that can be built here and has a forward pass; raises LoadError."""
    try:
        found = _class_of(config, path)
        runs = has_forward(found)
    except (ImportError, ValueError, AttributeError) as error:  # its package, its table of classes
        raise LoadError(
            f"transformers has a network of the type '{config.model_type}' but cannot give it: "
            f"{one_line(error)}"
        ) from error
    if runs:
        _refuse_objects(found, config, path)
        return found
    kinds = (getattr(config, "sub_configs", None) or {}).values()
    parts = [part for part in parts_with_forward(found) if part.config_class in kinds]
    if not parts:
        raise LoadError(f"{found.__name__} has no forward pass of its own: {_what_instead(config)}")
    raise LoadError(
        f"{found.__name__} has no forward pass of its own, only its parts have: open the config of "
        f'a part with its class in it, as in "architectures": ["{parts[0].__name__}"]'
    )


def _refuse_objects(kind: Any, config: Any, path: Path) -> None:
    """Raises LoadError for a forward that needs an object of transformers' own, such as the
    session that remembers a film, and names classes of transformers for the same config."""
    for name, parameter in inspect.signature(kind.forward).parameters.items():
        if parameter.default is not parameter.empty or not _is_object(parameter.annotation):
            continue
        parts = ", ".join(getattr(config, "sub_configs", None) or ())
        instead = f"open one of its parts as a config of its own: {parts}"
        if others := _other_classes(kind, config.model_type):
            instead = f'open a part of it, with "architectures": ["{others[0]}"] in {path.name}'
        raise LoadError(
            f"{kind.__name__} needs {name}, an object of the class "
            f"{parameter.annotation.__name__} and no tensor, so it cannot be run here: {instead}"
        )


def _is_object(annotation: Any) -> bool:
    """Whether it is a class of transformers that holds more than tensors by name."""
    if not isinstance(annotation, type) or dataclasses.is_dataclass(annotation):
        return False
    holds = (dict, tuple, torch.Tensor)
    return annotation.__module__.startswith("transformers.") and not issubclass(annotation, holds)


def _other_classes(kind: Any, model_type: str) -> list[str]:
    """Those that transformers has for this type and other tasks."""
    from transformers.models.auto import modeling_auto

    tables = (
        table for name, table in vars(modeling_auto).items()
        if name.startswith("MODEL_FOR_") and name.endswith("_MAPPING_NAMES")
    )  # fmt: skip
    names = dict.fromkeys(table.get(model_type) for table in tables)
    return [name for name in names if isinstance(name, str) and name != kind.__name__]


def _class_of(config: Any, path: Path) -> Any:
    """The class that the config names, else the one transformers has for this type."""
    transformers = transformers_module()
    for name in config.architectures or ():
        found = getattr(transformers, str(name), None)
        if isinstance(found, type) and issubclass(found, transformers.PreTrainedModel):
            return found
    kinds = transformers.MODEL_MAPPING
    found = kinds[type(config)] if type(config) in kinds else classes_of(config)
    found = found or _part_of(config)
    if found:
        return found[0] if isinstance(found, (list, tuple)) else found
    raise LoadError(
        f"transformers has no network of the type '{config.model_type}' on its own: "
        f"{_what_instead(config)}, or name a class of transformers in {path.name} (architectures)"
    )


def _part_of(config: Any) -> Any:
    """A plain module named like its config and built from it, as the mask decoder of SAM is."""
    config_class = type(config)
    name = config_class.__module__.replace(".configuration_", ".modeling_")
    try:
        module = importlib.import_module(name)
    except ImportError:  # a config without a network
        return None
    kind = getattr(module, config_class.__name__.removesuffix("Config"), None)
    if not (isinstance(kind, type) and issubclass(kind, nn.Module)) or not has_forward(kind):
        return None
    first = next(iter(list(inspect.signature(kind).parameters.values())), None)
    annotation = getattr(first, "annotation", None)
    fits = annotation in (config_class, config_class.__name__, inspect.Parameter.empty)
    return kind if first is not None and fits else None


def _what_instead(config: Any) -> str:
    """Where its network is to be found: in that of a larger config, or in those of its parts."""
    parts = ", ".join(getattr(config, "sub_configs", None) or ())
    if parts:
        return f"only its parts have one, so open one of these as a config of its own: {parts}"
    for kind in transformers_module().CONFIG_MAPPING.values():
        for name, part in (getattr(kind, "sub_configs", None) or {}).items():
            if part is type(config):
                return f"it is the {name} of the type '{kind.model_type}', so open such a config"
    return "open the config of the network that it is a part of"

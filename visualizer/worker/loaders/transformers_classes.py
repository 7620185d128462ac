"""Which class of transformers a config belongs to, or what to open where there is none."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

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


def _refuse_objects(found: Any, config: Any) -> None:
    """Raises LoadError for a class whose forward needs something that is no tensor, such as the
    session of a film that is being watched."""
    needed = _object_needed(found)
    if not needed:
        return
    others = [kind.__name__ for kind in classes_of(config) if not _object_needed(kind)]
    parts = ", ".join(getattr(config, "sub_configs", None) or ())
    raise LoadError(
        f"{found.__name__} takes {needed}, which is no tensor, so that no --input can give it: "
        + (
            f'name another class of its type, as in "architectures": ["{others[0]}"]'
            if others
            else f"open one of its parts as a config of its own: {parts}"
            if parts
            else "open the config of one of its parts"
        )
    )


def _object_needed(kind: Any) -> str:
    """The first argument without a default that is a number or of a class of transformers' own."""
    for parameter in inspect.signature(kind.forward).parameters.values():
        kind_of = parameter.annotation
        if parameter.default is not parameter.empty or not isinstance(kind_of, type):
            continue
        if kind_of is int or kind_of.__module__.startswith("transformers."):
            return f"{parameter.name} ({kind_of.__name__})"
    return ""


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

"""Which class of transformers a config belongs to, or what to open where there is none."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

import torch

from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.hugging_face.candidates import (
    candidates,
    classes_of,
    has_forward,
    is_coder,
    of_a_task,
    parts_with_forward,
    wholes,
)


def usable_class(config: Any, path: Path) -> Any:
    """A class that can be built here and has a forward pass; raises LoadError."""
    try:
        found = next(candidates(config), None)
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
    of_its_type = (*classes_of(config), *of_a_task(config))
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
    if has_forward(kind) or not is_coder(kind):
        return kind
    return type(kind.__name__, (kind,), {"forward": kind.encode, "__module__": kind.__module__})


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
    for kind, name in wholes(type(config)):
        return f"it is the {name} of the type '{kind.model_type}', so open such a config"
    return ""

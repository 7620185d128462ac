"""Which setting of a config transformers failed over, as far as the failing line tells."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import FrameType
from typing import Any

from visualizer.worker.loaders.hugging_face.failed_calls import failed_calls

_COMPARE = "compare it with a published one of the same type"
_UNTOLD = f"a setting is missing, or two settings do not go together; {_COMPARE}"


def what_is_wrong(error: Exception) -> str:
    """The setting that the failing line reads and that is not there or is None, and what to do.

    Errors that transformers raises itself say what they mind.
    """
    if isinstance(error, ImportError):
        return "install this package"
    name: str | None = None
    if isinstance(error, AttributeError) and _is_config(error.obj):
        name = error.name
    elif isinstance(error, (TypeError, AttributeError)):
        name = next(_without_value(error), None)
    return f"its setting {name} is missing; {_COMPARE}" if name else _UNTOLD


def _without_value(error: Exception) -> Iterator[str]:
    """Settings that are None, of those read where it failed and where that was called from."""
    for call in failed_calls(error):
        for path in re.findall(r"[A-Za-z_]\w*(?:\.\w+)*", call.expression):
            name = _setting_without_value(path.split("."), call.frame)
            if name:
                yield name


def _setting_without_value(path: list[str], frame: FrameType) -> str | None:
    """The name of the setting that `path` is, or was made from, when it is None."""
    owner, value = None, frame.f_locals.get(path[0], inspect.Parameter.empty)
    for name in path[1:]:
        owner, value = value, getattr(value, name, inspect.Parameter.empty)
    if value is not None:
        return None
    if _is_config(owner):
        return _written(path[-1], owner)
    made = rf"\b{re.escape('.'.join(path))}\s*=\s*(?:self\.)?config\.(\w+)"
    found = re.search(made, inspect.getsource(frame.f_code))
    name, config = found[1] if found else path[-1], frame.f_locals.get("config")
    return _written(name, config) if getattr(config, name, "not one") is None else None


def _written(name: str, config: Any) -> str:
    """As it is called in config.json: the code of some families has names of its own."""
    return str((getattr(config, "attribute_map", None) or {}).get(name, name))


def _is_config(value: Any) -> bool:
    from transformers import PretrainedConfig

    return isinstance(value, PretrainedConfig)

"""What the recorder writes down, and small questions about tensors."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from types import CodeType, FrameType, GeneratorType
from typing import Any

import torch
from torch import nn

from visualizer.graph.model import AttributeValue, TensorSpec
from visualizer.worker.extraction.errors import is_foreign
from visualizer.worker.extraction.frames import Frame

Source = tuple[int, int] | str
"""Where a tensor comes from: output k of op number n, or the name of a parameter."""

Location = tuple[str, int]
"""File and line."""


class Record:
    """One executed op, before it has a name. `inputs` refer to earlier records."""

    __slots__ = (
        "aliases", "attributes", "frame", "in_place", "inputs", "location", "op", "outputs",
        "parameters",
    )  # fmt: skip

    def __init__(self, op: str, frame: Frame) -> None:
        self.op = op
        self.frame = frame
        self.inputs: list[tuple[int, int]] = []
        self.outputs: tuple[TensorSpec, ...] = ()
        self.attributes: dict[str, AttributeValue] = {}
        self.parameters: dict[str, str] = {}
        self.aliases: tuple[int, ...] = ()
        self.in_place = False
        self.location: Location | None = None


def parameter_names(module: nn.Module) -> dict[int, str]:
    """Parameters and buffers by identity, under the first name they have."""
    names: dict[int, str] = {}
    for path, owner in module.named_modules():
        prefix = f"{path}." if path else ""
        for store in (owner._parameters, owner._buffers):
            for name, tensor in store.items():
                if tensor is not None:
                    names.setdefault(id(tensor), prefix + name)
    return names


def tensors_in(value: Any) -> Iterator[torch.Tensor]:
    """All tensors in nested tuples, lists and dictionaries, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)


def drained(result: Any) -> Any:
    """What a network gave back, with a generator run to its end: its ops are run only then."""
    return list(result) if isinstance(result, GeneratorType) else result


def tensors_by_name(bound: Mapping[str, Any]) -> dict[str, torch.Tensor]:
    """Tensor arguments by name; those in a list are `tensors_0`, `tensors_1`, ..."""
    found: dict[str, torch.Tensor] = {}
    for name, value in bound.items():
        if isinstance(value, torch.Tensor):
            found[name] = value
        elif isinstance(value, (tuple, list, dict)):
            for number, tensor in enumerate(tensors_in(value)):
                found[f"{name}_{number}"] = tensor
    return found


def numbered(tensors: Iterator[torch.Tensor]) -> dict[str, torch.Tensor]:
    return {f"input_{number}": tensor for number, tensor in enumerate(tensors)}


_dtype_names: dict[torch.dtype, str] = {}


def spec_of(tensor: torch.Tensor) -> TensorSpec:
    """Shape and dtype of a tensor."""
    dtype = tensor.dtype
    name = _dtype_names.get(dtype)
    if name is None:
        name = _dtype_names[dtype] = str(dtype).removeprefix("torch.")
    return TensorSpec(tuple(tensor.shape), name)


_foreign_codes: dict[CodeType, bool] = {}


def user_location(stop: CodeType) -> Location | None:
    """File and line of the innermost frame that is the user's, looking no further than `stop`."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_code is not stop:
        code = frame.f_code
        foreign = _foreign_codes.get(code)
        if foreign is None:
            foreign = _foreign_codes[code] = is_foreign(code.co_filename)
        if not foreign:
            return code.co_filename, frame.f_lineno
        frame = frame.f_back
    return None

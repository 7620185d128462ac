"""Weights of quantized layers: torch keeps them packed, in objects that are no tensors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from visualizer.graph.model import AttributeValue, TensorSpec
from visualizer.worker.extraction.records import spec_of


@dataclass(frozen=True)
class PackedWeight:
    """One weight in a packed object: what it is to the layer, its full name, shape and dtype."""

    role: str
    name: str
    spec: TensorSpec


Packed = Mapping[int, tuple[PackedWeight, ...]]
"""What is in each packed object, by the object's identity."""


def packed_weights(module: nn.Module) -> Packed:
    """All packed weights of quantized layers in `module`, in the order of its layers."""
    found: dict[int, tuple[PackedWeight, ...]] = {}
    for path, owner in module.named_modules():
        prefix = f"{path}." if path else ""
        for handle, tensors in _unpacked(owner):
            weights = tuple(
                PackedWeight(role, prefix + role, spec_of(tensor))
                for role, tensor in tensors.items()
                if tensor is not None
            )
            found.setdefault(id(handle), weights)
    return found


def packed_in(bound: Iterable[Any]) -> Iterator[Any]:
    """The packed objects among the arguments of an op, those in lists included."""
    for value in bound:
        if isinstance(value, torch.ScriptObject):
            yield value
        elif isinstance(value, list | tuple):
            yield from packed_in(value)


def settings_in(bound: Iterable[Any]) -> dict[str, AttributeValue]:
    """What a packed convolution knows besides its weights: the op is not told its stride."""
    found: dict[str, AttributeValue] = {}
    for handle in packed_in(bound):
        if "stride" not in handle._method_names():
            continue
        for name in ("stride", "padding", "dilation"):
            found[name] = tuple(int(side) for side in getattr(handle, name)())
        found["groups"] = int(handle.groups())
    return found


def _unpacked(owner: Any) -> Iterator[tuple[Any, dict[str, torch.Tensor | None]]]:
    """Each packed object of one layer with the tensors in it by role."""
    # A scripted module runs as one op, whatever it holds; getattr would look for long.
    if isinstance(owner, torch.jit.ScriptModule):
        return
    told = getattr(type(owner), "packed_weights", None)
    if told is not None:  # a part of a file, whose classes are not torch's own
        with _real():
            yield from list(told(owner))
        return
    parts = owner._modules.get("_all_weight_values")
    if parts is not None:
        yield from _recurrent(owner, parts)
    handle = _handle(owner)
    if handle is not None and callable(getattr(owner, "weight", None)):
        with _real():
            bias = owner.bias() if callable(getattr(owner, "bias", None)) else None
            yield handle, {"weight": owner.weight(), "bias": bias}


def _handle(owner: nn.Module) -> Any:
    """The packed object of a layer, or of the module in it that holds it."""
    holder = owner._modules.get("_packed_params") or owner
    held = (holder.__dict__.get(name) for name in ("_packed_params", "_packed_weight"))
    return next((handle for handle in held if isinstance(handle, torch.ScriptObject)), None)


def _recurrent(
    owner: Any, parts: Iterable[Any]
) -> Iterator[tuple[Any, dict[str, torch.Tensor | None]]]:
    """An LSTM or GRU has an object for every layer and direction: two weights, two biases."""
    with _real():
        weights, biases = list(owner.get_weight().items()), list(owner.get_bias().items())
    for number, part in enumerate(parts):
        pair = slice(2 * number, 2 * number + 2)
        yield part.param, {**dict(weights[pair]), **dict(biases[pair])}


def _real() -> Any:
    """Packed objects have numbers even where a pass runs on tensors without."""
    from torch.utils._python_dispatch import _disable_current_modes

    return _disable_current_modes()

"""Tracing without touching: weights are swapped for stand-ins and everything is put back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

Convert = Callable[[torch.Tensor], torch.Tensor]


@contextmanager
def evaluated(
    module: nn.Module, parameters: Convert, others: Convert, training: Sequence[str] = ()
) -> Iterator[None]:
    """The module in eval mode with its tensors converted; afterwards it is as it was.

    `parameters` converts weights, `others` buffers and plain tensor attributes. Tied tensors
    stay tied. What a forward pass assigns to attributes is undone, for a stand-in left behind
    would break the next real pass. The modules at the paths in `training`, but not what is in
    them, are in training mode.
    """
    swap = _Swap(parameters, others)
    # What a scripted module holds is not in its dictionary, and stays.
    owners = [m for m in module.modules() if not isinstance(m, torch.jit.ScriptModule)]
    saved = [(owner, dict(owner.__dict__)) for owner in owners]
    try:
        for owner in owners:
            swap.convert(owner)
            owner.__dict__["_apply"] = partial(_apply_to_copies, owner)
        module.eval()
        for path in training:
            module.get_submodule(path).training = True
        yield
    finally:
        for owner, attributes in saved:
            owner.__dict__.clear()
            owner.__dict__.update(attributes)


def _apply_to_copies(owner: nn.Module, function: Convert, recurse: bool = True) -> nn.Module:
    """What `self.fc.to(...)` in a forward pass calls: the layer holds other tensors afterwards,
    and the ones that it had, which may be the user's own, stay as they are.

    torch's own would write into these, or fail because stand-ins cannot be written into.
    """
    if recurse:
        for part in owner.children():
            part._apply(function)  # type: ignore[no-untyped-call]
    stores: tuple[dict[str, Any], ...] = (owner._parameters, owner._buffers)
    for store in stores:
        for name, tensor in store.items():
            if tensor is not None:
                store[name] = function(tensor)
    return owner


class _Swap:
    """Converts each tensor once, so that two names of one tensor stay one."""

    def __init__(self, parameters: Convert, others: Convert) -> None:
        self._parameters = parameters
        self._others = others
        self._done: dict[int, torch.Tensor] = {}

    def convert(self, owner: nn.Module) -> None:
        """Replace what `owner` holds by new dictionaries; the old ones are left alone."""
        attributes = owner.__dict__
        attributes["_parameters"] = self._store(owner._parameters, self._parameters)
        attributes["_buffers"] = self._store(owner._buffers, self._others)
        attributes["_modules"] = dict(owner._modules)
        for name, value in list(attributes.items()):
            if not (name.startswith("_") and isinstance(value, dict)):
                attributes[name] = self._copied(value)
            elif "_hooks" in name:  # some networks hang hooks in themselves as they first run
                attributes[name] = value.copy()

    def _store(self, store: Any, convert: Convert) -> dict[str, Any]:
        return {
            name: tensor if tensor is None else self._one(tensor, convert)
            for name, tensor in store.items()
        }

    def _copied(self, value: Any) -> Any:
        """A copy of a plain container, so that a cache filled by the pass is forgotten."""
        if isinstance(value, torch.Tensor):
            return self._one(value, self._others)
        if type(value) is dict:
            return {key: self._copied(part) for key, part in value.items()}
        if type(value) is list:
            return [self._copied(part) for part in value]
        if type(value) is tuple and any(isinstance(part, torch.Tensor) for part in value):
            return tuple(self._copied(part) for part in value)
        return value

    def _one(self, tensor: torch.Tensor, convert: Convert) -> torch.Tensor:
        if id(tensor) not in self._done:
            self._done[id(tensor)] = convert(tensor)
        return self._done[id(tensor)]


def unchanged(tensor: torch.Tensor) -> torch.Tensor:
    return tensor


def cloned(tensor: torch.Tensor) -> torch.Tensor:
    """A copy, so that state kept in a buffer survives the pass."""
    return tensor.detach().clone() if not is_lazy(tensor) else tensor


def already_hollow(convert: Convert) -> Convert:
    """The same conversion, but weights that have no numbers anyway are taken as they are."""
    return lambda tensor: tensor if tensor.is_meta and not is_lazy(tensor) else convert(tensor)


def stand_in(device: str) -> Convert:
    """A converter to tensors of the same shape without numbers on `device`.

    Under a FakeTensorMode they are fake and take no memory.
    """

    def convert(tensor: torch.Tensor) -> torch.Tensor:
        if is_lazy(tensor):
            return type(tensor)(device=device, dtype=tensor.dtype)  # type: ignore[call-arg]
        if tensor.layout is not torch.strided or tensor.is_quantized:
            return tensor.detach().to(device)
        copy = torch.empty_strided(
            tuple(tensor.shape), tensor.stride(), dtype=tensor.dtype, device=device
        )
        if isinstance(tensor, nn.Parameter):
            copy._is_param = True
        return copy

    return convert

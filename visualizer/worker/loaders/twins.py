"""Twins of a network: the same structure in other modules, so that the network stays untouched."""

from __future__ import annotations

import copy
import functools
import inspect
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from visualizer.worker.loaders.base import BuildError, one_line

Convert = Callable[[torch.Tensor], torch.Tensor]


def hollow_twin(network: nn.Module) -> nn.Module:
    """The same in evaluation mode, its tensors on meta; raises BuildError.

    What is not of torch's kind is copied, so that a pass over the twin changes nothing.
    """
    return _twin(network, _hollow, _hollow)


def sharing_twin(network: nn.Module) -> nn.Module:
    """The same in evaluation mode, reading the very weights of `network`; raises BuildError.

    Moving the twin to another device leaves the network where it is. Buffers are copied,
    because a pass may write to them.
    """
    return _twin(network, torch.Tensor.detach, lambda tensor: tensor.detach().clone())


def _twin(network: nn.Module, parameters: Convert, others: Convert) -> nn.Module:
    # What the copy finds in its memo it takes instead of copying.
    memo: dict[int, Any] = {}
    for tensor in _tensors(network):
        if id(tensor) in memo or is_lazy(tensor):
            continue
        if isinstance(tensor, nn.Parameter):
            memo[id(tensor)] = nn.Parameter(parameters(tensor), tensor.requires_grad)
        else:
            memo[id(tensor)] = others(tensor)
    for part in network.modules():
        for hooks in (part._forward_hooks, part._forward_pre_hooks, part._backward_hooks):
            memo[id(hooks)] = OrderedDict(item for item in hooks.items() if _is_torchs(item[1]))
    try:
        return _copied(network, memo).eval()
    except Exception as error:
        raise BuildError(
            f"{type(network).__name__} cannot be copied, so it cannot be looked at without "
            f"touching it ({type(error).__name__}: {one_line(error, 160)})"
        ) from error


def _copied(network: nn.Module, memo: dict[int, Any]) -> nn.Module:
    """A deep copy. What cannot be copied, a lock or an open file, both networks have."""
    known = dict(memo)  # a copy that fails leaves half of what it made
    try:
        return copy.deepcopy(network, memo)
    except Exception:  # noqa: BLE001 - whatever the user's own __deepcopy__ or __reduce__ raise
        for part in network.modules():
            for value in vars(part).values():
                if not _can_be_copied(value, known):
                    known[id(value)] = value
        return copy.deepcopy(network, known)


def _can_be_copied(value: Any, memo: dict[int, Any]) -> bool:
    if isinstance(value, dict) and any(isinstance(part, nn.Module) for part in value.values()):
        return True  # its parts are tried one by one
    try:
        copy.deepcopy(value, dict(memo))
    except Exception:  # noqa: BLE001
        return False
    return True


def _is_torchs(hook: Any) -> bool:
    """Whether a hook is torch's own way to compute (weight norm, pruning): the user's hooks
    watch their network, and are told nothing of passes over a twin."""
    if isinstance(hook, functools.partial):
        return _is_torchs(hook.func)
    owner = hook if inspect.isroutine(hook) else type(hook)
    return str(getattr(owner, "__module__", "")).partition(".")[0] == "torch"


def _hollow(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty_like(tensor, device="meta")


def _tensors(network: nn.Module) -> Iterator[torch.Tensor]:
    """Parameters, buffers, and what the modules have as plain attributes."""
    yield from network.parameters()
    yield from network.buffers()
    for part in network.modules():
        yield from (value for value in vars(part).values() if isinstance(value, torch.Tensor))

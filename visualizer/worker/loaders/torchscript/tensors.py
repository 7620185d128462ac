"""What TorchScript asks tensors and lists of tensors without computing anything new."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from visualizer.worker.loaders.torchscript import plain


def _size(tensor: torch.Tensor, dim: int | None = None) -> Any:
    return list(tensor.shape) if dim is None else tensor.shape[dim]


_ON_LISTS = (
    "len append extend insert clear remove reverse pop __getitem__ _set_item Delete keys values "
    "items get setdefault update list dict copy __contains__ __is__ __isnot__ __not__"
)


def _len(value: Any) -> int:
    return value.shape[0] if isinstance(value, torch.Tensor) else len(value)


def _slice(values: Any, *bounds: Any) -> Any:
    """A list of tensors is sliced as a list, a tensor along a dimension as torch does."""
    if isinstance(values, torch.Tensor):
        return torch.ops.aten.slice.Tensor(values, *bounds)
    return plain.ATEN["slice"](values, *bounds)


ON_TENSORS: dict[str, Callable[..., Any]] = {
    **{
        name: plain.ATEN[name]
        for name in _ON_LISTS.split()
        if name in plain.ATEN and name not in ("__is__", "__isnot__")
    },
    "len": _len,
    "slice": _slice,
    "size": _size,
    "dim": lambda tensor: tensor.dim(),
    "numel": lambda tensor: tensor.numel(),
    "stride": lambda tensor, *dim: list(tensor.stride()) if not dim else tensor.stride(*dim),
    "is_floating_point": lambda tensor: tensor.is_floating_point(),
    "is_complex": lambda tensor: tensor.is_complex(),
    "item": lambda tensor: tensor.item(),
    "Int": int,
    "Float": float,
    "Bool": bool,
    "IntImplicit": int,
    "FloatImplicit": float,
    "ScalarImplicit": lambda tensor: tensor.item(),
    "__is__": lambda left, right: left is right,
    "__isnot__": lambda left, right: left is not right,
    "format": plain.ATEN["format"],
    "str": str,
    "wait": lambda value: value,
}
"""Ops of tensors, and of lists of tensors, that give no tensor of their own making."""

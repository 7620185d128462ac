"""Tensors inside vmap, grad and their like: torch wraps them, once for every transform.

The tensor at the bottom is the one that was given, and holds all the numbers: the examples
that vmap runs over are its first dimension again. So that one has the tag and the shape.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch._C._functorch import get_unwrapped, is_functorch_wrapped_tensor


def innermost(tensor: torch.Tensor) -> torch.Tensor:
    """The tensor without the wrappers of transforms: itself where there are none."""
    while is_functorch_wrapped_tensor(tensor):
        tensor = get_unwrapped(tensor)
    return tensor


def layers_of(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    """The tensor and what is inside its wrappers, the outermost first."""
    yield tensor
    while is_functorch_wrapped_tensor(tensor):
        tensor = get_unwrapped(tensor)
        yield tensor

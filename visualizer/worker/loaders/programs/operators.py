"""Which torch ops a file may call, and how each is called.

Everything is looked up under `torch.ops` by namespace, name and overload. Only namespaces whose
ops compute are open, and what reads or writes files or memory by address is shut in them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch.nn import functional as F

from visualizer.worker.extraction.words import words

Operator = Callable[..., Any]

_OPEN_NAMESPACES = words("aten prims quantized torchvision")
_SHUT = words(
    """
    from_file save load_tensor set set_ resize_storage_bytes _resize_output _resize_output_
    _nested_view_from_buffer _nested_view_from_jagged
    """
)
_TORCHVISION = words("nms roi_align ps_roi_align roi_pool ps_roi_pool deform_conv2d")


class OperatorError(Exception):
    """The file calls something that is not run; the text names it and says why."""


def check_operator(namespace: str, name: str) -> None:
    """Raises OperatorError for an op that a file may not call."""
    if namespace not in _OPEN_NAMESPACES:
        raise OperatorError(
            f"it calls {namespace}::{name}: only ops of torch and torchvision that compute are run"
        )
    if name in _SHUT or (namespace == "torchvision" and name not in _TORCHVISION):
        raise OperatorError(
            f"it calls {namespace}::{name}, which can reach files or memory outside the network: "
            "it is not run"
        )


@cache
def operator(namespace: str, name: str, overload: str) -> Operator:
    """The op as something to call; raises OperatorError when it is unknown or not allowed."""
    check_operator(namespace, name)
    special = _SPECIAL.get(name) if namespace == "aten" else None
    if special is not None:
        return special
    if namespace == "torchvision":
        import torchvision  # noqa: F401 - registers its ops
    packet = getattr(getattr(torch.ops, namespace), name, None)
    found = getattr(packet, overload or "default", None) if packet is not None else None
    if found is None:
        full = f"{namespace}::{name}" + (f".{overload}" if overload else "")
        raise OperatorError(
            f"it calls {full}, which torch {torch.__version__} does not have: save it again with "
            "this version of torch"
        )
    function: Operator = found
    return function


# ------------------------------------------------------------- the general forms of layers


def _convolution(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    stride: list[int],
    padding: list[int],
    dilation: list[int],
    transposed: bool,
    output_padding: list[int],
    groups: int,
    *_: bool,
) -> torch.Tensor:
    """`aten::_convolution` of traced files by the name that it has in Python: conv2d, ..."""
    axes = weight.dim() - 2
    result: torch.Tensor
    if transposed:
        call = getattr(F, f"conv_transpose{axes}d")
        result = call(input, weight, bias, stride, padding, output_padding, groups, dilation)
    else:
        call = getattr(F, f"conv{axes}d")
        result = call(input, weight, bias, stride, padding, dilation, groups)
    return result


def _index(input: torch.Tensor, indices: list[torch.Tensor | None]) -> torch.Tensor:
    """`x[:, index]`: what is left out is taken whole."""
    return input[tuple(slice(None) if index is None else index for index in indices)]


def _lifted(input: torch.Tensor) -> torch.Tensor:
    """A constant that the graph may change: a copy, which is no op of the network."""
    with torch._C.DisableTorchFunction():
        return input.clone()


def _copied(input: torch.Tensor, src: torch.Tensor, *_: bool) -> torch.Tensor:
    """A buffer written back to itself, as exported graphs end with, is no op."""
    result: torch.Tensor = input if src is input else input.copy_(src)
    return result


_SPECIAL: dict[str, Operator] = {
    "_convolution": _convolution,
    "convolution": _convolution,
    "index": _index,
    "copy_": _copied,
    "lift_fresh_copy": _lifted,
    "lift_fresh": _lifted,
}

"""Weights that quantized layers of a TorchScript file keep packed, in objects of torch's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import torch

_PACKED = "__torch__.torch.classes."
_HOLDERS = ("_packed_params", "_packed_weight")

Unpacked = tuple[Any, dict[str, torch.Tensor | None]]
"""A packed object and the tensors in it by the name that they had in the layer."""


def packed_in(part: Any) -> Iterator[Unpacked]:
    """What a layer keeps packed: a convolution, linear layer or embedding in one object, which
    may be in a module of its own, an LSTM or GRU in one for each layer and direction."""
    cells = part._modules.get("_all_weight_values")
    if cells is not None:
        yield from _recurrent(part, cells._modules.values())
    holder = part._modules.get("_packed_params", part)
    for name in _HOLDERS:
        handle = _handle(holder, name)
        if handle is not None and "unpack" in handle._method_names():
            yield handle, _weight_and_bias(handle)


def _handle(part: Any, name: str) -> Any:
    """The packed object called so, the one that the file's code is given; None without one."""
    if name in part._modules or not part.has_attribute(name):
        return None
    value = part.attribute(name)
    is_object = isinstance(value, torch.ScriptObject)
    return value if is_object and _kind(value).startswith(_PACKED) else None


def _kind(value: Any) -> str:
    return str(value._type().qualified_name())


def _weight_and_bias(handle: Any) -> dict[str, torch.Tensor | None]:
    found = handle.unpack()
    weight, bias = found if isinstance(found, tuple) else (found, None)
    return {"weight": weight, "bias": bias}


def _recurrent(part: Any, cells: Iterable[Any]) -> Iterator[Unpacked]:
    handles = [handle for cell in cells if (handle := _handle(cell, "param")) is not None]
    parts = [_of_cell(handle) for handle in handles]
    two_way = _is_two_way(part, parts)
    for number, (handle, tensors) in enumerate(zip(handles, parts, strict=True)):
        layer, reverse = divmod(number, 2) if two_way else (number, 0)
        ending = f"_l{layer}" + ("_reverse" if reverse else "")
        yield handle, {name + ending: tensor for name, tensor in tensors.items()}


def _of_cell(handle: Any) -> dict[str, torch.Tensor | None]:
    """Its state is a kind, plain tensors, numbers, and two packed products with their biases."""
    (_, tensors, _, _, products), _ = handle.__getstate__()
    pairs = [product.unpack() for product in products]
    names = ("ih", "hh")
    found: dict[str, torch.Tensor | None] = {
        f"weight_{name}": weight for name, (weight, _) in zip(names, pairs, strict=False)
    }
    # Weights in half precision have their biases beside them, those in int8 a second copy.
    biases = [bias for _, bias in pairs if bias is not None] or tensors
    found |= {f"bias_{name}": bias for name, bias in zip(names, biases, strict=False)}
    return found


def _is_two_way(part: Any, cells: list[dict[str, torch.Tensor | None]]) -> bool:
    """As the file says; a traced one does not, there the second cell tells: it reads as much as
    the first, and what is after them twice as much as one gives."""
    if part.has_attribute("bidirectional"):
        return bool(part.attribute("bidirectional"))
    reads = [cell["weight_ih"].shape[1] for cell in cells if cell["weight_ih"] is not None]
    gives = cells[0]["weight_hh"].shape[1] if cells and cells[0]["weight_hh"] is not None else 0
    return len(reads) > 1 and reads[0] == reads[1] and all(n == 2 * gives for n in reads[2:])

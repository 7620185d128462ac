"""Between TorchScript's values and Python's: dtypes as numbers, objects, questions to tensors."""

from __future__ import annotations

from typing import Any

import torch

from visualizer.worker.extraction.words import words

_DTYPES = (
    torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64, torch.float16, torch.float32,
    torch.float64, torch.complex32, torch.complex64, torch.complex128, torch.bool, torch.qint8,
    torch.quint8, torch.qint32, torch.bfloat16,
)  # fmt: skip
_LAYOUTS = (torch.strided, torch.sparse_coo, torch.sparse_csr)


class ScriptError(Exception):
    """The file's code cannot be interpreted, or it raised an error of its own."""


class Instance:
    """An object of a class that the file defines."""

    def __init__(self, type_name: str) -> None:
        self.type_name = type_name
        self.fields: dict[str, Any] = {}


def dtype_of(number: Any) -> Any:
    """The dtype that a number stands for in TorchScript (c10's order of scalar types)."""
    known = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < len(_DTYPES)
    return _DTYPES[number] if known else number


def question(name: str, tensor: Any) -> Any:
    """`prim::dtype(x)` and its like: properties of a tensor as TorchScript has them."""
    if name == "dtype":
        return _DTYPES.index(tensor.dtype)
    if name == "layout":
        return _LAYOUTS.index(tensor.layout)
    if name == "type":
        return tensor.type if isinstance(tensor, torch.device) else tensor.type()
    if name == "index":
        return tensor.index
    return getattr(tensor, name)


QUESTIONS = frozenset(
    f"prim::{name}"
    for name in words(
        """
        dtype device layout requires_grad is_cuda is_cpu is_quantized is_sparse is_sparse_csr
        is_meta is_mkldnn is_mps is_nested is_vulkan is_xla is_xpu is_ipu is_maia is_mtia
        itemsize nbytes name type index data
        """
    )
)


def is_instance(value: Any, types: list[str]) -> bool:
    """`prim::isinstance`; raises ScriptError for a kind of type that is not understood."""
    return any(_is(value, name) for name in types)


def _is(value: Any, name: str) -> bool:
    outer = name.partition("[")[0]
    kinds: dict[str, Any] = {
        "Tensor": torch.Tensor, "int": int, "float": float, "str": str, "bool": bool,
        "List": list, "Dict": dict, "Tuple": tuple, "NoneType": type(None), "complex": complex,
    }  # fmt: skip
    if outer == "Optional":
        return value is None or _is(value, name[len("Optional[") : -1])
    if isinstance(value, Instance):
        return value.type_name == name
    if outer not in kinds:
        raise ScriptError(f"the file asks whether a value is a {name[:60]}: that is not understood")
    if isinstance(value, bool):
        return outer == "bool"
    return isinstance(value, kinds[outer])

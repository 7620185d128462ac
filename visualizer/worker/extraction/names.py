"""What a torch function is called in the graph, and which functions are no ops at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from torch.utils._device import _device_constructors

from visualizer.worker.extraction.signatures import Binder, binder_for
from visualizer.worker.extraction.words import words

_DUNDERS = {
    "__radd__": "add", "__rsub__": "sub", "__rmul__": "mul", "__rmatmul__": "matmul",
    "__truediv__": "div", "__rtruediv__": "div", "__rdiv__": "div", "__rpow__": "pow",
    "__floordiv__": "floor_divide", "__rfloordiv__": "floor_divide",
    "__mod__": "remainder", "__rmod__": "remainder", "__invert__": "bitwise_not",
    "__and__": "bitwise_and", "__rand__": "bitwise_and", "__or__": "bitwise_or",
    "__ror__": "bitwise_or", "__xor__": "bitwise_xor", "__rxor__": "bitwise_xor",
    "__lshift__": "bitwise_left_shift", "__rshift__": "bitwise_right_shift",
    "__reversed__": "flip", "__deepcopy__": "clone",
}  # fmt: skip
_IN_PLACE_DUNDERS = {
    "__iadd__": "add", "__isub__": "sub", "__imul__": "mul", "__imatmul__": "matmul",
    "__idiv__": "div", "__itruediv__": "div", "__ifloordiv__": "floor_divide",
    "__imod__": "remainder", "__ipow__": "pow", "__iand__": "bitwise_and",
    "__ior__": "bitwise_or", "__ixor__": "bitwise_xor",
}  # fmt: skip
_SYNONYMS = {
    "true_divide": "div", "divide": "div", "multiply": "mul", "subtract": "sub", "negative": "neg",
    "absolute": "abs", "concat": "cat", "concatenate": "cat", "clip": "clamp", "greater": "gt",
    "greater_equal": "ge", "less": "lt", "less_equal": "le", "not_equal": "ne",
    "swapaxes": "transpose", "swapdims": "transpose", "moveaxis": "movedim",
    "row_stack": "vstack", "special_expit": "sigmoid", "special_softmax": "softmax",
    "special_log_softmax": "log_softmax", "index": "getitem",
    # What exported graphs and traced files call what Python's functions do.
    "native_batch_norm_legit_no_training": "batch_norm", "native_layer_norm": "layer_norm",
    "native_batch_norm": "batch_norm", "native_group_norm": "group_norm",
    "constant_pad_nd": "pad", "unsafe_view": "view", "to_copy": "to",
    "upsample_linear1d": "interpolate",
    "upsample_nearest1d": "interpolate", "upsample_nearest2d": "interpolate",
    "upsample_nearest3d": "interpolate", "upsample_bilinear2d": "interpolate",
    "upsample_bicubic2d": "interpolate", "upsample_trilinear3d": "interpolate",
    "upsample_nearest_exact2d": "interpolate",
}  # fmt: skip


_TENSOR_GETTERS = words("T mT H mH data real imag")

_QUIET = words(
    """
    size dim numel nelement ndimension stride storage_offset element_size get_device data_ptr
    is_contiguous is_floating_point is_complex is_signed is_tensor is_storage is_nonzero
    is_inference is_pinned is_shared is_same_size untyped_storage storage item tolist numpy equal
    allclose __len__ __bool__ __int__ __float__ __complex__ __index__ __format__ __repr__
    __hash__ __contains__ __array__ __dir__ __dlpack__ __reduce_ex__ has_names register_hook
    backward _assert device result_type can_cast promote_types broadcast_shapes
    get_default_dtype set_default_dtype set_grad_enabled _set_grad_enabled is_grad_enabled
    is_autocast_enabled is_autocast_cpu_enabled is_inference_mode_enabled manual_seed
    _cuda_version
    """
)
"""Functions that never give a tensor, so that the recorder need not look at their result."""

SAME_OBJECT_IS_NO_OP = words(
    """
    contiguous to float half double bfloat16 int long short char byte bool type type_as cpu cuda
    real resolve_conj resolve_neg requires_grad detach share_memory pin_memory as_tensor asarray
    coalesce atleast_1d atleast_2d atleast_3d rename refine_names
    """
)
"""Ops that did nothing when they gave back the very tensor they got."""

WHOLE_MODULE_OPS = words(
    "lstm gru rnn_tanh rnn_relu lstm_cell gru_cell rnn_tanh_cell rnn_relu_cell"
)
"""The one op that a recurrent module of torch is shown as."""


@dataclass(frozen=True, slots=True)
class Callee:
    """A torch function as the recorder sees it.

    `quiet` functions are no ops; `mutates` ones change their first argument and give nothing
    back; `in_place` ones change it and give it back; `makes` are factories such as zeros.
    """

    op: str
    binder: Binder
    quiet: bool = False
    in_place: bool = False
    mutates: bool = False
    makes: bool = False


@cache
def callee_of(func: Callable[..., Any]) -> Callee:
    """The description of a torch function; computed once a function."""
    name = _plain_name(func)
    if name in ("__get__", "__set__", "__delete__"):
        return _accessor(func, name)
    op = op_name(name)
    in_place = name in _IN_PLACE_DUNDERS or (name.endswith("_") and not name.endswith("__"))
    return Callee(
        op,
        binder_for(func, op, name),
        quiet=name in _QUIET,
        in_place=in_place,
        mutates=name == "__setitem__",
        makes=func in _device_constructors(),
    )


def op_name(name: str) -> str:
    """`__radd__`, `add_` and `add` are all "add"; `max_pool2d_with_indices` is "max_pool2d"."""
    if name in _DUNDERS or name in _IN_PLACE_DUNDERS:
        return _DUNDERS.get(name) or _IN_PLACE_DUNDERS[name]
    plain = name.strip("_").removesuffix("_with_indices")
    return _SYNONYMS.get(plain, plain)


def _plain_name(func: Callable[..., Any]) -> str:
    """The name without an overload: `relu.default` is `relu`."""
    name = getattr(func, "__name__", type(func).__name__)
    return str(name).partition(".")[0]


def _accessor(func: Callable[..., Any], kind: str) -> Callee:
    """A property of Tensor: only those that give a tensor are ops."""
    prop = str(getattr(getattr(func, "__self__", None), "__name__", ""))
    if kind == "__set__" and prop == "data":
        return Callee("set_data", Binder.fixed("input", "value"), mutates=True)
    return Callee(
        prop, Binder.fixed("input"), quiet=kind != "__get__" or prop not in _TENSOR_GETTERS
    )

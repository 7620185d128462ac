"""Arithmetic on the few small numbers that say shapes: what Shape, Gather and Concat make of them.

Only ops that cannot make more numbers than they are given, or whose result is known to be small,
so that a file cannot ask for memory here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, numpy_helper

from visualizer.worker.onnx_networks.domains import is_standard

MOST_VALUES = 4096
"""Tensors of more numbers say no shape."""

Array = NDArray[Any]
Values = Sequence[Array | None]
Attributes = Mapping[str, Any]


def small_value(tensor: TensorProto) -> Array | None:
    """The numbers of a small tensor that is in the file itself; None otherwise."""
    if tensor.data_location == TensorProto.EXTERNAL or math.prod(tensor.dims) > MOST_VALUES:
        return None
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, IndexError):
        return None  # damaged: whoever needs it will say so


def worked_out(node: NodeProto, given: Values, attributes: Attributes) -> list[Array] | None:
    """The outputs of `node` for these inputs, None when that is not known here."""
    rule = _RULES.get(node.op_type) if is_standard(node) else None
    if rule is None or any(value is None for value in given):
        return None
    try:
        with np.errstate(all="ignore"):
            result = rule(given, attributes)
    except (ValueError, IndexError, TypeError, KeyError, OverflowError, ZeroDivisionError):
        return None
    found = [np.asarray(part) for part in (result if isinstance(result, list) else [result])]
    return None if any(part.size > MOST_VALUES for part in found) else found


def ints(value: Array | None) -> tuple[int, ...] | None:
    """A known tensor as plain integers."""
    return None if value is None else tuple(int(v) for v in np.ravel(value))


def _axes(given: Values, attributes: Attributes) -> tuple[int, ...]:
    return ints(given[1]) or () if len(given) > 1 else tuple(attributes.get("axes", ()))


def _concat(given: Values, attributes: Attributes) -> Array:
    return np.concatenate([np.asarray(v) for v in given], int(attributes.get("axis", 0)))


def _gather(given: Values, attributes: Attributes) -> Array:
    data, index = given
    return np.take(np.asarray(data), np.asarray(index), axis=int(attributes.get("axis", 0)))


def _unsqueeze(given: Values, attributes: Attributes) -> Array:
    data = np.asarray(given[0])
    rank = data.ndim + len(_axes(given, attributes))
    return np.expand_dims(data, tuple(sorted(a % rank for a in _axes(given, attributes))))


def _squeeze(given: Values, attributes: Attributes) -> Array:
    axes = _axes(given, attributes)
    return np.squeeze(np.asarray(given[0]), axis=axes if axes else None)


def _slice(given: Values, attributes: Attributes) -> Array:
    data = np.asarray(given[0])
    told = [ints(v) for v in given[1:]]
    starts = told[0] if told else tuple(attributes["starts"])
    ends = told[1] if told else tuple(attributes["ends"])
    axes = told[2] if len(told) > 2 else attributes.get("axes")
    steps = told[3] if len(told) > 3 else None
    assert starts is not None and ends is not None
    cut = [slice(None)] * data.ndim
    for place, axis in enumerate(axes if axes is not None else range(len(starts))):
        cut[axis] = slice(starts[place], ends[place], steps[place] if steps else 1)
    return data[tuple(cut)]


def _reshape(given: Values, attributes: Attributes) -> Array:
    data, shape = np.asarray(given[0]), ints(given[1])
    assert shape is not None
    return data.reshape([data.shape[k] if side == 0 else side for k, side in enumerate(shape)])


def _cast(given: Values, attributes: Attributes) -> Array:
    from onnx import helper

    return np.asarray(given[0]).astype(helper.tensor_dtype_to_np_dtype(int(attributes["to"])))


def _filled(given: Values, attributes: Attributes) -> Array:
    shape = ints(given[0]) or ()
    _refuse_large(math.prod(shape))
    value = attributes.get("value")
    fill = numpy_helper.to_array(value).ravel()[0] if value is not None else np.float32(0)
    return np.full(shape, fill)


def _expand(given: Values, attributes: Attributes) -> Array:
    shape = np.broadcast_shapes(np.shape(np.asarray(given[0])), ints(given[1]) or ())
    _refuse_large(math.prod(shape))
    return np.broadcast_to(np.asarray(given[0]), shape)


def _range(given: Values, attributes: Attributes) -> Array:
    start, limit, delta = (np.asarray(v).item() for v in given)
    _refuse_large(math.ceil((limit - start) / delta))
    return np.arange(start, limit, delta, dtype=np.asarray(given[0]).dtype)


def _refuse_large(count: int) -> None:
    if not 0 <= count <= MOST_VALUES:
        raise ValueError(f"{count} numbers say no shape")


def _reduced(function: Callable[..., Any]) -> Callable[[Values, Attributes], Array]:
    def rule(given: Values, attributes: Attributes) -> Array:
        axes = _axes(given, attributes) or None
        keeps = bool(attributes.get("keepdims", 1))
        data = np.asarray(given[0])
        return np.asarray(function(data, axis=axes, keepdims=keeps)).astype(data.dtype)

    return rule


def _of_each(function: Callable[..., Any]) -> Callable[[Values, Attributes], Array]:
    return lambda given, _: np.asarray(function(*(np.asarray(v) for v in given)))


def _div(left: Array, right: Array) -> Array:
    """ONNX divides whole numbers towards zero."""
    if np.issubdtype(left.dtype, np.integer):
        return np.trunc(np.true_divide(left, right)).astype(left.dtype)
    return np.asarray(left / right)


def _split(given: Values, attributes: Attributes) -> list[Array]:
    data, axis = np.asarray(given[0]), int(attributes.get("axis", 0))
    sides = ints(given[1]) if len(given) > 1 else tuple(attributes["split"])
    return np.split(data, np.cumsum(sides or ())[:-1].tolist(), axis=axis)


_RULES: dict[str, Callable[[Values, Attributes], Any]] = {
    "Concat": _concat, "Gather": _gather, "Unsqueeze": _unsqueeze, "Squeeze": _squeeze,
    "Slice": _slice, "Reshape": _reshape, "Cast": _cast, "ConstantOfShape": _filled,
    "Expand": _expand, "Range": _range, "Split": _split,
    "Identity": _of_each(lambda x: x), "Add": _of_each(np.add), "Sub": _of_each(np.subtract),
    "Mul": _of_each(np.multiply), "Div": _of_each(_div), "Mod": _of_each(np.mod),
    "Neg": _of_each(np.negative), "Abs": _of_each(np.abs), "Floor": _of_each(np.floor),
    "Ceil": _of_each(np.ceil), "Round": _of_each(np.round), "Sqrt": _of_each(np.sqrt),
    "Equal": _of_each(np.equal), "Greater": _of_each(np.greater), "Less": _of_each(np.less),
    "GreaterOrEqual": _of_each(np.greater_equal), "LessOrEqual": _of_each(np.less_equal),
    "Not": _of_each(np.logical_not), "And": _of_each(np.logical_and),
    "Or": _of_each(np.logical_or), "Where": _of_each(np.where),
    "Max": _of_each(np.maximum), "Min": _of_each(np.minimum), "Pow": _of_each(np.power),
    "ReduceProd": _reduced(np.prod), "ReduceSum": _reduced(np.sum),
    "ReduceMax": _reduced(np.max), "ReduceMin": _reduced(np.min),
    "Transpose": lambda given, a: np.transpose(np.asarray(given[0]), a.get("perm")),
    "Flatten": lambda given, a: np.asarray(given[0]).reshape(1, -1),
}  # fmt: skip

"""Which ops only work out shapes, and the numbers that they make."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import NodeProto, TensorProto

from visualizer.worker.onnx_networks.domains import is_standard
from visualizer.worker.onnx_networks.facts import Fact
from visualizer.worker.onnx_networks.values import Array, worked_out

_MOST_FACTORS = 16


def shape_values(
    node: NodeProto, given: Sequence[Fact | None], attributes: Mapping[str, Any]
) -> list[Array] | None:
    """What the op makes where that only says shapes; None for others."""
    first = given[0] if given else None
    if node.op_type in ("Shape", "Size") and is_standard(node):
        if first is None or first.shape is None:
            return None
        if node.op_type == "Size":
            return [np.asarray(math.prod(first.shape), np.int64)]
        cut = slice(attributes.get("start", 0), attributes.get("end"))
        return [np.asarray(first.shape[cut], np.int64)]
    if node.op_type == "ConstantOfShape" and _fills_weight(given, attributes):
        return None
    is_of_weights = any(f is not None and f.is_weight for f in given)
    is_of_shapes = any(f is not None and f.computed for f in given)
    if is_of_weights and not _says_shape(given) and not (is_of_shapes and _are_few(given)):
        return None
    # A part left out, as Slice's axes, must not move those after it.
    if any(fact is None for fact in given):
        return None
    return worked_out(node, [f.value for f in given if f is not None], attributes)


def _fills_weight(given: Sequence[Fact | None], attributes: Mapping[str, Any]) -> bool:
    """Whether a ConstantOfShape stands for a weight: floats, and its shape is in the file."""
    value = attributes.get("value")
    kind = value.data_type if isinstance(value, TensorProto) else TensorProto.FLOAT
    is_in_file = bool(given) and given[0] is not None and not given[0].computed
    return is_in_file and kind not in (TensorProto.INT64, TensorProto.INT32, TensorProto.BOOL)


def _are_few(given: Sequence[Fact | None]) -> bool:
    """So few that they are factors, such as the 1 and 1 before the scales of a resize."""
    return all(f is None or f.value is None or f.value.size <= _MOST_FACTORS for f in given)


def _says_shape(given: Sequence[Fact | None]) -> bool:
    """Whole numbers only: indices and sizes, no weights."""
    return all(f is None or f.elem_type in (TensorProto.INT64, TensorProto.INT32) for f in given)

"""Ops that are known to have no multiply-adds by the lecture's convention.

Bias, activation, normalization, addition and concatenation count 0 there and in
torchvision's published figures; their operations are named in the note instead.
"""

from __future__ import annotations

import math

from visualizer.costs.formulas.operations import does_nothing, operations_each
from visualizer.costs.model import Cost
from visualizer.costs.registry import Call
from visualizer.graph.families import Family, family_of

_COUNTED_AS_OPERATIONS: dict[Family, str] = {
    "activation": "elementwise", "elementwise": "elementwise", "add": "elementwise",
    "norm": "normalization",
}  # fmt: skip
_NOTES: dict[Family, str] = {
    "reshape": "moves or relabels numbers: no arithmetic",
    "concat": "puts tensors side by side: no arithmetic",
    "constant": "a constant: no arithmetic",
    "input": "the network's input",
}
_OTHER_FREE_OPS = (
    "topk sort argsort unique nonzero nms batched_nms max_unpool1d max_unpool2d max_unpool3d "
    "scatter index_add index_fill index_put masked_scatter tril triu diagonal isnan isinf "
    "nan_to_num numel size dim is_floating_point bernoulli normal multinomial bucketize "
    "searchsorted any all cummax cummin diff clip clamp_max copy fill zero uniform set_data "
    "H mH type_as random half double bool byte char short int long bfloat16 "
    "cfloat cdouble trunc frac logsumexp prod median mode quantile log1p expm1 log2 log10 tan asin "
    "acos atan atan2 sinh cosh histc linalg_vector_norm is_all_true kaiming_uniform "
    "linalg_norm linalg_matrix_norm scatter_reduce unique_consecutive unique_dim mse_loss "
    "asinh acosh atanh hypot fmod xor invert native_channel_shuffle lift_fresh"
)
_OTHER_FREE = frozenset(_OTHER_FREE_OPS.split())


def free_cost(call: Call) -> Cost | None:
    """The cost of an op without multiply-adds; None for an op nothing is known about."""
    family = family_of(call.node.op)
    kind = _COUNTED_AS_OPERATIONS.get(family)
    if kind is not None:
        return Cost("free", 0, note=_operations_note(call, kind))
    note = _NOTES.get(family, "")
    if not note and call.node.op in _OTHER_FREE:
        note = "no multiply-adds by this convention"
    return Cost("free", 0, note=note) if note else None


def _operations_note(call: Call, kind: str) -> str:
    """How many operations it would be to those who count them (`operations`)."""
    if does_nothing(call):
        return "passes its input through in evaluation: no arithmetic"
    elements = math.prod(call.node.outputs[0].shape) if call.node.outputs else 0
    each = operations_each(call)
    rate = f", {each} a number" if each > 1 else ""
    return f"{kind}: {each * elements:,} operations{rate}, no multiply-adds by this convention"

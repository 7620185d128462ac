"""What each op does to a receptive field.

Elementwise ops and norms keep it: the statistics of group and instance norm are taken as
constants, as is usual. Where an op moves pixels in a way that is not followed, the field
becomes unknown rather than wrong.
"""

from __future__ import annotations

from functools import cache

from visualizer.costs.field_rules import products, shapes, windows
from visualizer.costs.field_rules.table import RULES, Fields, Rule
from visualizer.costs.fields import LOST, Field
from visualizer.costs.registry import Call, MissingFactError
from visualizer.graph.families import family_of

__all__ = ["apply_rule", "products", "shapes", "windows"]

_POINTWISE = frozenset({"norm", "activation", "add", "elementwise"})


def apply_rule(call: Call, fields: Fields) -> Field | None:
    """The field of an op's outputs, None for a constant; at least one of `fields` is not None."""
    node = call.node
    function = _rule_of(node.op)
    if function is None:
        return None
    if not _fit(call, fields):
        return LOST
    alone = len(fields) == len(node.outputs) == 1
    if alone and function is shapes.pointwise and call.inputs[0].shape == node.outputs[0].shape:
        return fields[0]  # most ops: nothing changes
    try:
        result = function(call, fields)
    except MissingFactError:
        return LOST
    return result if result is LOST or len(result.dims) == len(call.output) else LOST


@cache
def _rule_of(op: str) -> Rule | None:
    if family_of(op) == "constant":
        return None
    if (found := RULES.get(op)) is not None:
        return found
    return shapes.pointwise if family_of(op) in _POINTWISE else shapes.moved


def _fit(call: Call, fields: Fields) -> bool:
    """Whether the fields are known and describe what arrives: an op whose outputs have different
    ranks has one field, that of the first."""
    for field, spec in zip(fields, call.inputs, strict=True):
        if field is None:
            continue
        if field is LOST or len(field.dims) != len(spec.shape):
            return False
    return True

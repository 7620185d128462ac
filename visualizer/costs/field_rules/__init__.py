"""What each op does to a receptive field.

Elementwise ops and norms keep it: the statistics of group and instance norm are taken as
constants, as is usual. Where an op moves pixels in a way that is not followed, the field
becomes unknown rather than wrong.
"""

from __future__ import annotations

from visualizer.costs.field_rules import products, shapes, windows
from visualizer.costs.field_rules.table import RULES, Fields
from visualizer.costs.fields import LOST, Field
from visualizer.costs.registry import Call, MissingFactError
from visualizer.graph.families import family_of

__all__ = ["apply_rule", "products", "shapes", "windows"]

_POINTWISE = frozenset({"norm", "activation", "add", "elementwise"})


def apply_rule(call: Call, fields: Fields) -> Field:
    """The field of an op's outputs; at least one of `fields` is not None."""
    if any(field is LOST for field in fields) or not _fit(call, fields):
        return LOST
    function = RULES.get(call.node.op)
    if function is None:
        pointwise_family = family_of(call.node.op) in _POINTWISE
        function = shapes.pointwise if pointwise_family else shapes.moved
    try:
        result = function(call, fields)
    except MissingFactError:
        return LOST
    return result if result is LOST or len(result.dims) == len(call.output) else LOST


def _fit(call: Call, fields: Fields) -> bool:
    """Whether the fields describe what arrives: an op whose outputs have different ranks has one
    field, that of the first."""
    pairs = zip(fields, call.inputs, strict=True)
    return all(field is None or len(field.dims) == len(spec.shape) for field, spec in pairs)

"""The table of rules by op name, and several inputs seen as one field."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from visualizer.costs.fields import LOST, Field, merged, unknown
from visualizer.costs.registry import Call

Fields = list[Field | None]
"""One entry for each input; None for a constant, which sees nothing."""

Rule = Callable[[Call, Fields], Field]
RULES: dict[str, Rule] = {}


def rule(*ops: str) -> Callable[[Rule], Rule]:
    def register(function: Rule) -> Rule:
        RULES.update(dict.fromkeys(ops, function))
        return function

    return register


def joined(fields: Fields) -> Field:
    """All inputs at once."""
    if len(fields) == 1:
        return fields[0] or LOST
    different = {id(field): field for field in fields if field is not None}
    if not different or id(LOST) in different:
        return LOST
    return merged(list(different.values()))


def ranked(field: Field, rank: int) -> Field:
    """The field of a result broadcast to `rank` dimensions."""
    missing = rank - len(field.dims)
    if missing == 0:
        return field
    return replace(field, dims=((),) * missing + field.dims) if missing > 0 else LOST


def with_weight(field: Field, fields: Fields) -> Field:
    """A weight computed from the image brings what it sees."""
    for other in fields[1:]:
        if other is not None and other.whole:
            field = replace(field, axes=tuple(replace(axis, whole=True) for axis in field.axes))
        elif other is not None:
            field = unknown(field)
    return field

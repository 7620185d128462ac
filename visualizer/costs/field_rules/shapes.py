"""Elementwise ops, reductions, and ops that move or relabel dimensions."""

from __future__ import annotations

import math

from msgspec.structs import replace

from visualizer.costs.field_rules.table import Fields, joined, ranked, rule
from visualizer.costs.fields import LOST, Field, mix, regrouped, unknown, without_labels
from visualizer.costs.registry import Call, MissingFactError


@rule("clone", "contiguous", "to", "type", "float", "detach", "channel_shuffle", "dropout",
      "native_channel_shuffle", "alias", "copy", "half", "double", "bfloat16", "byte",
      "lift_fresh")  # fmt: skip
def pointwise(call: Call, fields: Fields) -> Field:
    """Number to number; an op that makes the shape smaller reduces."""
    field = joined(fields)
    output = call.output
    is_smaller = output != call.arriving and math.prod(output) < math.prod(call.arriving)
    if is_smaller and len(call.inputs) == 1:
        return reduced(call, fields)
    return field if field is LOST else ranked(field, len(output))


def moved(call: Call, fields: Fields) -> Field:
    """An op that is not followed: harmless where no dimension runs along the image."""
    field = joined(fields)
    if field is LOST or call.output != call.arriving:
        return LOST
    return unknown(field)


@rule("roll", "flip", "rot90", "sort", "cumsum", "grid_sample")
def shuffled(call: Call, fields: Fields) -> Field:
    return moved(call, fields)


@rule("mean", "amax", "amin", "sum", "var", "std", "argmax", "argmin", "max", "min", "norm",
      "logsumexp", "prod", "any", "all", "median")  # fmt: skip
def reduced(call: Call, fields: Fields) -> Field:
    """Reads all numbers along the reduced dimensions, which go or stay with size one."""
    field = joined(fields)
    if field is LOST or (len(call.inputs) > 1 or call.output == call.arriving):
        return LOST if field is LOST else ranked(field, len(call.output))
    places = _reduced_places(call)
    seen = mix(field, places)
    if len(call.output) == len(call.arriving):
        return without_labels(seen, places)
    return replace(seen, dims=tuple(d for p, d in enumerate(seen.dims) if p not in places))


def _reduced_places(call: Call) -> tuple[int, ...]:
    """Dimensions that a reduction removed or made one."""
    before, after = call.arriving, call.output
    given = call.attribute("dim", call.attribute("axis"))
    if isinstance(given, int):
        given = (given,)
    if isinstance(given, tuple) and given:
        return tuple(int(place) % len(before) for place in given)
    if len(before) == len(after):
        return tuple(p for p, (a, b) in enumerate(zip(before, after, strict=True)) if a != b)
    if not after:
        return tuple(range(len(before)))
    raise MissingFactError(f"{call.node.op} does not say its dim")


@rule("softmax", "log_softmax", "softmin", "normalize")
def normalized(call: Call, fields: Fields) -> Field:
    """Each result depends on all numbers along the dimension."""
    field = joined(fields)
    dim = call.attribute("dim", 1 if call.node.op == "normalize" else None)
    if field is LOST or not isinstance(dim, int) or not field.dims:
        return field
    return mix(field, (dim % len(field.dims),))


@rule("layer_norm", "rms_norm")
def layer_normalized(call: Call, fields: Fields) -> Field:
    """Statistics over the last dimensions; over a whole map they see all of it."""
    field = joined(fields)
    shape = call.attribute("normalized_shape", ())
    count = len(shape) if isinstance(shape, tuple) and shape else 1
    return mix(field, tuple(range(-count, 0))) if field is not LOST else LOST


@rule("cat", "concat", "concatenate", "hstack", "vstack", "dstack")
def concatenated(call: Call, fields: Fields) -> Field:
    """Side by side in channels: the hull. Side by side in space: positions are not followed."""
    field = joined(fields)
    if field is LOST or len(call.output) != len(call.inputs[0].shape):
        return LOST
    grown = [
        p for p, (a, b) in enumerate(zip(call.inputs[0].shape, call.output, strict=True)) if a != b
    ]
    return unknown(field) if any(field.dims[place] for place in grown) else field


@rule("stack")
def stacked(call: Call, fields: Fields) -> Field:
    field = joined(fields)
    if field is LOST:
        return LOST
    place = call.integer("dim", 0) % len(call.output)
    return replace(field, dims=(*field.dims[:place], (), *field.dims[place:]))


@rule("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "view_as", "reshape_as",
      "ravel")  # fmt: skip
def reshaped(call: Call, fields: Fields) -> Field:
    field = joined(fields[:1])
    return regrouped(field, call.arriving, call.output) if field is not LOST else LOST


@rule("setitem")
def written(call: Call, fields: Fields) -> Field:
    """A tensor laid into another, as pictures are into a batch: no pixel changes its place
    where whole dimensions are filled."""
    if len(call.inputs) != 2:
        return moved(call, fields)
    rank, written_shape = len(call.output), call.inputs[1].shape
    sides = [ranked(field, rank) if field is not None else None for field in fields]
    field = joined(sides)
    fills = call.output[rank - len(written_shape) :] == written_shape
    return field if fills or field is LOST else unknown(field)


@rule("expand", "expand_as", "broadcast_to")
def expanded(call: Call, fields: Fields) -> Field:
    field = joined(fields[:1])
    return field if field is LOST else ranked(field, len(call.output))


@rule(
    "permute", "transpose", "swapaxes", "swapdims", "t", "T", "mT", "H", "mH", "movedim", "moveaxis"
)
def permuted(call: Call, fields: Fields) -> Field:
    field = joined(fields)
    order = permutation(call)
    if field is LOST or order is None:
        return LOST
    return replace(field, dims=tuple(field.dims[place] for place in order))


def permutation(call: Call) -> tuple[int, ...] | None:
    """Old position of each new dimension; None when neither attributes nor sizes tell."""
    rank = len(call.arriving)
    dims = call.attribute("dims", call.attribute("dim"))
    if isinstance(dims, tuple) and len(dims) == rank:
        return tuple(int(place) % rank for place in dims)
    order = list(range(rank))
    first, second = _swapped(call)
    if first is not None and second is not None:
        order[first % rank], order[second % rank] = order[second % rank], order[first % rank]
        return tuple(order)
    if call.node.op in ("t", "T", "H"):
        return tuple(reversed(order))
    if len(set(call.arriving)) == rank and sorted(call.arriving) == sorted(call.output):
        return tuple(call.arriving.index(side) for side in call.output)
    return None


def _swapped(call: Call) -> tuple[int | None, int | None]:
    if call.node.op in ("mT", "mH"):
        return -2, -1
    for names in (("dim0", "dim1"), ("axis0", "axis1")):
        first, second = (call.attribute(name) for name in names)
        if isinstance(first, int) and isinstance(second, int):
            return first, second
    return None, None


@rule("getitem", "select", "narrow", "slice", "chunk", "split", "tensor_split", "unbind",
      "index_select", "gather", "take", "split_with_sizes")  # fmt: skip
def taken(call: Call, fields: Fields) -> Field:
    """A part: harmless across channels; a part of the image is not followed.

    Dimensions are matched by size from the left; those without a match were dropped.
    """
    if fields[0] is None:
        return LOST  # which entries of a constant are taken depends on the image
    field = joined(fields)
    if field is LOST:
        return LOST
    before, after = call.arriving, call.output
    if len(after) > len(before):
        return regrouped(field, before, after)
    kept, cut = _kept(before, after)
    gone = {axis for place in cut for axis in field.dims[place]}
    dims = tuple(field.dims[place] for place in kept)
    result = replace(field, dims=dims)
    return unknown(result) if gone else result


def _kept(before: tuple[int, ...], after: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """Old dimensions that remain, and those that were cut or dropped."""
    if len(before) == len(after):
        cut = [p for p, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        return list(range(len(before))), cut
    kept: list[int] = []
    for place, side in enumerate(before):
        spare = len(before) - place > len(after) - len(kept)
        if len(kept) < len(after) and (side == after[len(kept)] or not spare):
            kept.append(place)
    return kept, [place for place in range(len(before)) if place not in kept]

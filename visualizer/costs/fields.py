"""Receptive-field arithmetic on one axis, and which tensor dimension carries which axis.

Forward form of Araujo, Norris and Sim (Distill 2019): output number u of a layer sees the
input interval [left + u·stride, right + u·stride]. A window of k numbers with stride s and
padding p widens it by (k - 1)·stride and shifts it by -p·stride.
"""

from __future__ import annotations

import math
from fractions import Fraction

import msgspec
from msgspec.structs import replace

Number = int | Fraction


class Axis(msgspec.Struct, frozen=True, gc=False):
    """What output number 0 sees along one input axis of `extent` pixels.

    `minimum` is the smallest size over all paths; `whole` says a global op was passed.
    """

    left: Number
    right: Number
    stride: Number
    minimum: Number
    extent: int
    aligned: bool = True
    whole: bool = False

    @property
    def size(self) -> int:
        return math.ceil(self.right - self.left + 1)


class Field(msgspec.Struct, frozen=True, gc=False):
    """The receptive field of a tensor.

    `dims` has, for each tensor dimension, the input axes it runs along: none for batch and
    channels, two for flattened pixels. `split` are axes cut into windows that lie in several
    dimensions. `known` false: some op moved pixels around, no local numbers can be given.
    """

    axes: tuple[Axis, ...]
    dims: tuple[tuple[int, ...], ...]
    batch: int
    split: frozenset[int] = frozenset()
    known: bool = True

    @property
    def whole(self) -> bool:
        axes = self.axes
        return bool(axes) and all(axis.whole for axis in axes)


LOST = Field((), (), 0, known=False)
"""Nothing can be said about this tensor or what follows from it."""


def start(shape: tuple[int, ...], first_axis: int) -> Field:
    """The network's input, with spatial axes from dimension `first_axis` on."""
    axes = tuple(Axis(0, 0, 1, 1, extent) for extent in shape[first_axis:])
    dims = ((),) * first_axis + tuple((number,) for number in range(len(axes)))
    return Field(axes, dims, shape[0] if first_axis > 1 else 1)


def window(axis: Axis, reach: int, stride: int, before: int) -> Axis:
    """A window of `reach` = d·(k − 1) + 1 numbers, `before` of them padding at first."""
    jump, further = axis.stride, (reach - 1) * axis.stride
    shift = before * jump
    return Axis(
        axis.left - shift, axis.right + further - shift, jump * stride, axis.minimum + further,
        axis.extent, axis.aligned, axis.whole,
    )  # fmt: skip


def resampled(axis: Axis, step: Fraction, shift: Fraction, most: int, least: int) -> Axis:
    """Outputs every `step` < 1 (or any fraction) inputs: `least` to `most` inputs are read.

    `shift` is where output 0 looks, in inputs. Positions differ in what they see: the size is
    an upper bound, the centre exact.
    """
    jump = axis.stride
    middle = (axis.left + axis.right) * Fraction(1, 2) + shift * jump
    half = (axis.right - axis.left + (most - 1) * jump) * Fraction(1, 2)
    return replace(
        axis,
        left=plain(middle - half),
        right=plain(middle + half),
        minimum=plain(axis.minimum + (least - 1) * jump),
        stride=plain(step * jump),
    )


def plain(number: Number) -> Number:
    """An int where the fraction is one."""
    if isinstance(number, Fraction) and number.denominator == 1:
        return number.numerator
    return number


def merged(fields: list[Field]) -> Field:
    """All paths at once: the hull, aligned when stride and centre agree.

    Dimensions are matched from the right, as broadcasting does. Frames of different sizes
    (two pictures) have no common field.
    """
    first = fields[0]
    if len(fields) == 1:
        return first
    if any(len(field.axes) != len(first.axes) for field in fields):
        return LOST
    hulls: list[Axis] = []
    columns = list(zip(*[field.axes for field in fields], strict=True))
    for number, column in enumerate(columns):
        if number > 0 and column == columns[number - 1]:  # pictures are mostly square
            hulls.append(hulls[-1])
            continue
        if len({axis.extent for axis in column}) > 1:
            return LOST
        hulls.append(_hull(column))
    return Field(
        tuple(hulls),
        _joined([field.dims for field in fields]),
        max([field.batch for field in fields]),
        first.split.union(*[field.split for field in fields]),
        all([field.known for field in fields]),  # noqa: C419 - run for every addition
    )


def _hull(column: tuple[Axis, ...]) -> Axis:
    """One axis over several paths. Paths through a global op give no local numbers."""
    local = [axis for axis in column if not axis.whole] or column
    first = local[0]
    left, right, stride = first.left, first.right, first.stride
    minimum, aligned = first.minimum, first.aligned
    middle, jump = left + right, stride
    for axis in local[1:]:
        aligned = aligned and axis.aligned and axis.stride == jump
        aligned = aligned and axis.left + axis.right == middle
        left, right = min(left, axis.left), max(right, axis.right)
        stride, minimum = max(stride, axis.stride), min(minimum, axis.minimum)
    whole = len(local) < len(column) or first.whole
    return Axis(left, right, stride, minimum, first.extent, aligned, whole)


def _joined(every: list[tuple[tuple[int, ...], ...]]) -> tuple[tuple[int, ...], ...]:
    if every.count(every[0]) == len(every):
        return every[0]
    rank = max(map(len, every))
    padded = [((),) * (rank - len(dims)) + dims for dims in every]
    return tuple(
        tuple(sorted({a for dim in place for a in dim})) for place in zip(*padded, strict=True)
    )


def mix(field: Field, positions: tuple[int, ...]) -> Field:
    """Every output reads all numbers along the dimensions at `positions`.

    An axis that also lies in other dimensions because it was cut into windows is seen only
    inside the window: no longer known, unless all its dimensions are read.
    """
    touched = {axis for position in positions for axis in field.dims[position]}
    if not touched:
        return field
    read = {position % len(field.dims) for position in positions}
    rest = {a for place, dim in enumerate(field.dims) if place not in read for a in dim}
    local = touched & field.split & rest
    axes = tuple(
        replace(axis, whole=True) if number in touched - local else axis
        for number, axis in enumerate(field.axes)
    )
    return replace(field, axes=axes, known=field.known and not local)


def unknown(field: Field) -> Field:
    """Pixels were moved in a way that is not followed; harmless once all is seen anyway."""
    return field if field.whole else replace(field, known=False)


def without_labels(field: Field, positions: tuple[int, ...]) -> Field:
    """The dimensions at `positions` no longer run along any axis."""
    gone = {position % len(field.dims) for position in positions}
    dims = tuple(() if place in gone else dim for place, dim in enumerate(field.dims))
    return replace(field, dims=dims)


def regrouped(field: Field, before: tuple[int, ...], after: tuple[int, ...]) -> Field:
    """A reshape: dimensions are matched by their running products.

    Merged dimensions carry the axes of all; the parts of a cut one each carry its axes, which
    are then `split`.
    """
    if before == after or math.prod(before) != math.prod(after) or 0 in before:
        return field if before == after else LOST
    dims: list[tuple[int, ...]] = []
    split = set(field.split)
    for old, new in _groups(before, after):
        carried = tuple(sorted({axis for place in old for axis in field.dims[place]}))
        shared = [place for place in new if after[place] != 1 or len(new) == 1]
        if len(old) == len(new) == 1 or not carried:
            dims += [carried if place in shared else () for place in new]
            continue
        if new and new[0] == 0 and after[0] == field.batch and len(new) > 1:
            shared = [place for place in shared if place != 0]
        if len(shared) > 1:
            split.update(carried)
        dims += [carried if place in shared else () for place in new]
    return replace(field, dims=tuple(dims), split=frozenset(split))


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[tuple[list[int], list[int]]]:
    """Smallest runs of old and new dimensions with the same number of elements."""
    groups: list[tuple[list[int], list[int]]] = []
    i = j = 0
    while i < len(before) or j < len(after):
        old, new = _next(before, i), _next(after, j)
        a, b = _product(before, old), _product(after, new)
        while a != b:
            if a < b:
                old.append(old[-1] + 1 if old else i)
                a *= before[old[-1]]
            else:
                new.append(new[-1] + 1 if new else j)
                b *= after[new[-1]]
        i, j = i + len(old), j + len(new)
        _take_ones(before, old, i, after, new, j)
        i, j = (old[-1] + 1 if old else i), (new[-1] + 1 if new else j)
        groups.append((old, new))
    return groups


def _next(shape: tuple[int, ...], place: int) -> list[int]:
    return [place] if place < len(shape) else []


def _product(shape: tuple[int, ...], places: list[int]) -> int:
    return math.prod(shape[place] for place in places)


def _take_ones(
    before: tuple[int, ...], old: list[int], i: int, after: tuple[int, ...], new: list[int], j: int
) -> None:
    """Dimensions of one belong to the group before them, unless both shapes have one there."""
    while i < len(before) and before[i] == 1 and not (j < len(after) and after[j] == 1):
        old.append(i)
        i += 1
    while j < len(after) and after[j] == 1 and not (i < len(before) and before[i] == 1):
        new.append(j)
        j += 1

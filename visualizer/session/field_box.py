"""From a value in a feature map to the pixels of the picture it sees.

Output number u of a layer sees the inputs from -P + u·S on, r of them, with the effective
padding P, stride S and size r of its receptive field (Araujo, Norris and Sim, Distill 2019).
"""

from __future__ import annotations

import math

import msgspec

from visualizer.costs import ReceptiveField

Span = tuple[int, int]
Place = tuple[int, int]


class FieldBox(msgspec.Struct, frozen=True):
    """What the value at row and column `at` sees of a `picture` (height, width).

    `rows` and `columns` are the first and last pixel, outside the picture too, where padding
    stands in. `whole`: a global op has seen everything. Not `aligned`: paths look at different
    places, and this is the hull of all. `at` is None where values have no place.
    """

    at: Place | None
    rows: Span
    columns: Span
    picture: tuple[int, int]
    whole: bool = False
    aligned: bool = True

    @property
    def clipped_rows(self) -> Span:
        return _clipped(self.rows, self.picture[0])

    @property
    def clipped_columns(self) -> Span:
        return _clipped(self.columns, self.picture[1])

    @property
    def outside(self) -> tuple[bool, bool, bool, bool]:
        """Whether it reaches beyond the left, upper, right and lower edge of the picture."""
        height, width = self.picture
        return (
            self.columns[0] < 0, self.rows[0] < 0,
            self.columns[1] > width - 1, self.rows[1] > height - 1,
        )  # fmt: skip

    @property
    def sees_all(self) -> bool:
        height, width = self.picture
        return self.clipped_rows == (0, height - 1) and self.clipped_columns == (0, width - 1)

    @property
    def text(self) -> str:
        """In words, short: what is seen, and what of it lies in the padding."""
        if self.whole or self.at is None:
            return "Every value here sees the whole picture"
        return f"Row {self.at[0]}, column {self.at[1]} {self.seen}"

    @property
    def seen(self) -> str:
        """`sees rows 102…184, columns 0…41`: of the picture itself, without padding."""
        if self.whole or self.sees_all:
            return "sees the whole picture"
        hull = "" if self.aligned else " (hull of misaligned paths)"
        rows, columns = _span(self.clipped_rows), _span(self.clipped_columns)
        return f"sees rows {rows}, columns {columns}{hull}"

    @property
    def short(self) -> str:
        """`sees 19×19 px`, for a line beside the picture."""
        if self.whole or self.sees_all:
            return "sees all of it"
        return f"sees {_length(self.rows)}×{_length(self.columns)} px"

    @property
    def detail(self) -> str:
        """Everything, for a tooltip."""
        if self.whole or self.at is None:
            return self.text
        size = f"{_length(self.rows)}×{_length(self.columns)}"
        where = f"rows {_span(self.rows)}, columns {_span(self.columns)}"
        lines = [self.text, f"Field {size}: {where} of {self.picture[0]}×{self.picture[1]}"]
        if any(self.outside):
            lines.append("Dashed: it reaches beyond the picture, into padding")
        return "\n".join(lines)


def field_box(
    field: ReceptiveField | None, shape: tuple[int, ...], picture: tuple[int, int],
    at: Place | None = None,
) -> FieldBox | None:  # fmt: skip
    """The box of the value at row and column `at`, the middle one by default, in maps of `shape`
    (C, H, W); None where nothing can be said. Of a global op it is the whole picture."""
    if field is None:
        return None
    if field.whole_input:
        height, width = picture
        return FieldBox(at, (0, height - 1), (0, width - 1), picture, whole=True)
    if len(shape) != 3 or len(field.size) != 2 or not _matches(field, shape[1:], picture):
        return None
    row, column = at or (shape[1] // 2, shape[2] // 2)
    if not (0 <= row < shape[1] and 0 <= column < shape[2]):
        return None
    rows, columns = _seen(field, 0, row), _seen(field, 1, column)
    return FieldBox((row, column), rows, columns, picture, aligned=field.aligned)


def _seen(field: ReceptiveField, axis: int, number: int) -> Span:
    first = -field.padding[axis] + number * field.stride[axis]
    return math.floor(first), math.ceil(first + field.size[axis] - 1)


def _matches(field: ReceptiveField, grid: tuple[int, ...], picture: tuple[int, int]) -> bool:
    """Whether rows and columns of the maps are those of the picture: the last field reaches its
    end, or nearly, and its middle lies inside. Maps whose channels stand last are cut along
    other axes."""
    for axis, side in enumerate(picture):
        first, last = _seen(field, axis, grid[axis] - 1)
        stride = max(1, field.stride[axis])
        if last < side - 1 - stride or (first + last) / 2 > side - 1 + stride:
            return False
    return True


def _clipped(span: Span, side: int) -> Span:
    return max(0, min(span[0], side - 1)), max(0, min(span[1], side - 1))


def _length(span: Span) -> int:
    return span[1] - span[0] + 1


def _span(span: Span) -> str:
    return "…".join(str(number).replace("-", "−") for number in span)

"""Tops: rows one under the other, with room between them for the ribbons to turn."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from itertools import pairwise

from visualizer.layout.level import TITLE_HEIGHT, LevelSpec
from visualizer.layout.routes import Place, Stop
from visualizer.layout.rows import Rows

BAR_ROW_GAP = 38.0
BOX_ROW_GAP = 30.0
ENTRY_GAP = TITLE_HEIGHT + 8.0
EXIT_GAP = 16.0
LABEL_AIR = 10.0
EASY_TURN = 90.0
TURN_ROOM = 0.18
MOST_TURN_ROOM = 84.0
_ROW_TOP, _ITEM_TOP, _, _ROW_BOTTOM = Place  # looked up once: a member of an enum is slow to find


@dataclass(slots=True)
class Heights:
    """Top and height of each row; `items` has the top of each item, `overhangs` how far labels
    reach out of each row, above and below."""

    tops: list[float]
    heights: list[float]
    items: list[float]
    overhangs: list[float]

    @property
    def bottom(self) -> float:
        return self.tops[-1] + self.heights[-1] if self.tops else 0.0

    def of(self, row: int, place: Place, head: float, foot: float) -> float:
        """The height of a ribbon's stop, between the foot of its source and the head of its
        target."""
        if place is _ROW_TOP:
            return self.tops[row]
        if place is _ROW_BOTTOM:
            return self.tops[row] + self.heights[row]
        return head if place is _ITEM_TOP else foot


def find_heights(
    spec: LevelSpec, rows: Rows, left: list[float], stops: list[list[Stop]]
) -> Heights:
    """Rows as high as their highest item, items in the middle; tall boxes may hang down."""
    hanging = {b: mine for b, mine in rows.hanging.items() if _hangs_free(rows, left, b, mine)}
    heights = [_row_height(spec, row, hanging) for row in rows.rows]
    overhangs = [
        _overhang(spec, row, height) for row, height in zip(rows.rows, heights, strict=True)
    ]
    gaps = [
        max(gap, _label_gap(overhangs[row : row + 2]))
        if gap and _has_labels(spec, rows, row)
        else gap
        for row, gap in enumerate(_gaps(spec, rows, stops))
    ]
    _lengthen_for_title(spec, heights, gaps)
    for box, mine in hanging.items():
        last = rows.spots[mine[-1]].row
        _make_room(spec.items[box].height, rows.spots[box].row, last, heights, gaps)
    tops: list[float] = []
    y = 0.0
    for height, gap in zip(heights, gaps, strict=True):
        tops.append(y)
        y += height + gap
    items = [
        tops[rows.spots[number].row]
        + (0.0 if number in hanging else (heights[rows.spots[number].row] - item.height) / 2)
        for number, item in enumerate(spec.items)
    ]
    return Heights(tops, heights, items, overhangs)


def _lengthen_for_title(spec: LevelSpec, heights: list[float], gaps: list[float]) -> None:
    """A title that runs along the flow needs as long a frame."""
    between = [row for row, gap in enumerate(gaps) if gap]
    missing = spec.title_width - sum(heights) - sum(gaps)
    if spec.framed and spec.flow == "right" and missing > 0:
        for row in between:
            gaps[row] += missing / len(between)


def _overhang(spec: LevelSpec, row: list[int], height: float) -> float:
    """How far the longest label of a row reaches out of it."""
    labels = (spec.items[spot].label_length for spot in row if spot < len(spec.items))
    return max(0.0, (max(labels, default=0.0) - height) / 2)


def _has_labels(spec: LevelSpec, rows: Rows, row: int) -> bool:
    """Whether labels must be clear of what is below a row. Those of bars one under the other,
    which may be left out where they are seen from far away, must be clear of frames only."""
    return spec.flow == "right" or not _kinds(spec, rows, row) <= {"bar"}


def _kinds(spec: LevelSpec, rows: Rows, row: int) -> set[str]:
    """What stands in a row and in the next."""
    spots = (spot for pair in rows.rows[row : row + 2] for spot in pair)
    return {spec.items[spot].kind for spot in spots if spot < len(spec.items)}


def _label_gap(overhangs: list[float]) -> float:
    """The gap between two rows whose labels must not meet."""
    return sum(overhangs) + LABEL_AIR if any(overhangs) else 0.0


def _row_height(spec: LevelSpec, row: list[int], hanging: Container[int]) -> float:
    standing = (spot for spot in row if spot < len(spec.items) and spot not in hanging)
    return max((spec.items[spot].height for spot in standing), default=0.0)


def _hangs_free(rows: Rows, left: list[float], box: int, mine: list[int]) -> bool:
    """Whether nothing but the box's own spots stands below it."""
    start, end = left[box], left[box] + rows.spots[box].width
    return not any(
        left[other] - rows.spots[other].left_room < end
        and start < left[other] + rows.spots[other].width + rows.spots[other].right_room
        for spot in mine
        for other in rows.rows[rows.spots[spot].row]
        if other != spot and other not in rows.floating
    )


def _make_room(
    height: float, first: int, last: int, heights: list[float], gaps: list[float]
) -> None:
    room = sum(heights[first : last + 1]) + sum(gaps[first:last])
    for row in range(first, last):
        gaps[row] += max(0.0, height - room) / (last - first)


def _gaps(spec: LevelSpec, rows: Rows, stops: list[list[Stop]]) -> list[float]:
    """The room below each row: more where ribbons move far sideways on their way down."""
    turns = [0.0] * len(rows.rows)
    for path in stops:
        for (row, _, upper), (next_row, _, lower) in pairwise(path):
            if next_row == row + 1 and upper is not lower:
                shift = max(abs(upper[0] - lower[0]), abs(upper[1] - lower[1]))
                if shift > turns[row]:
                    turns[row] = shift
    bases = [_base_gap(spec, rows, row) for row in range(len(rows.rows))]
    return [
        base + min(MOST_TURN_ROOM, TURN_ROOM * max(0.0, turn - EASY_TURN)) if base else 0.0
        for base, turn in zip(bases, turns, strict=True)
    ]


def entry_gap(spec: LevelSpec) -> float:
    """The gap between the upper edge of a frame and what is in it; its title is there, or, where
    data flows to the right, at the left."""
    return ENTRY_GAP if spec.flow == "down" else EXIT_GAP


def _base_gap(spec: LevelSpec, rows: Rows, row: int) -> float:
    """The gap below a row before ribbons ask for more; 0 below the last."""
    if row + 1 == len(rows.rows):
        return 0.0
    upper, lower = (
        {spec.items[spot].kind for spot in rows.rows[r] if spot < len(spec.items)}
        for r in (row, row + 1)
    )
    if "entry" in upper:
        return entry_gap(spec)
    if "exit" in lower:
        return EXIT_GAP
    return BOX_ROW_GAP if "box" in upper | lower else BAR_ROW_GAP

"""Tops: rows one under the other, with room between them for the ribbons to turn."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from itertools import pairwise

from visualizer.layout.level import TITLE_HEIGHT, Interval, Kind, LevelSpec
from visualizer.layout.routes import Path
from visualizer.layout.rows import Rows

BAR_ROW_GAP = 38.0
BOX_ROW_GAP = 30.0
ENTRY_GAP = TITLE_HEIGHT + 8.0
EXIT_GAP = 16.0
LABEL_AIR = 10.0
EASY_TURN = 90.0
TURN_ROOM = 0.18
MOST_TURN_ROOM = 84.0


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

    def moved(self, down: float) -> Heights:
        """The same further down."""
        tops, items = ([top + down for top in some] for some in (self.tops, self.items))
        return Heights(tops, self.heights, items, self.overhangs)

    def along(self, path: Path, foot: float, head: float) -> list[tuple[float, float, float]]:
        """The (y, left, right) at which a ribbon's sides may turn, between the `foot` of its
        source and the `head` of its target."""
        tops, heights = self.tops, self.heights
        found = [(foot, *path.foot)]
        if (below := tops[path.start] + heights[path.start]) > foot:
            found.append((below, *path.foot))
        for first, last, interval in path.between:
            found += [(tops[first], *interval), (tops[last] + heights[last], *interval)]
        if (above := tops[path.end]) < head:
            found.append((above, *path.head))
        found.append((head, *path.head))
        return found


def find_heights(spec: LevelSpec, rows: Rows, left: list[float], paths: list[Path]) -> Heights:
    """Rows as high as their highest item, items in the middle; tall boxes may hang down."""
    hanging = {b: mine for b, mine in rows.hanging.items() if _hangs_free(rows, left, b, mine)}
    heights = [_row_height(spec, row, hanging) for row in rows.rows]
    overhangs, kinds = _overhangs(spec, rows, heights), _kinds(spec, rows)
    gaps = [
        max(gap, _label_gap(overhangs[row : row + 2]))
        if gap and _has_labels(spec, *kinds[row : row + 2])
        else gap
        for row, gap in enumerate(_gaps(spec, kinds, paths))
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


def _overhangs(spec: LevelSpec, rows: Rows, heights: list[float]) -> list[float]:
    """How far the longest label of each row reaches out of it."""
    longest = [0.0] * len(heights)
    for number, item in enumerate(spec.items):
        row = rows.spots[number].row
        longest[row] = max(longest[row], item.label_length)
    return [max(0.0, (most - own) / 2) for most, own in zip(longest, heights, strict=True)]


def _kinds(spec: LevelSpec, rows: Rows) -> list[set[Kind]]:
    """What stands in each row."""
    kind_of = [item.kind for item in spec.items]
    return [{kind_of[spot] for spot in row if spot < len(kind_of)} for row in rows.rows]


def _has_labels(spec: LevelSpec, upper: set[Kind], lower: set[Kind]) -> bool:
    """Whether labels must be clear of what is below a row. Those of bars one under the other,
    which may be left out where they are seen from far away, must be clear of frames only."""
    return spec.flow == "right" or not upper | lower <= {"bar"}


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


def _gaps(spec: LevelSpec, kinds: list[set[Kind]], paths: list[Path]) -> list[float]:
    """The room below each row: more where ribbons move far sideways on their way down."""
    turns = [0.0] * len(kinds)
    for start, upper, between, head, _ in paths:
        row = start
        for _, last, interval in between:
            turns[row] = max(turns[row], _sideways(upper, interval))
            row, upper = last, interval
        turns[row] = max(turns[row], _sideways(upper, head))
    bases = [_base_gap(spec, upper, lower) for upper, lower in pairwise(kinds)]
    return [
        base + min(MOST_TURN_ROOM, TURN_ROOM * max(0.0, turn - EASY_TURN)) if base else 0.0
        for base, turn in zip([*bases, 0.0], turns, strict=False)
    ]


def _sideways(upper: Interval, lower: Interval) -> float:
    """How far a ribbon's sides move from one stretch to the next."""
    left, right = abs(upper[0] - lower[0]), abs(upper[1] - lower[1])
    return left if left > right else right


def entry_gap(spec: LevelSpec) -> float:
    """The gap between the upper edge of a frame and what is in it; its title is there, or, where
    data flows to the right, at the left."""
    return ENTRY_GAP if spec.flow == "down" else EXIT_GAP


def _base_gap(spec: LevelSpec, upper: set[Kind], lower: set[Kind]) -> float:
    if "entry" in upper:
        return entry_gap(spec)
    if "exit" in lower:
        return EXIT_GAP
    return BOX_ROW_GAP if "box" in upper or "box" in lower else BAR_ROW_GAP

"""Lanes: where a ribbon runs straight down beside the rows that it skips."""

from __future__ import annotations

import math
from dataclasses import dataclass

from visualizer.layout.level import Interval, LevelEdge, LevelSpec
from visualizer.layout.rows import Rows

LANE_GAP = 12.0
DENSE_GAP = 4.0
DENSE_LANES = 8
WIDEST_BUNDLE = 1400.0
LEFT_RELUCTANCE = 160.0
LEFT_FACTOR = 1.6


@dataclass(slots=True)
class Lane:
    """One tensor's way past rows `top` to `bottom`; all its distant readers leave it in turn."""

    tensor: int
    width: float
    top: int
    bottom: int
    wish: float
    ends: int = 2  # that the wish is the mean of

    def join(self, width: float, bottom: int, wish: float) -> None:
        """Lead the tensor on to one more reader."""
        self.width, self.bottom = max(self.width, width), max(self.bottom, bottom)
        self.wish += (wish - self.wish) / self.ends
        self.ends += 1


def place_lanes(spec: LevelSpec, rows: Rows, left: list[float]) -> dict[int, Interval]:
    """The lane of each skipping tensor, on the side where nothing is in its way, else nearest to
    its ends, right rather than left.

    Shorter lanes come first, so that nested skips lie around each other; many of them on one
    side. Where so many run side by side that they would dwarf what they pass, they overlap in a
    bundle.
    """
    lanes = _wanted_lanes(spec, rows, left)
    sides = _Sides(rows, left, lanes)
    crowd = _widest_crowd(lanes, len(rows.rows))
    if crowd > WIDEST_BUNDLE:
        return _bundle(lanes, sides, WIDEST_BUNDLE / crowd)
    return {lane.tensor: sides.take(lane) for lane in lanes}


def _wanted_lanes(spec: LevelSpec, rows: Rows, left: list[float]) -> list[Lane]:
    found: dict[int, Lane] = {}
    for number in rows.lanes:
        edge = spec.edges[number]
        first, last = rows.spots[edge.source].row + 1, rows.spots[edge.target].row - 1
        if edge.source in rows.floating:
            first -= 1
        if edge.target in rows.floating:
            last += 1
        wish = _middle_of_ends(spec, rows, left, edge)
        lane = found.get(edge.tensor)
        if lane is None:
            found[edge.tensor] = Lane(edge.tensor, edge.width, first, last, wish)
        else:
            lane.join(edge.width, last, wish)
    return sorted(found.values(), key=lambda lane: (lane.bottom - lane.top, lane.top, lane.tensor))


def _middle_of_ends(spec: LevelSpec, rows: Rows, left: list[float], edge: LevelEdge) -> float:
    """Between where an edge leaves and arrives, as far as that is known already."""
    ends = []
    if edge.source not in rows.floating:
        ends.append(left[edge.source] + spec.bottom_offset(edge))
    if edge.target not in rows.floating:
        ends.append(left[edge.target] + spec.top_offset(edge))
    return sum(ends) / len(ends) if ends else 0.0


def _widest_crowd(lanes: list[Lane], rows: int) -> float:
    """The most lane width that passes any one row."""
    change = [0.0] * (rows + 1)
    for lane in lanes:
        change[lane.top] += lane.width + DENSE_GAP
        change[lane.bottom + 1] -= lane.width + DENSE_GAP
    most = running = 0.0
    for step in change:
        running += step
        most = max(most, running)
    return most


class _Sides:
    """How far right and left each row is taken."""

    def __init__(self, rows: Rows, left: list[float], lanes: list[Lane]) -> None:
        dense = len(lanes) > DENSE_LANES
        self._gap = DENSE_GAP if dense else LANE_GAP
        self._right = [-math.inf] * len(rows.rows)
        self._left = [math.inf] * len(rows.rows)
        self._first_end = [math.inf] * len(rows.rows)  # of the leftmost in a row
        self._last_begin = [-math.inf] * len(rows.rows)  # of the rightmost
        for number, spot in enumerate(rows.spots):
            if number not in rows.floating:
                right = left[number] + spot.width + spot.right_room + LANE_GAP - self._gap
                self._right[spot.row] = max(self._right[spot.row], right)
                outer = left[number] - spot.left_room - LANE_GAP + self._gap
                self._left[spot.row] = min(self._left[spot.row], outer)
                end = left[number] + spot.width
                self._first_end[spot.row] = min(self._first_end[spot.row], end)
                self._last_begin[spot.row] = max(self._last_begin[spot.row], left[number])
        self._goes_right = self._nearer_side(lanes) if dense else None

    def _nearer_side(self, lanes: list[Lane]) -> bool:
        """Whether all lanes together are less in the way of others at the right, or nearer to
        their ends."""
        free = [self._free_side(lane) for lane in lanes]
        if any(free):
            return sum(free) > 0
        leftmost = min((left for left in self._left if left < math.inf), default=0.0)
        middle = sum(lane.wish for lane in lanes) / len(lanes)
        return _right_is_better(self.rightmost - middle, middle - leftmost)

    def _free_side(self, lane: Lane) -> int:
        """1 where a lane would only cross others to the left of its ends, -1 where only to the
        right, 0 where it makes no difference."""
        rows = slice(lane.top, lane.bottom + 1)
        at_left = min(self._first_end[rows], default=math.inf) <= lane.wish
        at_right = max(self._last_begin[rows], default=-math.inf) >= lane.wish
        return int(at_left) - int(at_right)

    @property
    def rightmost(self) -> float:
        return max((right for right in self._right if right > -math.inf), default=0.0)

    def take(self, lane: Lane) -> Interval:
        """The nearer free slot, and take it."""
        rows = slice(lane.top, lane.bottom + 1)
        after = max(self._right[rows], default=-math.inf) + self._gap
        before = min(self._left[rows], default=math.inf) - self._gap - lane.width
        if after == -math.inf:  # nothing stands in these rows
            after = before = lane.wish - lane.width / 2
        way_right = abs(after + lane.width / 2 - lane.wish)
        way_left = abs(before + lane.width / 2 - lane.wish)
        count = lane.bottom + 1 - lane.top
        free = self._free_side(lane)
        right = free > 0 if free else _right_is_better(way_right, way_left)
        if right if self._goes_right is None else self._goes_right:
            self._right[rows] = [after + lane.width] * count
            return Interval(after, after + lane.width)
        self._left[rows] = [before] * count
        return Interval(before, before + lane.width)


def _right_is_better(way_right: float, way_left: float) -> bool:
    return way_right <= LEFT_FACTOR * way_left + LEFT_RELUCTANCE


def _bundle(lanes: list[Lane], sides: _Sides, shrink: float) -> dict[int, Interval]:
    """Lanes to the right of everything, each true to its width but set closer than that."""
    first = sides.rightmost + LANE_GAP
    reach: dict[int, float] = {}
    taken = _Reach(max((lane.bottom for lane in lanes), default=0) + 1)
    for lane in lanes:
        reach[lane.tensor] = taken.push(lane.top, lane.bottom, lane.width * shrink)
    return {
        lane.tensor: Interval(first + reach[lane.tensor], first + reach[lane.tensor] + lane.width)
        for lane in lanes
    }


class _Reach:
    """How much of the bundle is used in each row."""

    def __init__(self, rows: int) -> None:
        self._used = [0.0] * rows

    def push(self, top: int, bottom: int, width: float) -> float:
        rows = slice(top, bottom + 1)
        start = max(self._used[rows], default=0.0)
        self._used[rows] = [start + width] * (bottom + 1 - top)
        return start

"""Long pictures wrapped into columns, as a text is: read down, then on at the head of the next.

A picture is broken at rows where few tensors cross. Those that do are led on in their full
width: down from the foot of a column, up beside it, and over into the next. A span whose left
lies right of its right runs upwards; where that changes the ribbon turns round (`turn_depths`).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence, Sized
from functools import cached_property

import msgspec

from visualizer.layout.breaks import Break, choose_breaks, likely_lane, possible_breaks
from visualizer.layout.extents import Stretches
from visualizer.layout.model import LayoutEdge, LayoutRequest, Placement, Rect, Route, Span

WINDOW = 1.2  # width to height of the room for a drawing, names at its sides aside
LYING_WINDOW = 2.0  # the same where data flows to the right
WORTH = 1.6  # so much larger must everything be drawn before a picture is broken
TALL = 5000.0
MOST_COLUMNS = 40
MOST_LED_OVER = 80_000
COLUMN_GAP = 40.0
LANE_GAP = 14.0
DENSE_GAP = 4.0
DENSE = 6  # so many ribbons side by side stand nearer to each other
TURN = 18.0
TITLE_ROOM = 30.0
FOOT_ROOM = 8.0

Interval = tuple[float, float]


def turn_depths(before: Span, after: Span) -> Interval:
    """How far the left and the right side of a ribbon reach beyond the height at which it turns
    round: as far apart as it is wide."""
    width = max(abs(before.right - before.left), abs(after.right - after.left))
    outer_is_left = abs(after.left - before.left) > abs(after.right - before.right)
    return (TURN + width, TURN) if outer_is_left else (TURN, TURN + width)


def turns(before: Span, after: Span) -> bool:
    """Whether a ribbon turns round between two of its spans."""
    return (before.left > before.right) != (after.left > after.right)


def in_columns(placement: Placement, request: LayoutRequest) -> Placement:
    """The placement in as many columns as show it largest in a window; as it is where that
    gains little. `Placement.columns` has their areas, `continued` the further parts of frames
    that a break goes through."""
    if placement.bounds.height < TALL:
        return placement
    possible = possible_breaks(placement, request.edges)
    window = WINDOW if request.flow == "down" else 1 / LYING_WINDOW
    first = _likely_count(placement, possible, window)
    counts = range(max(2, first - 1), first + 3)
    breaks = [choose_breaks(placement, possible, count) for count in counts]
    stretches = Stretches(placement, request)
    tried = [
        _Columns(placement, request, some, stretches)
        for some in breaks
        if some and _led_over_in_all(stretches, some) <= MOST_LED_OVER
    ]
    if not tried:
        return placement
    best = max(tried, key=lambda columns: _zoom(columns.bounds, window))
    gains = _zoom(best.bounds, window) >= WORTH * _zoom(placement.bounds, window)
    return best.placement() if gains else placement


def _led_over_in_all(stretches: Stretches, breaks: Sequence[Break]) -> int:
    """How many times a ribbon crosses a break: a mask read 10,000 times crosses most of them
    with most of its ribbons."""
    over = stretches.crossing([one.y for one in breaks])
    return sum(last - first for _, first, last in over)


def _zoom(bounds: Rect, window: float) -> float:
    """How large a picture is shown as a whole, in windows of one height and `window` wide."""
    return min(window / bounds.width, 1 / bounds.height)


def _likely_count(placement: Placement, possible: Sequence[Break], window: float) -> int:
    """How many columns show the picture largest, were all of them as wide as it is."""
    bounds, lane = placement.bounds, likely_lane(possible) + 2 * COLUMN_GAP
    return max(
        range(1, MOST_COLUMNS),
        key=lambda n: _zoom(
            Rect(0, 0, n * (bounds.width + lane), bounds.height / n + 2 * lane), window
        ),
    )


def broken(placement: Placement, request: LayoutRequest, breaks: Sequence[Break]) -> Placement:
    """The placement broken at `breaks`, from top to bottom."""
    if not breaks:
        return placement
    return _Columns(placement, request, breaks).placement()


class _Columns:
    """Works out where the columns stand, and moves everything there."""

    def __init__(
        self,
        placement: Placement,
        request: LayoutRequest,
        breaks: Sequence[Break],
        stretches: Stretches | None = None,
    ) -> None:
        self._old = placement
        self._edges = request.edges
        self._cuts = [one.y for one in breaks]
        self._open = [_open_at(placement, y) for y in self._cuts]
        stretches = stretches or Stretches(placement, request)
        self._crossing = self._crossings(stretches)
        self._extents = stretches.extents(self._cuts)
        self._top = max(_turn_room(list(lanes.values())) for lanes in self._crossing)
        self._lanes: list[dict[tuple[str, str], Interval]] = []
        self._shift = self._shifts()

    # Where columns stand

    def _column(self, y: float) -> int:
        return bisect_left(self._cuts, y)

    def _crossings(self, stretches: Stretches) -> list[dict[tuple[str, str], float]]:
        """At each break the widths of the tensors that cross it, those that leave it furthest
        right first."""
        found: list[dict[tuple[str, str], tuple[float, float]]] = [{} for _ in self._cuts]
        for number, first, last in stretches.crossing(self._cuts):
            route = self._old.routes[number]
            edge = self._edges[route.edge]
            tensor = (edge.source, edge.tensor)
            for column in range(first, last):
                y = self._cuts[column]
                above = next(span for span in reversed(route.spans) if span.y <= y)
                place, width = found[column].get(tensor, (-math.inf, 0.0))
                place, width = max(place, above.left + above.right), max(width, edge.width)
                found[column][tensor] = place, width
        return [
            {tensor: one[tensor][1] for tensor in sorted(one, key=lambda t: -one[t][0])}
            for one in found
        ]

    def _shifts(self) -> list[tuple[float, float]]:
        """How far the things of each column move; on the way the lanes get their places."""
        shifts = []
        x = 0.0
        for column, (left, right) in enumerate(self._extents):
            start = self._cuts[column - 1] if column else self._old.bounds.y
            down = self._top + TITLE_ROOM * (len(self._open[column - 1]) if column else 0)
            shifts.append((x - left, down - start))
            x += right - left + COLUMN_GAP
            if column < len(self._cuts):
                gap = _gap(self._crossing[column])
                lanes: dict[tuple[str, str], Interval] = {}
                for tensor, width in self._crossing[column].items():
                    lanes[tensor] = (x, x + width)
                    x += width + gap
                self._lanes.append(lanes)
                x += COLUMN_GAP - gap
        return shifts

    def _foot(self, column: int) -> float:
        """Where ribbons leave a column: below the frames that are broken there."""
        end = self._cuts[column] if column < len(self._cuts) else self._old.bounds.bottom
        frames = len(self._open[column]) if column < len(self._cuts) else 0
        return end + self._shift[column][1] + FOOT_ROOM * frames

    # What stands in them

    def placement(self) -> Placement:
        bars = {
            item: _moved(rect, self._shift[self._column(rect.y)])
            for item, rect in self._old.bars.items()
        }
        parts = {group: self._parts(group, rect) for group, rect in self._old.groups.items()}
        routes = tuple(self._route(route) for route in self._old.routes)
        return msgspec.structs.replace(
            self._old, bars=bars, groups={group: part[0] for group, part in parts.items()},
            continued={group: tuple(part[1:]) for group, part in parts.items() if part[1:]},
            routes=routes, bounds=self.bounds, columns=self._areas,
        )  # fmt: skip

    @property
    def bounds(self) -> Rect:
        """All of it."""
        bottom = max(area.bottom for area in self._areas)
        return Rect(0.0, 0.0, self._areas[-1].right, bottom)

    @cached_property
    def _areas(self) -> tuple[Rect, ...]:
        """The columns from the height of the turns above them to that of those below."""
        areas = []
        for column, (left, right) in enumerate(self._extents):
            below = self._crossing[column].values() if column < len(self._cuts) else ()
            bottom = self._foot(column) + _turn_room(list(below))
            areas.append(Rect(left + self._shift[column][0], 0.0, right - left, bottom))
        return tuple(areas)

    def _parts(self, group: str, rect: Rect) -> list[Rect]:
        """A frame in each of the columns that it goes through, as deep as it is nested."""
        first, last = self._column(rect.y), self._column(rect.bottom)
        found = []
        for column in range(first, last + 1):
            across, down = self._shift[column]
            top, bottom = rect.y + down, rect.bottom + down
            if column > first:
                top = self._top + TITLE_ROOM * self._open[column - 1].index(group)
            if column < last:
                bottom = self._foot(column) - FOOT_ROOM * self._open[column].index(group)
            found.append(Rect(rect.x + across, top, rect.width, bottom - top))
        return found

    def _route(self, route: Route) -> Route:
        before = route.spans[0]
        column = self._column(before.y)
        if column == self._column(route.spans[-1].y):
            return Route(route.edge, _all_moved(route.spans, self._shift[column]))
        spans: list[Span] = []
        for span in route.spans:
            for column in range(self._column(before.y), self._column(span.y)):
                spans += self._led_over(column, self._edges[route.edge], before, span)
                before = msgspec.structs.replace(span, y=before.y)
            across, down = self._shift[self._column(span.y)]
            spans.append(Span(span.y + down, span.left + across, span.right + across))
            before = span
        return Route(route.edge, tuple(spans))

    def _led_over(self, column: int, edge: LayoutEdge, before: Span, after: Span) -> list[Span]:
        """From the foot of a column up beside it, to the head of the next."""
        foot, head, left, right = self._leads[column][edge.source, edge.tensor]
        out, back = self._shift[column][0], self._shift[column + 1][0]
        return [
            _narrowed(foot, before, right - left, out),
            Span(foot, right, left),
            Span(head, right, left),
            _narrowed(head, after, right - left, back),
        ]

    @cached_property
    def _leads(self) -> list[dict[tuple[str, str], tuple[float, float, float, float]]]:
        """Of each tensor at each break: where it turns at the foot and at the head, its lane.
        What leaves further left turns lower, around the others, and arrives further left."""
        found: list[dict[tuple[str, str], tuple[float, float, float, float]]] = []
        for column, lanes in enumerate(self._lanes):
            gap = _gap(lanes)
            foot = self._foot(column)
            head = self._top - sum(right - left + gap for left, right in lanes.values())
            found.append({})
            for tensor, (left, right) in lanes.items():
                head += right - left + gap
                found[column][tensor] = foot, head, left, right
                foot += right - left + gap
        return found


def _gap(ribbons: Sized) -> float:
    """The gap between ribbons that are led over side by side."""
    return DENSE_GAP if len(ribbons) > DENSE else LANE_GAP


def _open_at(placement: Placement, y: float) -> list[str]:
    """The frames that a break goes through, outermost first."""
    return [group for group, rect in placement.groups.items() if rect.y < y < rect.bottom]


def _turn_room(widths: Sequence[float]) -> float:
    """How far ribbons of these widths reach that turn round within each other."""
    return sum(width + _gap(widths) for width in widths) + 2 * TURN if widths else 0.0


def _narrowed(y: float, span: Span, width: float, across: float) -> Span:
    """The middle of a span, no wider than the tensor itself, moved across."""
    middle, half = (span.left + span.right) / 2 + across, min(width, span.right - span.left) / 2
    return Span(y, middle - half, middle + half)


def _all_moved(spans: Sequence[Span], by: tuple[float, float]) -> tuple[Span, ...]:
    across, down = by
    return tuple([Span(one.y + down, one.left + across, one.right + across) for one in spans])


def _moved(rect: Rect, by: tuple[float, float]) -> Rect:
    return Rect(rect.x + by[0], rect.y + by[1], rect.width, rect.height)

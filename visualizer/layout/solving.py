"""A level from its numbers to its geometry: the steps in their order."""

from __future__ import annotations

from functools import lru_cache

from visualizer.layout.coordinates import Columns
from visualizer.layout.heights import EXIT_GAP, LABEL_AIR, Heights, entry_gap, find_heights
from visualizer.layout.lanes import place_lanes
from visualizer.layout.level import FRAME_PADDING, TITLE_HEIGHT, Interval, LevelResult, LevelSpec
from visualizer.layout.ordering import order_rows
from visualizer.layout.routes import Stop, find_stops, straightened
from visualizer.layout.rows import Rows, build_rows

REMEMBERED_LEVELS = 1024


@lru_cache(maxsize=REMEMBERED_LEVELS)
def solve_level(spec: LevelSpec) -> LevelResult:
    """Lay out one level. Levels met before, in this picture or an earlier one, are remembered."""
    rows = build_rows(spec)
    columns = Columns(spec, rows, order_rows(rows, spec.engine))
    left = columns.solve()
    lanes = place_lanes(spec, rows, left)
    _move_ports_to_lanes(spec, rows, left, lanes)
    stops = find_stops(spec, rows, left, lanes)
    heights = find_heights(spec, rows, left, stops)
    spine = 0.0 if columns.has_spine else _middle_of_ports(spec, left)
    return _framed(spec, rows, left, spine, stops, heights, lanes)


def _move_ports_to_lanes(
    spec: LevelSpec, rows: Rows, left: list[float], lanes: dict[int, Interval]
) -> None:
    for number in rows.lanes:
        edge = spec.edges[number]
        for port in {edge.source, edge.target} & rows.floating:
            left[port] = lanes[edge.tensor].left


def _middle_of_ports(spec: LevelSpec, left: list[float]) -> float:
    """The spine of a level in which nothing stands alone."""
    ports = [n for n, item in enumerate(spec.items) if item.is_port] or range(len(spec.items))
    weight = sum(spec.items[n].width for n in ports)
    moment = sum(spec.items[n].width * (left[n] + spec.items[n].width / 2) for n in ports)
    return moment / weight if weight else 0.0


def _framed(
    spec: LevelSpec,
    rows: Rows,
    left: list[float],
    spine: float,
    stops: list[list[Stop]],
    heights: Heights,
    lanes: dict[int, Interval],
) -> LevelResult:
    """Move everything right of and below 0, 0, with the frame's padding around it."""
    inner = _extent(spec, rows, left, lanes)
    side = FRAME_PADDING if spec.framed else 0.0
    title_above = spec.framed and spec.flow == "down"
    title_beside = TITLE_HEIGHT - FRAME_PADDING / 2 if spec.framed and not title_above else 0.0
    width = max(inner.right - inner.left, spec.title_width if title_above else 0.0)
    right = title_beside + side - inner.left + (width - (inner.right - inner.left)) / 2
    down, below = _above_and_below(spec, heights)
    corners = tuple(
        (left[number] + right, heights.items[number] + down) for number in range(len(spec.items))
    )
    spans = tuple(
        _spans(spec, number, path, heights, (right, down)) for number, path in enumerate(stops)
    )
    return LevelResult(
        title_beside + width + 2 * side, heights.bottom + down + below, spine + right,
        corners, spans,
    )  # fmt: skip


def _above_and_below(spec: LevelSpec, heights: Heights) -> tuple[float, float]:
    """The room between the frame and the first and the last row; none where ports are those."""
    kinds = {item.kind for item in spec.items}
    inside = heights.overhangs and (spec.framed or spec.flow == "right")
    first, last = (heights.overhangs[0], heights.overhangs[-1]) if inside else (0.0, 0.0)
    air = LABEL_AIR if spec.framed else 0.0
    above = max(entry_gap(spec) if spec.framed else 0.0, first + air if first else 0.0)
    below = max(EXIT_GAP if spec.framed else 0.0, last + air if last else 0.0)
    return 0.0 if "entry" in kinds else above, 0.0 if "exit" in kinds else below


def _extent(spec: LevelSpec, rows: Rows, left: list[float], lanes: dict[int, Interval]) -> Interval:
    """From the leftmost to the rightmost of bars, their labels, ports and lanes."""
    if not spec.items:
        return Interval(0.0, 0.0)
    spots = rows.spots
    return Interval(
        min([left[n] - spot.left_room for n, spot in enumerate(spots)]
            + [lane.left for lane in lanes.values()]),
        max([left[n] + spot.width + spot.right_room for n, spot in enumerate(spots)]
            + [lane.right for lane in lanes.values()]),
    )  # fmt: skip


def _spans(
    spec: LevelSpec, number: int, path: list[Stop], heights: Heights, move: tuple[float, float]
) -> tuple[tuple[float, float, float], ...]:
    edge = spec.edges[number]
    right, down = move
    tops, items = heights.items, spec.items
    foot = tops[edge.source] + items[edge.source].height
    head = tops[edge.target]
    found = [
        (heights.of(row, place, head, foot) + down, interval[0] + right, interval[1] + right)
        for row, place, interval in path
    ]
    return straightened(found)


def port_middles(
    spec: LevelSpec, result: LevelResult
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Middles of a level's entry ports and of its exit ports, from its left edge."""
    middles = {
        kind: tuple(
            corner[0] + item.width / 2
            for item, corner in zip(spec.items, result.corners, strict=True)
            if item.kind == kind
        )
        for kind in ("entry", "exit")
    }
    return middles["entry"], middles["exit"]

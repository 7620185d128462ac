"""The path of each ribbon through its level: first across, in rows; heights come later."""

from __future__ import annotations

from collections import defaultdict
from enum import IntEnum
from typing import NamedTuple

from visualizer.layout.level import WHOLE, Interval, LevelEdge, LevelSpec
from visualizer.layout.rows import Rows


class Place(IntEnum):
    """The height of a stop, within its row."""

    ROW_TOP = 0
    ITEM_TOP = 1
    ITEM_BOTTOM = 2
    ROW_BOTTOM = 3


class Stop(NamedTuple):
    """A ribbon covers `interval` at a height that is known by name only."""

    row: int
    place: Place
    interval: Interval


def find_stops(
    spec: LevelSpec, rows: Rows, left: list[float], lanes: dict[int, Interval]
) -> list[list[Stop]]:
    """Each edge's stops, from the foot of its source to the head of its target.

    Beside an item that is lower than its row, the ribbon keeps straight.
    """
    beside = set(rows.lanes)
    between = [
        _lane_stops(rows, edge, lanes[edge.tensor])
        if number in beside
        else _passing_stops(rows, edge, left)
        for number, edge in enumerate(spec.edges)
    ]
    starts = [_start(spec, edge, left) for edge in spec.edges]
    landings = _landings(spec, left, [
        (stops[-1].interval if stops else start).center
        for stops, start in zip(between, starts, strict=True)
    ])  # fmt: skip
    return [
        [
            *_leave(rows.spots[edge.source].row, starts[number]),
            *between[number],
            *_arrive(rows.spots[edge.target].row, landings[number]),
        ]
        for number, edge in enumerate(spec.edges)
    ]


def _leave(row: int, interval: Interval) -> list[Stop]:
    return [Stop(row, Place.ITEM_BOTTOM, interval), Stop(row, Place.ROW_BOTTOM, interval)]


def _arrive(row: int, interval: Interval) -> list[Stop]:
    return [Stop(row, Place.ROW_TOP, interval), Stop(row, Place.ITEM_TOP, interval)]


def _lane_stops(rows: Rows, edge: LevelEdge, lane: Interval) -> list[Stop]:
    return [
        Stop(rows.spots[edge.source].row + 1, Place.ROW_TOP, lane),
        Stop(rows.spots[edge.target].row - 1, Place.ROW_BOTTOM, lane),
    ]


def _passing_stops(rows: Rows, edge: LevelEdge, left: list[float]) -> list[Stop]:
    stops: list[Stop] = []
    for row in range(rows.spots[edge.source].row + 1, rows.spots[edge.target].row):
        spot = rows.passing[edge.tensor, row]
        interval = Interval(left[spot], left[spot] + rows.spots[spot].width)
        stops += [Stop(row, Place.ROW_TOP, interval), Stop(row, Place.ROW_BOTTOM, interval)]
    return stops


def _start(spec: LevelSpec, edge: LevelEdge, left: list[float]) -> Interval:
    """The whole foot of a bar, or the edge's own width at a port."""
    return _end(spec, edge.source, edge.source_port, left, spec.bottom_offset(edge), edge.width)


def _end(
    spec: LevelSpec, item: int, port: int, left: list[float], offset: float, width: float
) -> Interval:
    if port == WHOLE and not spec.items[item].is_port:
        return Interval(left[item], left[item] + spec.items[item].width)
    middle = left[item] + offset
    return Interval(middle - width / 2, middle + width / 2)


def _landings(spec: LevelSpec, left: list[float], coming: list[float]) -> list[Interval]:
    """Where each edge ends: on the whole bar, on its share of a concat's bar, or at a port."""
    landings = [
        _end(spec, edge.target, edge.target_port, left, spec.top_offset(edge), edge.width)
        for edge in spec.edges
    ]
    stacked: dict[int, list[int]] = defaultdict(list)
    for number, edge in enumerate(spec.edges):
        if spec.items[edge.target].stacks:
            stacked[edge.target].append(number)
    for target, numbers in stacked.items():
        numbers.sort(key=lambda number: (coming[number], number))
        shares = _shares(spec, left[target], spec.items[target].width, numbers)
        landings = _with(landings, shares)
    return landings


def _with(landings: list[Interval], shares: dict[int, Interval]) -> list[Interval]:
    for number, share in shares.items():
        landings[number] = share
    return landings


def _shares(
    spec: LevelSpec, left: float, width: float, numbers: list[int]
) -> dict[int, Interval]:
    """The bar cut into parts as wide, in proportion, as the ribbons that arrive."""
    total = sum(spec.edges[number].width for number in numbers)
    shares: dict[int, Interval] = {}
    done = 0.0
    for number in numbers:
        start = left + width * done / total
        done += spec.edges[number].width
        shares[number] = Interval(start, left + width * done / total)
    return shares


def straightened(spans: list[tuple[float, float, float]]) -> tuple[tuple[float, float, float], ...]:
    """Strictly downwards and without stops in the middle of a straight run.

    The first and the last span stay; of what stands at or above the one before, nothing does.
    """
    last = spans[-1]
    kept = [spans[0]]
    for span in spans[1:-1]:
        if span[0] > kept[-1][0] + 1e-6 and span[0] < last[0] - 1e-6:
            kept.append(span)
    kept.append(last)
    return tuple(
        span
        for k, span in enumerate(kept)
        if k in (0, len(kept) - 1) or not kept[k - 1][1:] == span[1:] == kept[k + 1][1:]
    )

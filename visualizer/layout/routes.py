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
    feet, heads = _ends(spec, left)
    going = [(stops[0].interval if stops else heads[n]).center for n, stops in enumerate(between)]
    coming = [(stops[-1].interval if stops else feet[n]).center for n, stops in enumerate(between)]
    _share_feet(spec, left, feet, going)
    _share_heads(spec, left, heads, coming)
    return [
        [
            *_leave(rows.spots[edge.source].row, feet[number]),
            *between[number],
            *_arrive(rows.spots[edge.target].row, heads[number]),
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


def _ends(spec: LevelSpec, left: list[float]) -> tuple[list[Interval], list[Interval]]:
    """Where edges start and end: on the whole bar, or as wide as they are at a port."""
    feet = [
        _end(
            spec, edge.source, edge.source_port, left[edge.source] + spec.bottom_offset(edge), edge
        )
        for edge in spec.edges
    ]
    heads = [
        _end(spec, edge.target, edge.target_port, left[edge.target] + spec.top_offset(edge), edge)
        for edge in spec.edges
    ]
    return feet, heads


def _end(spec: LevelSpec, item: int, port: int, middle: float, edge: LevelEdge) -> Interval:
    whole_bar = port == WHOLE and not spec.items[item].is_port
    width = spec.items[item].width if whole_bar else edge.width
    return Interval(middle - width / 2, middle + width / 2)


def _share_feet(
    spec: LevelSpec, left: list[float], feet: list[Interval], going: list[float]
) -> None:
    """Let the tensors of a bar that makes several (a split) each leave from its own share."""
    leaving: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, edge in enumerate(spec.edges):
        if spec.items[edge.source].kind == "bar":
            leaving[edge.source][edge.tensor].append(number)
    for source, tensors in leaving.items():
        if len(tensors) > 1:
            _share(
                spec, left[source], spec.items[source].width, list(tensors.values()), feet, going
            )


def _share_heads(
    spec: LevelSpec, left: list[float], heads: list[Interval], coming: list[float]
) -> None:
    """Let the inputs of a concat each land on its own share of the bar."""
    stacked: dict[int, list[list[int]]] = defaultdict(list)
    for number, edge in enumerate(spec.edges):
        if spec.items[edge.target].stacks:
            stacked[edge.target].append([number])
    for target, edges in stacked.items():
        _share(spec, left[target], spec.items[target].width, edges, heads, coming)


def _share(
    spec: LevelSpec, left: float, width: float, bundles: list[list[int]],
    ends: list[Interval], toward: list[float],
) -> None:  # fmt: skip
    """Cut a bar into parts as wide, in proportion, as the ribbons that end there.

    The edges of one bundle share a part; parts are in the order in which ribbons come or go.
    """
    bundles.sort(key=lambda bundle: (sum(toward[n] for n in bundle) / len(bundle), bundle[0]))
    widths = [max(spec.edges[number].width for number in bundle) for bundle in bundles]
    total = sum(widths)
    done = 0.0
    for bundle, part in zip(bundles, widths, strict=True):
        share = Interval(left + width * done / total, left + width * (done + part) / total)
        done += part
        for number in bundle:
            ends[number] = share


def straightened(spans: list[tuple[float, float, float]]) -> tuple[tuple[float, float, float], ...]:
    """Strictly downwards and without stops in the middle of a straight run.

    The first and the last span stay; of what stands at or above the one before, nothing does.
    """
    first, *between, last = spans
    kept, reached, lowest = [first], first[0] + 1e-6, last[0] - 1e-6
    for span in between:
        if reached < span[0] < lowest:
            kept.append(span)
            reached = span[0] + 1e-6
    kept.append(last)
    if len(kept) == 2:
        return first, last
    ends = (0, len(kept) - 1)
    return tuple(
        span
        for k, span in enumerate(kept)
        if k in ends or not (_same(kept[k - 1], span) and _same(span, kept[k + 1]))
    )


def _same(a: tuple[float, float, float], b: tuple[float, float, float]) -> bool:
    return abs(a[1] - b[1]) < 1e-6 and abs(a[2] - b[2]) < 1e-6

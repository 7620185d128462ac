"""The path of each ribbon through its level: first across, in rows; heights come later."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from visualizer.layout.level import WHOLE, Interval, LevelSpec
from visualizer.layout.rows import Rows

MUCH_SMALLER = 0.5  # of a bar's largest input: what is smaller lands as thin as it is


class Stretch(NamedTuple):
    """A ribbon runs straight down over `interval`, from the head of row `first` to the foot of
    row `last`."""

    first: int
    last: int
    interval: Interval


class Path(NamedTuple):
    """A ribbon from the foot of its source in row `start`, over stretches past the rows between,
    to the head of its target in row `end`.

    Beside an item that is lower than its row, the ribbon keeps straight.
    """

    start: int
    foot: Interval
    between: tuple[Stretch, ...]
    head: Interval
    end: int


def find_paths(
    spec: LevelSpec, rows: Rows, left: list[float], lanes: dict[int, Interval]
) -> list[Path]:
    """Each edge's path, from the foot of its source to the head of its target."""
    between = _between(spec, rows, left, lanes)
    feet, heads = _ends(spec, left)
    going = [
        _center(way[0].interval if way else head) for way, head in zip(between, heads, strict=True)
    ]
    coming = [
        _center(way[-1].interval if way else foot) for way, foot in zip(between, feet, strict=True)
    ]
    _share_feet(spec, left, feet, going)
    _thin_heads(spec, left, heads, coming)
    _share_heads(spec, left, heads, coming)
    row_of = [spot.row for spot in rows.spots[: len(spec.items)]]
    return [
        Path(row_of[edge.source], foot, way, head, row_of[edge.target])
        for edge, foot, way, head in zip(spec.edges, feet, between, heads, strict=True)
    ]


def _center(interval: Interval) -> float:
    return (interval[0] + interval[1]) / 2


def _between(
    spec: LevelSpec, rows: Rows, left: list[float], lanes: dict[int, Interval]
) -> list[tuple[Stretch, ...]]:
    """What each edge runs through in the rows between its ends."""
    found: list[tuple[Stretch, ...]] = [()] * len(spec.edges)
    beside = set(rows.lanes)
    for number, edge in enumerate(spec.edges):
        first, last = rows.spots[edge.source].row + 1, rows.spots[edge.target].row - 1
        if number in beside:
            found[number] = (Stretch(first, last, lanes[edge.tensor]),)
        elif first <= last:
            passed = [rows.passing[edge.tensor, row] for row in range(first, last + 1)]
            found[number] = tuple([_passing(rows, left, spot) for spot in passed])
    return found


def _passing(rows: Rows, left: list[float], number: int) -> Stretch:
    """Through the spot that is kept for a ribbon in a row."""
    spot = rows.spots[number]
    return Stretch(spot.row, spot.row, Interval(left[number], left[number] + spot.width))


def _ends(spec: LevelSpec, left: list[float]) -> tuple[list[Interval], list[Interval]]:
    """Where edges start and end: on the whole bar, or as wide as they are at a port."""
    whole = [
        None if item.is_port else _around(at + item.width / 2, item.width)
        for item, at in zip(spec.items, left, strict=False)
    ]
    feet, heads = [], []
    for edge in spec.edges:
        bar = whole[edge.source] if edge.source_port == WHOLE else None
        feet.append(bar or _around(left[edge.source] + spec.bottom_offset(edge), edge.width))
        bar = whole[edge.target] if edge.target_port == WHOLE else None
        heads.append(bar or _around(left[edge.target] + spec.top_offset(edge), edge.width))
    return feet, heads


def _around(middle: float, width: float) -> Interval:
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


def _thin_heads(
    spec: LevelSpec, left: list[float], heads: list[Interval], coming: list[float]
) -> None:
    """Let what is much smaller than a bar's largest input land on it as thin as it is, as near as
    it can to where it comes from."""
    largest: dict[int, float] = defaultdict(float)
    for edge in spec.edges:
        largest[edge.target] = max(largest[edge.target], edge.width)
    for number, edge in enumerate(spec.edges):
        item = spec.items[edge.target]
        if item.thins and edge.width < MUCH_SMALLER * largest[edge.target]:
            start, width = left[edge.target], min(edge.width, item.width)
            last = start + item.width - width / 2
            heads[number] = _around(min(max(coming[number], start + width / 2), last), width)


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
    if len(spans) == 2:
        return tuple(spans)
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

"""Rows of a level: its items, the room kept for ribbons that pass a row, the lanes to find."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from visualizer.layout.level import LevelEdge, LevelItem, LevelSpec
from visualizer.layout.ranks import (
    TALL_BOX,
    Flow,
    assign_rows,
    flow_between,
    needed_pairs,
    pair_widths,
)

ROW_PITCH = 52.0
DOMINANCE = 0.6  # a skip past rows narrower than this share of it is the main stream
LONGEST_MAIN_SKIP = 24
MAIN_WEIGHT = 50.0
MOST_REDUCED_ITEMS = 40_000


@dataclass(slots=True)
class Spot:
    """Something that takes room in a row: an item, or (`item` -1) a ribbon passing through."""

    row: int
    width: float
    item: int = -1
    left_room: float = 0.0
    right_room: float = 0.0
    main: bool = False


class Hop(NamedTuple):
    """A ribbon's way between spots of neighbouring rows; offsets of its middle on either."""

    upper: int
    lower: int
    upper_offset: float
    lower_offset: float
    weight: float


@dataclass(slots=True)
class Rows:
    """Spot number k < len(items) is item k. `passing` finds the spot kept for a tensor in a
    row; `lanes` are the edges, by number, that pass beside the rows instead; `floating` the
    ports that only lanes reach; `hanging` has tall boxes with the spots below that are theirs."""

    spots: list[Spot]
    rows: list[list[int]]
    hops: list[Hop] = field(default_factory=list)
    passing: dict[tuple[int, int], int] = field(default_factory=dict)
    lanes: list[int] = field(default_factory=list)
    floating: set[int] = field(default_factory=set)
    hanging: dict[int, list[int]] = field(default_factory=dict)

    def span(self, edge: LevelEdge) -> int:
        """How many rows further down an edge ends; 1 for the next row."""
        return self.spots[edge.target].row - self.spots[edge.source].row


def build_rows(spec: LevelSpec) -> Rows:
    """Assign rows, and decide which long ribbons pass through rows and which beside them."""
    flow = _kept_flow(spec)
    rows = _item_rows(spec, assign_rows(spec, flow))
    through, rows.lanes = _split_long_edges(spec, rows, flow)
    main = _main_skips(spec, rows)
    rows.lanes = [n for n in rows.lanes if spec.edges[n].tensor not in main]
    for edge in spec.edges:
        if edge.tensor in main or rows.span(edge) == 1:
            _pass_through(spec, rows, edge, edge.tensor in main)
    for number in through:
        if spec.edges[number].tensor not in main:
            _pass_through(spec, rows, spec.edges[number])
    _hang_tall_boxes(spec, rows)
    joined = {spot for hop in rows.hops for spot in (hop.upper, hop.lower)}
    rows.floating = {n for n, item in enumerate(spec.items) if item.is_port and n not in joined}
    return rows


def _kept_flow(spec: LevelSpec) -> Flow:
    """The flow without the pairs that a longer path joins; all of it where that is too much."""
    widths = pair_widths(spec)
    if spec.engine == "simple" or len(spec.items) > MOST_REDUCED_ITEMS:
        return flow_between(len(spec.items), widths, widths)
    return flow_between(len(spec.items), widths, needed_pairs(len(spec.items), widths))


def _item_rows(spec: LevelSpec, row_of: list[int]) -> Rows:
    rows: list[list[int]] = [[] for _ in range(max(row_of, default=-1) + 1)]
    for number, row in enumerate(row_of):
        rows[row].append(number)
    spots = [
        Spot(row, item.width, number, 0.0, _label_room(item, len(rows[row])))
        for number, (row, item) in enumerate(zip(row_of, spec.items, strict=True))
    ]
    return Rows(spots, rows)


def _label_room(item: LevelItem, in_row: int) -> float:
    return item.label_room if in_row == 1 else item.label_among_others


def _split_long_edges(spec: LevelSpec, rows: Rows, flow: Flow) -> tuple[list[int], list[int]]:
    """Long edges by number: those that pass through the rows between, and those beside."""
    long = [number for number, edge in enumerate(spec.edges) if rows.span(edge) > 1]
    if spec.engine == "simple":
        return [], long
    kept = {(source, target) for source, below in enumerate(flow.below) for target in below}
    through = [n for n in long if _must_pass_through(spec, flow, kept, spec.edges[n])]
    through.sort(key=lambda number: rows.span(spec.edges[number]))
    room = 2 * len(spec.items) + 2000
    allowed: list[int] = []
    for number in through:
        room -= rows.span(spec.edges[number]) - 1
        if room >= 0:
            allowed.append(number)
    return sorted(allowed), sorted(set(long).difference(allowed))


def _must_pass_through(
    spec: LevelSpec, flow: Flow, kept: set[tuple[int, int]], edge: LevelEdge
) -> bool:
    """Whether an edge is the only way between its ends, so that no chain stands beside it.

    At a port the chain beside it is any other ribbon of its inner end.
    """
    if (edge.source, edge.target) not in kept:
        return False
    if spec.items[edge.target].kind == "exit":
        return len(flow.below[edge.source]) == 1
    return spec.items[edge.source].kind != "entry" or len(flow.above[edge.target]) == 1


def _main_skips(spec: LevelSpec, rows: Rows) -> set[int]:
    """Tensors that skip rows much narrower than themselves: a gate stands beside its stream."""
    reach: dict[int, tuple[int, int, float]] = {}
    for number in rows.lanes:
        edge = spec.edges[number]
        first, last, width = reach.get(edge.tensor, (rows.spots[edge.source].row, 0, 0.0))
        reach[edge.tensor] = first, max(last, rows.spots[edge.target].row), max(width, edge.width)
    return {
        tensor
        for tensor, (first, last, width) in reach.items()
        if last - first <= LONGEST_MAIN_SKIP
        and all(
            sum(rows.spots[spot].width for spot in rows.rows[row]) < DOMINANCE * width
            for row in range(first + 1, last)
        )
    }


def _pass_through(spec: LevelSpec, rows: Rows, edge: LevelEdge, main: bool = False) -> None:
    """Keep a spot in each row between; edges of one tensor share theirs."""
    above, offset = edge.source, spec.bottom_offset(edge)
    for row in range(rows.spots[edge.source].row + 1, rows.spots[edge.target].row):
        key = (edge.tensor, row)
        if key not in rows.passing:
            rows.passing[key] = len(rows.spots)
            rows.rows[row].append(len(rows.spots))
            rows.spots.append(Spot(row, edge.width, main=main))
            _hop(rows, edge, above, offset, rows.passing[key], edge.width / 2)
        above = rows.passing[key]
        offset = rows.spots[above].width / 2
    _hop(rows, edge, above, offset, edge.target, spec.top_offset(edge))


def _hop(
    rows: Rows, edge: LevelEdge, upper: int, upper_offset: float, lower: int, lower_offset: float
) -> None:
    weight = 1.0 + min(edge.width, rows.spots[upper].width, rows.spots[lower].width)
    if rows.spots[upper].main or rows.spots[lower].main:
        weight *= MAIN_WEIGHT
    rows.hops.append(Hop(upper, lower, upper_offset, lower_offset, weight))


def _hang_tall_boxes(spec: LevelSpec, rows: Rows) -> None:
    """Let a tall box with one long exit hang down beside the rows that its ribbon passes.

    The spots of the ribbon are made as wide as the box, so that the room is the box's own.
    """
    leaving: dict[int, list[LevelEdge]] = defaultdict(list)
    for edge in spec.edges:
        leaving[edge.source].append(edge)
    for number, item in enumerate(spec.items):
        edges = leaving[number]
        if item.kind != "box" or item.height <= TALL_BOX or len(edges) != 1:
            continue
        row = rows.spots[number].row
        wanted = row + math.ceil(item.height / ROW_PITCH) - 1
        last = min(wanted, row + rows.span(edges[0]) - 1)
        below = [rows.passing.get((edges[0].tensor, r)) for r in range(row + 1, last + 1)]
        mine = [spot for spot in below if spot is not None]
        if mine and len(mine) == len(below):
            rows.hanging[number] = mine
            _widen_spots(rows, mine, item.width, spec.bottom_offset(edges[0]))


def _widen_spots(rows: Rows, spots: list[int], width: float, middle: float) -> None:
    for number in spots:
        spot = rows.spots[number]
        spot.left_room = max(0.0, middle - spot.width / 2)
        spot.right_room = max(0.0, width - middle - spot.width / 2)

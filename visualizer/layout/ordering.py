"""Left to right: the order of the spots within each row, with few crossings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

from visualizer.layout.graphviz_order import graphviz_rows
from visualizer.layout.level import Engine
from visualizer.layout.rows import Rows
from visualizer.layout.sections import MIDDLE, Section, sections

SWEEPS = 6
MOST_HOPS_FOR_DOT = 1500  # half a second; beyond that its time grows with the square
REMEMBERED_SECTIONS = 1024

Order = list[list[int]]

End = tuple[int, float, float]
"""A neighbour, where a hop to it ends on it and where on the spot itself, as shares of widths."""

Neighbours = list[list[End]]


def order_rows(rows: Rows, engine: Engine) -> Order:
    """The spots of each row from left to right.

    Each section is ordered by itself, and those that are alike once.
    """
    order = [list(row) for row in rows.rows]
    first = 0
    for section, spots in sections(rows):
        for number, row in enumerate(_order_section(section, engine)):
            order[first + number] = [spots[own] for own in row]
        first += len(section.rows) - 1
    return order


def forget_sections() -> None:
    """Order every section anew: for those who measure how long that takes."""
    _order_section.cache_clear()


@lru_cache(maxsize=REMEMBERED_SECTIONS)
def _order_section(section: Section, engine: Engine) -> Order:
    """Execution order where nothing crosses in it; otherwise the best of barycenter sweeps
    and, with engine "graphviz", of dot."""
    above, below = _neighbours(section)
    best = _Best(_walk_order(section, below), above)
    if best.crossings:
        _sweep(best, above, below)
    small = len(section.hops) <= MOST_HOPS_FOR_DOT
    if best.crossings and engine == "graphviz" and small:
        best.offer(graphviz_rows(section, best.order))
    return best.order


class _Best:
    """The order with the fewest crossings of those offered; the first of equals."""

    def __init__(self, order: Order, above: Neighbours) -> None:
        self._above = above
        self.order = order
        self.crossings = crossings(order, above)

    def offer(self, order: Order) -> None:
        count = crossings(order, self._above)
        if count < self.crossings:
            self.order, self.crossings = order, count


def _neighbours(section: Section) -> tuple[Neighbours, Neighbours]:
    above: Neighbours = [[] for _ in section.widths]
    below: Neighbours = [[] for _ in section.widths]
    ports = section.ports or ((MIDDLE, MIDDLE),) * len(section.hops)
    for (upper, lower, _), (leaves, arrives) in zip(section.hops, ports, strict=True):
        above[lower].append((upper, leaves, arrives))
        below[upper].append((lower, arrives, leaves))
    return above, below


def _walk_order(section: Section, below: Neighbours) -> Order:
    """Execution order, branch by branch: a walk down from each start, first reader first.

    Series-parallel networks come out without a crossing. A main stream past a gate goes first.
    """
    row_of = {spot: number for number, row in enumerate(section.rows) for spot in row}
    found: Order = [[] for _ in section.rows]
    seen: set[int] = set()
    starts = [spot for row in section.rows for spot in row]
    for start in starts:
        stack = [start]
        while stack:
            spot = stack.pop()
            if spot in seen:
                continue
            seen.add(spot)
            found[row_of[spot]].append(spot)
            lower = [end[0] for end in below[spot]]
            stack.extend(sorted(lower, key=lambda s: (not section.main[s], s), reverse=True))
    return found


def crossings(order: Order, above: Neighbours) -> int:
    """How many pairs of hops cross, all rows together; two of a box as its ports stand."""
    total = 0
    for upper, lower in pairwise(order):
        if len(upper) > 1 or len(lower) > 1:  # of one box the ports
            place = {spot: number for number, spot in enumerate(upper)}
            ends: list[float] = []
            for spot in lower:
                arriving = [(own, place[other] + share) for other, share, own in above[spot]]
                for _, start in sorted(arriving):
                    among = bisect_right(ends, start)
                    total += len(ends) - among
                    ends.insert(among, start)
    return total


def _sweep(best: _Best, above: Neighbours, below: Neighbours) -> None:
    """Offer the orders met while sorting rows by the mean place of their neighbours, to and fro."""
    current = [list(row) for row in best.order]
    for sweep in range(SWEEPS):
        down = sweep % 2 == 0
        place = {spot: number for row in current for number, spot in enumerate(row)}
        for row in current if down else reversed(current):
            row.sort(key=_mean_place(place, above if down else below))
            place.update({spot: number for number, spot in enumerate(row)})
        best.offer([list(row) for row in current])


def _mean_place(place: dict[int, int], neighbours: Neighbours) -> Callable[[int], float]:
    def mean(spot: int) -> float:
        others = neighbours[spot]
        if not others:
            return place[spot] + MIDDLE
        return sum([place[other] + share for other, share, _ in others]) / len(others)

    return mean

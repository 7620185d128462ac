"""Where a long picture may be broken: between rows, where few and thin ribbons cross."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from visualizer.layout.model import LayoutEdge, Placement

A_RIBBON = 120.0  # what each further ribbon weighs, in pixels of width
A_FRAME = 60.0  # and each frame that is broken
AWAY = 0.5  # and each pixel away from columns of one height
REACH = 0.3  # of a column's height, up or down, a better break is looked for
LEAST_GAP = 6.0


class Break(NamedTuple):
    """A height, between rows, and how many pixels wide what crosses it is."""

    y: float
    crossing: float
    ribbons: int
    frames: int

    @property
    def weight(self) -> float:
        return self.crossing + A_RIBBON * max(0, self.ribbons - 1) + A_FRAME * self.frames


def choose_breaks(placement: Placement, possible: Sequence[Break], count: int) -> list[Break]:
    """Breaks for `count` columns of about one height, or fewer where there are no rows; the
    `possible` ones from top to bottom."""
    chosen: list[Break] = []
    start, end = placement.bounds.y, placement.bounds.bottom
    for left in range(count, 1, -1):
        height = (end - start) / left
        ideal = start + height
        first = bisect_left(possible, ideal - REACH * height, key=_height)
        near = possible[first : bisect_right(possible, ideal + REACH * height, key=_height)]
        if near:
            chosen.append(min(near, key=lambda one: one.weight + AWAY * abs(one.y - ideal)))
            start = chosen[-1].y
    return chosen


def _height(one: Break) -> float:
    return one.y


def likely_lane(possible: Sequence[Break]) -> float:
    """How wide what crosses a well chosen break usually is."""
    widths = [one.crossing for one in possible]
    return float(np.quantile(widths, 0.25)) if widths else 0.0


def possible_breaks(placement: Placement, edges: Sequence[LayoutEdge]) -> list[Break]:
    """A height in every gap between rows, and on either side of each frame's edge in it; from
    top to bottom."""
    heights = _heights(placement)
    tops, bottoms, widths = _tensor_reaches(placement, edges)
    frames = list(placement.groups.values())
    above = np.array([rect.y for rect in frames])
    below = np.array([rect.bottom for rect in frames])
    crossing = _sum_over(heights, tops, bottoms, widths)
    ribbons = _sum_over(heights, tops, bottoms, np.ones(len(tops)))
    opened = _sum_over(heights, above, below, np.ones(len(frames)))
    rows = zip(heights, crossing, ribbons, opened, strict=True)
    return [Break(float(y), float(c), round(r), round(f)) for y, c, r, f in rows]


def _heights(placement: Placement) -> list[float]:
    """Middles of the stretches without a bar or a frame's edge or title."""
    rects = sorted(placement.bars.values(), key=lambda rect: rect.y)
    stops = sorted(y for rect in placement.groups.values() for y in (rect.y, rect.bottom))
    found = []
    reached = rects[0].bottom if rects else 0.0
    for rect in rects[1:]:
        if rect.y > reached:
            inner = stops[bisect_left(stops, reached) : bisect_left(stops, rect.y)]
            marks = [reached, *inner, rect.y]
            found += [(a + b) / 2 for a, b in pairwise(marks) if b - a >= LEAST_GAP]
        reached = max(reached, rect.bottom)
    return found


def _tensor_reaches(
    placement: Placement, edges: Sequence[LayoutEdge]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """From where to where, and how wide, each tensor is drawn."""
    reach: dict[tuple[str, str], tuple[float, float, float]] = {}
    for route in placement.routes:
        edge = edges[route.edge]
        top, bottom, width = reach.get((edge.source, edge.tensor), (np.inf, -np.inf, 0.0))
        reach[edge.source, edge.tensor] = (
            min(top, route.spans[0].y), max(bottom, route.spans[-1].y), max(width, edge.width)
        )  # fmt: skip
    table = np.array(list(reach.values())).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]


def _sum_over(
    heights: Sequence[float],
    tops: NDArray[np.float64],
    bottoms: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The summed weights of the stretches over each height."""
    begun = _running(heights, tops, weights)
    return begun - _running(heights, bottoms, weights)


def _running(
    heights: Sequence[float], at: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    order = np.argsort(at)
    sums = np.concatenate([[0.0], np.cumsum(weights[order])])
    running: NDArray[np.float64] = sums[np.searchsorted(at[order], np.asarray(heights))]
    return running

"""How broad each column of a picture would be, for any breaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from visualizer.layout.model import LayoutRequest, Placement


class Stretches:
    """Everything drawn, as (from height, to height, left, right): bars with their names, frames,
    and ribbons from span to span."""

    def __init__(self, placement: Placement, request: LayoutRequest) -> None:
        self._ends, ribbons = _ribbons(placement)
        room = {item.id: item.label_width for item in request.items}
        rows = [
            (bar.y, bar.y, bar.x, bar.right + room.get(item, 0.0))
            for item, bar in placement.bars.items()
        ]
        rows += [(rect.y, rect.bottom, rect.x, rect.right) for rect in placement.groups.values()]
        self._table = np.concatenate([np.array(rows, dtype=float).reshape(-1, 4), ribbons])
        self._bounds = placement.bounds

    def crossing(self, cuts: Sequence[float]) -> list[tuple[int, int, int]]:
        """Of each ribbon that crosses a cut its number, and its first and last column."""
        first, last = (np.searchsorted(cuts, self._ends[:, side]) for side in (0, 1))
        over = np.flatnonzero(first != last)
        return list(zip(over.tolist(), first[over].tolist(), last[over].tolist(), strict=True))

    def extents(self, cuts: Sequence[float]) -> list[tuple[float, float]]:
        """From where to where each column reaches, between `cuts` from top to bottom."""
        first, last = (np.searchsorted(cuts, self._table[:, side]) for side in (0, 1))
        left = np.full(len(cuts) + 1, np.inf)
        right = np.full(len(cuts) + 1, -np.inf)
        for away in range(int((last - first).max(initial=0)) + 1):
            reaching = first + away <= last
            columns, rows = (first + away)[reaching], self._table[reaching]
            np.minimum.at(left, columns, rows[:, 2])
            np.maximum.at(right, columns, rows[:, 3])
        empty = left > right
        left[empty], right[empty] = self._bounds.x, self._bounds.right
        return list(zip(left.tolist(), right.tolist(), strict=True))


def _ribbons(placement: Placement) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The heights of each ribbon's two ends, and the stretches of all: a ribbon keeps the place
    of a span until it is led over, and takes that of the next."""
    flat = [
        number
        for route in placement.routes
        for span in route.spans
        for number in (span.y, span.left, span.right)
    ]
    spans = np.array(flat, dtype=float).reshape(-1, 3)
    after = np.cumsum([len(route.spans) for route in placement.routes], dtype=int)
    first = np.concatenate([[0], after[:-1]]) if len(after) else after
    ends = np.stack([spans[first, 0], spans[after - 1, 0]], axis=1)
    led_on = np.ones(len(spans), dtype=bool)
    led_on[after - 1] = False
    one = np.flatnonzero(led_on)
    other = one + 1
    standing = spans[one][:, [0, 0, 1, 2]]
    moving = np.column_stack([spans[one, 0], spans[other]])
    return ends, np.concatenate([standing, moving])

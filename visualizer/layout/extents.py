"""How broad each column of a picture would be, for any breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from visualizer.layout.model import LayoutRequest, Placement


class Stretches:
    """Everything drawn, as (from height, to height, left, right): bars with their names, frames,
    and ribbons from span to span."""

    def __init__(self, placement: Placement, request: LayoutRequest) -> None:
        room = {item.id: item.label_width for item in request.items}
        rows = [
            (bar.y, bar.y, bar.x, bar.right + room.get(item, 0.0))
            for item, bar in placement.bars.items()
        ]
        rows += [(rect.y, rect.bottom, rect.x, rect.right) for rect in placement.groups.values()]
        rows += _ribbon_stretches(placement)
        self._table = np.array(rows, dtype=float).reshape(-1, 4)
        self._bounds = placement.bounds

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


def _ribbon_stretches(placement: Placement) -> Iterator[tuple[float, float, float, float]]:
    """A ribbon keeps the place of a span until it is led over, and takes that of the next."""
    for route in placement.routes:
        for one, other in pairwise(route.spans):
            yield (one.y, one.y, one.left, one.right)
            yield (one.y, other.y, other.left, other.right)

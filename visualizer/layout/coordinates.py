"""Left edges: each spot as near below and above its neighbours as the others in its row allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from visualizer.layout.level import LevelSpec
from visualizer.layout.rows import Hop, Rows

SWEEPS = 8
BAR_GAP = 30.0
PASSING_GAP = 16.0
PORT_GAP = 6.0
IDLE_WEIGHT = 0.01


class Columns:
    """Works out the left edge of every spot that is not floating; the spine is x = 0."""

    def __init__(self, spec: LevelSpec, rows: Rows, order: list[list[int]]) -> None:
        self._spec = spec
        self._rows = rows
        self._order = [[spot for spot in row if spot not in rows.floating] for row in order]
        self._above: list[list[Hop]] = [[] for _ in rows.spots]
        self._below: list[list[Hop]] = [[] for _ in rows.spots]
        for hop in rows.hops:
            self._above[hop.lower].append(hop)
            self._below[hop.upper].append(hop)
        self.left = [0.0] * len(rows.spots)

    def solve(self) -> list[float]:
        """Least squares row by row, downwards and upwards in turn.

        What stands alone in its row is on the spine and stays there, so that a chain is
        exactly straight and nothing drifts below a lopsided branching.
        """
        for row in self._order:
            self._centre(row)
        crowded = [row for row in self._order if len(row) > 1]
        for sweep in range(SWEEPS if crowded else 0):
            down = sweep % 2 == 1
            for row in crowded if down else reversed(crowded):
                self._settle(row, self._from_above if down else self._from_below)
        for row in crowded:
            self._settle(row, self._from_both)
        return self.left

    @property
    def has_spine(self) -> bool:
        """Whether anything stands alone in its row."""
        return any(len(row) == 1 for row in self._order)

    def _centre(self, row: list[int]) -> None:
        """A row packed around the spine."""
        if len(row) == 1:
            self.left[row[0]] = -self._spine_offset(row[0])
            return
        places = self._packed(row)
        middle = (places[-1] + self._rows.spots[row[-1]].width) / 2 if row else 0.0
        for spot, place in zip(row, places, strict=True):
            self.left[spot] = place - middle

    def _spine_offset(self, spot: int) -> float:
        item = self._rows.spots[spot].item
        if item >= 0 and self._spec.items[item].kind == "box":
            return self._spec.items[item].spine
        return self._rows.spots[spot].width / 2

    def _packed(self, row: list[int]) -> list[float]:
        """Left edges when the row's spots stand as near together as allowed, the first at 0."""
        places = [0.0] if row else []
        for left, right in zip(row, row[1:], strict=False):
            a, b = self._rows.spots[left], self._rows.spots[right]
            places.append(places[-1] + a.width + a.right_room + self._gap(left, right) + b.left_room)
        return places

    def _gap(self, left: int, right: int) -> float:
        items = [self._rows.spots[spot].item for spot in (left, right)]
        if any(item < 0 for item in items):
            return PASSING_GAP
        if all(self._spec.items[item].is_port for item in items):
            return PORT_GAP
        return BAR_GAP

    def _settle(self, row: list[int], wish: Callable[[int], tuple[float, float]]) -> None:
        """Move a row's spots as near to their wishes as order and gaps allow."""
        packed = self._packed(row)
        wishes = [wish(spot) for spot in row]
        slides = nearest_rising(
            [(place - packed[k], weight) for k, (place, weight) in enumerate(wishes)]
        )
        for k, spot in enumerate(row):
            self.left[spot] = packed[k] + slides[k]

    def _from_above(self, spot: int) -> tuple[float, float]:
        return self._mean(spot, self._pulls_above(spot))

    def _from_below(self, spot: int) -> tuple[float, float]:
        return self._mean(spot, self._pulls_below(spot))

    def _from_both(self, spot: int) -> tuple[float, float]:
        return self._mean(spot, [*self._pulls_above(spot), *self._pulls_below(spot)])

    def _pulls_above(self, spot: int) -> list[tuple[float, float]]:
        return [
            (self.left[hop.upper] + hop.upper_offset - hop.lower_offset, hop.weight)
            for hop in self._above[spot]
        ]

    def _pulls_below(self, spot: int) -> list[tuple[float, float]]:
        return [
            (self.left[hop.lower] + hop.lower_offset - hop.upper_offset, hop.weight)
            for hop in self._below[spot]
        ]

    def _mean(self, spot: int, pulls: list[tuple[float, float]]) -> tuple[float, float]:
        """Where the pulls balance, and their weight; a spot without pulls stays where it is."""
        weight = sum(pull[1] for pull in pulls)
        if not pulls:
            return self.left[spot], IDLE_WEIGHT
        return sum(place * pull for place, pull in pulls) / weight, weight


def nearest_rising(wishes: Iterable[tuple[float, float]]) -> list[float]:
    """The never falling numbers nearest to (value, weight) wishes in weighted least squares.

    Pool adjacent violators (Barlow et al. 1972): linear time.
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in wishes:
        mean, total, count = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_count = blocks.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total += other_weight
            count += other_count
        blocks.append((mean, total, count))
    return [mean for mean, _, count in blocks for _ in range(count)]

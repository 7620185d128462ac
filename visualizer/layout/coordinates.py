"""Left edges: each spot as near below and above its neighbours as order and gaps allow.

Spots that only follow each other form a column and share one vertical line, so that branches
come out straight. What stands alone in its row is on the spine, x = 0, and stays there: a
chain is exactly straight and nothing drifts below a lopsided branching. The other columns are
moved, in a few rounds, to where their ribbons pull them.
"""

from __future__ import annotations

from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter
from itertools import accumulate, pairwise
from typing import NamedTuple

from visualizer.layout.level import LevelSpec
from visualizer.layout.rows import Hop, Rows
from visualizer.layout.separation import Queue, separated

ROUNDS = 6
BAR_GAP = 30.0
PASSING_GAP = 16.0
PORT_GAP = 6.0
IDLE_WEIGHT = 0.01
SIDE_WEIGHT = 0.001
CLEARLY = 1.5  # a ribbon this much wider than the next decides what is in line


class Pull(NamedTuple):
    """A wish for a place, counted from a column's first spot; column -1 is the spine."""

    column: int
    place: float
    weight: float


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
        self._pinned = {row[0] for row in self._order if len(row) == 1}
        self._column: list[int] = []
        self._offset: list[float] = []
        self._members: list[list[int]] = []
        self.left = [0.0] * len(rows.spots)

    @property
    def has_spine(self) -> bool:
        """Whether anything stands alone in its row."""
        return bool(self._pinned)

    def solve(self) -> list[float]:
        """Left edges of all spots."""
        for spot in self._pinned:
            self.left[spot] = -self._spine_offset(spot)
        if len(self._pinned) == sum(len(row) for row in self._order):
            return self.left
        self._join_columns(rigid=True)
        try:
            ranking = self._ranking()
        except CycleError:  # two columns change sides on their way down: let them bend
            self._join_columns(rigid=False)
            ranking = self._ranking()
        self._settle(ranking)
        return self.left

    def _spine_offset(self, spot: int) -> float:
        item = self._rows.spots[spot].item
        if item >= 0 and self._spec.items[item].kind == "box":
            return self._spec.items[item].spine
        return self._rows.spots[spot].width / 2

    def _join_columns(self, rigid: bool) -> None:
        """Number the columns from the top; offsets count from a column's first spot."""
        self._column = [-1] * len(self._rows.spots)
        self._offset = [0.0] * len(self._rows.spots)
        self._members = []
        for row in self._order:
            for spot in row:
                if spot not in self._pinned:
                    self._join(spot, self._straight_above(spot) if rigid else None)

    def _join(self, spot: int, hop: Hop | None) -> None:
        if hop is None:
            self._column[spot] = len(self._members)
            self._members.append([spot])
            return
        self._column[spot] = self._column[hop.upper]
        self._offset[spot] = self._offset[hop.upper] + hop.upper_offset - hop.lower_offset
        self._members[self._column[spot]].append(spot)

    def _straight_above(self, spot: int) -> Hop | None:
        """The hop that puts a spot into the column of the one above it."""
        hop = self._leading(self._above[spot], lambda hop: hop.upper)
        if hop is None or hop.upper in self._pinned:
            return None
        return hop if self._leading(self._below[hop.upper], lambda h: h.lower) == hop else None

    def _leading(self, hops: list[Hop], end: Callable[[Hop], int]) -> Hop | None:
        """The hop that a spot stays in line with: the only one, or clearly the strongest.

        Ribbons that pass keep in line among themselves and items among themselves.
        """
        alike = [hop for hop in hops if self._passes(hop.upper) == self._passes(hop.lower)]
        choice = sorted(alike or hops, key=lambda hop: (-hop.weight, end(hop)))
        if len(choice) > 1 and choice[0].weight < CLEARLY * choice[1].weight:
            return None
        return choice[0] if choice else None

    def _passes(self, spot: int) -> bool:
        return self._rows.spots[spot].item < 0

    def _ranking(self) -> list[tuple[int, int]]:
        """Neighbouring columns, those at the left first.

        Raises CycleError when columns stand left of each other in different rows.
        """
        before: dict[int, set[int]] = {column: set() for column in range(len(self._members))}
        pairs = {
            (self._column[left], self._column[right])
            for row in self._order
            for left, right in pairwise(row)
        }
        for left_column, right_column in pairs:
            before[right_column].add(left_column)
        place = {column: k for k, column in enumerate(TopologicalSorter(before).static_order())}
        return sorted(pairs, key=lambda pair: (place[pair[0]], place[pair[1]]))

    def _distances(self) -> dict[tuple[int, int], float]:
        """How far apart neighbouring columns must be, in all rows where they meet."""
        apart: dict[tuple[int, int], float] = {}
        for row in self._order:
            for left, right in pairwise(row):
                pair = (self._column[left], self._column[right])
                distance = self._distance(left, right) + self._offset[left] - self._offset[right]
                apart[pair] = max(distance, apart.get(pair, distance))
        return apart

    def _queues(self, apart: dict[tuple[int, int], float]) -> list[Queue]:
        """The different rows of columns; rows of the same columns are one queue."""
        crowded = (row for row in self._order if len(row) > 1)
        rows = dict.fromkeys(tuple(self._column[spot] for spot in row) for row in crowded)
        return [
            Queue(row, tuple(accumulate((apart[pair] for pair in pairwise(row)), initial=0.0)))
            for row in rows
        ]

    def _distance(self, left: int, right: int) -> float:
        """The least distance between the left edges of neighbours in a row."""
        a, b = self._rows.spots[left], self._rows.spots[right]
        return a.width + a.right_room + self._gap(left, right) + b.left_room

    def _gap(self, left: int, right: int) -> float:
        items = [self._rows.spots[spot].item for spot in (left, right)]
        if any(item < 0 for item in items):
            return PASSING_GAP
        if all(self._spec.items[item].is_port for item in items):
            return PORT_GAP
        return BAR_GAP

    def _settle(self, ranking: list[tuple[int, int]]) -> None:
        """Rounds of wishing and making room: downwards first, then with both sides in mind."""
        weights = [self._weight(column) for column in range(len(self._members))]
        apart = self._distances()
        queues = self._queues(apart)
        places = [0.0] * len(self._members)
        pulls = [self._pulls(column) for column in range(len(self._members))]
        for round_number in range(ROUNDS):
            for column, (from_above, from_below) in enumerate(pulls):
                only_above = round_number == 0 and from_above
                felt = from_above if only_above else from_above + from_below
                places[column] = _balance(felt, places, places[column])
            places = separated(places, weights, queues)
        for left, right in ranking:  # what the approximation still owes
            places[right] = max(places[right], places[left] + apart[left, right])
        for column, members in enumerate(self._members):
            for spot in members:
                self.left[spot] = places[column] + self._offset[spot]

    def _weight(self, column: int) -> float:
        """How hard a column is to move. What ends beside rows that go on, like a head for
        training, makes way for them."""
        weight = sum(hop.weight for hop in self._outer_hops(column))
        return IDLE_WEIGHT + weight * (SIDE_WEIGHT if self._ends_aside(column) else 1.0)

    def _ends_aside(self, column: int) -> bool:
        last = self._members[column][-1]
        return not self._below[last] and self._rows.spots[last].row + 1 < len(self._order)

    def _outer_hops(self, column: int) -> list[Hop]:
        """Hops between the column and others."""
        members = self._members[column]
        return [*self._above[members[0]], *self._below[members[-1]]]

    def _pulls(self, column: int) -> tuple[list[Pull], list[Pull]]:
        """What draws a column up its ribbons and down them."""
        members = self._members[column]
        first, last = members[0], members[-1]
        return (
            [
                self._pull(hop.upper, hop.upper_offset - hop.lower_offset, hop.weight)
                for hop in self._above[first]
            ],
            [
                self._pull(
                    hop.lower, hop.lower_offset - hop.upper_offset - self._offset[last], hop.weight
                )
                for hop in self._below[last]
            ],
        )

    def _pull(self, spot: int, away: float, weight: float) -> Pull:
        """The pull to the place `away` from a spot's left edge."""
        if spot in self._pinned:
            return Pull(-1, self.left[spot] + away, weight)
        return Pull(self._column[spot], self._offset[spot] + away, weight)


def _balance(pulls: list[Pull], places: list[float], here: float) -> float:
    """Where pulls balance, as the columns stand now; `here` without any.

    Columns wish in turn and see what those before them wished in this round.
    """
    moment = weight = 0.0
    for column, place, strength in pulls:
        moment += (place if column < 0 else places[column] + place) * strength
        weight += strength
    return moment / weight if weight else here

"""Least squares under minimum distances: places near to wishes, in order, without overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ENOUGH = 0.05
MOST_STEPS = 20_000
FEWEST_PASSES = 3
STRONGEST = 16.0  # unequal weights slow the projections down: no column is heavier than this


class Queue(NamedTuple):
    """Columns that stand beside each other, left to right; `packed` has their places when
    they stand as near together as allowed, counted from the first."""

    columns: tuple[int, ...]
    packed: tuple[float, ...]


def separated(wishes: list[float], weights: list[float], queues: list[Queue]) -> list[float]:
    """Places that keep the queues' distances, nearest to the wishes in weighted least squares.

    A queue that shares no column is solved exactly. The others approach the solution by
    Dykstra's alternating projections (Boyle and Dykstra 1986) until next to nothing moves or
    the steps run out, so that distances may come out a little short.
    """
    places = list(wishes)
    for family in _families(queues):
        if len(family) == 1:
            _project(places, weights, family[0], [0.0] * len(family[0].columns))
        else:
            _alternate(places, weights, family)
    return places


def _families(queues: list[Queue]) -> list[list[Queue]]:
    """Queues that share columns, directly or through others."""
    leader = {column: column for queue in queues for column in queue.columns}

    def lead(column: int) -> int:
        while leader[column] != column:
            leader[column] = leader[leader[column]]
            column = leader[column]
        return column

    for queue in queues:
        for column in queue.columns:
            leader[lead(column)] = lead(queue.columns[0])
    families: dict[int, list[Queue]] = {}
    for queue in queues:
        families.setdefault(lead(queue.columns[0]), []).append(queue)
    return list(families.values())


def _alternate(places: list[float], weights: list[float], queues: list[Queue]) -> None:
    heaviest = max(weights[column] for queue in queues for column in queue.columns)
    eased = [max(weight, heaviest / STRONGEST) for weight in weights]
    kept_back = [[0.0] * len(queue.columns) for queue in queues]
    size = sum(len(queue.columns) for queue in queues)
    for _ in range(max(FEWEST_PASSES, MOST_STEPS // size)):
        moved = [
            _project(places, eased, queue, rest)
            for queue, rest in zip(queues, kept_back, strict=True)
        ]
        if max(moved) < ENOUGH:
            return


def _project(places: list[float], weights: list[float], queue: Queue, rest: list[float]) -> float:
    """Move one queue's columns apart, least in sum of squares; returns the farthest move.

    `rest` has, and gets, how far the last projection moved each column (Dykstra's correction).
    """
    wanted = [places[column] + back for column, back in zip(queue.columns, rest, strict=True)]
    slides = nearest_rising(
        [
            (place - away, weights[column])
            for column, away, place in zip(*queue, wanted, strict=True)
        ]
    )
    farthest = 0.0
    for k, (column, away) in enumerate(zip(*queue, strict=True)):
        place = away + slides[k]
        rest[k] = wanted[k] - place
        farthest = max(farthest, abs(place - places[column]))
        places[column] = place
    return farthest


def nearest_rising(wishes: Iterable[tuple[float, float]]) -> list[float]:
    """The never falling numbers nearest to (value, weight) wishes in weighted least squares.

    Pool adjacent violators (Barlow et al. 1972): linear time.
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, how many
    for value, weight in wishes:
        if not blocks or blocks[-1][0] <= value:
            blocks.append((value, weight, 1))
            continue
        mean, total, count = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, other_weight, other_count = blocks.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total += other_weight
            count += other_count
        blocks.append((mean, total, count))
    return [mean for mean, _, count in blocks for _ in range(count)]

"""A level cut at the rows in which one thing stands: what is above does not concern what is below.

A network is mostly such sections, and mostly the same few again and again: 126 decoder layers
are one section, ordered once.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from visualizer.layout.rows import Hop, Rows

MIDDLE = 0.5


class Section(NamedTuple):
    """Neighbouring rows of spots, numbered anew from 0 in the order of their old numbers.

    `hops` are (upper, lower, weight); `ports` says for each where it leaves and arrives, as shares
    of its ends' widths, and is empty where all do in the middle. `main` and `widths`, labels
    included, are by spot.
    """

    rows: tuple[tuple[int, ...], ...]
    hops: tuple[tuple[int, int, float], ...]
    main: tuple[bool, ...]
    widths: tuple[float, ...]
    ports: tuple[tuple[float, float], ...] = ()


def sections(rows: Rows) -> list[tuple[Section, list[int]]]:
    """The sections from top to bottom, each with the level's numbers of its spots; a row in
    which one spot stands ends one and begins the next."""
    lone = [number for number, row in enumerate(rows.rows) if len(row) == 1]
    last = len(rows.rows) - 1
    ends = sorted({0, *lone, last}) if last > 0 else []
    leaving: list[list[Hop]] = [[] for _ in rows.spots]
    for hop in rows.hops:
        leaving[hop.upper].append(hop)
    return [_section(rows, leaving, top, bottom) for top, bottom in pairwise(ends)]


def _section(
    rows: Rows, leaving: list[list[Hop]], top: int, bottom: int
) -> tuple[Section, list[int]]:
    spots = sorted(spot for row in rows.rows[top : bottom + 1] for spot in row)
    own = {spot: number for number, spot in enumerate(spots)}
    hops = [hop for upper in spots if rows.spots[upper].row < bottom for hop in leaving[upper]]
    section = Section(
        tuple(tuple(own[spot] for spot in row) for row in rows.rows[top : bottom + 1]),
        tuple((own[hop.upper], own[hop.lower], hop.weight) for hop in hops),
        tuple(rows.spots[spot].main for spot in spots),
        tuple(_room(rows, spot) for spot in spots),
        _ports(rows, hops),
    )
    return section, spots


def _ports(rows: Rows, hops: list[Hop]) -> tuple[tuple[float, float], ...]:
    shares = tuple(
        (
            _share(hop.upper_offset, rows.spots[hop.upper].width),
            _share(hop.lower_offset, rows.spots[hop.lower].width),
        )
        for hop in hops
    )
    return () if all(pair == (MIDDLE, MIDDLE) for pair in shares) else shares


def _share(offset: float, width: float) -> float:
    return offset / width if width else MIDDLE


def _room(rows: Rows, number: int) -> float:
    spot = rows.spots[number]
    return spot.left_room + spot.width + spot.right_room

"""Which row each item of a level stands in."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from visualizer.layout.level import LevelSpec

Pair = tuple[int, int]

TALL_BOX = 60.0


class Flow(NamedTuple):
    """Which items follow which, with the summed ribbon width between them."""

    widths: dict[Pair, float]
    above: list[list[int]]
    below: list[list[int]]

    def width_in(self, item: int) -> float:
        return sum(self.widths[other, item] for other in self.above[item])

    def width_out(self, item: int) -> float:
        return sum(self.widths[item, other] for other in self.below[item])


def flow_between(count: int, widths: dict[Pair, float], pairs: Iterable[Pair]) -> Flow:
    """The flow along `pairs` among `count` items."""
    flow = Flow(widths, [[] for _ in range(count)], [[] for _ in range(count)])
    for source, target in sorted(pairs):
        flow.below[source].append(target)
        flow.above[target].append(source)
    return flow


def pair_widths(spec: LevelSpec) -> dict[Pair, float]:
    """Summed ribbon width of each joined pair of items."""
    widths: dict[Pair, float] = {}
    for edge in spec.edges:
        pair = (edge.source, edge.target)
        widths[pair] = widths.get(pair, 0.0) + edge.width
    return widths


def needed_pairs(count: int, pairs: Iterable[Pair]) -> set[Pair]:
    """The transitive reduction: the pairs that no longer path joins already.

    Items are numbered in a topological order. Reachable sets are bits of Python integers, so
    that 20,000 items need 50 MB for a moment and a fraction of a second.
    """
    below: list[list[int]] = [[] for _ in range(count)]
    for source, target in pairs:
        below[source].append(target)
    reached = [0] * count  # bit k of reached[u]: item u + 1 + k can be reached from u
    needed: set[Pair] = set()
    for source in range(count - 1, -1, -1):
        seen = 0
        for target in sorted(below[source]):
            bit = 1 << (target - source - 1)
            if not seen & bit:
                needed.add((source, target))
                seen |= bit | (reached[target] << (target - source))
        reached[source] = seen
    return needed


def assign_rows(spec: LevelSpec, flow: Flow) -> list[int]:
    """A row for each item: entry ports first, then by longest path, exit ports last.

    Items with room to move stand where the ribbons that become long are the thin ones.
    """
    rows = _longest_paths(spec, flow)
    _sink_side_inputs(spec, flow, rows)
    _sink_where_thinner(spec, flow, rows)
    _place_chains(spec, flow, rows)
    return _without_empty_rows(rows)


def _longest_paths(spec: LevelSpec, flow: Flow) -> list[int]:
    first = 1 if spec.items and spec.items[0].kind == "entry" else 0
    rows: list[int] = []
    for number, item in enumerate(spec.items):
        above = max((rows[other] + 1 for other in flow.above[number]), default=0)
        rows.append(0 if item.kind == "entry" else max(above, first))
    last = max(rows, default=0)
    exits = [number for number, item in enumerate(spec.items) if item.kind == "exit"]
    inner = max((rows[number] for number in range(len(rows) - len(exits))), default=0)
    for number in exits:
        rows[number] = max(last, inner + 1)
    return rows


def _sink_side_inputs(spec: LevelSpec, flow: Flow, rows: list[int]) -> None:
    """Constants, masks and second inputs go down to their readers.

    A side input is what no main input reaches; a main input starts a longest path.
    """
    lowest = _lowest_rows(spec, flow, rows)
    anchored: list[bool] = []
    for number, item in enumerate(spec.items):
        above = flow.above[number]
        main = item.kind == "entry" or (not above and lowest[number] == rows[number])
        anchored.append(main or any(anchored[other] for other in above))
    for number in range(len(rows) - 1, -1, -1):  # readers, which may stay up, before them
        if not anchored[number] and flow.below[number]:
            rows[number] = min(rows[other] for other in flow.below[number]) - 1


def _lowest_rows(spec: LevelSpec, flow: Flow, rows: list[int]) -> list[int]:
    lowest = list(rows)
    for number in range(len(rows) - 1, -1, -1):
        if flow.below[number] and not spec.items[number].is_port:
            lowest[number] = min(lowest[other] for other in flow.below[number]) - 1
    return lowest


def _sink_where_thinner(spec: LevelSpec, flow: Flow, rows: list[int]) -> None:
    for number in range(len(rows) - 1, -1, -1):
        if spec.items[number].is_port or not flow.below[number] or _in_chain(spec, flow, number):
            continue
        limit = min(rows[other] for other in flow.below[number]) - 1
        if limit > rows[number] and flow.width_out(number) > flow.width_in(number):
            rows[number] = limit


def _in_chain(spec: LevelSpec, flow: Flow, number: int) -> bool:
    alone = len(flow.above[number]) == 1 and len(flow.below[number]) == 1
    return alone and not spec.items[number].is_port


def _place_chains(spec: LevelSpec, flow: Flow, rows: list[int]) -> None:
    """Put all the slack of an unbranched run at one place: its thinnest ribbon.

    Below a tall box the slack is the box's own: it may hang down beside the other rows.
    """
    for start in range(len(rows)):
        if not _in_chain(spec, flow, start) or _in_chain(spec, flow, flow.above[start][0]):
            continue
        chain = [start]
        while _in_chain(spec, flow, flow.below[chain[-1]][0]):
            chain.append(flow.below[chain[-1]][0])
        before, after = flow.above[start][0], flow.below[chain[-1]][0]
        if rows[after] - rows[before] - 1 > len(chain):
            cut = _best_cut(spec, flow, [before, *chain, after])
            for place, number in enumerate(chain):
                rows[number] = (
                    rows[before] + 1 + place if place < cut else rows[after] - len(chain) + place
                )


def _best_cut(spec: LevelSpec, flow: Flow, run: list[int]) -> int:
    """How many of the chain's items (run without its ends) stay above the slack."""
    chain = run[1:-1]
    tallest = max(range(len(chain)), key=lambda place: spec.items[chain[place]].height)
    if spec.items[chain[tallest]].height > TALL_BOX:
        return tallest + 1
    widths = [flow.widths[pair] for pair in pairwise(run)]
    return min(range(len(widths)), key=lambda place: (widths[place], -place))


def _without_empty_rows(rows: list[int]) -> list[int]:
    renumbered = {row: number for number, row in enumerate(sorted(set(rows)))}
    return [renumbered[row] for row in rows]

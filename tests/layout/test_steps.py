"""The steps of a level, each against another way to work it out."""

from __future__ import annotations

import random
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.layout.graphviz_order import graphviz_rows
from visualizer.layout.level import WHOLE, LevelEdge, LevelItem, LevelSpec
from visualizer.layout.ordering import Neighbours, crossings, order_rows
from visualizer.layout.ranks import needed_pairs
from visualizer.layout.rows import Rows, build_rows
from visualizer.layout.sections import sections
from visualizer.layout.separation import Queue, nearest_rising, separated


def level(count: int, pairs: list[tuple[int, int]], engine: str = "graphviz") -> LevelSpec:
    return LevelSpec(
        tuple(LevelItem("bar", 30.0, 14.0) for _ in range(count)),
        tuple(LevelEdge(a, WHOLE, b, WHOLE, a, 30.0) for a, b in pairs),
        engine="simple" if engine == "simple" else "graphviz",
    )


def above_of(rows: Rows) -> Neighbours:
    above: Neighbours = [[] for _ in rows.spots]
    for hop in rows.hops:
        leaves = hop.upper_offset / rows.spots[hop.upper].width
        above[hop.lower].append((hop.upper, leaves, hop.lower_offset / rows.spots[hop.lower].width))
    return above


@settings(deadline=None)
@given(st.integers(0, 10**6))
def test_that_the_reduction_is_that_of_networkx(seed: int) -> None:
    dice = random.Random(seed)
    count = dice.randrange(2, 25)
    pairs = {(a, b) for a in range(count) for b in range(a + 1, count) if dice.random() < 0.2}
    expected = nx.transitive_reduction(nx.DiGraph(sorted(pairs)))
    assert needed_pairs(count, pairs) == set(expected.edges)


def test_that_skips_are_no_part_of_the_reduction() -> None:
    assert needed_pairs(4, [(0, 1), (1, 2), (2, 3), (0, 2), (0, 3)]) == {(0, 1), (1, 2), (2, 3)}


def test_that_every_hop_joins_neighbouring_rows() -> None:
    rows = build_rows(level(6, [(0, 1), (1, 2), (2, 3), (3, 5), (0, 4), (4, 5), (0, 5)]))
    assert all(rows.spots[h.lower].row == rows.spots[h.upper].row + 1 for h in rows.hops)


def test_that_a_side_input_stays_above_a_reader_that_the_main_stream_holds_up() -> None:
    """Found by the random graphs: 3 sank to the row of its reader 4, which 0 holds in row 1."""
    rows = build_rows(level(6, [(0, 1), (0, 4), (1, 2), (2, 5), (3, 4), (4, 5)]))
    assert rows.spots[3].row < rows.spots[4].row < rows.spots[5].row


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_that_every_edge_goes_down_at_least_a_row(seed: int) -> None:
    dice = random.Random(seed)
    count = dice.randrange(2, 12)
    share = dice.choice([0.15, 0.25, 0.4])
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count) if dice.random() < share]
    spec = level(count, pairs)
    edges = tuple(edge._replace(width=dice.choice([3.0, 20.0, 90.0])) for edge in spec.edges)
    rows = build_rows(spec._replace(edges=edges))
    assert all(rows.span(edge) >= 1 for edge in edges)


def test_that_a_redundant_edge_is_a_lane_and_a_needed_long_one_passes_through() -> None:
    rows = build_rows(level(6, [(0, 1), (1, 2), (2, 3), (3, 5), (0, 4), (4, 5), (0, 5)]))
    assert rows.lanes == [6]
    assert len(rows.passing) == 2  # 0 → 4 → 5 is two rows shorter than 0 → 1 → 2 → 3 → 5


def test_that_the_simple_engine_keeps_no_spots_for_passing_ribbons() -> None:
    rows = build_rows(level(5, [(0, 1), (1, 2), (2, 4), (0, 3), (3, 4)], engine="simple"))
    assert not rows.passing and len(rows.lanes) == 1


def test_that_parallel_branches_keep_execution_order_where_nothing_crosses() -> None:
    rows = build_rows(level(5, [(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4)]))
    assert order_rows(rows, "graphviz") == [[0], [1, 2, 3], [4]]


def test_that_a_crossing_that_need_not_be_is_undone() -> None:
    rows = build_rows(level(4, [(0, 3), (1, 2)]))
    order = order_rows(rows, "graphviz")
    assert crossings(order, above_of(rows)) == 0


def test_that_k22_crosses_once_in_any_order() -> None:
    rows = build_rows(level(4, [(0, 2), (0, 3), (1, 2), (1, 3)]))
    assert crossings(order_rows(rows, "graphviz"), above_of(rows)) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_that_dot_orders_every_spot_of_every_row(seed: int) -> None:
    dice = random.Random(seed)
    pairs = sorted({tuple(sorted(dice.sample(range(14), 2))) for _ in range(20)})
    rows = build_rows(level(14, [(a, b) for a, b in pairs]))
    for section, _ in sections(rows):
        ordered = graphviz_rows(section, [list(row) for row in section.rows])
        assert [sorted(row) for row in ordered] == [sorted(row) for row in section.rows]


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ([(1, 1), (2, 1), (3, 1)], [1, 2, 3]),
        ([(3, 1), (1, 1)], [2, 2]),
        ([(4, 1), (1, 3)], [1.75, 1.75]),
        ([(1, 1), (5, 1), (3, 1), (4, 1)], [1, 4, 4, 4]),
    ],
)
def test_that_rising_numbers_are_nearest(
    wishes: list[tuple[float, float]], expected: list[float]
) -> None:
    assert nearest_rising(wishes) == pytest.approx(expected)


def test_that_one_queue_spreads_evenly_about_a_common_wish() -> None:
    assert separated([0, 0, 0], [1, 1, 1], [Queue((0, 1, 2), (0, 10, 20))]) == [-10, 0, 10]


def test_that_a_heavy_column_moves_less() -> None:
    assert separated([0, 0], [3, 1], [Queue((0, 1), (0, 8))]) == pytest.approx([-2, 6])


def test_that_queues_that_share_a_column_are_solved_together() -> None:
    """By hand: x1 = 0 by symmetry, x0 = -10 and x2 = 10."""
    queues = [Queue((0, 1), (0, 10)), Queue((1, 2), (0, 10))]
    assert separated([0, 0, 0], [1, 1, 1], queues) == pytest.approx([-10, 0, 10], abs=0.2)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(0.1, 9)), min_size=1, max_size=12))
def test_that_rising_numbers_rise_and_keep_the_mean(wishes: list[tuple[float, float]]) -> None:
    found = nearest_rising(wishes)
    assert all(a <= b + 1e-9 for a, b in pairwise(found))
    weight = sum(w for _, w in wishes)
    assert sum(x * w for x, (_, w) in zip(found, wishes, strict=True)) / weight == pytest.approx(
        sum(x * w for x, w in wishes) / weight, abs=1e-6
    )

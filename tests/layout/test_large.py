"""Large graphs: no lane for every reader, nothing worked out twice, an answer in time."""

from __future__ import annotations

import threading
import time

import msgspec
import pytest
from hypothesis import given, settings

from tests.layout.large_requests import attention, one_mask, tangle, unet
from tests.layout.requests import bar, group, nested_requests, request
from visualizer.layout import ordering
from visualizer.layout.model import LayoutRequest, Placement
from visualizer.layout.placement import lay_out
from visualizer.layout.process import LayoutProcess
from visualizer.layout.rows import Rows
from visualizer.layout.sections import Section, sections
from visualizer.layout.solving import solve_level


def in_one_column(asked: LayoutRequest) -> LayoutRequest:
    return msgspec.structs.replace(asked, columns="one")


def test_that_a_mask_read_3000_times_has_one_lane() -> None:
    asked = in_one_column(one_mask(3000))
    placement = lay_out(asked)
    lanes = {
        (span.left, span.right)
        for route in placement.routes
        if asked.edges[route.edge].source == "mask"
        for span in route.spans[1:-1]
    }
    assert len(lanes) == 1
    assert placement.bounds.width < 600


def test_that_a_thousand_long_skips_are_a_bundle_no_wider_than_a_window() -> None:
    assert lay_out(in_one_column(unet(2000))).bounds.width < 2500


def test_that_blocks_that_are_alike_are_ordered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Section] = []
    dot = ordering.graphviz_rows

    def counted(section: Section, order: list[list[int]]) -> list[list[int]]:
        asked.append(section)
        return dot(section, order)

    monkeypatch.setattr(ordering, "graphviz_rows", counted)
    ordering.forget_sections()
    solve_level.cache_clear()
    lay_out(attention(100))
    assert 1 <= len(asked) <= 4


def test_that_sections_have_every_hop_and_every_row_between_lone_things(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[Rows] = []

    def seen(rows: Rows) -> list[tuple[Section, list[int]]]:
        found.append(rows)
        return sections(rows)

    monkeypatch.setattr(ordering, "sections", seen)
    solve_level.cache_clear()
    lay_out(attention(5))
    (rows,) = found
    parts = sections(rows)
    hops = {(spots[upper], spots[lower]) for part, spots in parts for upper, lower, _ in part.hops}
    assert hops == {(hop.upper, hop.lower) for hop in rows.hops}
    assert all(len(part.rows[0]) == 1 for part, _ in parts[1:])
    assert {spot for _, spots in parts for spot in spots} == set(range(len(rows.spots)))


def blocks(folded: int | None) -> LayoutRequest:
    """Twenty groups of different widths in a row, one of them perhaps drawn as a bar."""
    items, pairs, last = [bar("x")], [], "x"
    for number in range(20):
        name = f"g{number}"
        if number == folded:
            items.append(bar(name))
            pairs.append((last, name))
            last = name
            continue
        items += [group(name), bar(f"{name}.a", 20.0 + number, name), bar(f"{name}.b", 60.0, name)]
        pairs += [(last, f"{name}.a"), (f"{name}.a", f"{name}.b")]
        last = f"{name}.b"
    return request(items, pairs)


def test_that_unfolding_a_module_solves_its_level_and_the_one_around_it_only() -> None:
    solve_level.cache_clear()
    lay_out(blocks(folded=7))
    before = solve_level.cache_info().misses
    assert before == 20
    lay_out(blocks(folded=None))
    assert solve_level.cache_info().misses - before == 2


@settings(max_examples=20, deadline=None)
@given(nested_requests(), nested_requests())
def test_that_folding_and_unfolding_returns_to_the_same_picture(
    one: LayoutRequest, other: LayoutRequest
) -> None:
    first = lay_out(one)
    lay_out(other)
    assert lay_out(one) == first


@pytest.mark.parametrize("deadline", [60.0, 0.05])
def test_that_a_tangle_of_3000_ops_is_answered_or_said_to_take_too_long(deadline: float) -> None:
    answered = threading.Event()
    placed: list[Placement] = []
    failed: list[str] = []

    def take(placement: Placement) -> None:
        placed.append(placement)
        answered.set()

    def fail(_run: int, message: str) -> None:
        failed.append(message)
        answered.set()

    process = LayoutProcess(take, fail, deadline=deadline)
    begun = time.monotonic()
    try:
        process.submit(tangle(3000, 7000, 60))
        assert time.monotonic() - begun < 1.0
        assert answered.wait(60)
    finally:
        process.close()
    assert len(placed[0].bars) == 3000 if deadline > 1 else "Fold some groups" in failed[0]

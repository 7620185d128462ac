"""Long pictures in columns: nothing overlaps, nothing is lost, ribbons are led over whole."""

from __future__ import annotations

from itertools import combinations, pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layout.requests import bar, chain, group, nested_requests, request
from tests.layout.test_geometry import groups_around, inside, overlap, with_label
from visualizer.layout.breaks import choose_breaks, possible_breaks
from visualizer.layout.columns import WINDOW, broken, in_columns, turns
from visualizer.layout.model import LayoutRequest, Placement, Rect, Route
from visualizer.layout.placement import lay_out

NEAR = 1e-6
many = settings(max_examples=25, deadline=None)
either_engine = st.one_of(nested_requests(), nested_requests(engine="simple"))


def wrapped(asked: LayoutRequest, columns: int = 3) -> Placement:
    placement = lay_out(asked)
    breaks = choose_breaks(placement, possible_breaks(placement, asked.edges), columns)
    return broken(placement, asked, breaks)


def column_of(placement: Placement, rect: Rect) -> int:
    return next(k for k, area in enumerate(placement.columns) if inside(rect, area))


def frames(placement: Placement, name: str) -> tuple[Rect, ...]:
    return (placement.groups[name], *placement.continued.get(name, ()))


@many
@given(either_engine)
def test_that_bars_and_their_labels_never_overlap_and_stay_in_one_column(
    asked: LayoutRequest,
) -> None:
    placement = wrapped(asked)
    rects = [with_label(asked, placement, name) for name in placement.bars]
    assert not any(overlap(a, b) for a, b in combinations(rects, 2))
    if placement.columns:
        assert all(column_of(placement, rect) >= 0 for rect in rects)
        assert not any(overlap(a, b) for a, b in combinations(placement.columns, 2))


@many
@given(either_engine)
def test_that_every_ribbon_starts_and_ends_on_its_bars(asked: LayoutRequest) -> None:
    plain, placement = lay_out(asked), wrapped(asked)
    for route, before in zip(placement.routes, plain.routes, strict=True):
        edge = asked.edges[route.edge]
        source, target = placement.bars[edge.source], placement.bars[edge.target]
        first, last = route.spans[0], route.spans[-1]
        assert first.y == pytest.approx(source.bottom) and last.y == pytest.approx(target.y)
        assert source.x - NEAR <= first.left < first.right <= source.right + NEAR
        assert target.x - NEAR <= last.left < last.right <= target.right + NEAR
        for span, was in ((first, before.spans[0]), (last, before.spans[-1])):
            assert span.right - span.left == pytest.approx(was.right - was.left)


@many
@given(either_engine)
def test_that_ribbons_go_down_but_where_they_are_led_to_the_next_column(
    asked: LayoutRequest,
) -> None:
    placement = wrapped(asked)
    for route in placement.routes:
        edge = asked.edges[route.edge]
        for above, below in pairwise(route.spans):
            if above.left < above.right and below.left < below.right:
                assert above.y <= below.y + NEAR
        if placement.columns:
            start, end = (
                column_of(placement, placement.bars[name]) for name in (edge.source, edge.target)
            )
            assert start <= end
            assert sum(turns(*pair) for pair in pairwise(route.spans)) == 2 * (end - start)


@many
@given(either_engine)
def test_that_a_ribbon_led_over_is_as_wide_as_its_tensor(asked: LayoutRequest) -> None:
    placement = wrapped(asked)
    for route in placement.routes:
        width = asked.edges[route.edge].width
        upwards = [span for span in route.spans if span.left > span.right]
        assert all(span.left - span.right == pytest.approx(width, abs=0.5) for span in upwards)


@many
@given(either_engine)
def test_that_lanes_between_columns_are_free_and_apart(asked: LayoutRequest) -> None:
    placement = wrapped(asked)
    lanes: dict[tuple[str, str, float], Rect] = {}
    for route in placement.routes:
        edge = asked.edges[route.edge]
        for rect in upward_lanes(route):
            lanes[edge.source, edge.tensor, rect.x] = rect
    assert not any(overlap(a, b) for a, b in combinations(lanes.values(), 2))
    assert not any(overlap(lane, area) for lane in lanes.values() for area in placement.columns)


def upward_lanes(route: Route) -> list[Rect]:
    return [
        Rect(foot.right, head.y, foot.left - foot.right, foot.y - head.y)
        for foot, head in pairwise(route.spans)
        if foot.left > foot.right and head.left > head.right
    ]


@many
@given(either_engine)
def test_that_a_group_has_a_part_around_its_own_in_every_column(asked: LayoutRequest) -> None:
    placement = wrapped(asked)
    for name in placement.bars:
        rect = with_label(asked, placement, name)
        around = groups_around(asked, name)
        for other in placement.groups:
            parts = frames(placement, other)
            if other in around:
                assert any(inside(rect, part) for part in parts)
            else:
                assert not any(overlap(rect, part) for part in parts)


@many
@given(either_engine)
def test_that_everything_is_inside_the_bounds(asked: LayoutRequest) -> None:
    placement = wrapped(asked)
    assert all(inside(rect, placement.bounds) for rect in placement.by_id.values())
    assert all(
        -NEAR <= min(span.left, span.right) <= placement.bounds.right + NEAR
        and -NEAR <= span.y <= placement.bounds.bottom + NEAR
        for route in placement.routes
        for span in route.spans
    )


def test_that_a_long_chain_fills_a_window_and_a_short_one_stays_a_column() -> None:
    long, short = (
        msgspec.structs.replace(chain(*[100.0] * count), columns="auto") for count in (400, 20)
    )
    bounds = lay_out(long).bounds
    assert len(lay_out(long).columns) > 3
    assert bounds.width / bounds.height == pytest.approx(WINDOW, rel=0.35)
    assert lay_out(short).columns == ()


def test_that_one_column_is_what_there_is_without_asking() -> None:
    assert lay_out(chain(*[100.0] * 400)).columns == ()


def test_that_a_picture_breaks_where_one_ribbon_crosses() -> None:
    """Blocks with a skip each: between two blocks one tensor flows, inside them two."""
    items, pairs, last = [bar("x")], [], "x"
    for block in range(60):
        names = [f"{part}{block}" for part in ("a", "b", "add")]
        items += [group(f"g{block}"), *(bar(name, parent=f"g{block}") for name in names)]
        pairs += [(last, names[0]), *pairwise(names), (last, names[2])]
        last = names[2]
    asked = msgspec.structs.replace(request(items, pairs), columns="auto")
    placement = lay_out(asked)
    assert len(placement.columns) > 1
    assert placement.continued == {}
    led_over = [route for route in placement.routes if upward_lanes(route)]
    crossed = {asked.edges[route.edge].tensor for route in led_over}
    assert len(crossed) == len(placement.columns) - 1


def test_that_what_cannot_be_broken_stays_in_one_column() -> None:
    tall = LayoutRequest(1, (msgspec.structs.replace(bar("x"), height=9000.0),), (), columns="auto")
    assert lay_out(tall).columns == ()
    assert in_columns(lay_out(tall), tall).bars.keys() == {"x"}

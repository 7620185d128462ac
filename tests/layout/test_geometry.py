"""What holds for every layout, on random nested graphs, with both engines and in both
directions."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.layout.requests import bar, nested_requests
from tests.layout.requests import request as small
from visualizer.layout.level import TITLE_HEIGHT
from visualizer.layout.model import LayoutRequest, Placement, Rect
from visualizer.layout.placement import lay_out
from visualizer.layout.solving import solve_level

NEAR = 1e-6

to_the_right = nested_requests(flow="right")
either_engine = st.one_of(nested_requests(), nested_requests(engine="simple"), to_the_right)
many = settings(max_examples=50, deadline=None)


def overlap(a: Rect, b: Rect) -> bool:
    return (
        a.x < b.right - NEAR and b.x < a.right - NEAR
        and a.y < b.bottom - NEAR and b.y < a.bottom - NEAR
    )  # fmt: skip


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner.x >= outer.x - NEAR and inner.right <= outer.right + NEAR
        and inner.y >= outer.y - NEAR and inner.bottom <= outer.bottom + NEAR
    )  # fmt: skip


def with_label(request: LayoutRequest, placement: Placement, name: str) -> Rect:
    item = next(item for item in request.items if item.id == name)
    rect = placement.bars[name]
    over = max(0.0, item.label_length - rect.height) / 2
    return Rect(rect.x, rect.y - over, rect.width + item.label_width, rect.height + 2 * over)


def groups_around(request: LayoutRequest, name: str) -> set[str]:
    parents = {item.id: item.parent for item in request.items}
    around = set()
    while name := parents[name]:
        around.add(name)
    return around


@many
@given(either_engine)
def test_that_bars_and_their_labels_never_overlap(request: LayoutRequest) -> None:
    placement = lay_out(request)
    rects = [with_label(request, placement, name) for name in placement.bars]
    assert not any(overlap(a, b) for a, b in combinations(rects, 2))


@many
@given(either_engine)
def test_that_groups_hold_their_own_and_nothing_else(request: LayoutRequest) -> None:
    placement = lay_out(request)
    everything = {
        **placement.groups,
        **{n: with_label(request, placement, n) for n in placement.bars},
    }
    for name, rect in everything.items():
        around = groups_around(request, name)
        for other, frame in placement.groups.items():
            if other in around:
                assert inside(rect, frame)
            elif other != name and name not in groups_around(request, other):
                assert not overlap(rect, frame)


@many
@given(to_the_right)
def test_that_titles_stand_clear_of_what_is_in_a_group_where_data_flows_to_the_right(
    request: LayoutRequest,
) -> None:
    placement = lay_out(request)
    for item in request.items:
        if item.parent:
            inner, frame = placement.by_id[item.id], placement.groups[item.parent]
            assert inner.x >= frame.x + TITLE_HEIGHT - NEAR


@many
@given(either_engine)
def test_that_everything_is_inside_bounds_that_start_at_zero(request: LayoutRequest) -> None:
    placement = lay_out(request)
    assert (placement.bounds.x, placement.bounds.y) == (0.0, 0.0)
    assert all(inside(rect, placement.bounds) for rect in placement.by_id.values())
    for route in placement.routes:
        for span in route.spans:
            assert inside(Rect(span.left, span.y, span.right - span.left, 0.0), placement.bounds)


@many
@given(either_engine)
def test_that_bars_are_exactly_as_large_as_asked(request: LayoutRequest) -> None:
    placement = lay_out(request)
    for item in request.items:
        if not item.group:
            rect = placement.bars[item.id]
            assert (rect.width, rect.height) == (item.width, item.height)


@many
@given(either_engine)
def test_that_ribbons_run_down_from_foot_to_head(request: LayoutRequest) -> None:
    placement = lay_out(request)
    assert [route.edge for route in placement.routes] == list(range(len(request.edges)))
    for route in placement.routes:
        edge = request.edges[route.edge]
        source, target = placement.bars[edge.source], placement.bars[edge.target]
        first, last = route.spans[0], route.spans[-1]
        assert source.bottom < target.y
        assert first.y == pytest.approx(source.bottom) and last.y == pytest.approx(target.y)
        assert source.x - NEAR <= first.left < first.right <= source.right + NEAR
        assert target.x - NEAR <= last.left < last.right <= target.right + NEAR
        assert all(a.y < b.y for a, b in pairwise(route.spans))


@many
@given(either_engine)
def test_that_lanes_pass_beside_bars(request: LayoutRequest) -> None:
    placement = lay_out(request)
    for route in placement.routes:
        edge = request.edges[route.edge]
        for a, b in pairwise(route.spans):
            if abs(a.left - b.left) < NEAR and abs(a.right - b.right) < NEAR:
                lane = Rect(a.left, a.y, a.right - a.left, b.y - a.y)
                for name, rect in placement.bars.items():
                    assert name in (edge.source, edge.target) or not overlap(lane, rect)


@many
@given(either_engine)
def test_that_one_tensor_covers_its_bar_and_several_share_it(request: LayoutRequest) -> None:
    placement = lay_out(request)
    feet: dict[str, dict[str, tuple[float, float]]] = {}
    for route in placement.routes:
        edge = request.edges[route.edge]
        foot = (route.spans[0].left, route.spans[0].right)
        assert feet.setdefault(edge.source, {}).setdefault(edge.tensor, foot) == foot
    for source, by_tensor in feet.items():
        assert_partition(placement.bars[source], list(by_tensor.values()))


@many
@given(either_engine)
def test_that_a_concat_is_the_sum_of_its_inputs_an_add_gets_each_whole_others_small_ones_thin(
    request: LayoutRequest,
) -> None:
    placement = lay_out(request)
    for item in request.items:
        heads = [
            (route.spans[-1].left, route.spans[-1].right, request.edges[route.edge].width)
            for route in placement.routes
            if request.edges[route.edge].target == item.id
        ]
        if heads and item.stacks_inputs:
            assert_partition(placement.bars[item.id], [head[:2] for head in heads])
            continue
        largest = max((width for _, _, width in heads), default=0.0)
        for left, right, width in heads:
            rect = placement.bars[item.id]
            if item.thin_inputs and width < largest / 2:
                assert right - left == pytest.approx(min(width, rect.width))
            else:
                assert (left, right) == pytest.approx((rect.x, rect.right))


@pytest.mark.parametrize("engine", ["graphviz", "simple"])
def test_that_a_small_input_lands_as_thin_as_it_is_on_the_side_it_comes_from(engine: str) -> None:
    items = [
        bar("x", 90.0),
        bar("lengths", 3.0),
        bar("padded", 100.0, thins=True),
        bar("out", 20.0),
    ]
    pairs = [("x", "padded"), ("lengths", "padded"), ("padded", "out")]
    placement = lay_out(small(items, pairs, engine))
    target, source = placement.bars["padded"], placement.bars["lengths"]
    ends = [(route.spans[-1].left, route.spans[-1].right) for route in placement.routes]
    assert ends[0] == pytest.approx((target.x, target.right))
    assert ends[1][1] - ends[1][0] == pytest.approx(3.0)
    beside = min(max(source.center, target.x + 1.5), target.right - 1.5)
    assert sum(ends[1]) / 2 == pytest.approx(beside)
    assert ends[2] == pytest.approx((placement.bars["out"].x, placement.bars["out"].right))


def assert_partition(rect: Rect, parts: list[tuple[float, float]]) -> None:
    parts = sorted(parts)
    assert parts[0][0] == pytest.approx(rect.x)
    assert parts[-1][1] == pytest.approx(rect.right)
    assert all(a[1] == pytest.approx(b[0]) for a, b in pairwise(parts))


@settings(max_examples=40, deadline=None)
@given(either_engine)
def test_that_the_same_request_gives_the_same_answer(request: LayoutRequest) -> None:
    first = lay_out(request)
    solve_level.cache_clear()
    assert lay_out(request) == first

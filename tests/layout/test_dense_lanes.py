"""Where many skips run side by side, as in a dense block: on one side, nested."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from tests.layout.requests import bar, request
from visualizer.layout.model import LayoutItem
from visualizer.layout.placement import lay_out


@pytest.mark.parametrize("room", [0.0, 300.0])
def test_that_lanes_of_a_dense_block_stand_on_one_side_the_longest_outermost(room: float) -> None:
    names = [f"n{k}" for k in range(14)]
    items = [LayoutItem(name, "", 30.0, 14.0, room) for name in names]
    dense = request(items, combinations(names, 2))
    placement = lay_out(dense)
    lanes: dict[str, float] = {}
    for route in placement.routes:
        edge = dense.edges[route.edge]
        if names.index(edge.target) - names.index(edge.source) > 1:
            middle = route.spans[len(route.spans) // 2]
            lanes.setdefault(edge.source, (middle.left + middle.right) / 2)
    bars = placement.bars.values()
    ordered = [lanes[name] for name in names if name in lanes]
    at_right = all(lane > max(rect.right for rect in bars) for lane in ordered)
    at_left = all(lane < min(rect.x for rect in bars) for lane in ordered)
    assert at_right or at_left
    outwards = [lane if at_right else -lane for lane in ordered]
    assert all(outer > inner for outer, inner in pairwise(outwards))


def test_that_a_name_among_others_has_the_room_asked_for_there() -> None:
    def branch(name: str) -> LayoutItem:
        return LayoutItem(name, "", 30.0, 14.0, 200.0, label_among_others=60.0)

    split = request(
        [bar("in"), branch("a"), branch("b"), bar("out")],
        [("in", "a"), ("in", "b"), ("a", "out"), ("b", "out")],
    )
    a, b = (lay_out(split).bars[name] for name in "ab")
    gap = max(a.x, b.x) - min(a.right, b.right)
    assert 60.0 <= gap < 200.0
    alone = lay_out(request([branch("a")], []))
    assert alone.bounds.width >= 230.0

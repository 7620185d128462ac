"""A picture of few rows is drawn out to the shape of a window; widths stay what they mean."""

from __future__ import annotations

import pytest

from tests.layout.requests import bar, chain, request
from visualizer.layout.placement import lay_out
from visualizer.layout.proportions import BROADEST, MOST_STRETCH, drawn_out

BRANCHES = request(
    [bar("x", 300), bar("a", 200), bar("b", 200), bar("cat", 400, stacks=True)],
    [("x", "a"), ("x", "b"), ("a", "cat"), ("b", "cat")],
)


def test_that_a_broad_picture_becomes_no_broader_than_a_window() -> None:
    plain = lay_out(BRANCHES)
    drawn = drawn_out(plain, BRANCHES.edges)
    assert plain.bounds.width > BROADEST * plain.bounds.height
    assert 1.0 < drawn.stretch <= MOST_STRETCH
    assert drawn.bounds.height == pytest.approx(plain.bounds.height * drawn.stretch)
    assert {name: rect.width for name, rect in drawn.bars.items()} == {
        name: rect.width for name, rect in plain.bars.items()
    }


def test_that_ribbons_of_a_drawn_out_picture_still_run_from_foot_to_head() -> None:
    drawn = drawn_out(lay_out(BRANCHES), BRANCHES.edges)
    for route, edge in zip(drawn.routes, BRANCHES.edges, strict=True):
        heights = [span.y for span in route.spans]
        assert heights[0] == pytest.approx(drawn.bars[edge.source].bottom)
        assert heights[-1] == pytest.approx(drawn.bars[edge.target].y)
        assert heights == sorted(heights)


def test_that_a_tall_picture_stays_as_it_is() -> None:
    tall = chain(*[100.0] * 20)
    placement = lay_out(tall)
    assert drawn_out(placement, tall.edges) is placement

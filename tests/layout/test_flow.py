"""Data that flows to the right: room for names along the flow, the shape of a window."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from tests.layout.requests import bar, chain, group, request
from visualizer.layout.columns import in_columns
from visualizer.layout.model import LayoutRequest
from visualizer.layout.placement import lay_out
from visualizer.layout.proportions import drawn_out


def lying(asked: LayoutRequest, label_length: float = 90.0) -> LayoutRequest:
    items = tuple(
        item if item.group else msgspec.structs.replace(item, label_length=label_length)
        for item in asked.items
    )
    return msgspec.structs.replace(asked, items=items, flow="right")


def test_that_bars_stand_as_far_apart_as_their_names_are_long() -> None:
    bars = lay_out(lying(chain(60, 60, 60))).bars
    middles = [rect.y + rect.height / 2 for rect in bars.values()]
    assert all(90 < after - before < 110 for before, after in pairwise(middles))
    assert middles[0] >= 45  # half of the first name


def test_that_short_names_take_no_more_room_than_ribbons_need() -> None:
    plain, short = chain(60, 60, 60), lying(chain(60, 60, 60), label_length=20.0)
    gaps, others = (
        [after.y - before.y for before, after in pairwise(lay_out(asked).bars.values())]
        for asked in (plain, short)
    )
    assert gaps == others


def test_that_a_frame_is_as_long_as_its_title() -> None:
    items = [bar("a"), group("g", title_width=400.0), bar("b", parent="g"), bar("c")]
    frame = lay_out(lying(request(items, [("a", "b"), ("b", "c")]))).groups["g"]
    assert frame.height == pytest.approx(400.0)
    assert frame.width < 200


def test_that_a_few_bars_are_drawn_out_to_a_window_that_is_twice_as_long_as_high() -> None:
    asked = lying(chain(200, 200))
    plain = lay_out(asked)
    wide = drawn_out(plain, asked.edges)
    assert plain.bounds.width > plain.bounds.height
    assert wide.bounds.height / wide.bounds.width == pytest.approx(1.8)
    assert wide.flow == "right"
    assert [rect.width for rect in wide.bars.values()] == [200, 200]


def test_that_a_long_chain_goes_on_below_itself() -> None:
    asked = lying(chain(*[60] * 120))
    wrapped = in_columns(lay_out(asked), asked)
    assert len(wrapped.columns) > 2
    assert wrapped.bounds.height / wrapped.bounds.width == pytest.approx(2.0, rel=0.4)

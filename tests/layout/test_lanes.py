"""Ribbons that skip something run where they cross least."""

from __future__ import annotations

import pytest

from tests.layout.requests import bar, request
from visualizer.layout.model import LayoutItem, LayoutRequest
from visualizer.layout.ordering import order_rows
from visualizer.layout.placement import lay_out
from visualizer.layout.rows import Hop, Rows, Spot

LAYERS = [f"layer{k}" for k in range(12)]


def dense_block(room: float) -> LayoutRequest:
    """A stem beside which layers read it and all layers before; names need `room`."""
    layers = [LayoutItem(name, "", 8.0, 30.0, room) for name in LAYERS]
    edges = [("stem", name) for name in LAYERS] + [("stem", "cat")]
    for number, name in enumerate(LAYERS):
        edges += [(name, later) for later in (*LAYERS[number + 1 :], "cat")]
    return request([bar("stem", 120.0), *layers, bar("cat", 200.0)], edges)


@pytest.mark.parametrize("room", [0.0, 150.0, 600.0, 1800.0])
def test_that_skips_beside_a_stream_run_on_the_side_away_from_it(room: float) -> None:
    dense = dense_block(room)
    placement = lay_out(dense)
    layers = [placement.bars[name] for name in LAYERS]
    stream = next(
        route.spans[len(route.spans) // 2]
        for route in placement.routes
        if (dense.edges[route.edge].source, dense.edges[route.edge].target) == ("stem", "cat")
    )
    away = 1 if stream.right <= min(rect.x for rect in layers) else -1
    for route in placement.routes:
        edge = dense.edges[route.edge]
        if edge.source in LAYERS:
            for span in route.spans[1:-1]:
                middle = (span.left + span.right) / 2
                assert away * (middle - (stream.left + stream.right) / 2) > 0


def test_that_what_goes_to_the_left_port_of_a_module_stands_at_the_left() -> None:
    rows = Rows([Spot(0, 30.0, 0), Spot(0, 30.0, 1), Spot(1, 300.0, 2)], [[0, 1], [2]])
    rows.hops = [Hop(0, 2, 15.0, 200.0, 30.0), Hop(1, 2, 15.0, 40.0, 30.0)]
    assert order_rows(rows, "simple") == [[1, 0], [2]]
    rows.hops = [Hop(0, 2, 15.0, 40.0, 30.0), Hop(1, 2, 15.0, 200.0, 30.0)]
    assert order_rows(rows, "simple") == [[0, 1], [2]]


def test_that_a_name_is_clear_of_the_frame_below_it_and_around_it() -> None:
    tall = 60.0
    items = [
        LayoutItem("before", "", 60.0, 14.0, 50.0, label_length=tall),
        LayoutItem("module", "", group=True, title_width=80.0),
        LayoutItem("inside", "module", 60.0, 14.0, 50.0, label_length=tall),
        LayoutItem("after", "", 60.0, 14.0, 50.0, label_length=tall),
    ]
    placed = lay_out(request(items, [("before", "inside"), ("inside", "after")]))
    frame = placed.groups["module"]
    reach = {
        name: (rect.y + rect.height / 2 - tall / 2, rect.y + rect.height / 2 + tall / 2)
        for name, rect in placed.bars.items()
    }
    assert reach["before"][1] < frame.y < reach["inside"][0]
    assert reach["inside"][1] < frame.bottom < reach["after"][0]

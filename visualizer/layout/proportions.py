"""The shape of the whole picture: one of few rows is drawn out to about that of a window."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from visualizer.layout.model import LayoutEdge, Placement, Rect, Route, Span

BROADEST = 1.2  # a window's width to its height; what is broader gets more air between its rows
LONGEST = 1.8  # the same where data flows to the right and the profile lies below the drawing
MOST_STRETCH = 3.5


def drawn_out(placement: Placement, edges: Sequence[LayoutEdge]) -> Placement:
    """The placement of `edges` with its heights stretched until it is no broader than a window.

    Rows move apart by `Placement.stretch` and bars grow by its square root, so that most of
    what is won is room for ribbons and names. Widths, which mean something, stay.
    """
    bounds = placement.bounds
    most = BROADEST if placement.flow == "down" else 1 / LONGEST
    wanted = bounds.width / (most * bounds.height) if bounds.height else 1.0
    by = min(wanted, MOST_STRETCH)
    if by <= 1.0:
        return placement
    bars = {item: _taller(rect, by, math.sqrt(by)) for item, rect in placement.bars.items()}
    groups = {item: _taller(rect, by, by) for item, rect in placement.groups.items()}
    routes = tuple(_longer(route, by, bars, edges[route.edge]) for route in placement.routes)
    return msgspec.structs.replace(
        placement, bars=bars, groups=groups, routes=routes, bounds=_taller(bounds, by, by),
        stretch=by,
    )  # fmt: skip


def _taller(rect: Rect, by: float, height_by: float) -> Rect:
    """A rectangle whose middle moves down `by` and whose height grows by `height_by`."""
    height = rect.height * height_by
    middle = (rect.y + rect.height / 2) * by
    return Rect(rect.x, middle - height / 2, rect.width, height)


def _longer(route: Route, by: float, bars: dict[str, Rect], edge: LayoutEdge) -> Route:
    """A route that still runs from the foot of a bar to the head of another."""
    if len(route.spans) < 2:
        return route
    foot, head = bars[edge.source].bottom, bars[edge.target].y
    heights = [foot, *(span.y * by for span in route.spans[1:-1]), head]
    spans = zip(heights, route.spans, strict=True)
    return Route(route.edge, tuple(Span(y, span.left, span.right) for y, span in spans))

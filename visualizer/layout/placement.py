"""The whole layout: levels solved one by one and put into each other."""

from __future__ import annotations

from visualizer.layout.columns import in_columns
from visualizer.layout.model import LayoutRequest, Placement, Rect, Route, Span
from visualizer.layout.nesting import ROOT, EdgeKey, LayoutError, Nesting, Solved, nest, solve_nests
from visualizer.layout.routes import straightened
from visualizer.uncollected import uncollected

__all__ = ["LayoutError", "lay_out"]

Corner = tuple[float, float]


def lay_out(request: LayoutRequest) -> Placement:
    """Where every bar, frame and ribbon goes. The same request gives the same answer.

    The picture's top left corner is 0, 0; room kept for labels is inside its bounds. Long ones
    are wrapped where columns are asked for. Raises LayoutError when the items do not nest or
    the edges run in a circle.
    """
    with uncollected():
        placement = _in_one_column(request)
        return in_columns(placement, request) if request.columns == "auto" else placement


def _in_one_column(request: LayoutRequest) -> Placement:
    nesting = nest(request)
    solved = solve_nests(request, nesting)
    origins = _origins(solved, nesting)
    bars = {
        item.id: Rect(*origins[item.id], item.width, item.height)
        for item in request.items
        if not item.group
    }
    frames = {item.id: solved[item.id].result for item in request.items if item.group}
    groups = {
        group: Rect(*origins[group], frame.width, frame.height) for group, frame in frames.items()
    }
    routes = tuple(
        Route(number, _spans(nesting, solved, origins, number))
        for number in range(len(request.edges))
    )
    root = solved[ROOT].result
    return Placement(
        request.run, bars, groups, routes, Rect(0.0, 0.0, root.width, root.height), request.engine,
        flow=request.flow,
    )  # fmt: skip


def _origins(solved: dict[str, Solved], nesting: Nesting) -> dict[str, Corner]:
    """Absolute top left corners of all items, from the outside inwards."""
    origins: dict[str, Corner] = {ROOT: (0.0, 0.0)}
    for group in nesting.nests:
        x, y = origins[group]
        level = solved[group]
        for member, corner in zip(level.members, level.result.corners, strict=True):
            if member is not None:
                origins[member] = (x + corner[0], y + corner[1])
    return origins


def _spans(
    nesting: Nesting, solved: dict[str, Solved], origins: dict[str, Corner], number: int
) -> tuple[Span, ...]:
    """An edge's path through all the levels it crosses."""
    steps = nesting.steps[number]
    if len(steps) == 1:
        return _moved(solved[steps[0].group], steps[0].key, origins[steps[0].group])
    path: list[tuple[float, float, float]] = []
    for step in steps:
        x, y = origins[step.group]
        level = solved[step.group]
        for top, left, right in level.result.spans[level.edge_numbers[step.key]]:
            path.append((top + y, left + x, right + x))
    return tuple([Span(*span) for span in straightened(path)])


def _moved(level: Solved, edge: EdgeKey, by: Corner) -> tuple[Span, ...]:
    x, y = by
    spans = level.result.spans[level.edge_numbers[edge]]
    return tuple([Span(top + y, left + x, right + x) for top, left, right in spans])

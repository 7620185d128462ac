"""Guide 1 of the lecture where a network follows it: 3x3 convolutions one after another in place
of one larger kernel (VGG; Simonyan and Zisserman 2015)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.costs.units import exact, percent
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph
from visualizer.insights.model import Insight, Table

_COLOURS = 3
_BETWEEN = ("norm", "activation")
_COUNTS = {2: "Two", 3: "Three", 4: "Four", 5: "Five"}


def stack_insights(
    graph: LayerGraph, convs: dict[str, Convolution], told: Set[str]
) -> Iterator[Insight]:
    """One for each run of two and more 3x3 convolutions on one grid, in execution order; those
    in `told` are said something else of (residual blocks)."""
    seen: set[str] = set()
    for name, conv in convs.items():
        if name in seen or name in told or not _fits(conv):
            continue
        run = _run(graph, conv, convs)
        seen.update(each.node for each, _ in run)
        if len(run) > 1 and told.isdisjoint(each.node for each, _ in run):
            yield _of_run(run)


def _fits(conv: Convolution) -> bool:
    plain = conv.groups == 1 and set(conv.stride) == {1} and set(conv.dilation) == {1}
    return plain and conv.kernel == (3, 3) and conv.keeps_grid and conv.c_in > _COLOURS


def _run(
    graph: LayerGraph, first: Convolution, convs: dict[str, Convolution]
) -> list[tuple[Convolution, int]]:
    """The convolutions from `first` on, each with the nonlinearities between it and the next."""
    run, at, bends = [(first, 0)], first.node, 0
    while len(readers := graph.consumers[at]) == 1:
        at = readers[0]
        family = family_of(graph.by_id[at].op)
        if at in convs and _fits(convs[at]):
            run[-1] = (run[-1][0], bends)
            run.append((convs[at], 0))
            bends = 0
        elif family in _BETWEEN and len(graph.by_id[at].inputs) == 1:
            bends += family == "activation"
        else:
            break
    return run


def _of_run(run: list[tuple[Convolution, int]]) -> Insight:
    convs = [conv for conv, _ in run]
    count, first, last = len(convs), convs[0], convs[-1]
    side = 2 * count + 1
    area, grid = side * side, math.prod(last.grid_out)
    weights, whole = sum(conv.weights for conv in convs), area * first.c_in * last.c_out
    many = _COUNTS.get(count, str(count))
    bends = sum(between for _, between in run)
    more = "one nonlinearity" if bends == 1 else f"{bends} nonlinearities"
    between = f", with {more} more" if bends else ""
    factors = " + ".join(f"9·{exact(conv.c_in)}·{exact(conv.c_out)}" for conv in convs)
    rows = (
        ("Weights", exact(weights), exact(whole)),
        ("MACs", exact(weights * grid), exact(whole * grid)),
        ("Activations", exact(sum(conv.c_out for conv in convs) * grid), exact(last.c_out * grid)),
    )
    return Insight(
        "stacked", "block", f"Guide 1: {many.lower()} 3×3 instead of one {side}×{side}",
        f"{many} 3×3, one after another, see {side}×{side} as one {side}×{side} would{between}. "
        f"At equal channels they take {9 * count} C² instead of {area} C² weights"
        f"{_widening(weights, whole)}",
        f"{count}·9·C² : {area}·C² = {9 * count} : {area}",
        f"{factors} = {exact(weights)} : {area}·{exact(first.c_in)}·{exact(last.c_out)}",
        f"{exact(whole)} weights",
        tuple(conv.node for conv in convs),
        Table(("", f"{count} × 3×3", f"{side}×{side}"), rows),
    )  # fmt: skip


def _widening(weights: int, whole: int) -> str:
    """Here the first may widen, which the single kernel would do only once."""
    saved = 1 - weights / whole
    if saved < 0:
        return f". Here they take {percent(-saved)} more, because the first already widens."
    return f", here {percent(saved)} less."

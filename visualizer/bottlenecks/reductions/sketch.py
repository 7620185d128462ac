"""Small silhouettes of reductions: which bars stand where, and what runs between them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from visualizer.bottlenecks.reductions.model import (
    BINDING,
    ReductionShape,
    Sketch,
    SketchBar,
    Variant,
)
from visualizer.bottlenecks.reductions.places import Place, Survey
from visualizer.costs.units import exact

_MOST_BARS = 18


def sketch_of(survey: Survey, place: Place, pinch: Sequence[str]) -> Sketch:
    """The reduction as it is in the network; `pinch` are the nodes drawn as its narrow place.

    One of very many tensors is drawn by its ends and its narrow place alone.
    """
    positions = (place.start, *place.inside)
    pinched = frozenset(pinch)
    if len(positions) > _MOST_BARS:
        positions = (place.start, *_narrowest(survey, place, pinched), place.end)
    bars = tuple(_bar(survey, position, pinched) for position in positions)
    return _drawn(bars, _edges(survey, positions))


def _narrowest(survey: Survey, place: Place, names: frozenset[str]) -> tuple[int, ...]:
    return tuple(p for p in place.inside[:-1] if survey.tensors.tensors[p].node in names)[
        :_MOST_BARS
    ]


def _bar(survey: Survey, position: int, pinched: frozenset[str]) -> SketchBar:
    tensor, grid = survey.tensors.tensors[position], survey.grid(position)
    family = survey.family(position) or "input"
    shape = f"{_sides(grid.sides)}×{grid.channels}" if grid is not None else ""
    name = tensor.node or "input"
    label = f"{name}: {shape}, {exact(tensor.width)} numbers"
    return SketchBar(family, tensor.width, label, tensor.node in pinched)


def _edges(survey: Survey, positions: Sequence[int]) -> list[tuple[int, int]]:
    """Edges among these tensors; where tensors between were left out, everything runs through
    the middle ones."""
    number = {position: at for at, position in enumerate(positions)}
    found = [
        (number[position], number[reader])
        for position in positions
        for reader in survey.tensors.successors[position]
        if reader in number
    ]
    last = len(positions) - 1
    reached = {target for _, target in found}
    left = {source for source, _ in found}
    found += [(0, at) for at in range(1, last + 1) if at not in reached]
    return found + [(at, last) for at in range(last) if at not in left and (at, last) not in found]


def variant_sketch(variant: Variant, shape: ReductionShape) -> Sketch:
    """A variant's silhouette: input, what is between, output."""
    entered = _tensor("input", "input", shape.grid_in, shape.channels_in)
    rest = _PARTS[variant.kind](shape)
    bars = tuple(_with_pinch(bar, variant, shape) for bar in (entered, *rest))
    if variant.kind == "fig10":
        return _drawn(bars, [(0, 1), (0, 2), (1, 3), (2, 3)])
    return _drawn(bars, list(pairwise(range(len(bars)))))


def _with_pinch(bar: SketchBar, variant: Variant, shape: ReductionShape) -> SketchBar:
    narrow = variant.narrowness in BINDING and bar.width == variant.min_cut and bar.family == "pool"
    return SketchBar(bar.family, bar.width, bar.label, narrow)


def _left(shape: ReductionShape) -> list[SketchBar]:
    return [
        _tensor("pool", "pool", shape.grid_out, shape.channels_in),
        _conv(shape, shape.grid_out, shape.channels_out),
    ]


def _right(shape: ReductionShape) -> list[SketchBar]:
    return [
        _conv(shape, shape.grid_in, shape.channels_out),
        _tensor("pool", "pool", shape.grid_out, shape.channels_out),
    ]


def _parallel(shape: ReductionShape) -> list[SketchBar]:
    return [
        _conv(shape, shape.grid_out, shape.channels_out - shape.channels_in, " with stride"),
        _tensor("pool", "pool", shape.grid_out, shape.channels_in),
        _tensor("concat", "concatenation", shape.grid_out, shape.channels_out),
    ]


def _strided(shape: ReductionShape) -> list[SketchBar]:
    return [_conv(shape, shape.grid_out, shape.channels_out, " with stride")]


_PARTS = {
    "fig9-left": _left, "fig9-right": _right, "fig10": _parallel, "strided-conv": _strided,
}  # fmt: skip


def _conv(shape: ReductionShape, grid: tuple[int, ...], channels: int, how: str = "") -> SketchBar:
    return _tensor("conv", f"{shape.kernel_text} convolution{how}", grid, channels)


def _tensor(family: str, what: str, grid: tuple[int, ...], channels: int) -> SketchBar:
    width = channels * math.prod(grid)
    return SketchBar(family, width, f"{what}: {_sides(grid)}×{channels}, {exact(width)} numbers")


def _sides(grid: tuple[int, ...]) -> str:
    return "×".join(map(str, grid))


def _drawn(bars: tuple[SketchBar, ...], edges: list[tuple[int, int]]) -> Sketch:
    """Bars in rows, each just below the lowest that it is computed from."""
    level = [0] * len(bars)
    for source, target in sorted(edges, key=lambda edge: edge[1]):
        level[target] = max(level[target], level[source] + 1)
    rows = tuple(
        tuple(at for at, mine in enumerate(level) if mine == row) for row in range(max(level) + 1)
    )
    return Sketch(bars, rows, tuple(edges))

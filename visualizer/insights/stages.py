"""Guide 2 of VGG: where the grid is halved and the channels double, convolutions cost the same."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from visualizer.bottlenecks.convolutions import Convolution
from visualizer.costs.units import decimal_text, exact, human_bytes, human_count
from visualizer.insights.model import Insight, Table

_BYTES = 4  # of a float32
_SAME = 0.02  # 7.5 positions are 8 or 7: not quite the half


class Stage(msgspec.Struct, frozen=True):
    """A grid with its 3x3 convolutions that keep grid and channels: `node` is the first of
    those with the most MACs; one image."""

    grid: tuple[int, ...]
    channels: int
    groups: int
    node: str

    @property
    def weights(self) -> int:
        return 9 * self.channels**2 // self.groups

    @property
    def macs(self) -> int:
        return self.weights * math.prod(self.grid)

    @property
    def memory_bytes(self) -> int:
        return self.channels * math.prod(self.grid) * _BYTES


def stages_of(convs: Iterable[Convolution]) -> tuple[Stage, ...]:
    """One stage for each grid that has such convolutions, the finest first."""
    spent: dict[tuple[int, ...], dict[tuple[int, int], tuple[int, str]]] = {}
    for conv in convs:
        if conv.kernel == (3, 3) and conv.keeps_grid and conv.c_in == conv.c_out:
            if conv.is_depthwise:
                continue
            widths = spent.setdefault(conv.grid_out, {})
            macs, first = widths.get((conv.c_in, conv.groups), (0, conv.node))
            widths[conv.c_in, conv.groups] = (macs + conv.macs, first)
    found = []
    for grid in sorted(spent, reverse=True):
        (channels, groups), (_, node) = max(spent[grid].items(), key=lambda item: item[1][0])
        found.append(Stage(grid, channels, groups, node))
    return tuple(found)


def guide_2(convs: Iterable[Convolution]) -> Iterator[Insight]:
    """The insight, where at least one step between stages halves the grid and doubles C."""
    stages = stages_of(convs)
    steps = [(a, b) for a, b in pairwise(stages) if _halves(a, b) and b.channels == 2 * a.channels]
    if not steps:
        return
    before, after = steps[0]
    rows = tuple(
        _row(stage, previous) for stage, previous in zip(stages, (None, *stages), strict=False)
    )
    same = sum(_costs_the_same(a, b) for a, b in pairwise(stages))
    groups = f"/{before.groups}" if before.groups > 1 else ""
    yield Insight(
        "guide-2", "network", "Half the grid, twice the channels: the same cost",
        "A 3×3 convolution takes half the memory and four times the weights, and as many MACs: "
        f"so at {same} of {len(stages) - 1} steps between this network's grids.",
        "9·C²·2H·2W = 9·(2C)²·H·W = 36·H·W·C²",
        f"{_product(before)}{groups} = {_product(after)}{groups}",
        f"{exact(after.macs)} MACs" if before.macs == after.macs else
        f"{exact(before.macs)} and {exact(after.macs)} MACs",
        tuple(stage.node for stage in stages),
        Table(("Grid", "C", "Memory", "Weights", "MACs", "Step"), rows),
    )  # fmt: skip


def _halves(before: Stage, after: Stage) -> bool:
    return all(
        small in (big // 2, -(-big // 2))
        for big, small in zip(before.grid, after.grid, strict=True)
    )


def _costs_the_same(before: Stage, after: Stage) -> bool:
    return abs(after.macs / before.macs - 1) < _SAME


def _row(stage: Stage, previous: Stage | None) -> tuple[str, ...]:
    step = ""
    if previous is not None:
        ratio = stage.macs / previous.macs
        step = "same" if _costs_the_same(previous, stage) else f"×{decimal_text(ratio)}"
    grid = "×".join(map(str, stage.grid[:1] if len(set(stage.grid)) == 1 else stage.grid))
    return (
        grid, exact(stage.channels), human_bytes(stage.memory_bytes), human_count(stage.weights),
        human_count(stage.macs), step,
    )  # fmt: skip


def _product(stage: Stage) -> str:
    return f"9·{exact(stage.channels)}²·{'·'.join(map(exact, stage.grid))}"

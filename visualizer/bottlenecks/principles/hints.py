"""Hints: what principles 2 to 4 notice, as evidence and never as a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Literal

import msgspec

from visualizer.bottlenecks.principles.balance import Balance, has_stages
from visualizer.bottlenecks.principles.embeddings import QUARTER, Embeddings
from visualizer.bottlenecks.principles.tiles import Tile, Tiles
from visualizer.bottlenecks.principles.whole import Principles
from visualizer.costs.units import exact, human_count, percent

CAVEAT = (
    "“Although these principles might make sense, it is not straightforward to use them to improve "
    "the quality of networks out of box. The idea is to use them judiciously in ambiguous "
    "situations only.” (Szegedy et al. 2015, Rethinking the Inception Architecture, section 2)"
)
_MUCH_ON_ONE_GRID = 0.6
_MUCH_IN_ONE_LAYER = 0.25
_A_HANDFUL = 5  # layers
_WORTH_TELLING = 0.1  # of the network's MACs, saved by embeddings to a quarter


class Hint(msgspec.Struct, frozen=True):
    """Something worth a look: never an error, whatever the network is for.

    `principle` 2, 3 or 4 as the paper counts them, `node` the op to look at, `evidence` what
    was counted and `suggestion` what could be tried, both as sentences for a student.
    """

    principle: Literal[2, 3, 4]
    title: str
    node: str
    evidence: str
    suggestion: str
    severity: Literal["info"] = "info"


def hints(principles: Principles) -> tuple[Hint, ...]:
    """What is worth a look, by principle."""
    return (
        *_about_tiles(principles.tiles),
        *_about_embeddings(principles.embeddings),
        *_about_balance(principles.balance),
    )


# ---------------------------------------------------------------------- principle 2


def _about_tiles(tiles: Tiles) -> Iterator[Hint]:
    stages = [tile for tile in tiles.tiles if tile.has_layers]
    stopped = [
        (before, after) for before, after in pairwise(stages) if _stops_widening(before, after)
    ]
    yield from (_stopped(before, after) for before, after in stopped)
    if len(stages) > 1 and not stopped:
        yield from _widest_earlier(stages)


def _stops_widening(before: Tile, after: Tile) -> bool:
    """The grid shrinks, the channels do not grow, and a tile holds fewer numbers than the part
    of the input it stands for."""
    ratio = after.channels / before.channels
    few = after.per_input is not None and after.per_input < 1
    return after.growth is not None and ratio <= 1 and few


def _stopped(before: Tile, after: Tile) -> Hint:
    same = before.channels == after.channels
    title = "Stops widening" if same else "Narrows on a coarser grid"
    channels = f"{after.channels} channels" if same else f"{after.channels} of {before.channels}"
    return Hint(
        2,
        f"{title} at {after.grid.text}",
        after.node,
        f"From {before.grid.text} to {after.grid.text} the grid shrinks and a tile keeps "
        f"{channels}{_per_input(before, after)}.",
        f"More filters on {after.grid.text} (twice {before.channels} is usual) would give every "
        "tile room for more kinds of features; a coarse grid is where that is cheapest.",
    )


def _widest_earlier(stages: list[Tile]) -> Iterator[Hint]:
    widest, last = max(stages, key=lambda tile: tile.channels), stages[-1]
    coarsest = min(tile.grid.positions for tile in stages)
    if widest.channels > last.channels and last.grid.positions == coarsest:
        yield Hint(
            2,
            f"Widest before the coarsest grid, at {widest.grid.text}",
            widest.node,
            f"{widest.channels} channels on {widest.grid.text}, {last.channels} on the coarsest "
            f"grid, {last.grid.text}.",
            "The paper puts its widest, sparsest representation on the coarsest grid (Fig 7): "
            "channels cost least there.",
        )


def _per_input(before: Tile, after: Tile) -> str:
    if before.per_input is None or after.per_input is None:
        return ""
    return (
        f": {after.per_input:.3g} numbers for each number of the input that it stands for; on "
        f"{before.grid.text} there were {before.per_input:.3g}"
    )


# ---------------------------------------------------------------------- principle 3


def _about_embeddings(embeddings: Embeddings) -> Iterator[Hint]:
    found = embeddings.opportunities
    saved = sum(each.most_saved for each in found)
    if not found or saved < _WORTH_TELLING * embeddings.macs:
        return
    first = found[0]
    few = next(each for each in first.insertions if each.share == QUARTER)
    yield Hint(
        3,
        "Spatial convolutions without an embedding",
        first.node,
        f"{percent(embeddings.reduced_share)} of the MACs of spatial convolutions come after a "
        f"1×1 that reduces the channels. It would make {_places(len(found))} cheaper, this one "
        f"most: {first.convolution.kernel_text} over {first.convolution.c_in} channels takes "
        f"{exact(first.macs)} MACs, with a 1×1 to {few.channels} channels before it "
        f"{exact(few.macs)}.",
        f"An opportunity, not a fault: a 1×1 to a quarter of the channels before each of them "
        f"would save {human_count(saved)} MACs, {percent(saved / embeddings.macs)} of the "
        "network. Whether accuracy survives, only training tells.",
    )


def _places(number: int) -> str:
    return f"{number} more of them" if number > 1 else "one more of them"


# ---------------------------------------------------------------------- principle 4


def _about_balance(balance: Balance) -> Iterator[Hint]:
    if sum(each.layers for each in balance.grids) < _A_HANDFUL:
        return  # of so few, one always has much
    if has_stages(balance.grids):
        most = max(balance.grids, key=lambda each: each.share)
        if most.share > _MUCH_ON_ONE_GRID:
            yield Hint(
                4,
                f"Most of the arithmetic on one grid, {most.grid.text}",
                most.dearest,
                f"{percent(most.share)} of the MACs on grids are spent on {most.grid.text}, in "
                f"{most.layers} of {sum(each.layers for each in balance.grids)} layers.",
                "Width or depth may be worth more on the other grids: the paper asks for both "
                "to grow together. It names no limit, this program looks at 60 %.",
            )
    heaviest = balance.heaviest
    if heaviest is not None and heaviest.share > _MUCH_IN_ONE_LAYER:
        yield Hint(
            4,
            "One layer has much of the arithmetic",
            heaviest.node,
            f"{percent(heaviest.share)} of the network's MACs are spent in this one layer.",
            "Splitting it into smaller filters, or reducing its channels first, is where a "
            "saving counts most. The paper names no limit, this program looks at 25 %.",
        )

"""Networks side by side, with everything worked out once that is shown of them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import PurePath

import msgspec

from visualizer.costs.comparison import (
    Compared,
    CostChange,
    Figure,
    GridRow,
    figures,
    grid_rows,
    version_changes,
)
from visualizer.costs.depth_curves import DepthCurve, depth_curve
from visualizer.costs.lecture import slide_ratios
from visualizer.costs.trends import QUANTITIES, Quantity, cost_trends
from visualizer.session.network import OpenNetwork

Curves = dict[Quantity, tuple[DepthCurve, ...]]
Pair = tuple[int, int]  # numbers of two networks, the earlier first
Changes = tuple[CostChange, ...]

# More silhouettes than this are too narrow beside one another to be told apart.
MOST_COMPARED = 4


class Comparison(msgspec.Struct, frozen=True):
    """Two networks or more as opened, what they are called here, and the differences.

    A network's place in `networks` is its side. `versions` has what changes for each pair of
    networks that are versions of one another, `lecture` what the lecture says of just these.
    """

    networks: tuple[OpenNetwork, ...]
    names: tuple[str, ...]
    figures: tuple[Figure, ...]
    grids: tuple[GridRow, ...]
    curves: Curves
    versions: dict[Pair, Changes]
    lecture: tuple[str, ...] = ()

    @property
    def sides(self) -> range:
        return range(len(self.networks))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Every two of the networks, those that are versions of one another first."""
        every = combinations(self.sides, 2)
        return tuple(sorted(every, key=lambda pair: pair not in self.versions))

    @property
    def full(self) -> bool:
        """Whether there is no room for one more."""
        return len(self.networks) >= MOST_COMPARED

    def counterparts(self, side: int, item: str) -> tuple[str, ...]:
        """The ops of all networks that are matched with op `item` of one, with itself at its
        own side; "" where there is none."""
        return tuple(
            item if other == side else self._counterpart(side, other, item) for other in self.sides
        )

    def _counterpart(self, side: int, other: int, item: str) -> str:
        here = int(side > other)
        for change in self.versions.get((min(side, other), max(side, other)), ()):
            both = (change.match.before, change.match.after)
            if item and both[here] == item:
                return both[1 - here]
        return ""


def compare(*networks: OpenNetwork) -> Comparison:
    """Work out all of it for two networks or more: takes a while for thousands of ops."""
    names = _names(networks)
    compared = tuple(
        Compared(name, network.graph, network.report)
        for name, network in zip(names, networks, strict=True)
    )
    return Comparison(
        networks=networks,
        names=names,
        figures=figures(compared),
        grids=grid_rows(compared),
        curves=_curves(networks),
        versions=_versions(compared),
        lecture=slide_ratios([network.source.text for network in networks]),
    )


def _versions(compared: tuple[Compared, ...]) -> dict[Pair, Changes]:
    found = {
        pair: version_changes(*(compared[side] for side in pair))
        for pair in combinations(range(len(compared)), 2)
    }
    return {pair: changes for pair, changes in found.items() if changes is not None}


def _names(networks: tuple[OpenNetwork, ...]) -> tuple[str, ...]:
    """The shortest that tells them apart: files without their folders, sources as typed, or
    these with their inputs."""
    ways: tuple[Callable[[OpenNetwork], str], ...] = (_short, _typed, _with_input)
    told = (tuple(map(name_of, networks)) for name_of in ways)
    return next((names for names in told if len(set(names)) == len(names)), _numbered(networks))


def _numbered(networks: tuple[OpenNetwork, ...]) -> tuple[str, ...]:
    """The same network with the same input again: told apart by where it stands."""
    return tuple(f"{_with_input(network)} #{n}" for n, network in enumerate(networks, 1))


def _short(network: OpenNetwork) -> str:
    source = network.source
    if source.kind == "file_factory":
        return f"{PurePath(source.location).name}:{source.factory}"
    return source.text


def _typed(network: OpenNetwork) -> str:
    return network.source.text


def _with_input(network: OpenNetwork) -> str:
    shapes = " ".join("×".join(map(str, spec.shape)) for spec in network.inputs)
    return f"{_short(network)} ({shapes})"


def _curves(networks: tuple[OpenNetwork, ...]) -> Curves:
    trends = [
        cost_trends(network.graph, network.report, hosts=network.hosts) for network in networks
    ]
    return {each: tuple(depth_curve(trend, each) for trend in trends) for each in QUANTITIES}

"""Two networks side by side, with everything worked out once that is shown of them."""

from __future__ import annotations

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

Curves = dict[Quantity, tuple[DepthCurve, DepthCurve]]


class Comparison(msgspec.Struct, frozen=True):
    """The networks as opened, what they are called here, and the differences.

    `changes` is None for two networks that are not versions of one another, `lecture` what the
    lecture says of just these two, "" where it says nothing.
    """

    networks: tuple[OpenNetwork, OpenNetwork]
    names: tuple[str, str]
    figures: tuple[Figure, ...]
    grids: tuple[GridRow, ...]
    curves: Curves
    changes: tuple[CostChange, ...] | None
    lecture: tuple[str, ...] = ()

    def counterpart(self, side: int, item: str) -> str:
        """The op of the other network that is matched with op `item` of this `side` (0 or 1);
        "" where there is none."""
        for change in self.changes or ():
            pair = (change.match.before, change.match.after)
            if pair[side] == item:
                return pair[1 - side]
        return ""


def compare(first: OpenNetwork, second: OpenNetwork) -> Comparison:
    """Work out all of it: takes a while for networks of thousands of ops."""
    networks, names = (first, second), _names(first, second)
    pair = tuple(
        Compared(name, network.graph, network.report)
        for name, network in zip(names, networks, strict=True)
    )
    return Comparison(
        networks=networks,
        names=names,
        figures=figures(pair),
        grids=grid_rows(pair),
        curves=_curves(networks),
        changes=version_changes(*pair),
        lecture=slide_ratios([network.source.text for network in networks]),
    )


def _names(first: OpenNetwork, second: OpenNetwork) -> tuple[str, str]:
    """The shortest that tells them apart: files without their folders, sources as typed, or
    these with their inputs."""
    for name_of in (_short, _typed):
        if name_of(first) != name_of(second):
            return name_of(first), name_of(second)
    return _with_input(first), _with_input(second)


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


def _curves(networks: tuple[OpenNetwork, OpenNetwork]) -> Curves:
    first, second = (
        cost_trends(network.graph, network.report, hosts=network.hosts) for network in networks
    )
    return {each: (depth_curve(first, each), depth_curve(second, each)) for each in QUANTITIES}

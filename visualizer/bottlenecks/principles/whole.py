"""Principles 2 to 4 of one network, gathered."""

from __future__ import annotations

import msgspec

from visualizer.bottlenecks.convolutions import convolutions
from visualizer.bottlenecks.principles.balance import Balance, balance_of
from visualizer.bottlenecks.principles.embeddings import Embeddings, embeddings_of
from visualizer.bottlenecks.principles.grids import Layouts
from visualizer.bottlenecks.principles.scaling import Amounts
from visualizer.bottlenecks.principles.tiles import Tiles, tiles_of
from visualizer.bottlenecks.profile import CutProfile
from visualizer.costs import CostReport
from visualizer.graph.model import LayerGraph


class Principles(msgspec.Struct, frozen=True):
    """The evidence: activations per tile (2), cheap embeddings (3), balance (4), and what the
    network takes `now`, for the scaling explorer."""

    tiles: Tiles
    embeddings: Embeddings
    balance: Balance
    now: Amounts


def principles_of(graph: LayerGraph, report: CostReport, profile: CutProfile) -> Principles:
    """The evidence for principles 2 to 4; auxiliary heads are left out, as from the profile."""
    layouts, totals = Layouts(graph), report.totals
    main = profile.tensors.position_of
    convs = tuple(each for each in convolutions(graph, report) if each.node in main)
    tiles = tiles_of(profile, layouts)
    return Principles(
        tiles,
        embeddings_of(graph, convs, totals.macs),
        balance_of(graph, report, profile, layouts, tiles),
        Amounts(totals.macs, totals.params, totals.activation_elements),
    )

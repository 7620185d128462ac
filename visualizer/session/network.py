"""The network that is open, with everything derived from it once."""

from __future__ import annotations

import msgspec

from visualizer.costs import CostReport, cost_report
from visualizer.engine.messages import ModelLoaded
from visualizer.graph import Hierarchy, LayerGraph, build_hierarchy
from visualizer.sources import InputSpec, ModelSource, Preprocessing


class OpenNetwork(msgspec.Struct, frozen=True):
    """A loaded network: its graph, module groups and costs, and how it came to be."""

    source: ModelSource
    inputs: tuple[InputSpec, ...]
    graph: LayerGraph
    hierarchy: Hierarchy
    report: CostReport
    weights_text: str
    trained: bool
    preprocessing: Preprocessing | None


def open_network(loaded: ModelLoaded) -> OpenNetwork:
    """Derive groups and costs from what the worker sent."""
    return OpenNetwork(
        loaded.source, loaded.inputs, loaded.graph, build_hierarchy(loaded.graph),
        cost_report(loaded.graph), loaded.weights_text, loaded.trained, loaded.preprocessing,
    )  # fmt: skip

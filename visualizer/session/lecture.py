"""What of the lecture is said about the selected layer, module or network."""

from __future__ import annotations

from visualizer.graph.families import family_of
from visualizer.insights import GRID, Insight, at_node, of_network, stem_insight, within
from visualizer.session.network import OpenNetwork

_WEIGHTED = ("conv", "linear")


def insights_about(network: OpenNetwork, item: str, grid: int = GRID) -> tuple[Insight, ...]:
    """The insights for a node or group id; for anything else those about the whole network, its
    stem counted until the first grid of at most `grid` a side."""
    if item in network.graph.by_id:
        return at_node(network.insights, item)
    if group := network.group(item):
        nodes = group.nodes
        weighted = sum(family_of(network.graph.by_id[node].op) in _WEIGHTED for node in nodes)
        return within(network.insights, frozenset(nodes), weighted == 1)
    stem = stem_insight(network.graph.in_evaluation, network.report, grid)
    others = (insight for insight in of_network(network.insights) if insight.kind != "stem")
    return (*((stem,) if stem is not None else ()), *others)

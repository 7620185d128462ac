"""Networks to report on, without a worker."""

from __future__ import annotations

from tests.bottlenecks.networks import traced
from visualizer.engine.messages import ModelLoaded
from visualizer.graph.model import LayerGraph
from visualizer.layout.placement import lay_out
from visualizer.reports import Report, network_report, silhouette
from visualizer.session.cuts import cut_places, waists
from visualizer.session.network import narrowing_of, open_network
from visualizer.session.resolve import draft, picture
from visualizer.sources import InputSpec, parse_source


def report_on(graph: LayerGraph, source: str = "alexnet") -> Report:
    """The report of a graph, drawn as it is first seen."""
    inputs = tuple(InputSpec(node.output.shape) for node in graph.inputs)
    network = open_network(ModelLoaded(1, parse_source(source), inputs, graph, "", False))
    drafted = draft(network, network.first_view, "linear", True, 0)
    shown = picture(drafted, lay_out(drafted.request))
    narrowing = narrowing_of(network)
    places = cut_places(narrowing.profile, drafted.folded.shown_as.get, shown.placement.bars)
    return network_report(narrowing, silhouette(shown, waists(narrowing, places)))


def lecture_report() -> Report:
    """The report of the lecture's AlexNet."""
    return report_on(traced("alexnet_lecture"))

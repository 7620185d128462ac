"""The network that is open, with everything derived from it once."""

from __future__ import annotations

from difflib import get_close_matches

import msgspec

from visualizer.bottlenecks import CutProfile, Finding, cut_profile, find_bottlenecks
from visualizer.costs import CostReport, cost_report
from visualizer.engine.messages import ModelLoaded
from visualizer.graph import Hierarchy, LayerGraph, build_hierarchy
from visualizer.graph.folding import first_view
from visualizer.graph.fusion import fused_hosts
from visualizer.sources import InputSpec, ModelSource, Preprocessing, SourceError

_WARNED = ("extreme", "moderate")


class OpenNetwork(msgspec.Struct, frozen=True):
    """A loaded network: its graph, module groups and costs, and how it came to be.

    `hosts` names the norms and activations that can be drawn with the op before them,
    `first_view` the groups that are open at first.
    """

    source: ModelSource
    inputs: tuple[InputSpec, ...]
    graph: LayerGraph
    hierarchy: Hierarchy
    report: CostReport
    weights_text: str
    trained: bool
    preprocessing: Preprocessing | None
    hosts: dict[str, str] = {}
    first_view: frozenset[str] = frozenset()

    @property
    def has_random_weights(self) -> bool:
        """Whether the weights are known to be random; of the user's own code nobody knows."""
        return self.source.weights == "none" and not self.source.runs_user_code


def open_network(loaded: ModelLoaded) -> OpenNetwork:
    """Derive groups and costs from what the worker sent."""
    hierarchy = build_hierarchy(loaded.graph)
    hosts = fused_hosts(loaded.graph, hierarchy.parent_of)
    return OpenNetwork(
        source=loaded.source,
        inputs=loaded.inputs,
        graph=loaded.graph,
        hierarchy=hierarchy,
        report=cost_report(loaded.graph),
        weights_text=loaded.weights_text,
        trained=loaded.trained,
        preprocessing=loaded.preprocessing,
        hosts=hosts,
        first_view=first_view(hierarchy, hosts),
    )


def find_item(network: OpenNetwork, text: str) -> str:
    """The op or module called `text`; raises SourceError with the nearest names."""
    if text and (text in network.graph.by_id or text in network.hierarchy.groups):
        return text
    known = [node.id for node in network.graph.ops] + list(network.hierarchy.groups)
    near = get_close_matches(text, known, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise SourceError(f"{network.graph.name} has no layer '{text}'{hint}")


class Narrowing(msgspec.Struct, frozen=True):
    """The cut profile of a network and what was found in it."""

    network: OpenNetwork
    profile: CutProfile
    findings: tuple[Finding, ...]

    @property
    def waists(self) -> frozenset[str]:
        """The nodes whose tensors form a cut that is warned of, by-design ones left out."""
        return frozenset(
            node
            for finding in self.findings
            if finding.severity in _WARNED and not finding.by_design
            for node in self.profile.cuts[finding.cut].tensors
        )


def narrowing_of(network: OpenNetwork) -> Narrowing:
    """Cut profile and findings of a network."""
    profile = cut_profile(network.graph, network.report)
    return Narrowing(network, profile, find_bottlenecks(profile))

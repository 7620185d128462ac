"""The network that is open, with everything derived from it once."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec

from visualizer.bottlenecks import (
    DEFAULTS,
    CutProfile,
    Explanation,
    Finding,
    Thresholds,
    cut_profile,
    explain_cut,
    explain_group,
    explain_node,
    find_bottlenecks,
)
from visualizer.bottlenecks.tensors import Unit
from visualizer.costs import CostReport, cost_report
from visualizer.costs.border import Border, border_of
from visualizer.costs.settings import AS_OPENED, CostSettings
from visualizer.engine.messages import ModelLoaded
from visualizer.graph import ROOT, Group, Hierarchy, LayerGraph, build_hierarchy
from visualizer.graph.folding import first_view
from visualizer.graph.fusion import fused_hosts
from visualizer.graph.repeats import runs_of, shorten, with_repeats
from visualizer.sources import InputSpec, ModelSource, Preprocessing, SourceError

if TYPE_CHECKING:
    from visualizer.bottlenecks.factorization import Factorization
    from visualizer.bottlenecks.principles import Hint, Principles
    from visualizer.bottlenecks.reductions import Reduction
    from visualizer.insights import Insight

_WARNED = ("extreme", "moderate")
_KNOWN_BY_NAME = ("torchvision", "timm", "hf", "paper", "lecture", "demo")


class OpenNetwork(msgspec.Struct, frozen=True, dict=True):
    """A loaded network: its graph, module groups and costs, and how it came to be.

    `hosts` names the norms and activations that can be drawn with the op before them,
    `first_view` the groups that are open at first. `settings` say what costs are shown for;
    `opened` is the network before they were applied, at the same resolution, if they were.
    `categories` are the names of its classes, where they are known.
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
    settings: CostSettings = AS_OPENED
    opened: OpenNetwork | None = None
    categories: tuple[str, ...] = ()

    @property
    def plain(self) -> OpenNetwork:
        """The network at its own batch, precision and convention."""
        return self.opened or self

    @property
    def has_random_weights(self) -> bool:
        """Whether the weights are known to be random; of the user's own networks and files
        nobody knows."""
        return self.source.weights == "none" and self.source.kind in _KNOWN_BY_NAME

    @cached_property
    def without_heads(self) -> OpenNetwork:
        """The network as it is shown without what runs only in training, costs as before; itself
        when nothing does."""
        if not self.graph.training_ops:
            return self
        graph = self.graph.in_evaluation
        hierarchy = build_hierarchy(graph)
        hosts = fused_hosts(graph, hierarchy.parent_of)
        opened = self.opened.without_heads if self.opened is not None else None
        return msgspec.structs.replace(
            self, graph=graph, hierarchy=hierarchy, hosts=hosts, opened=opened
        )

    @cached_property
    def with_repeats(self) -> OpenNetwork:
        """The network with a group around each run of modules that are built alike, folded at
        first, so that they are shown once; itself when nothing repeats."""
        hierarchy = with_repeats(self.graph, self.hierarchy)
        if hierarchy is self.hierarchy:
            return self
        opened = self.opened.with_repeats if self.opened is not None else None
        first = first_view(hierarchy, self.hosts)
        return msgspec.structs.replace(self, hierarchy=hierarchy, first_view=first, opened=opened)

    @cached_property
    def is_clearer_with_repeats(self) -> bool:
        """Whether modules that repeat are not seen at first, or are too many to be seen, unless
        they are shown once."""
        return shorten(self.with_repeats.hierarchy, self.hierarchy, self.first_view)

    @property
    def as_first_seen(self) -> OpenNetwork:
        """With repeats shown once if that is clearer."""
        return self.with_repeats if self.is_clearer_with_repeats else self

    @property
    def repeats(self) -> tuple[Group, ...]:
        """The runs of modules that are built alike, as groups."""
        return runs_of(self.with_repeats.hierarchy)

    def has(self, item: str) -> bool:
        """Whether there is an op, a module or a run of modules called `item`."""
        return item in self.graph.by_id or self.group(item) is not None

    def group(self, item: str) -> Group | None:
        """The module called `item`, or the run of modules; None for an op and the network."""
        groups = self.with_repeats.hierarchy.groups
        return groups.get(item) if item != ROOT else None

    @cached_property
    def border(self) -> Border | None:
        """Which convolutions cannot see more at this resolution; None without a picture."""
        return border_of(self.graph, self.report)

    @cached_property
    def insights(self) -> tuple[Insight, ...]:
        """What the lecture says about it, with its numbers."""
        from visualizer.insights import insights  # late: the window starts sooner without

        return insights(self.graph, self.report)

    @property
    def picture_side(self) -> int:
        """The shorter side of the first input in pixels; 0 where that is no picture."""
        sides = self.graph.inputs[0].output.shape[2:] if self.graph.inputs else ()
        return min(sides[-2:], default=0)  # a video's frames are no pixels

    def head_of(self, item: str) -> str:
        """The auxiliary head, a module or a lone op, that the op or module `item` belongs to;
        "" for one that runs outside training too."""
        if item not in self.graph.by_id and item not in self.hierarchy.groups:
            return ""
        around = (item, *self.hierarchy.ancestors(item))
        heads = [part for part in around if part != ROOT and self._only_trains(part)]
        return heads[-1] if heads else ""

    def _only_trains(self, item: str) -> bool:
        group = self.hierarchy.groups.get(item)
        nodes = group.nodes if group is not None else (item,)
        return all(self.graph.by_id[node].training_only for node in nodes)


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
        categories=loaded.categories,
    )


def crumbs(network: OpenNetwork, item: str) -> tuple[tuple[str, str], ...]:
    """Ids and names from the network itself (id "") over the modules around `item` to `item`."""
    if item in network.hierarchy.parent_of:
        hierarchy = network.hierarchy
    else:
        hierarchy = network.with_repeats.hierarchy
    if item not in hierarchy.parent_of:
        return ((ROOT, network.graph.name),)
    around = reversed(hierarchy.ancestors(item)[:-1])
    parts = [(part, part.rpartition(".")[2]) for part in (*around, item)]
    return ((ROOT, network.graph.name), *parts)


def find_item(network: OpenNetwork, text: str) -> str:
    """The op or module called `text`; raises SourceError with the nearest names."""
    if text and (text in network.graph.by_id or network.group(text) is not None):
        return text
    known = [node.id for node in network.graph.nodes if node.op != "input"] + list(
        network.hierarchy.groups
    )
    near = get_close_matches(text, known, n=3, cutoff=0.4)
    hint = f"; did you mean {', '.join(near)}?" if near else ""
    raise SourceError(f"{network.graph.name} has no layer '{text}'{hint}")


class Narrowing(msgspec.Struct, frozen=True):
    """The cut profile of a network and what was found in it with the `thresholds`, and the
    evidence and hints of principles 2 to 4. The grid's `reductions` are always in numbers."""

    network: OpenNetwork
    profile: CutProfile
    findings: tuple[Finding, ...]
    principles: Principles
    hints: tuple[Hint, ...]
    factorization: Factorization
    thresholds: Thresholds = DEFAULTS
    reductions: tuple[Reduction, ...] = ()

    def judged(self, thresholds: Thresholds) -> Narrowing:
        """The same profile judged by other thresholds; itself when they are its own."""
        if thresholds == self.thresholds:
            return self
        findings = find_bottlenecks(self.profile, thresholds)
        return msgspec.structs.replace(self, findings=findings, thresholds=thresholds)

    def explained(self, item: str, cut: int | None = None) -> Explanation | None:
        """Why the node or group `item` is a bottleneck or not; None for anything else.

        A node in which branches meet stands for two cuts: it is told about the one inside the
        branches when that is the selected `cut`.
        """
        chosen = self.profile.cuts[cut] if cut is not None else None
        if cut is not None and chosen is not None and chosen.inside and chosen.node == item:
            return explain_cut(self.profile, self.findings, cut)
        if item in self.network.graph.by_id:
            return explain_node(self.profile, self.findings, item)
        if group := self.network.group(item):
            return explain_group(self.profile, self.findings, group.nodes)
        return None

    @property
    def waist_cuts(self) -> tuple[int, ...]:
        """Numbers of the profile's cuts that are warned of, by-design ones left out."""
        return tuple(finding.cut for finding in self.warned if not finding.output)

    @property
    def warned(self) -> tuple[Finding, ...]:
        """The findings that are warned of, by-design ones left out."""
        found = (finding for finding in self.findings if not finding.by_design)
        return tuple(finding for finding in found if finding.severity in _WARNED)

    @property
    def chain_findings(self) -> tuple[Finding, ...]:
        """The findings about cuts of the profile; those about one output's way left out."""
        return tuple(finding for finding in self.findings if not finding.output)

    @property
    def waists(self) -> frozenset[str]:
        """The nodes whose tensors form the cuts that are warned of."""
        return frozenset(node for finding in self.warned for node in finding.tensors)


def narrowing_of(network: OpenNetwork, unit: Unit = "numbers") -> Narrowing:
    """Cut profile and findings of a network, counted in `unit`.

    Raises UnknownDtypeError when bytes are asked for and a dtype's size is not known.
    """
    # Imported where they are needed, beside the window: it starts sooner.
    from visualizer.bottlenecks.factorization import factorization_of
    from visualizer.bottlenecks.principles import depth_hints, hints, principles_of
    from visualizer.bottlenecks.reductions import find_reductions

    profile = cut_profile(network.graph, network.report, unit)
    principles = principles_of(network.graph, network.report, profile)
    counted = profile if unit == "numbers" else cut_profile(network.graph, network.report)
    return Narrowing(
        network,
        profile,
        find_bottlenecks(profile),
        principles,
        (*hints(principles), *depth_hints(network.border)),
        factorization_of(network.graph, network.report),
        reductions=find_reductions(counted, network.report),
    )

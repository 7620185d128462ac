"""Why a layer or a module is a bottleneck, or why it is not, in one or two sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from visualizer.bottlenecks.findings import Finding, find_bottlenecks, valleys
from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.remarks import remark_on
from visualizer.bottlenecks.tensors import is_auxiliary
from visualizer.bottlenecks.thresholds import DEFAULTS, Thresholds
from visualizer.bottlenecks.wording import narrowest_before, place, widest_after
from visualizer.costs.units import exact
from visualizer.graph.families import family_of

_WORD = re.compile(r"[^\s(),;]+")


class Explanation(msgspec.Struct, frozen=True):
    """The answer about one place: `finding` is what was found there, `mentions` are the nodes
    that `text` names."""

    text: str
    finding: Finding | None = None
    mentions: tuple[str, ...] = ()

    @property
    def is_bottleneck(self) -> bool:
        """Whether more than a remark was found."""
        return self.finding is not None and self.finding.severity != "info"


def explain(profile: CutProfile, node: str, thresholds: Thresholds = DEFAULTS) -> str:
    """One or two sentences about op `node`; raises KeyError for one the graph does not have."""
    return explain_node(profile, find_bottlenecks(profile, thresholds), node).text


def explain_node(profile: CutProfile, findings: Sequence[Finding], node: str) -> Explanation:
    """Why op `node` is a bottleneck or not, `findings` being those of the network.

    Raises KeyError for a node the graph does not have.
    """
    made = profile.tensors.graph.by_id[node]
    position = profile.tensors.position_of.get(node)
    if position is None:
        return _told(profile, f"No bottleneck: {_outside(profile, node)}")
    finding = _finding_at(profile, findings, position)
    remark = remark_on(profile.tensors, made, found=finding is not None)
    if finding is not None:
        return _told(profile, f"{_found(finding)}{remark}", finding)
    return _told(profile, f"{_no_bottleneck(profile, position)}{remark}")


def explain_group(
    profile: CutProfile, findings: Sequence[Finding], nodes: Sequence[str]
) -> Explanation:
    """Why a module, given by its ops, holds a bottleneck or not: about the worst finding inside,
    else about the narrowest place that everything passes, else about its output."""
    inside = set(nodes)
    cuts = {n for n, cut in enumerate(profile.cuts) if inside.issuperset(cut.tensors)}
    found = next((finding for finding in findings if finding.cut in cuts), None)
    if found is not None:
        where = place(profile.cuts[found.cut])
        return _told(profile, f"Inside, at {where}: {_found(found)}", found)
    held = [node for node in nodes if node in profile.tensors.position_of]
    if not held:
        return explain_node(profile, findings, nodes[-1])
    if not cuts:
        output = profile.tensors.tensors[profile.tensors.position_of[held[-1]]].node
        return explain_node(profile, findings, output or held[-1])
    number = min(cuts, key=lambda cut: profile.cuts[cut].width)
    return _told(profile, _narrowest_inside(profile, number, held))


def _narrowest_inside(profile: CutProfile, number: int, nodes: Sequence[str]) -> str:
    """About a module's narrowest cut, and about a narrower tensor that something goes around."""
    cut, tensors = profile.cuts[number], profile.tensors
    positions = {tensors.position_of[node] for node in nodes}
    least = min(positions, key=lambda position: tensors.tensors[position].width)
    where = f"at {place(cut)} " if len(positions) > 1 else ""
    text = f"No bottleneck: {where}{_passed_by_all(profile, number)}"
    if tensors.tensors[least].width >= cut.width or _cut_of(profile, least) is not None:
        return text
    narrower = tensors.tensors[least].node
    return f"{text} Narrower inside is {narrower}, but {_bypassed(profile, least)}"


def _told(profile: CutProfile, text: str, finding: Finding | None = None) -> Explanation:
    """With the nodes that the text names, each once; a short name may be a mere word, so that
    only those of cuts are looked for."""
    known = {tensor.node for tensor in profile.tensors.tensors if "." in tensor.node}
    known |= {node for cut in profile.cuts for node in (cut.node, *cut.tensors)}
    words = (word.rstrip(".:") for word in _WORD.findall(text))
    mentions = tuple(dict.fromkeys(word for word in words if word in known))
    return Explanation(text, finding, mentions)


def _finding_at(profile: CutProfile, findings: Sequence[Finding], position: int) -> Finding | None:
    """The worst finding whose cut holds this tensor."""
    return next((f for f in findings if position in profile.cuts[f.cut].positions), None)


def _no_bottleneck(profile: CutProfile, position: int) -> str:
    if position == 0:
        return "This is the input: what is missing here was never there."
    number = _cut_of(profile, position)
    if number is None:
        return f"No bottleneck: {_bypassed(profile, position)}"
    return f"No bottleneck: {_passed_by_all(profile, number)}"


def _outside(profile: CutProfile, node: str) -> str:
    if node not in profile.tensors.side_nodes:
        return "this is computed from weights and constants, no input passes here."
    if is_auxiliary(profile.tensors.graph.by_id[node]):
        return "this is an auxiliary head, the main output does not depend on it."
    return "no main output depends on this (an unused result or an auxiliary output)."


def _found(finding: Finding) -> str:
    return f"{finding.title} ({finding.severity}). {finding.evidence}"


def _cut_of(profile: CutProfile, position: int) -> int | None:
    """Number of the cut that is just this tensor, or that holds it among others."""
    for number, cut in enumerate(profile.cuts):
        if position in cut.positions:
            return number
    return None


def _bypassed(profile: CutProfile, position: int) -> str:
    """About a tensor that some path goes around."""
    tensors = profile.tensors
    width = exact(tensors.tensors[position].width)
    marks = [cut for cut in profile.cuts if not cut.inside]
    after = next(cut for cut in marks if cut.ends_at > position)
    before = marks[marks.index(after) - 1]
    if after.ends_at in tensors.successors[before.ends_at]:
        return _skipped(profile, width, before, after)
    cut = next((c for c in profile.cuts if c.inside and c.ends_at == after.ends_at), None)
    least = cut.width if cut else min(before.width, after.width)
    return (
        f"its {width} {profile.unit} are one branch of several between "
        f"{before.node} and {after.node}; all branches together carry at least {exact(least)}."
    )


def _skipped(profile: CutProfile, width: str, before: Cut, after: Cut) -> str:
    return (
        f"besides the {width} {profile.unit} here, all {exact(before.width)} of "
        f"{before.node} go straight on to {after.node}, {_use(profile, after)}."
    )


def _use(profile: CutProfile, after: Cut) -> str:
    """What happens where a skip connection ends."""
    end = profile.tensors.tensors[after.ends_at].node
    family = family_of(profile.tensors.graph.by_id[end].op) if end else ""
    return {
        "": "as an output themselves",
        "add": "where they are added (a skip connection)",
        "concat": "where they are kept beside it (a skip connection)",
        "elementwise": "where this only scales them (a gate)",
    }.get(family, "which reads them too")


def _passed_by_all(profile: CutProfile, number: int) -> str:
    """About a cut that is none of the findings."""
    cut = profile.cuts[number]
    together = f" in {len(cut.tensors)} branches" if len(cut.tensors) > 1 else ""
    here = f"{exact(cut.width)} {profile.unit}{together}"
    if number > profile.final:
        final = place(profile.cuts[profile.final])
        return (
            f"this is the head: after the final representation ({final}) a network always "
            f"narrows ({here})."
        )
    if number == profile.final:
        return f"this is the final representation ({here}), only the head follows."
    if number not in valleys(profile):
        return f"everything passes through these {here}, but {_no_valley(profile, number)}."
    earlier = narrowest_before(profile, number)
    if cut.width >= earlier.width:
        return (
            f"everything passes through these {here}, but {place(earlier)} let "
            f"only {exact(earlier.width)} through already."
        )
    later = widest_after(profile, number)
    return (
        f"everything passes through these {here}, the fewest so far, but at "
        f"{place(later)} not many more ({exact(later.width)}) are made of them."
    )


def _no_valley(profile: CutProfile, number: int) -> str:
    """Which neighbour makes a cut no valley."""
    cut, before = profile.cuts[number], profile.cuts[number - 1]
    if cut.width > before.width:
        return f"{place(before)} just before is narrower ({exact(before.width)})"
    if cut.width == before.width:
        return f"{place(before)} just before is as wide"
    after = profile.cuts[number + 1]
    return f"{place(after)} just after is not wider ({exact(after.width)})"

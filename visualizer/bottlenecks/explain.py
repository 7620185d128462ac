"""Why a layer or a module is a bottleneck, or why it is not, in one or two sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from visualizer.bottlenecks.cuts import minimum_cut_between
from visualizer.bottlenecks.findings import Finding, cut_at, find_bottlenecks, valleys
from visualizer.bottlenecks.profile import Cut, CutProfile, Part
from visualizer.bottlenecks.remarks import remark_on
from visualizer.bottlenecks.tensors import is_auxiliary
from visualizer.bottlenecks.thresholds import DEFAULTS, Thresholds
from visualizer.bottlenecks.wording import at, named, narrowest_before, place, widest_after
from visualizer.costs.units import exact
from visualizer.graph.families import family_of

_INPUT = "This is the input: what is missing here was never there."
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


def explain_finding(profile: CutProfile, finding: Finding) -> Explanation:
    """What was found at a place that is shown already: title, severity and evidence."""
    return _told(profile, _found(finding), finding)


def explain_cut(profile: CutProfile, findings: Sequence[Finding], number: int) -> Explanation:
    """Why cut `number` of the profile is a bottleneck or not."""
    found = next((f for f in findings if f.cut == number and not f.output), None)
    if found is not None:
        return explain_finding(profile, found)
    if number == 0:
        return _told(profile, _INPUT)
    return _told(profile, f"No bottleneck: {_passed_by_all(profile, number)}")


def explain_group(
    profile: CutProfile, findings: Sequence[Finding], nodes: Sequence[str]
) -> Explanation:
    """Why a module, given by its ops, holds a bottleneck or not: about the worst finding inside,
    else about the narrowest place that everything passes, else about its output."""
    inside = set(nodes)
    found = next((f for f in findings if inside.issuperset(f.tensors)), None)
    if found is not None:
        cut = cut_at(profile, found)
        where = f"In {named(cut)}" if cut.inside else f"Inside, at {cut.node}"
        return _told(profile, f"{where}: {_found(found)}", found)
    cuts = {n for n, cut in enumerate(profile.cuts) if inside.issuperset(cut.tensors)}
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
    where = f"{at(cut)} " if len(positions) > 1 else ""
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
    maker = profile.tensors.tensors[position].node

    def holds(finding: Finding) -> bool:
        if finding.output:
            return maker in finding.tensors
        return position in profile.cuts[finding.cut].positions

    return next(filter(holds, findings), None)


def _no_bottleneck(profile: CutProfile, position: int) -> str:
    if position == 0:
        return _INPUT
    number = _cut_of(profile, position)
    if number is not None:
        return f"No bottleneck: {_passed_by_all(profile, number)}"
    maker = profile.tensors.tensors[position].node
    part = _part_about(profile, maker)
    if part is None or profile.parting is None or position <= profile.cuts[profile.parting].ends_at:
        return f"No bottleneck: {_bypassed(profile, position)}"
    told = _no_bottleneck(part.profile, part.profile.tensors.position_of[maker])
    return told.replace("No bottleneck: ", f"No bottleneck: on the way to {part.output}, ")


def _part_about(profile: CutProfile, node: str) -> Part | None:
    """Where outputs part, the one part that holds a node, or that has a cut there."""
    holding = [part for part in profile.parts if node in part.profile.tensors.position_of]
    cuts = (part for part in holding if any(node == cut.node for cut in part.profile.cuts))
    return holding[0] if len(holding) == 1 else next(cuts, None)


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
    cut = minimum_cut_between(tensors, before.ends_at, after.ends_at) or ()
    least = sum(tensors.tensors[part].width for part in cut)
    return (
        f"its {width} {profile.unit} are one branch of several between {_end(profile, before)} "
        f"and {_end(profile, after)}; all branches together carry at least {exact(least)}."
    )


def _end(profile: CutProfile, cut: Cut) -> str:
    """The layer of a cut that branches run from or to, or the inputs or outputs together."""
    if profile.tensors.tensors[cut.ends_at].node:
        return cut.node
    return "the outputs" if cut.ends_at else "the inputs"


def _skipped(profile: CutProfile, width: str, before: Cut, after: Cut) -> str:
    return (
        f"besides the {width} {profile.unit} here, all {exact(before.width)} of "
        f"{_end(profile, before)} go straight on to {_end(profile, after)}, "
        f"{_use(profile, after)}."
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
            f"everything passes through these {here}, but {named(earlier)} let "
            f"only {exact(earlier.width)} through already."
        )
    later = widest_after(profile, number)
    return (
        f"everything passes through these {here}, the fewest so far, but "
        f"{at(later)} not many more ({exact(later.width)}) are made of them."
    )


def _no_valley(profile: CutProfile, number: int) -> str:
    """Which neighbour makes a cut no valley."""
    cut, before = profile.cuts[number], profile.cuts[number - 1]
    if cut.width > before.width:
        return f"{_subject(before)} just before is narrower ({exact(before.width)})"
    if cut.width == before.width:
        return f"{_subject(before)} just before is as wide"
    after = profile.cuts[number + 1]
    return f"{_subject(after)} just after is not wider ({exact(after.width)})"


def _subject(cut: Cut) -> str:
    return f"what {named(cut)} carry" if len(cut.tensors) > 1 else cut.node

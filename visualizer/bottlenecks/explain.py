"""Why a layer is a bottleneck, or why it is not, in one sentence."""

from __future__ import annotations

from visualizer.bottlenecks.findings import (
    DEFAULTS,
    Finding,
    Thresholds,
    find_bottlenecks,
    valleys,
)
from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.wording import narrowest_before, place, widest_after
from visualizer.costs.units import exact
from visualizer.graph.families import family_of


def explain(profile: CutProfile, node: str, thresholds: Thresholds = DEFAULTS) -> str:
    """One sentence about op `node`; raises KeyError for a node the graph does not have."""
    op = profile.tensors.graph.by_id[node].op
    position = profile.tensors.position_of.get(node)
    if position is None:
        return _outside(profile, node)
    for finding in find_bottlenecks(profile, thresholds):
        if position in profile.cuts[finding.cut].positions:
            return _found(finding)
    number = _cut_of(profile, position)
    if number is None:
        return _bypassed(profile, position)
    if op == "input" or number == 0:
        return "This is the input: what is missing here was never there."
    return _passed_by_all(profile, number)


def _outside(profile: CutProfile, node: str) -> str:
    if node in profile.tensors.side_nodes:
        return (
            "No bottleneck: this leads to no main output (an auxiliary head or an unused result)."
        )
    return "No bottleneck: this is computed from weights and constants, no input passes here."


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
        f"No bottleneck: its {width} {profile.unit} are one branch of several between "
        f"{before.node} and {after.node}; all branches together carry at least {exact(least)}."
    )


def _skipped(profile: CutProfile, width: str, before: Cut, after: Cut) -> str:
    return (
        f"No bottleneck: besides the {width} {profile.unit} here, all {exact(before.width)} of "
        f"{before.node} go straight on to {after.node}, {_use(profile, after)}."
    )


def _use(profile: CutProfile, after: Cut) -> str:
    """What happens where a skip connection ends."""
    end = profile.tensors.tensors[after.ends_at].node
    family = family_of(profile.tensors.graph.by_id[end].op) if end else ""
    return {
        "": "as an output themselves",
        "add": "where they are added",
        "concat": "where they are kept beside it",
        "elementwise": "where this only scales them",
    }.get(family, "which reads them too")


def _passed_by_all(profile: CutProfile, number: int) -> str:
    cut = profile.cuts[number]
    together = f" in {len(cut.tensors)} branches" if len(cut.tensors) > 1 else ""
    here = f"{exact(cut.width)} {profile.unit}{together}"
    if number > profile.final:
        return f"No bottleneck: this is the head, which always narrows ({here})."
    if number == profile.final:
        return f"No bottleneck: this is the final representation ({here}), only the head follows."
    if number not in valleys(profile):
        return _no_valley(profile, number, here)
    earlier = narrowest_before(profile, number)
    if cut.width >= earlier.width:
        return (
            f"No bottleneck: everything passes through these {here}, but {place(earlier)} let "
            f"only {exact(earlier.width)} through already."
        )
    later = widest_after(profile, number)
    return (
        f"No bottleneck: everything passes through these {here}, the fewest so far, but at "
        f"{place(later)} not many more ({exact(later.width)}) are made of them."
    )


def _no_valley(profile: CutProfile, number: int, here: str) -> str:
    cut, before = profile.cuts[number], profile.cuts[number - 1]
    if cut.width > before.width:
        reason = f"{place(before)} just before is narrower ({exact(before.width)})"
    elif cut.width == before.width:
        reason = f"{place(before)} just before is as wide"
    else:
        after = profile.cuts[number + 1]
        reason = f"{place(after)} just after is not wider ({exact(after.width)})"
    return f"No bottleneck: everything passes through these {here}, but {reason}."

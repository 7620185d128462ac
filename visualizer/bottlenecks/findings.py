"""Findings: where the cut profile says that a network throws away more than it should.

Hints with evidence, not verdicts: the source calls its principles speculative and
dimensionality "merely a rough estimate" of information (Szegedy et al., Rethinking the
Inception Architecture, section 2).
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import Literal

import msgspec

from visualizer.bottlenecks.makers import is_linear_by_design, is_squeeze
from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.suggestions import Suggestion, suggestion_for
from visualizer.bottlenecks.thresholds import DEFAULTS, Thresholds
from visualizer.bottlenecks.wording import evidence_for

Severity = Literal["extreme", "moderate", "mild", "info"]
Kind = Literal["bottleneck", "neck", "squeeze", "gentle", "valley", "cliff"]

SEVERITIES: tuple[Severity, ...] = ("extreme", "moderate", "mild", "info")

_TITLES: dict[Kind, str] = {
    "bottleneck": "Representational bottleneck",
    "neck": "Neck",
    "squeeze": "Channel squeeze that nothing bypasses",
    "gentle": "Gentle neck",
    "valley": "Local valley, already as narrow before",
    "cliff": "Cliff into the final representation",
}


class Finding(msgspec.Struct, frozen=True):
    """One hint, with its evidence and what it would take.

    `node` and `tensors` as in `Cut`, `cut` is its number in the profile. `early`: less than a
    third of the arithmetic is spent there. `by_design`: the narrow tensor comes from a linear
    1x1 layer, as in MobileNetV2. `rewrite_width` and `rewrite_macs` are the cut's width and
    the change of the network's MACs if the suggestion were followed, None without one.
    `output`: of several outputs that part the one on whose way the cut lies, which numbers
    the cuts of that `Part`; "" for a cut of the whole network.
    """

    severity: Severity
    kind: Kind
    title: str
    node: str
    cut: int
    width: int
    tensors: tuple[str, ...]
    beta: float | None
    nu: float | None
    depth: float | None
    evidence: str
    suggestion: str
    early: bool = False
    by_design: bool = False
    principle: int = 1
    rewrite_width: int | None = None
    rewrite_macs: int | None = None
    output: str = ""


def find_bottlenecks(profile: CutProfile, thresholds: Thresholds = DEFAULTS) -> tuple[Finding, ...]:
    """All findings of a network: the worst first, early before late, by design last.

    Where outputs part, those on the way to each of them too.
    """
    found = _found_in(profile, thresholds)
    for part in profile.parts:
        known = {finding.tensors for finding in found}
        fresh = (f for f in _found_in(part.profile, thresholds) if f.tensors not in known)
        found += [_towards(part.output, f) for f in fresh if f.node != part.output]
    return tuple(sorted(found, key=_rank))


def cut_at(profile: CutProfile, finding: Finding) -> Cut:
    """The cut that a finding of the network is about."""
    return profile.towards(finding.output).cuts[finding.cut]


def _towards(output: str, finding: Finding) -> Finding:
    title = f"{finding.title}, on the way to {output}"
    return msgspec.structs.replace(finding, title=title, output=output)


def _found_in(profile: CutProfile, thresholds: Thresholds) -> list[Finding]:
    judged = [(number, judge_valley(profile, number, thresholds)) for number in valleys(profile)]
    cliff = final_drop(profile)
    if cliff is not None and _below(profile.cuts[cliff].beta, thresholds.cliff_beta):
        judged.append((cliff, ("info", "cliff")))
    return [
        _finding(profile, number, *judgement, thresholds)
        for number, judgement in judged
        if judgement is not None
    ]


def valleys(profile: CutProfile) -> tuple[int, ...]:
    """Numbers of the body's valley bottoms: narrower than the cut before and the next
    different one after. Of several cuts with one width in a row it is the first."""
    levels = _levels(profile)
    return tuple(
        here
        for (before, here), (_, after) in pairwise(pairwise(levels))
        if profile.cuts[before].width > profile.cuts[here].width < profile.cuts[after].width
    )


def final_drop(profile: CutProfile) -> int | None:
    """Number of the cut at which the body reaches the width of its final representation, if
    that is a step down; None otherwise."""
    levels = _levels(profile)
    if len(levels) < 2:
        return None
    before, last = levels[-2:]
    return last if profile.cuts[last].width < profile.cuts[before].width else None


def _levels(profile: CutProfile) -> list[int]:
    """The first cut of each run of equal widths in the body."""
    runs = groupby(range(len(profile.body)), key=lambda number: profile.cuts[number].width)
    return [next(run) for _, run in runs]


def judge_valley(
    profile: CutProfile, number: int, thresholds: Thresholds
) -> tuple[Severity, Kind] | None:
    """Severity and kind of a valley bottom, None when its ratios are harmless."""
    cut = profile.cuts[number]
    if _below(cut.beta, thresholds.extreme_beta) and _below(cut.nu, thresholds.extreme_nu):
        return "extreme", "bottleneck"
    if _below(cut.beta, thresholds.moderate_beta) and _within(cut.nu, thresholds.moderate_nu):
        return "moderate", "neck"
    if _within(cut.depth, thresholds.squeeze_depth) and is_squeeze(profile.tensors, cut):
        return "moderate", "squeeze"
    if not _within(cut.nu, thresholds.mild_nu):
        return None
    return ("mild", "gentle") if _below(cut.beta, thresholds.mild_beta) else ("info", "valley")


def _below(ratio: float | None, limit: float) -> bool:
    return ratio is not None and ratio < limit


def _within(ratio: float | None, limit: float) -> bool:
    return ratio is not None and ratio <= limit


def _finding(
    profile: CutProfile, number: int, severity: Severity, kind: Kind, thresholds: Thresholds
) -> Finding:
    cut = profile.cuts[number]
    by_design = is_linear_by_design(profile.tensors, cut)
    early = _below(cut.macs_spent_share, thresholds.early)
    advice = _advice(profile, number, kind, by_design)
    return Finding(
        severity=severity,
        kind=kind,
        title=_title(kind, early and severity != "info", by_design),
        node=cut.node,
        cut=number,
        width=cut.width,
        tensors=cut.tensors,
        beta=cut.beta,
        nu=cut.nu,
        depth=cut.depth,
        evidence=evidence_for(profile, number, kind),
        suggestion=advice.text,
        early=early,
        by_design=by_design,
        rewrite_width=advice.width,
        rewrite_macs=advice.macs,
    )


def _title(kind: Kind, early: bool, by_design: bool) -> str:
    moment = ", early" if early else ""
    reason = " (linear bottleneck, by design)" if by_design else ""
    return f"{_TITLES[kind]}{moment}{reason}"


def _advice(profile: CutProfile, number: int, kind: Kind, by_design: bool) -> Suggestion:
    if by_design:
        return Suggestion(
            "Nothing to do: no activation follows the narrow tensor, so that none of the few "
            "numbers it holds is cut off (linear bottleneck, MobileNetV2)."
        )
    if kind == "valley":
        return Suggestion("Nothing to do: whatever is missing here was missing before.")
    if kind == "cliff":
        return Suggestion(
            "Nothing to do for a classifier, whose head narrows anyway; where the final "
            "representation itself is used, widen its last stage."
        )
    return suggestion_for(profile, number, _wanted(profile, number))


def _wanted(profile: CutProfile, number: int) -> int:
    """The width at which the cut would bind nothing; where it does not bind already, half of
    what lies around it."""
    cut, narrowest = profile.cuts[number], profile.running_minimum[number - 1]
    if cut.width < narrowest or cut.depth is None:
        return narrowest
    return round(cut.width / cut.depth / 2)


def _rank(finding: Finding) -> tuple[int, bool, bool, int]:
    severity = SEVERITIES.index(finding.severity)
    return severity, finding.by_design, not finding.early, finding.cut

"""The machine-readable findings: the contract of `findings --format json`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from visualizer.bottlenecks.findings import Finding
from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.graph.model import as_plain
from visualizer.sources import InputSpec, ModelSource

if TYPE_CHECKING:
    from visualizer.bottlenecks.principles.hints import Hint


def findings_document(
    profile: CutProfile,
    findings: Sequence[Finding],
    source: ModelSource | str,
    inputs: Sequence[InputSpec],
    hints: Sequence[Hint] = (),
) -> dict[str, Any]:
    """Cuts in order, findings by rank and then the hints of principles 2 to 4 as plain data,
    ready for json.

    `width` is in activations of one example, null for a hint; a ratio is null where there is
    nothing to compare with. `outputs` is there only where several outputs part early.
    """
    return {
        "source": source if isinstance(source, str) else source.text,
        "inputs": [_input(spec) for spec in inputs],
        "cuts": [_cut(cut) for cut in profile.cuts],
        "findings": [*map(_finding, findings), *map(_hint, hints)],
        **_outputs(profile),
    }


def _outputs(profile: CutProfile) -> dict[str, Any]:
    """Where outputs part, the cuts on the way to each of them."""
    parts = [
        {"output": part.output, "cuts": [_cut(cut) for cut in part.profile.cuts]}
        for part in profile.parts
    ]
    return {"outputs": parts} if parts else {}


def _input(spec: InputSpec) -> dict[str, Any]:
    named = {"name": spec.name} if spec.name else {}
    return {**named, "shape": list(spec.shape), "dtype": spec.dtype}


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        "width": cut.width,
        "tensors": list(cut.tensors),
        "in_body": cut.in_body,
        "beta": cut.beta,
        "nu": cut.nu,
        "lambda": cut.depth,
        "macs_spent_share": cut.macs_spent_share,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    shown = (
        "severity", "principle", "title", "node", "width", "evidence", "suggestion", "by_design",
    )  # fmt: skip
    plain = as_plain(finding)
    return {name: plain[name] for name in shown}


def _hint(hint: Hint) -> dict[str, Any]:
    return {
        "severity": hint.severity,
        "principle": hint.principle,
        "title": hint.title,
        "node": hint.node,
        "width": None,
        "evidence": hint.evidence,
        "suggestion": hint.suggestion,
        "by_design": False,
    }

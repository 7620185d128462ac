"""The `findings` command: where a network narrows, as JSON or as a table."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks import (
    Cut,
    CutProfile,
    Finding,
    ThresholdError,
    Thresholds,
    cut_profile,
    find_bottlenecks,
    findings_document,
    parse_thresholds,
)
from visualizer.bottlenecks.principles import CAVEAT, Hint, depth_hints, hints, principles_of
from visualizer.bottlenecks.thresholds import changes
from visualizer.bottlenecks.wording import named, parting_note
from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.cli.tables import Titled, print_tables, table_of
from visualizer.costs.units import exact, percent
from visualizer.session.network import OpenNetwork, find_item, narrowing_of
from visualizer.sources import SourceError

_NO_CUTS = "No output of this network depends on an input: there is nothing to cut."
_UNSEEN_WIDTH = 140
_FINDING = ("Severity", "Principle", "Title", "Where", "Width", "Evidence", "Suggestion")
_RATIOS = ("Width", "Narrowest so far", "β", "ν", "λ", "MACs spent")
_SILENT = "No narrow place found: nowhere is less passed on than is needed afterwards."


def print_findings(
    opening: Opening,
    format: str,
    settings: tuple[str, ...] = (),
) -> None:
    """Write cut profile and findings to stdout; `format` is "table", "json", "csv" or "md",
    `settings` are thresholds such as `extreme_beta=0.4`.

    Raises SourceError for a source, an input or a threshold that cannot be used.
    """
    thresholds = _thresholds(settings)
    with worker() as session:
        _, network = open_source(session, opening)
    profile = cut_profile(network.graph, network.report)
    findings = find_bottlenecks(profile, thresholds)
    principles = principles_of(network.graph, network.report, profile)
    noticed = (*hints(principles), *depth_hints(network.border))
    if format == "json":
        document = findings_document(profile, findings, opening.text, network.inputs, noticed)
        print(json.dumps(document, indent=1))
        return
    if format != "table":
        remarks = (parting_note(profile), *([CAVEAT] if noticed else []))
        print_tables(_tables(profile, findings, noticed), format, remarks)
        return
    console = table_console()
    _print_tables(console, network, profile, findings)
    if said := changes(thresholds):
        console.print(f"Judged with {said}.", highlight=False, markup=False)
    print_hints(console, noticed)


def _tables(
    profile: CutProfile, findings: tuple[Finding, ...], noticed: tuple[Hint, ...]
) -> Iterator[Titled]:
    """Findings with the hints of the other principles, then the whole cut profile."""
    found = [
        (one.severity, "1", one.title, ", ".join(one.tensors), exact(one.width), one.evidence,
         one.suggestion) for one in findings
    ]  # fmt: skip
    hinted = [
        (hint.severity, str(hint.principle), hint.title, hint.node, "", hint.evidence,
         hint.suggestion) for hint in noticed
    ]  # fmt: skip
    yield "Findings", table_of(_FINDING, (), (*found, *hinted))
    pairs = zip(profile.cuts, profile.running_minimum, strict=True)
    rows = ((_name(cut), *_cells(cut, narrowest)) for cut, narrowest in pairs)
    yield "Cut profile", table_of(("Cut",), _RATIOS, rows)


def print_explanation(
    opening: Opening,
    layer: str,
    settings: tuple[str, ...] = (),
) -> None:
    """Write to stdout why op or module `layer` is a bottleneck or not, and what it would take.

    Raises SourceError as `print_findings` does, and for a layer that is not there.
    """
    thresholds = _thresholds(settings)
    if not layer.strip():
        raise SourceError("--explain needs the name of a layer, as in --explain layer1.0.conv1")
    with worker() as session:
        _, network = open_source(session, opening)
    item = find_item(network, layer)
    answer = narrowing_of(network).judged(thresholds).explained(item)
    if answer is not None:
        print(f"{item}: {answer.text}")
        if answer.finding is not None:
            print(f"  {answer.finding.suggestion}")


def _thresholds(settings: tuple[str, ...]) -> Thresholds:
    try:
        return parse_thresholds(settings)
    except ThresholdError as error:
        raise SourceError(str(error)) from None


def table_console() -> Console:
    """stdout for tables: as wide as the terminal, or wide and unwrapped where nobody looks."""
    seen = sys.stdout.isatty()
    return Console(soft_wrap=not seen, width=None if seen else _UNSEEN_WIDTH)


def print_hints(console: Console, noticed: tuple[Hint, ...]) -> None:
    """The hints of principles 2 to 4, and once what the paper says of their use."""
    for hint in noticed:
        head = f"INFO: principle {hint.principle}, {hint.title}, {hint.node}"
        console.print(head, style="bold", highlight=False, markup=False)
        console.print(f"  {hint.evidence}", highlight=False, markup=False)
        console.print(f"  {hint.suggestion}", highlight=False, markup=False)
    if noticed:
        console.print(CAVEAT, style="dim", highlight=False, markup=False)


def _print_tables(
    console: Console, network: OpenNetwork, profile: CutProfile, findings: tuple[Finding, ...]
) -> None:
    title = f"{network.graph.name}: cut profile, numbers of one example that can pass"
    console.print(_profile_table(title, profile))
    if not profile.cuts:
        console.print(_NO_CUTS)
    if note := parting_note(profile):
        console.print(f"{note}\n", highlight=False, markup=False)
    for finding in findings:
        _print_finding(console, finding)
    if profile.cuts and not findings:
        console.print(_SILENT)


def _profile_table(title: str, profile: CutProfile) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("cut", overflow="fold")
    for column in ("width", "narrowest so far", "β", "ν", "λ", "MACs spent"):
        table.add_column(column, justify="right", no_wrap=True)
    for cut, narrowest in zip(profile.cuts, profile.running_minimum, strict=True):
        table.add_row(_name(cut), *_cells(cut, narrowest), style="" if cut.in_body else "dim")
    return table


def _name(cut: Cut) -> str:
    return f"inside {cut.node} ({len(cut.tensors)} tensors)" if cut.inside else named(cut)


def _cells(cut: Cut, narrowest: int) -> tuple[str, ...]:
    ratios = (_ratio(cut.beta), _ratio(cut.nu), _ratio(cut.depth))
    return exact(cut.width), exact(narrowest), *ratios, percent(cut.macs_spent_share)


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _print_finding(console: Console, finding: Finding) -> None:
    where = ", ".join(finding.tensors)
    head = f"{finding.severity.upper()}: {finding.title}, {where}"
    console.print(head, style="bold", highlight=False, markup=False)
    console.print(f"  {finding.evidence}", highlight=False, markup=False)
    console.print(f"  {finding.suggestion}", highlight=False, markup=False)

"""The `findings` command: where a network narrows, as JSON or as a table."""

from __future__ import annotations

import json
import sys

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.bottlenecks import (
    Cut,
    CutProfile,
    Finding,
    cut_profile,
    find_bottlenecks,
    findings_document,
)
from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.costs.units import exact, percent
from visualizer.session.network import OpenNetwork

_NO_CUTS = "No output of this network depends on an input: there is nothing to cut."
_UNSEEN_WIDTH = 140
_SILENT = "No narrow place found: nowhere is less passed on than is needed afterwards."


def print_findings(source: str, weights: str | None, inputs: tuple[str, ...], format: str) -> None:
    """Write cut profile and findings to stdout; `format` is "table" or "json"."""
    with worker() as session:
        _, network = open_source(session, source, weights, parse_inputs(inputs))
    profile = cut_profile(network.graph, network.report)
    findings = find_bottlenecks(profile)
    if format == "json":
        document = findings_document(profile, findings, source, network.inputs)
        print(json.dumps(document, indent=1))
    else:
        _print_tables(network, profile, findings)


def _print_tables(network: OpenNetwork, profile: CutProfile, findings: tuple[Finding, ...]) -> None:
    seen = sys.stdout.isatty()
    console = Console(soft_wrap=not seen, width=None if seen else _UNSEEN_WIDTH)
    title = f"{network.graph.name}: cut profile, numbers of one example that can pass"
    console.print(_profile_table(title, profile))
    if not profile.cuts:
        console.print(_NO_CUTS)
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
        table.add_row(*_cells(cut, narrowest), style="" if cut.in_body else "dim")
    return table


def _cells(cut: Cut, narrowest: int) -> tuple[str, ...]:
    name = f"inside {cut.node} ({len(cut.tensors)} tensors)" if cut.inside else cut.node
    ratios = (_ratio(cut.beta), _ratio(cut.nu), _ratio(cut.depth))
    return name, exact(cut.width), exact(narrowest), *ratios, percent(cut.macs_spent_share)


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _print_finding(console: Console, finding: Finding) -> None:
    where = ", ".join(finding.tensors)
    head = f"{finding.severity.upper()}: {finding.title}, {where}"
    console.print(head, style="bold", highlight=False, markup=False)
    console.print(f"  {finding.evidence}", highlight=False, markup=False)
    console.print(f"  {finding.suggestion}", highlight=False, markup=False)

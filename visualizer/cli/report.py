"""The `report` command: one file about a network."""

from __future__ import annotations

from pathlib import Path

from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.layout.placement import lay_out
from visualizer.reports import Report, ReportError, network_report, save_report, silhouette
from visualizer.reports.writing import check_target
from visualizer.session.cuts import cut_places, part_places, waists
from visualizer.session.network import OpenNetwork, narrowing_of
from visualizer.session.resolve import draft, picture
from visualizer.sources import SourceError


def write_report(
    source: str, weights: str | None, inputs: tuple[str, ...], output: Path, theme: str
) -> None:
    """Write the report to `output`, and which files it is to stdout.

    Raises SourceError for a source, an input or a target that cannot be used.
    """
    try:
        check_target(output)
        with worker() as session:
            _, network = open_source(session, source, weights, parse_inputs(inputs))
        for path in save_report(report_of(network), output, theme):
            print(path)
    except ReportError as error:
        raise SourceError(str(error)) from error


def report_of(network: OpenNetwork) -> Report:
    """The report of a network, drawn as it is first seen in the window."""
    drafted = draft(network, network.first_view, "linear", True, 0)
    shown = picture(drafted, lay_out(drafted.request))
    narrowing = narrowing_of(network)
    where = narrowing.profile, drafted.folded.shown_as.get, shown.placement.bars
    marked = waists(narrowing, cut_places(*where), part_places(*where))
    return network_report(narrowing, silhouette(shown, marked))

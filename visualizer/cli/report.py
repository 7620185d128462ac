"""The `report` command: one file about a network."""

from __future__ import annotations

from pathlib import Path

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.costs.settings import batch_of
from visualizer.costs.training import Plan
from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.layout.placement import lay_out
from visualizer.reports import Report, ReportError, network_report, save_report, silhouette
from visualizer.reports.writing import check_target
from visualizer.session.cuts import cut_places, part_places, waists
from visualizer.session.network import OpenNetwork, narrowing_of
from visualizer.session.resolve import draft, picture
from visualizer.session.training import TrainingShown, training_of
from visualizer.sources import ModelSource, SourceError


def write_report(opening: Opening, output: Path, theme: str) -> None:
    """Write the report to `output`, and which files it is to stdout.

    Raises SourceError for a source, an input or a target that cannot be used.
    """
    try:
        check_target(output)
        with worker() as session:
            source, network = open_source(session, opening)
            training = _observed(session, source, network)
        for path in save_report(report_of(network, training), output, theme):
            print(path)
    except ReportError as error:
        raise SourceError(str(error)) from error


def _observed(
    session: WorkerSession, source: ModelSource, network: OpenNetwork
) -> TrainingShown | str:
    """What one step of Adam in float32 needs; in words why a network cannot be trained so."""
    try:
        seen = session.observe_training(source, network.inputs)
    except WorkerFailure as failure:
        return f"A training step could not be observed: {failure}"
    return training_of(network, seen, Plan(batch_of(network.inputs) or 1))


def report_of(network: OpenNetwork, training: TrainingShown | str = "") -> Report:
    """The report of a network, drawn as it is first seen in the window."""
    seen = network.as_first_seen
    drafted = draft(seen, seen.first_view, "linear", True, 0)
    shown = picture(drafted, lay_out(drafted.request))
    narrowing = narrowing_of(network)
    where = narrowing.profile, drafted.folded.shown_as.get, shown.placement.bars
    marked = waists(narrowing, cut_places(*where), part_places(*where))
    return network_report(narrowing, silhouette(shown, marked), training)

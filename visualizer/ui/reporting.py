"""A report of what the window shows, as a file."""

from __future__ import annotations

from pathlib import Path

from visualizer.graph.folding import FoldedGraph
from visualizer.reports import ReportError, network_report, save_report, silhouette
from visualizer.session.cuts import cut_places, part_places, waists
from visualizer.session.network import Narrowing
from visualizer.session.shown import ShownGraph
from visualizer.session.state import Message
from visualizer.session.training import TrainingShown

_UNOBSERVED = "Not observed yet: choose Model, Training memory, and save the report again."


def write_report(
    narrowing: Narrowing,
    shown: ShownGraph,
    folded: FoldedGraph,
    path: Path,
    training: TrainingShown | None = None,
) -> Message:
    """Write the report; the answer says which files there are, or why there are none."""
    where = narrowing.profile, folded.shown_as.get, shown.placement.bars
    marked = waists(narrowing, cut_places(*where), part_places(*where))
    report = network_report(narrowing, silhouette(shown, marked), training or _UNOBSERVED)
    try:
        written = save_report(report, path)
    except ReportError as error:
        return Message(f"Cannot save the report: {error}", "error")
    except OSError as error:
        return Message(f"Cannot save the report to {path}: {error.strerror}", "error")
    beside = f" with {len(written) - 1} drawings beside it" if len(written) > 1 else ""
    return Message(f"Report saved to {path}{beside}.")

"""The `export` command: the graph as a picture, or for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.graph import ROOT
from visualizer.graph.folding import expanded_to_depth
from visualizer.reports.graph_files import GRAPH_SUFFIXES, graph_file
from visualizer.session.network import OpenNetwork, narrowing_of
from visualizer.session.shown import ColumnMode, Flow, WidthMode
from visualizer.sources import SourceError

PICTURES = (".svg", ".png", ".pdf")
SUFFIXES = (*PICTURES, *GRAPH_SUFFIXES)


def export_graph(
    opening: Opening,
    output: Path,
    depth: int | None,
    all_ops: bool,
    width: str,
    theme: str,
    scale: float = 1.0,
    columns: bool = False,
    flow: str = "down",
) -> None:
    """Write `output`; its suffix says how, `scale` is pixels of a PNG a unit of the drawing,
    with `columns` a long drawing is wrapped, `flow` is "down" or "right".
    Raises SourceError for an unknown suffix."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"cannot export to '{output.name}': use one of {', '.join(SUFFIXES)}")
    if not output.absolute().parent.is_dir():
        raise SourceError(f"there is no folder {output.absolute().parent}")
    with worker() as session:
        _, network = open_source(session, opening)
    if depth is None and not all_ops:
        network = network.as_first_seen
    expanded = _expanded(network, depth, all_ops)
    if suffix in GRAPH_SUFFIXES:
        output.write_bytes(graph_file(network, expanded, suffix, cast(Flow, flow)))
    else:
        _draw(network, expanded, output, width, theme, scale, columns, flow)


def _expanded(network: OpenNetwork, depth: int | None, all_ops: bool) -> frozenset[str]:
    if all_ops:
        return frozenset(network.hierarchy.groups) - {ROOT}
    if depth is not None:
        return expanded_to_depth(network.hierarchy, depth)
    return network.first_view


def _draw(
    network: OpenNetwork,
    expanded: frozenset[str],
    output: Path,
    width: str,
    theme: str,
    scale: float,
    columns: bool,
    flow: str,
) -> None:
    from visualizer.app import qt_application
    from visualizer.layout.placement import lay_out
    from visualizer.session.cuts import cut_places, part_places, waists
    from visualizer.session.resolve import draft, picture
    from visualizer.ui.canvas.export import ExportError, Sheet, save
    from visualizer.ui.canvas.marks import waist_marks
    from visualizer.ui.theme import ThemeChoice, theme_for

    mode: ColumnMode = "auto" if columns else "one"
    drafted = draft(
        network, expanded, cast(WidthMode, width), True, 0, columns=mode, flow=cast(Flow, flow)
    )
    shown = picture(drafted, lay_out(drafted.request))
    qt_application()
    colors = theme_for(cast(ThemeChoice, theme))
    narrowing = narrowing_of(network)
    bars, wrapped = shown.placement.bars, bool(shown.placement.columns)
    where = narrowing.profile, drafted.folded.shown_as.get, bars, wrapped
    marked = waists(narrowing, cut_places(*where), part_places(*where))
    try:
        save(Sheet(shown, colors, waist_marks(marked, colors)), output, scale)
    except ExportError as error:
        raise SourceError(str(error)) from error

"""The `export` command: the graph as a picture, as DOT or as data."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.graph import ROOT, encode_graph
from visualizer.graph.folding import expanded_to_depth
from visualizer.session.network import OpenNetwork, narrowing_of
from visualizer.session.shown import WidthMode
from visualizer.sources import SourceError

PICTURES = (".svg", ".png", ".pdf")
SUFFIXES = (*PICTURES, ".dot", ".json")


def export_graph(
    source: str,
    weights: str | None,
    inputs: tuple[str, ...],
    output: Path,
    depth: int | None,
    all_ops: bool,
    width: str,
    theme: str,
) -> None:
    """Write `output`; its suffix says how. Raises SourceError for an unknown one."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise SourceError(f"cannot export to '{output.name}': use one of {', '.join(SUFFIXES)}")
    if not output.absolute().parent.is_dir():
        raise SourceError(f"there is no folder {output.absolute().parent}")
    with worker() as session:
        _, network = open_source(session, source, weights, parse_inputs(inputs))
    expanded = _expanded(network, depth, all_ops)
    if suffix == ".json":
        output.write_bytes(encode_graph(network.graph))
    elif suffix == ".dot":
        from visualizer.layout.dot import dot_source

        output.write_text(dot_source(network.graph, network.hierarchy, expanded), encoding="utf-8")
    else:
        _draw(network, expanded, output, width, theme)


def _expanded(network: OpenNetwork, depth: int | None, all_ops: bool) -> frozenset[str]:
    if all_ops:
        return frozenset(network.hierarchy.groups) - {ROOT}
    if depth is not None:
        return expanded_to_depth(network.hierarchy, depth)
    return network.first_view


def _draw(
    network: OpenNetwork, expanded: frozenset[str], output: Path, width: str, theme: str
) -> None:
    from visualizer.app import qt_application
    from visualizer.layout.placement import lay_out
    from visualizer.session.cuts import cut_places, part_places, waists
    from visualizer.session.resolve import draft, picture
    from visualizer.ui.canvas.export import ExportError, save
    from visualizer.ui.canvas.marks import waist_marks
    from visualizer.ui.theme import ThemeChoice, theme_for

    drafted = draft(network, expanded, cast(WidthMode, width), True, 0)
    shown = picture(drafted, lay_out(drafted.request))
    qt_application()
    colors = theme_for(cast(ThemeChoice, theme))
    narrowing = narrowing_of(network)
    where = narrowing.profile, drafted.folded.shown_as.get, shown.placement.bars
    marked = waists(narrowing, cut_places(*where), part_places(*where))
    try:
        save(shown, output, colors, marks=waist_marks(marked, colors))
    except ExportError as error:
        raise SourceError(str(error)) from error

"""The `compare` command: networks side by side, and what changed between two versions of one."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.costs.comparison import (
    Compared,
    CostChange,
    Figure,
    GridCost,
    GridRow,
    figures,
    grid_rows,
    version_changes,
)
from visualizer.costs.lecture import slide_ratios
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.graph.model import as_plain
from visualizer.sources import SourceError

_UNSEEN_WIDTH = 160
_ROOMY, _ROOMY_EACH = 40, 34  # columns of a terminal that the tables need at full width
_TEXTS = ("Before", "After", "Op", "Network", "What")
_WHOLE = ("Change", "Grid", "MACs", "Params", "Memory")
_THE_SAME = "nothing"
Rows = list[tuple[str, ...]]


def print_comparison(openings: Sequence[Opening], format: str) -> None:
    """Write the comparison to stdout; `format` is "table", "json" or "md".

    Raises SourceError for fewer than two sources.
    """
    if len(openings) < 2:
        raise SourceError("compare needs two networks or more: visualizer compare alexnet vgg16")
    networks = _opened(openings)
    changes = _versions(networks)
    if format == "json":
        print(json.dumps(comparison_document(networks, changes), indent=1))
    elif format == "md":
        print("\n\n".join(_markdown(*table) for table in _tables(networks, changes)))
        _print_notes(networks, print)
    else:
        _print_tables(networks, changes)


def _opened(openings: Sequence[Opening]) -> tuple[Compared, ...]:
    found = []
    with worker() as session:
        for opening in openings:
            _, network = open_source(session, opening)
            found.append(Compared(opening.text, network.graph, network.report))
    return tuple(found)


def _versions(networks: Sequence[Compared]) -> tuple[CostChange, ...] | None:
    """What changed, if there are two networks and they are versions of one; None otherwise."""
    return version_changes(*networks) if len(networks) == 2 else None


def comparison_document(
    networks: Sequence[Compared], changes: Sequence[CostChange] | None
) -> dict[str, Any]:
    """The comparison as plain data. `changes` is null for networks that are not versions of
    one another; unchanged ops are left out of it."""
    listed = None
    if changes is not None:
        listed = [as_plain(change) for change in changes if change.match.change != "same"]
    return {
        "sources": [network.name for network in networks],
        "figures": [
            {**as_plain(figure), "ratios": list(figure.ratios)} for figure in figures(networks)
        ],
        "grids": [as_plain(row) for row in grid_rows(networks)],
        "changes": listed,
        "notes": {network.name: list(network.report.notes) for network in networks},
    }


def _tables(
    networks: Sequence[Compared], changes: Sequence[CostChange] | None
) -> list[tuple[str, tuple[str, ...], Rows]]:
    """Title, header and rows of every table."""
    names = tuple(network.name for network in networks)
    ratios = tuple(f"{name} ÷ {names[0]}" for name in names[1:])
    found = [
        ("Totals", ("", *names, *ratios), [_figure_row(row) for row in figures(networks)]),
        (
            "MACs, parameters and activation memory by grid",
            ("Grid", *(f"{name} {what}" for name in names for what in ("MACs", "params", "mem"))),
            [_grid_row(row) for row in grid_rows(networks)],
        ),
    ]
    if changes is not None:
        header = ("Change", "Before", "After", "MACs", "Params", "Activations", "What")
        rows = [_change_row(change) for change in changes if change.matters]
        found.append(("What changed", header, rows or [(_THE_SAME, *[""] * 6)]))
    return found


def narrow_tables(
    networks: Sequence[Compared], changes: Sequence[CostChange] | None
) -> list[tuple[str, tuple[str, ...], Rows]]:
    """The same for a narrow terminal: a ratio stands behind its number, a grid has a line for
    each network, an op its name once."""
    names = tuple(network.name for network in networks)
    found = [
        (
            f"Totals (× {names[0]})",
            ("", *names),
            [_narrow_figure(row) for row in figures(networks)],
        ),
        ("By grid", ("Grid", "Network", "MACs", "Params", "Memory"), _narrow_grids(networks)),
    ]
    if changes is not None:
        rows = [_narrow_change(change) for change in changes if change.matters]
        header = ("Change", "Op", "MACs", "Params", "What")
        found.append(("What changed", header, rows or [(_THE_SAME, *[""] * 4)]))
    return found


def _narrow_figure(figure: Figure) -> tuple[str, ...]:
    said = human_bytes if figure.unit == "bytes" else human_count
    cells = (
        said(value) if number == 0 or ratio is None else f"{said(value)} {ratio:.2f}×"
        for number, (value, ratio) in enumerate(zip(figure.values, figure.ratios, strict=True))
    )
    return (f"{figure.title} ({figure.about})", *cells)


def _narrow_grids(networks: Sequence[Compared]) -> Rows:
    return [
        ("" if number else _grid_text(row.grid), network.name, *_grid_cells(cost))
        for row in grid_rows(networks)
        for number, (network, cost) in enumerate(zip(networks, row.costs, strict=True))
    ]


def _narrow_change(change: CostChange) -> tuple[str, ...]:
    kind, before, after, macs, params, _, what = _change_row(change)
    both = f"{before} → {after}" if before and after and before != after else before or after
    return kind, both, macs, params, what


def _figure_row(figure: Figure) -> tuple[str, ...]:
    said = human_bytes if figure.unit == "bytes" else human_count
    ratios = ("" if r is None else f"{r:.2f} ×" for r in figure.ratios[1:])
    return (f"{figure.title} ({figure.about})", *map(said, figure.values), *ratios)


def _grid_row(row: GridRow) -> tuple[str, ...]:
    cells = (cell for cost in row.costs for cell in _grid_cells(cost))
    return (_grid_text(row.grid), *cells)


def _grid_cells(cost: GridCost) -> tuple[str, ...]:
    return human_count(cost.macs), human_count(cost.params), human_bytes(cost.activation_bytes)


def _grid_text(grid: tuple[int, ...]) -> str:
    return "×".join(map(str, grid)) or "no grid"


def _change_row(change: CostChange) -> tuple[str, ...]:
    match = change.match
    deltas = (change.macs, change.params, change.activation_bytes)
    signed = (f"{'+' if delta > 0 else ''}{exact(delta)}" if delta else "0" for delta in deltas)
    return (match.change, match.before, match.after, *signed, "; ".join(match.what))


def _print_tables(networks: Sequence[Compared], changes: Sequence[CostChange] | None) -> None:
    seen = sys.stdout.isatty()
    console = Console(width=None if seen else _UNSEEN_WIDTH)
    narrow = console.width < _ROOMY + _ROOMY_EACH * len(networks)
    for title, header, rows in (narrow_tables if narrow else _tables)(networks, changes):
        table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
        for number, column in enumerate(header):
            text = number == 0 or column in _TEXTS
            table.add_column(
                column, justify="left" if text else "right", overflow="fold",
                no_wrap=column in _WHOLE,
            )  # fmt: skip
        for row in rows:
            table.add_row(*row)
        console.print(table)
    _print_notes(networks, lambda line: console.print(line, highlight=False, markup=False))


def _print_notes(networks: Sequence[Compared], say: Any) -> None:
    for network in networks:
        for note in network.report.notes:
            say(f"{network.name}: {note}")
    for line in slide_ratios([network.name for network in networks]):
        say(line)


def _markdown(title: str, header: tuple[str, ...], rows: Rows) -> str:
    rule = ("---", *["---:"] * (len(header) - 1))
    lines = (f"| {' | '.join(line)} |" for line in (header, rule, *rows))
    return "\n".join((f"**{title}**", "", *lines))

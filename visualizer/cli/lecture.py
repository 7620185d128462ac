"""The `lecture` command: the per-layer table of the lecture "CNN Architectures"."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from typing import Any, Literal

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import open_source, worker
from visualizer.cli.opening import Opening
from visualizer.costs import Totals
from visualizer.costs.lecture_table import (
    COLUMNS,
    LectureRow,
    Preset,
    lecture_rows,
    lecture_totals,
    marked_cells,
    slide_notes,
    table_with_words,
)
from visualizer.graph.model import as_plain

_WORDS = ("Layer", "Node")
_UNSEEN_WIDTH = 160
_ROOM_FOR_NODES = 120


def print_lecture_table(opening: Opening, preset: Preset, format: str) -> None:
    """Write the table to stdout; `preset` is "lecture" (rounded as on the slide) or "exact"."""
    with worker() as session:
        _, network = open_source(session, opening)
    rows = lecture_rows(network.graph, network.report)
    cells, totals = [marked_cells(row, preset) for row in rows], network.report.totals
    if format == "json":
        print(json.dumps(_document(opening.text, rows), indent=1))
    elif format == "csv":
        titles, bare = table_with_words(rows, preset)
        csv.writer(sys.stdout, lineterminator="\n").writerows((titles, *bare))
    elif format == "md":
        _print_markdown(cells)
        print("\n" + "\n".join(f"- {line}" for line in _remarks(rows, totals)))
    else:
        _print_table(f"{network.graph.name}, as the lecture lists it", rows, cells, totals)


def _document(source: str, rows: Sequence[LectureRow]) -> dict[str, Any]:
    """The rows, each with what is said of its cells in `slide`, and the same in words."""
    layers = [as_plain(row) for row in rows]
    return {"source": source, "layers": layers, "notes": list(slide_notes(rows))}


def _print_table(
    title: str, rows: Sequence[LectureRow], cells: Sequence[Sequence[str]], totals: Totals
) -> None:
    console = Console() if sys.stdout.isatty() else Console(width=_UNSEEN_WIDTH)
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    left_out = () if console.width >= _ROOM_FOR_NODES else ("Node",)
    for column in COLUMNS:
        if column not in left_out:
            side: Literal["left", "right"] = "left" if column in _WORDS else "right"
            table.add_column(column, justify=side, overflow="fold")
    for line in cells:
        shown = zip(COLUMNS, line, strict=True)
        table.add_row(*(text for column, text in shown if column not in left_out))
    console.print(table)
    for remark in _remarks(rows, totals):
        console.print(remark, highlight=False, markup=False)


def _remarks(rows: Sequence[LectureRow], totals: Totals) -> tuple[str, ...]:
    """The sums, then what is said of each marked cell, behind its mark."""
    marks = [cell.mark for row in rows for cell in row.slide]
    notes = (f"{mark} {note}" for mark, note in zip(marks, slide_notes(rows), strict=True))
    return (*lecture_totals(rows, totals), *notes)


def _print_markdown(cells: Sequence[Sequence[str]]) -> None:
    rule = ["---" if column in _WORDS else "---:" for column in COLUMNS]
    for line in (COLUMNS, rule, *cells):
        print(f"| {' | '.join(line)} |")

"""The `lecture` command: the per-layer table of the lecture "CNN Architectures"."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table

from visualizer.cli.loading import open_source, parse_inputs, worker
from visualizer.costs import Totals
from visualizer.costs.lecture_table import (
    COLUMNS,
    LectureRow,
    Preset,
    lecture_cells,
    lecture_rows,
    lecture_totals,
    slide_notes,
)
from visualizer.graph.model import as_plain

_WORDS = ("Layer", "Node")
_UNSEEN_WIDTH = 160
_ROOM_FOR_NODES = 120


def print_lecture_table(
    source: str, weights: str | None, inputs: tuple[str, ...], preset: Preset, format: str
) -> None:
    """Write the table to stdout; `preset` is "lecture" (rounded as on the slide) or "exact"."""
    with worker() as session:
        _, network = open_source(session, source, weights, parse_inputs(inputs))
    rows = lecture_rows(network.graph, network.report)
    cells, totals = [lecture_cells(row, preset) for row in rows], network.report.totals
    if format == "json":
        print(json.dumps({"source": source, "layers": [as_plain(row) for row in rows]}, indent=1))
    elif format == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows((COLUMNS, *cells))
    elif format == "md":
        _print_markdown(cells)
        print("\n" + "\n".join(f"* {line.removeprefix('* ')}" for line in _remarks(rows, totals)))
    else:
        _print_table(f"{network.graph.name}, as the lecture lists it", rows, cells, totals)


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
    for row, line in zip(rows, cells, strict=True):
        marked = {cell.column for cell in row.slide}
        texts = (
            f"{text} *" if column in marked else text
            for column, text in zip(COLUMNS, line, strict=True)
            if column not in left_out
        )
        table.add_row(*texts)
    console.print(table)
    for remark in _remarks(rows, totals):
        console.print(remark, highlight=False, markup=False)


def _remarks(rows: Sequence[LectureRow], totals: Totals) -> tuple[str, ...]:
    return (*lecture_totals(rows, totals), *(f"* {note}" for note in slide_notes(rows)))


def _print_markdown(cells: Sequence[Sequence[str]]) -> None:
    rule = ["---" if column in _WORDS else "---:" for column in COLUMNS]
    for line in (COLUMNS, rule, *cells):
        print(f"| {' | '.join(line)} |")

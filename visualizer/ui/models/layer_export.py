"""The layer table as text: tab separated for the clipboard, CSV and Markdown for files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from visualizer.ui.models.layer_columns import COLUMNS, TITLES

Rows = Iterable[Sequence[str]]


def tab_text(rows: Rows) -> str:
    """A header and the rows, ready to paste into a spreadsheet."""
    return "\n".join("\t".join(row) for row in (TITLES, *rows)) + "\n"


def csv_text(rows: Rows) -> str:
    """RFC 4180, with exact numbers."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows((TITLES, *rows))
    return buffer.getvalue()


def markdown_text(rows: Rows) -> str:
    """A table as GitHub reads it, numbers right-aligned."""
    rule = ["---:" if column.numeric else ":---" for column in COLUMNS]
    return "\n".join(_markdown_row(row) for row in (TITLES, rule, *rows)) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

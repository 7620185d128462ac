"""A table as text: tab separated for the clipboard, CSV and Markdown for files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import msgspec


class TextTable(msgspec.Struct, frozen=True):
    """Titles of the columns, which of them are numbers, and the rows."""

    titles: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def tab_text(table: TextTable) -> str:
    """A header and the rows, ready to paste into a spreadsheet."""
    return "\n".join("\t".join(row) for row in (table.titles, *table.rows)) + "\n"


def csv_text(table: TextTable) -> str:
    """RFC 4180."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows((table.titles, *table.rows))
    return buffer.getvalue()


def markdown_text(table: TextTable) -> str:
    """A table as GitHub reads it, numbers right-aligned."""
    rule = ["---:" if numeric else ":---" for numeric in table.numeric]
    return "\n".join(_markdown_row(row) for row in (table.titles, rule, *table.rows)) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

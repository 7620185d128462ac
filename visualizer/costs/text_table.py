"""Any table as text: tab separated for the clipboard, CSV and Markdown for files and pipes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

import msgspec

_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


class TextTable(msgspec.Struct, frozen=True):
    """Titles of the columns, which of them are numbers, and the rows."""

    titles: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]


def tab_text(table: TextTable) -> str:
    """A header and the rows, ready to paste into a spreadsheet."""
    return "\n".join("\t".join(row) for row in (table.titles, *table.rows)) + "\n"


def csv_text(table: TextTable) -> str:
    """RFC 4180; numbers without separators of thousands, for programs."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows((table.titles, *map(_bare, table.rows)))
    return buffer.getvalue()


def _bare(row: Sequence[str]) -> list[str]:
    return [cell.replace(",", "") if _GROUPED.fullmatch(cell) else cell for cell in row]


def markdown_text(table: TextTable) -> str:
    """A table as GitHub reads it, numbers right-aligned."""
    rule = ["---:" if numeric else ":---" for numeric in table.numeric]
    return "\n".join(_markdown_row(row) for row in (table.titles, rule, *table.rows)) + "\n"


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

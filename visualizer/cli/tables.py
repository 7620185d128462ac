"""Tables of a command for other programs: CSV, or Markdown with titles and remarks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from visualizer.costs.text_table import TextTable, csv_text, markdown_text

Titled = tuple[str, TextTable]


def table_of(
    words: Sequence[str], numbers: Sequence[str], rows: Iterable[Sequence[str]]
) -> TextTable:
    """A table whose first columns are `words` and whose last are `numbers`; rows that end early
    are filled up."""
    numeric = (*[False] * len(words), *[True] * len(numbers))
    width = len(numeric)
    filled = tuple((*row, *[""] * (width - len(row))) for row in rows)
    return TextTable((*words, *numbers), numeric, filled)


def print_tables(tables: Iterable[Titled], format: str, remarks: Iterable[str] = ()) -> None:
    """Write the tables that have rows to stdout, an empty line between them. CSV (`format`
    "csv") has a header line a table; Markdown ("md") has titles, and the remarks below."""
    filled = [(title, table) for title, table in tables if table.rows]
    if format == "csv":
        print("\n".join(_lines(csv_text(table)) for _, table in filled), end="")
        return
    parts = [f"### {title}\n\n{markdown_text(table)}" for title, table in filled]
    said = "".join(f"- {line}\n" for line in remarks if line)
    print("\n".join([*parts, said] if said else parts), end="")


def _lines(text: str) -> str:
    """With the line ends of a terminal."""
    return text.replace("\r\n", "\n")

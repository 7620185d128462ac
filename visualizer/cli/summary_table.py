"""The table of `summary` on a terminal: a tree, or a ranking, in as many columns as fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from visualizer.costs.table import field_text
from visualizer.costs.tree import TreeRow, kind_text, macs_text, params_text
from visualizer.costs.units import human_bytes, percent
from visualizer.graph import shape_text

_INDENT = "  "
_PADDING = 2  # between two columns
_LONGEST_NAME = 44  # of a name that other columns give way to
_MUCH, _SOME, _LITTLE = 0.25, 0.1, 0.001


class _Column(NamedTuple):
    """`leaves` says which column goes first where the terminal is narrow; 0 stays."""

    title: str
    text: Callable[[TreeRow], str]
    right: bool
    leaves: int
    share: bool = False


def _name(line: TreeRow) -> str:
    return _INDENT * line.level + line.name


_COLUMNS = (
    _Column("Layer", _name, False, 0),
    _Column("Kind", kind_text, False, 4),
    _Column("Output", lambda line: shape_text(line.row.output, batch=True), False, 7),
    _Column("Params", params_text, True, 0),
    _Column("%", lambda line: _share(line.params_share), True, 3, True),
    _Column("MACs", macs_text, True, 0),
    _Column("%", lambda line: _share(line.macs_share), True, 5, True),
    _Column("Memory", lambda line: human_bytes(line.row.activation_bytes), True, 6),
    _Column("%", lambda line: _share(line.memory_share), True, 2, True),
    _Column("Receptive field", lambda line: field_text(line.row.receptive_field), False, 1),
)


def _share(share: float | None) -> str:
    return percent(share) if share else ""


def print_tree(console: Console, title: str, lines: Sequence[TreeRow]) -> None:
    """Print the rows; columns that do not fit are left out, and named below the table."""
    texts = [[column.text(line) for column in _COLUMNS] for line in lines]
    kept = _fitting(texts, console.width)
    table = Table(
        title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False
    )
    for number in kept:
        column = _COLUMNS[number]
        table.add_column(
            column.title, justify="right" if column.right else "left", no_wrap=column.right,
            overflow="fold",
        )  # fmt: skip
    for line, row in zip(lines, texts, strict=True):
        cells = (_styled(line, _COLUMNS[number], row[number]) for number in kept)
        table.add_row(*cells, style=_row_style(line))
    console.print(table)
    left_out = [name for number, name in enumerate(_full_names()) if number not in kept]
    if left_out:
        words = f"For want of width without: {', '.join(left_out)} (--format csv has all)"
        console.print(words, style="dim", highlight=False)


def _full_names() -> list[str]:
    return [
        f"share of {before.title.lower()}" if column.share else column.title.lower()
        for before, column in zip((_COLUMNS[0], *_COLUMNS), _COLUMNS, strict=False)
    ]


def _fitting(texts: Sequence[Sequence[str]], room: int) -> list[int]:
    """Numbers of the columns that fit into `room` characters."""
    widths = [
        max((len(row[number]) for row in texts), default=0) for number in range(len(_COLUMNS))
    ]
    widths = [max(w, len(c.title)) for w, c in zip(widths, _COLUMNS, strict=True)]
    widths[0] = min(widths[0], _LONGEST_NAME)
    kept = list(range(len(_COLUMNS)))
    leaving = sorted((n for n in kept if _COLUMNS[n].leaves), key=lambda n: _COLUMNS[n].leaves)
    while leaving and sum(widths[number] + _PADDING for number in kept) > room:
        kept.remove(leaving.pop(0))
    return kept


def _row_style(line: TreeRow) -> str:
    if line.row.training_only:
        return "dim italic"
    return "bold" if line.opened else ""


def _styled(line: TreeRow, column: _Column, text: str) -> Text:
    """Shares stand out where they are large and step back where they are nothing."""
    if not column.share or line.opened or not text:
        return Text(text)
    share = float(text.removesuffix("%")) / 100
    if share >= _MUCH:
        return Text(text, "bold yellow")
    return Text(text, "yellow" if share >= _SOME else "dim" if share < _LITTLE else "")

"""What the lecture says, in a report: its table of layers, and its points with numbers."""

from __future__ import annotations

from collections.abc import Iterator

from visualizer.costs.lecture_table import (
    COLUMNS,
    lecture_rows,
    lecture_totals,
    marked_cells,
    slide_notes,
)
from visualizer.insights import Insight, Table, summarised
from visualizer.reports.model import Block, Fold, Sheet, Words
from visualizer.session.network import OpenNetwork

_LONGEST = 60  # rows; the table of a longer network is all its layers once more
_WORDS = ("Layer", "Node", "Rule", "Broken by", "Reads", "Head")


def lecture_blocks(network: OpenNetwork) -> Iterator[Block]:
    """The lecture's table where it is short, its sums, and what its slides have otherwise."""
    rows = lecture_rows(network.graph, network.report)
    if not rows or len(rows) > _LONGEST:
        return
    cells = tuple(marked_cells(row, "lecture") for row in rows)
    wrong = [any(cell.kind == "misprint" for cell in row.slide) for row in rows]
    marked = frozenset(number for number, misprinted in enumerate(wrong) if misprinted)
    yield Sheet(COLUMNS, tuple(title not in _WORDS for title in COLUMNS), cells, marked)
    for line in (*lecture_totals(rows, network.report.totals), *slide_notes(rows)):
        yield Words(line, faint=True)


def insight_blocks(network: OpenNetwork) -> Iterator[Block]:
    """One fold for each kind of thing the lecture says; those about the network are open."""
    for insight, more in summarised(network.insights):
        yield Fold(insight.title, _place(insight, more), tuple(_inside(insight)), _is_open(insight))


def _is_open(insight: Insight) -> bool:
    return insight.scope == "network"


def _place(insight: Insight, more: int) -> str:
    """`layer1.0.conv1, and 11 more`; of a block its last op; "" for the network."""
    if insight.scope == "network":
        return ""
    node = insight.nodes[0] if insight.scope == "layer" else f"up to {insight.nodes[-1]}"
    return f"{node}, and {more} more" if more else node


def _inside(insight: Insight) -> Iterator[Block]:
    yield Words(insight.sentence)
    if insight.formula:
        yield Words(insight.formula, faint=True)
    if insight.substituted or insight.result:
        yield Words(" = ".join(filter(None, (insight.substituted, insight.result))))
    if insight.table is not None:
        yield _sheet(insight.table)


def _sheet(table: Table) -> Sheet:
    numeric = (number > 0 and title not in _WORDS for number, title in enumerate(table.columns))
    return Sheet(table.columns, tuple(numeric), table.rows)

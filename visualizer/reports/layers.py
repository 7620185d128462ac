"""The layer table of a report: one line a module of the outermost level, its ops inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from visualizer.costs.model import ReceptiveField
from visualizer.costs.table import field_text
from visualizer.costs.tree import TreeRow, kind_text, macs_text, params_text, tree_rows
from visualizer.costs.units import human_bytes, human_count, percent
from visualizer.graph.model import shape_text
from visualizer.reports.model import Block, Fold, Sheet
from visualizer.session.network import OpenNetwork

_TITLES = ("Layer", "Kind", "Output", "Parameters", "%", "MACs", "%", "Memory", "%",
           "Receptive field")  # fmt: skip
_NUMERIC = (False, False, False, *[True] * 6, False)
_INDENT = 3
_LONGEST_OPEN = 40


def layer_blocks(network: OpenNetwork) -> tuple[Block, ...]:
    """Ops that stand directly in the network as tables, modules as folds, in execution order."""
    rows = tree_rows(network.graph, network.report)
    if len(rows) <= _LONGEST_OPEN:
        return (_sheet(rows),)
    return tuple(_blocks(rows))


def _blocks(rows: Sequence[TreeRow]) -> Iterator[Block]:
    loose: list[TreeRow] = []
    for start, row in enumerate(rows):
        if row.level:
            continue
        if not row.opened:
            loose.append(row)
            continue
        if loose:
            yield _sheet(loose)
            loose = []
        yield _module(row, _inside(rows, start))
    if loose:
        yield _sheet(loose)


def _inside(rows: Sequence[TreeRow], start: int) -> Sequence[TreeRow]:
    end = next((n for n in range(start + 1, len(rows)) if not rows[n].level), len(rows))
    return rows[start + 1 : end]


def _module(head: TreeRow, inside: Sequence[TreeRow]) -> Fold:
    row = head.row
    parts = [
        row.kind, shape_text(row.output, batch=True), f"{human_count(row.params)} parameters",
        f"{human_count(row.macs)} MACs ({percent(head.macs_share)})" if row.macs else "no MACs",
        f"{human_bytes(row.activation_bytes)} of outputs",
    ]  # fmt: skip
    if row.training_only:
        parts.append("runs only in training, in no total")
    return Fold(row.id, " · ".join(parts), (_sheet(inside, 1),))


def _sheet(rows: Sequence[TreeRow], level: int = 0) -> Sheet:
    opened = frozenset(number for number, row in enumerate(rows) if row.opened)
    return Sheet(_TITLES, _NUMERIC, tuple(_cells(row, level) for row in rows), opened)


def _cells(line: TreeRow, level: int) -> tuple[str, ...]:
    row = line.row
    return (
        " " * _INDENT * (line.level - level) + line.name, kind_text(line),
        shape_text(row.output, batch=True), params_text(line), _percent(line.params_share),
        macs_text(line), _percent(line.macs_share), human_bytes(row.activation_bytes),
        _percent(line.memory_share), _seen(row.receptive_field),
    )  # fmt: skip


def _percent(share: float | None) -> str:
    return percent(share) if share else ""


def _seen(field: ReceptiveField | None) -> str:
    """What is seen of the input; local numbers only where that is not all of it."""
    return "whole input" if field is not None and field.whole_input else field_text(field)

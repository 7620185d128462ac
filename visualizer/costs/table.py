"""The cost table as text: cells for people, CSV for spreadsheets, Markdown for papers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from visualizer.costs.model import ReceptiveField
from visualizer.costs.rows import LayerRow, layer_rows
from visualizer.costs.units import exact
from visualizer.graph.model import shape_text

__all__ = [
    "COLUMNS", "LayerRow", "cells", "field_text", "layer_rows", "to_csv",
    "to_markdown",
]  # fmt: skip

COLUMNS = (
    "Layer", "Op", "Output shape", "Kernel", "Stride", "Parameters", "MACs", "FLOPs",
    "Activation bytes", "Receptive field",
)  # fmt: skip
_FIRST_NUMBER, _NUMBERS = 5, 4


def cells(row: LayerRow) -> tuple[str, ...]:
    """One text for each of COLUMNS; numbers exact and with separators, unknown ones say so."""
    return (
        row.id,
        _op_text(row),
        shape_text(row.output, batch=True),
        _sides_text(row.kernel),
        _sides_text(row.stride),
        exact(row.params),
        _count(row.macs),
        _count(row.flops),
        exact(row.activation_bytes),
        field_text(row.receptive_field),
    )


def _op_text(row: LayerRow) -> str:
    """The op, or a module's type; what is in no total says so."""
    op = row.kind if row.op == "module" else row.op
    return f"{op} (training only)" if row.training_only else op


def to_csv(rows: Iterable[LayerRow]) -> str:
    """Comma-separated values with a header line; plain numbers, empty where unknown. The last
    column says whose memory an output shares: such rows are in no sum."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, "Shared memory"))
    for row in rows:
        numbers = (row.params, row.macs, row.flops, row.activation_bytes)
        shown = cells(row)
        rest = (*shown[_FIRST_NUMBER + _NUMBERS :], row.sharing)
        writer.writerow((*shown[:_FIRST_NUMBER], *numbers, *rest))
    return text.getvalue()


def to_markdown(rows: Iterable[LayerRow]) -> str:
    """A Markdown table, numbers aligned to the right."""
    last = _FIRST_NUMBER + _NUMBERS
    rule = ["---:" if _FIRST_NUMBER <= place < last else "---" for place in range(len(COLUMNS))]
    lines = [COLUMNS, rule, *(cells(row) for row in rows)]
    return "".join(f"| {' | '.join(map(_escaped, line))} |\n" for line in lines)


def field_text(field: ReceptiveField | None) -> str:
    """`11×11, stride 4, padding 2`, one number where the axes agree; "" when there is none."""
    if field is None:
        return ""
    size = "×".join(map(str, field.size))
    stride, padding = _agreed(field.stride), _agreed(field.padding)
    text = f"{size}, stride {stride}, padding {padding}"
    if not field.aligned:
        text += ", misaligned"
    return f"whole input (locally {text})" if field.whole_input else text


def _agreed(sides: tuple[int | float, ...]) -> str:
    shown = dict.fromkeys(f"{side:g}" for side in sides)
    return "×".join(shown if len(shown) == 1 else (f"{side:g}" for side in sides))


def _sides_text(sides: tuple[int, ...]) -> str:
    return "×".join(map(str, sides))


def _count(number: int | None) -> str:
    return "unknown" if number is None else exact(number)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|")

"""The table of the lecture "CNN Architectures": one row a convolution, pool, flatten or fc.

Its conventions: a multiplication with its addition is one flop (here: one MAC), pooling is
counted, memory is that of the output of one image in float32, activations and norms work in
place and have no row. Its slide prints the parameters of a convolution with the bias and those
of a fully connected layer without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import msgspec

from visualizer.costs.lecture_row import (
    COLUMNS,
    PRESETS,
    Kind,
    LectureRow,
    Preset,
    SlideCell,
    lecture_cells,
    sides_text,
)
from visualizer.costs.model import Totals
from visualizer.costs.report import CostReport
from visualizer.costs.rows import kernel_of
from visualizer.costs.slides import checked
from visualizer.costs.units import KILO, exact
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node, TensorSpec

__all__ = [
    "COLUMNS", "PRESETS", "LectureRow", "Preset", "SlideCell", "cell_note", "lecture_cells",
    "lecture_rows", "lecture_totals", "marked_cells", "slide_notes",
    "table_with_words",
]  # fmt: skip

_BYTES = 4  # of a float32
_LECTURERS = re.compile(r"(conv|pool|fc)\d\w*|flatten")


def lecture_rows(graph: LayerGraph, report: CostReport) -> tuple[LectureRow, ...]:
    """The table's rows in execution order; where they are those of the lecture's AlexNet, the
    cells that its slide prints otherwise are marked. Ops without a formula have no row."""
    names = _Names()
    rows = [
        _row(graph, report, node, kind, names.next(kind))
        for node in graph.ops
        if (kind := _kind(graph, report, node)) is not None
    ]
    return checked(_named_by_themselves(rows))


def _named_by_themselves(rows: list[LectureRow]) -> list[LectureRow]:
    """With the ops' own names where these are a lecturer's, each once: conv1_1, pool1, fc6."""
    own = [row.node.rpartition(".")[2] for row in rows]
    if len(set(own)) < len(own) or not all(map(_LECTURERS.fullmatch, own)):
        return rows
    return [msgspec.structs.replace(row, name=name) for row, name in zip(rows, own, strict=True)]


def lecture_totals(rows: Sequence[LectureRow], totals: Totals) -> tuple[str, ...]:
    """The sums in words: the lecture adds memory up without pools (AlexNet) or with (GoogLeNet).
    What the network's `totals` have beyond these rows (norms, attention) is said."""
    weighted = [row for row in rows if row.kind in ("conv", "fc")]
    pools = [row for row in rows if row.kind == "pool"]
    memory, pooled = (sum(row.memory_bytes for row in part) for part in (weighted, pools))
    params = sum(row.weights + row.biases for row in rows)
    macs, pool_macs = (sum(row.macs for row in part) for part in (weighted, pools))
    return (
        f"memory {memory / KILO**2:.3f} MB of conv and fc outputs, "
        f"{(memory + pooled) / KILO**2:.3f} MB with pools (1 MB = 1024 KB)",
        f"{exact(params)} parameters, biases included{_beyond(totals.params - params)}",
        f"{exact(macs)} flop (1 flop = 1 MAC), {exact(macs + pool_macs)} with pools"
        f"{_beyond(totals.macs - macs)}",
    )


def _beyond(number: int) -> str:
    return f"; {exact(number)} more in layers of other kinds" if number > 0 else ""


def slide_notes(rows: Iterable[LectureRow]) -> tuple[str, ...]:
    """`conv4, Flop (M): the slide prints 145, arithmetic gives 150; ...` for each cell about
    which there is something to say."""
    return tuple(note for row in rows for note in _notes_of(row))


def _notes_of(row: LectureRow, named: bool = True) -> tuple[str, ...]:
    name = f"{row.name}, " if named else ""
    return tuple(f"{name}{cell.column}: {cell_note(row, cell)}" for cell in row.slide)


def cell_note(row: LectureRow, cell: SlideCell) -> str:
    """What is said about one cell of `row`."""
    if cell.kind == "remark":
        return cell.reason
    ours = lecture_cells(row, "lecture")[COLUMNS.index(cell.column)]
    return f"the slide prints {cell.printed}, arithmetic gives {ours}; {cell.reason}"


def marked_cells(row: LectureRow, preset: Preset) -> tuple[str, ...]:
    """The cells in plain text, `150 *` where the slide misprints, `37,749 °` where there is a
    remark; `slide_notes` has the words."""
    cells = zip(COLUMNS, lecture_cells(row, preset), strict=True)
    return tuple(
        f"{text} {about.mark}" if (about := row.slide_cell(column)) else text
        for column, text in cells
    )


def table_with_words(
    rows: Sequence[LectureRow], preset: Preset
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Titles and cells for files that are read by programs: numbers bare, and what is said of
    them in a last column `Slide`, where there is anything."""
    cells = [lecture_cells(row, preset) for row in rows]
    words = [" ".join(f"{note}." for note in _notes_of(row, named=False)) for row in rows]
    if not any(words):
        return COLUMNS, cells
    return (*COLUMNS, "Slide"), [(*line, said) for line, said in zip(cells, words, strict=True)]


class _Names:
    """conv1, pool1, conv2, ..., pool5, flatten, fc6: pools are called after the last conv, fully
    connected layers count on."""

    def __init__(self) -> None:
        self._layers = 0

    def next(self, kind: Kind) -> str:
        if kind in ("conv", "fc"):
            self._layers += 1
        return "flatten" if kind == "flatten" else f"{kind}{self._layers}"


def _kind(graph: LayerGraph, report: CostReport, node: Node) -> Kind | None:
    cost, family = report.layers[node.id], family_of(node.op)
    if cost.training_only or not node.inputs:
        return None
    read = graph.spec(node.inputs[0])
    if family == "reshape":
        flat = len(read.shape) > 2 and len(node.output.shape) == 2
        return "flatten" if flat and read.elements == node.output.elements else None
    if cost.macs is None or family not in ("conv", "pool", "linear"):
        return None
    if family == "pool":
        nothing = node.op.startswith("adaptive_") and read == node.output
        return None if nothing else "pool"
    return "fc" if family == "linear" else "conv"


def _row(graph: LayerGraph, report: CostReport, node: Node, kind: Kind, name: str) -> LectureRow:
    cost, batch = report.layers[node.id], graph.inputs[0].output.shape[0] if graph.inputs else 1
    (c_in, size_in), (c_out, size_out) = (
        _channels(spec, kind) for spec in (graph.spec(node.inputs[0]), node.output)
    )
    if kind == "flatten":
        (c_in, size_in), size_out = _channels(graph.spec(node.inputs[0]), "conv"), ()
    bias = graph.parameter_spec(node, "bias")
    biases = bias.elements if bias is not None and cost.params else 0
    return LectureRow(
        name, node.id, kind, c_in, size_in, c_out if kind == "conv" else None,
        kernel_of(graph, node) if kind in ("conv", "pool") else (),
        _attribute(node, "stride") if kind in ("conv", "pool") else (),
        _padding(node) if kind in ("conv", "pool") else "",
        c_out, size_out, node.output.elements // batch * _BYTES,
        cost.params - biases, biases, (cost.macs or 0) // batch,
    )  # fmt: skip


def _channels(spec: TensorSpec, kind: Kind) -> tuple[int, tuple[int, ...]]:
    """Channels and grid of a tensor; a fully connected layer's features stand last."""
    shape = spec.shape[1:] or spec.shape
    if kind == "fc" or len(shape) == 1:
        return shape[-1], ()
    return shape[0], shape[1:]


def _attribute(node: Node, name: str) -> tuple[int, ...]:
    value = node.attributes.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    return tuple(int(side) for side in value) if isinstance(value, tuple) else ()


def _padding(node: Node) -> str:
    value = node.attributes.get("padding")
    return value if isinstance(value, str) else sides_text(_attribute(node, "padding"))

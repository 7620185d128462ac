"""The table of the lecture "CNN Architectures": one row a convolution, pool, flatten or fc.

Its conventions: a multiplication with its addition is one flop (here: one MAC), pooling is
counted, memory is that of the output of one image in float32, activations and norms work in
place and have no row. Its slide prints the parameters of a convolution with the bias and those
of a fully connected layer without.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from visualizer.costs.model import Totals
from visualizer.costs.report import CostReport
from visualizer.costs.rows import kernel_of
from visualizer.costs.slides import ALEXNET_GEOMETRY, ALEXNET_SLIDE, REASONS
from visualizer.costs.units import KILO, decimal_text, exact
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node, TensorSpec

Preset = Literal["lecture", "exact"]
Kind = Literal["conv", "pool", "flatten", "fc"]

PRESETS: tuple[Preset, ...] = ("lecture", "exact")
COLUMNS = (
    "Layer", "Node", "C", "H/W", "Filters", "Kernel", "Stride", "Pad", "C out", "H/W out",
    "Memory (KB)", "Params (k)", "Flop (M)",
)  # fmt: skip
_BYTES = 4  # of a float32
_LECTURERS = re.compile(r"(conv|pool|fc)\d\w*|flatten")


class SlideCell(msgspec.Struct, frozen=True):
    """A cell in which the printed slide differs from arithmetic, and why."""

    column: str
    printed: str
    reason: str


class LectureRow(msgspec.Struct, frozen=True):
    """One layer of the table; sizes are sides in numbers, `memory_bytes` for one image.

    `name` counts as the lecture does (conv1, pool1, ..., fc6), `node` is the op. `macs` and
    `memory_bytes` are of one image, pooling's window sums are its `macs`.
    """

    name: str
    node: str
    kind: Kind
    c_in: int
    size_in: tuple[int, ...]
    filters: int | None
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: str
    c_out: int
    size_out: tuple[int, ...]
    memory_bytes: int
    weights: int
    biases: int
    macs: int
    slide: tuple[SlideCell, ...] = ()

    def printed_params(self, preset: Preset) -> int:
        """Parameters as the preset counts them: the slide's fully connected rows lack the bias."""
        return self.weights + (0 if preset == "lecture" and self.kind == "fc" else self.biases)


def lecture_rows(graph: LayerGraph, report: CostReport) -> tuple[LectureRow, ...]:
    """The table's rows in execution order; where they are those of the lecture's AlexNet, the
    cells that its slide prints otherwise are marked. Ops without a formula have no row."""
    names = _Names()
    rows = [
        _row(graph, report, node, kind, names.next(kind))
        for node in graph.ops
        if (kind := _kind(graph, report, node)) is not None
    ]
    return _checked(_named_by_themselves(rows))


def _named_by_themselves(rows: list[LectureRow]) -> list[LectureRow]:
    """With the ops' own names where these are a lecturer's, each once: conv1_1, pool1, fc6."""
    own = [row.node.rpartition(".")[2] for row in rows]
    if len(set(own)) < len(own) or not all(map(_LECTURERS.fullmatch, own)):
        return rows
    return [msgspec.structs.replace(row, name=name) for row, name in zip(rows, own, strict=True)]


def lecture_cells(row: LectureRow, preset: Preset) -> tuple[str, ...]:
    """One text for each of COLUMNS: rounded as on the slide, or exact."""
    params = row.printed_params(preset)
    if preset == "lecture":
        numbers = (
            _rounded(row.memory_bytes, KILO), _rounded(params, 1000), _rounded(row.macs, 10**6)
        )  # fmt: skip
    else:
        numbers = (
            decimal_text(row.memory_bytes / KILO),
            f"{params / 1000:,.3f}" if params else "0",
            f"{row.macs / 1e6:,.2f}" if row.macs else "0",
        )  # fmt: skip
    return (
        row.name, row.node, exact(row.c_in), _sides(row.size_in),
        "" if row.filters is None else exact(row.filters), _sides(row.kernel), _sides(row.stride),
        row.padding, exact(row.c_out), _sides(row.size_out), *numbers,
    )  # fmt: skip


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
    """`conv4, Flop (M): the slide prints 145, arithmetic gives 150; ...` for each marked cell."""
    return tuple(
        f"{row.name}, {cell.column}: the slide prints {cell.printed}, arithmetic gives "
        f"{dict(zip(COLUMNS, lecture_cells(row, 'lecture'), strict=True))[cell.column]}; "
        f"{cell.reason}"
        for row in rows
        for cell in row.slide
    )


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
    return value if isinstance(value, str) else _sides(_attribute(node, "padding"))


def _sides(sides: tuple[int, ...]) -> str:
    """`3` for 3×3, `1×7` where the sides differ."""
    shown = sides[:1] if len(set(sides)) == 1 else sides
    return "×".join(map(str, shown))


def _rounded(number: int, unit: int) -> str:
    """To whole units, a half up, as the slide rounds."""
    return exact(math.floor(number / unit + 0.5))


def _checked(rows: list[LectureRow]) -> tuple[LectureRow, ...]:
    """With the cells marked that the slide prints otherwise, if this is the slide's network."""
    geometry = tuple((r.kind, r.c_out, r.kernel[:1], r.stride[:1], r.size_out[:1]) for r in rows)
    if geometry != ALEXNET_GEOMETRY:
        return tuple(rows)
    return tuple(
        msgspec.structs.replace(row, slide=_differing(row, printed))
        for row, printed in zip(rows, ALEXNET_SLIDE, strict=True)
    )


def _differing(row: LectureRow, printed: tuple[int, int, int]) -> tuple[SlideCell, ...]:
    ours = lecture_cells(row, "lecture")[-3:]
    return tuple(
        SlideCell(column, exact(theirs), REASONS[row.name, column])
        for column, mine, theirs in zip(COLUMNS[-3:], ours, printed, strict=True)
        if mine != exact(theirs)
    )

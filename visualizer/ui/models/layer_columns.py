"""The columns of the layer table: what each shows, how it sorts, what stands in its tooltip."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

import msgspec

from visualizer.costs import LayerCost, ReceptiveField
from visualizer.costs.units import UNITS, human_bytes, human_count
from visualizer.graph import LayerGraph, Node, TensorSpec, shape_text
from visualizer.graph.search import kernel_sides, sides_of

SortKey = float | tuple[tuple[int, int | str], ...]

UNKNOWN = "unknown"
_NUMBER = re.compile(r"(\d+)")


class Line(msgspec.Struct, frozen=True):
    """One row: an op, its cost (None where the report has none) and its place in execution."""

    number: int
    node: Node
    layer: LayerCost | None
    graph: LayerGraph


class Column(msgspec.Struct, frozen=True):
    """`text` is shown, `key` sorts (NaN, for unknown, comes last), `exact` is copied and
    exported; `measure` names the total that a share bar refers to."""

    title: str
    text: Callable[[Line], str]
    key: Callable[[Line], SortKey]
    exact: Callable[[Line], str]
    width: int
    tooltip: str = ""
    numeric: bool = False


def _natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """`features.10` after `features.3`."""
    return tuple(
        (0, int(part)) if part.isdigit() else (1, part) for part in _NUMBER.split(text) if part
    )


def _words(title: str, text: Callable[[Line], str], width: int, tooltip: str = "") -> Column:
    return Column(title, text, lambda line: _natural(text(line)), text, width, tooltip)


def _shape(title: str, specs: Callable[[Line], str], size: Callable[[Line], int]) -> Column:
    return Column(title, specs, lambda line: float(size(line)), specs, 118)


def _sides(title: str, sides: Callable[[Line], tuple[int, ...]], width: int) -> Column:
    def text(line: Line) -> str:
        return "×".join(map(str, sides(line)))

    def key(line: Line) -> float:
        return float(math.prod(sides(line))) if sides(line) else math.nan

    return Column(title, text, key, text, width, numeric=True)


def _quantity(
    title: str,
    value: Callable[[LayerCost], int | None],
    human: Callable[[int | None], str],
    tooltip: str,
) -> Column:
    """A number that people read in the table and programs read exactly."""

    def of(line: Line) -> int | None:
        return None if line.layer is None else value(line.layer)

    def text(line: Line) -> str:
        return human(of(line)) if of(line) is not None else UNKNOWN

    def key(line: Line) -> float:
        number = of(line)
        return math.nan if number is None else float(number)

    def exact(line: Line) -> str:
        return UNKNOWN if of(line) is None else str(of(line))

    return Column(title, text, key, exact, 88, tooltip, numeric=True)


def _field_text(line: Line) -> str:
    field = line.layer.receptive_field if line.layer else None
    if field is None:
        return ""
    return "whole input" if field.whole_input else _field_sides(field)


def _field_sides(field: ReceptiveField) -> str:
    mark = "" if field.aligned else " (hull)"
    return "×".join(f"{side:g}" for side in field.size) + mark


def _field_key(line: Line) -> float:
    field = line.layer.receptive_field if line.layer else None
    if field is None:
        return math.nan
    return math.inf if field.whole_input else float(math.prod(field.size))


def _exact_op(line: Line) -> str:
    """Outside the table, words say what italics say in it."""
    return f"{line.node.op} (training only)" if line.node.training_only else line.node.op


def _input_text(line: Line) -> str:
    return _shapes_text(line.graph.input_specs(line.node))


def _output_text(line: Line) -> str:
    return _shapes_text(line.node.outputs)


def _shapes_text(specs: tuple[TensorSpec, ...]) -> str:
    """`64×56×56`, `2 of 64×56×56` for several alike, else each."""
    texts = [shape_text(spec) for spec in specs]
    if len(texts) > 1 and len(set(texts)) == 1:
        return f"{len(texts)} of {texts[0]}"
    return ", ".join(texts)


def _input_size(line: Line) -> int:
    return sum(spec.elements for spec in line.graph.input_specs(line.node))


def _output_size(line: Line) -> int:
    return sum(spec.elements for spec in line.node.outputs)


_MACS_TOOLTIP = "1 MAC = a multiplication and an addition; what the lecture calls a flop"

COLUMNS = (
    Column(
        "#", lambda line: str(line.number), lambda line: float(line.number),
        lambda line: str(line.number), 44, "Order of execution", numeric=True,
    ),
    _words("Layer", lambda line: line.node.id, 190),
    Column(
        "Op", lambda line: line.node.op, lambda line: _natural(line.node.op), _exact_op, 108,
        "What is computed; in italics what runs only in training, which is in no total",
    ),
    _shape("Input", _input_text, _input_size),
    _shape("Output", _output_text, _output_size),
    _sides("Kernel", lambda line: kernel_sides(line.graph, line.node), 62),
    _sides("Stride", lambda line: sides_of(line.node, "stride"), 62),
    _quantity("Params", lambda layer: layer.params, human_count, "Weights and biases"),
    _quantity("MACs", lambda layer: layer.macs, human_count, _MACS_TOOLTIP),
    _quantity("FLOPs", lambda layer: layer.flops, human_count, "2 × MACs"),
    _quantity(
        "Memory", lambda layer: layer.activation_bytes, human_bytes,
        f"Memory of the output; in place and in views it is another op's, and in no sum\n{UNITS}",
    ),
    Column(
        "Receptive field", _field_text, _field_key, _field_text, 116,
        "Input pixels that one output value sees", numeric=True,
    ),
)  # fmt: skip

TITLES = tuple(column.title for column in COLUMNS)

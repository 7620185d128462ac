"""Which derivation belongs to which cell of a table: one vocabulary for cells and inspector."""

from __future__ import annotations

from typing import Literal

from visualizer.costs import Derivation, LayerCost
from visualizer.graph import LayerGraph, shape_text

Quantity = Literal[
    "", "input", "channels", "size", "output", "params", "macs", "flops", "memory", "field"
]

_SIZES = tuple(f"output {side}" for side in ("size", "height", "width", "length", "depth"))

_STARTS: dict[Quantity, tuple[str, ...]] = {
    "channels": ("output channels", "output size"), "size": _SIZES,
    "output": ("output",), "params": ("parameters",), "macs": ("MACs", "softmax"),
    "flops": ("FLOPs",), "memory": ("activation memory", "memory"),
}  # fmt: skip
QUANTITY_OF_COLUMN: dict[str, Quantity] = {
    "Output": "output", "Params": "params", "MACs": "macs", "FLOPs": "flops",
    "Memory": "memory", "Receptive field": "field",
    "C": "input", "H/W": "input", "Filters": "channels", "C out": "channels", "H/W out": "size",
    "Memory (KB)": "memory",
    "Params (k)": "params", "Flop (M)": "macs",
}  # fmt: skip


def is_about(line: Derivation, quantity: Quantity) -> bool:
    """Whether a derivation says how `quantity` comes about, in part or whole."""
    return line.quantity.startswith(_STARTS.get(quantity, ()))


def lines_about(layer: LayerCost | None, quantity: Quantity) -> tuple[Derivation, ...]:
    """All derivations of a layer that belong to `quantity`."""
    lines = layer.derivations if layer is not None else ()
    return tuple(line for line in lines if is_about(line, quantity))


def board_text(layer: LayerCost | None, column: str) -> str:
    """What a lecturer writes for the cell of `column`, rule and numbers on lines; "" for none."""
    lines = lines_about(layer, QUANTITY_OF_COLUMN.get(column, ""))
    return "\n".join(map(_on_board, lines))


def _on_board(line: Derivation) -> str:
    """`rule = numbers = result`; a rule in words, or one that is no equation, ends in a colon."""
    if line.formula == line.substituted:
        return line.text
    first, *more = line.formula.split()
    in_words = bool(more) and first.isalpha() and len(first) > 1
    between = " = " if line.relation == "=" and line.numbers and not in_words else ": "
    return f"{line.formula}{between}{line.text}"


def input_text(graph: LayerGraph, node: str) -> str:
    """`Reads what features.2 leaves: 64×27×27`, for each tensor that arrives at `node`."""
    return "\n".join(
        f"Reads what {ref.node} leaves: {shape_text(graph.spec(ref))}"
        for ref in graph.by_id[node].inputs
    )

"""Which derivation belongs to which cell of a table: one vocabulary for cells and inspector."""

from __future__ import annotations

from typing import Literal

from visualizer.costs import Derivation, LayerCost

Quantity = Literal["", "output", "params", "macs", "flops", "memory", "field"]

_STARTS: dict[Quantity, tuple[str, ...]] = {
    "output": ("output",), "params": ("parameters",), "macs": ("MACs", "softmax"),
    "flops": ("FLOPs",), "memory": ("activation memory", "memory"),
}  # fmt: skip
QUANTITY_OF_COLUMN: dict[str, Quantity] = {
    "Output": "output", "Params": "params", "MACs": "macs", "FLOPs": "flops",
    "Memory": "memory", "Receptive field": "field",
    "H/W out": "output", "Memory (KB)": "memory",
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
    return "\n".join(
        f"{line.formula} = {line.text}" if line.formula != line.substituted else line.text
        for line in lines
    )

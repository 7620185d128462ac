"""The line below the layer table: sums over the rows shown."""

from __future__ import annotations

from visualizer.costs import LayerCost, Totals
from visualizer.costs.units import human_bytes, human_count, lower_bound, ops_text
from visualizer.ui.models.layer_columns import Line


def totals_text(lines: list[Line], total: int, whole: Totals | None = None) -> str:
    """The sums over the rows shown; what has no formula is counted beside them.

    With all rows shown, the parameters are those of the `whole` network: some may never run.
    What runs only in training stands apart, unless nothing else is shown.
    """
    if not total:
        return "No network is open."
    layers, heads = _apart([line.layer for line in lines if line.layer is not None])
    macs = sum(layer.macs or 0 for layer in layers if not layer.pooling)
    unknown = sum(layer.macs is None for layer in layers)
    shown = len(lines) - len(heads)
    count = ops_text(shown) if len(lines) == total else f"{shown:,} of {ops_text(total)}"
    parts = [
        count,
        _parameters_text(layers, whole if len(lines) == total else None),
        f"{lower_bound(macs, bool(unknown))} MACs",
        f"{lower_bound(2 * macs, bool(unknown))} FLOPs",
        f"{human_bytes(sum(layer.new_activation_bytes for layer in layers))} activations",
    ]
    if heads:
        more = human_count(sum(layer.params for layer in heads))
        parts.append(f"{more} more parameters in {ops_text(len(heads))} only in training")
    if unknown:
        parts.append(f"{unknown:,} without a formula, in no sum")
    return "  ·  ".join(parts)


def _apart(layers: list[LayerCost]) -> tuple[list[LayerCost], list[LayerCost]]:
    """What the sums count, and the heads that they leave out."""
    executed = [layer for layer in layers if not layer.training_only]
    heads = [layer for layer in layers if layer.training_only]
    return (executed, heads) if executed else (heads, [])


def _parameters_text(layers: list[LayerCost], whole: Totals | None) -> str:
    """`27.16 M parameters (3.33 M never run)` for a whole network, else the sum over `layers`."""
    if whole is None:
        return f"{human_count(sum(layer.params for layer in layers))} parameters"
    idle = f" ({human_count(whole.unused_params)} never run)" if whole.unused_params else ""
    return f"{human_count(whole.params)} parameters{idle}"

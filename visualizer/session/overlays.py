"""A metric coloured onto nodes: its value per visible item, scaled to 0..1."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Literal

from visualizer.costs import CostReport, LayerCost

Overlay = Literal["none", "macs", "params", "activations", "receptive_field"]

OVERLAY_TITLES: dict[Overlay, str] = {
    "none": "No overlay",
    "macs": "MACs",
    "params": "Parameters",
    "activations": "Activation memory",
    "receptive_field": "Receptive field",
}


def _receptive_field(layer: LayerCost) -> float:
    field = layer.receptive_field
    return float(max(field.size)) if field is not None and field.size else 0.0


_SUMMED: dict[Overlay, Callable[[LayerCost], float]] = {
    "macs": lambda layer: float(layer.macs or 0),
    "params": lambda layer: float(layer.params),
    "activations": lambda layer: float(layer.activation_bytes),
}


def overlay_values(
    report: CostReport, members: Iterable[tuple[str, tuple[str, ...]]], overlay: Overlay
) -> dict[str, float]:
    """Value of the metric for each (item, nodes inside): summed, or the largest receptive field."""
    if overlay == "none":
        return {}
    values: dict[str, float] = {}
    for item, nodes in members:
        layers = [report.layers[node] for node in nodes if node in report.layers]
        if overlay == "receptive_field":
            values[item] = max(map(_receptive_field, layers), default=0.0)
        else:
            values[item] = math.fsum(map(_SUMMED[overlay], layers))
    return values


def as_shares(values: dict[str, float]) -> dict[str, float]:
    """Values scaled so that the largest is 1; all 0 when nothing is positive."""
    largest = max(values.values(), default=0.0)
    return {item: value / largest if largest > 0 else 0.0 for item, value in values.items()}

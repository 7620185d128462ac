"""A metric coloured onto nodes: its value per visible item; unknown stays unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from visualizer.costs import CostReport, LayerCost
from visualizer.costs.units import human_bytes, human_count

Overlay = Literal["none", "macs", "params", "activations", "receptive_field"]

OVERLAY_TITLES: dict[Overlay, str] = {
    "none": "Op family",
    "macs": "MACs",
    "params": "Parameters",
    "activations": "Activation memory",
    "receptive_field": "Receptive field",
}


class OverlayValues(msgspec.Struct, frozen=True):
    """`shares` of the largest value by item, None where unknown; `largest` in words."""

    shares: dict[str, float | None]
    largest: str


def _receptive_field(layer: LayerCost) -> float | None:
    field = layer.receptive_field
    return float(max(field.size)) if field is not None and field.size else None


def _macs(layer: LayerCost) -> float | None:
    return None if layer.macs is None else float(layer.macs)


_METRICS: dict[Overlay, tuple[Callable[[LayerCost], float | None], Callable[[int], str]]] = {
    "macs": (_macs, human_count),
    "params": (lambda layer: float(layer.params), human_count),
    "activations": (lambda layer: float(layer.activation_bytes), human_bytes),
    "receptive_field": (_receptive_field, lambda side: f"{side} px"),
}


def overlay_values(
    report: CostReport, members: Iterable[tuple[str, tuple[str, ...]]], overlay: Overlay
) -> OverlayValues:
    """The metric for each (item, nodes inside): summed, or the largest receptive field."""
    of_layer, in_words = _METRICS[overlay]
    combine = max if overlay == "receptive_field" else math.fsum
    values: dict[str, float | None] = {}
    for item, nodes in members:
        found = [of_layer(report.layers[node]) for node in nodes if node in report.layers]
        known = [value for value in found if value is not None]
        complete = bool(known) and (overlay == "receptive_field" or len(known) == len(found))
        values[item] = float(combine(known)) if complete else None
    largest = max((value for value in values.values() if value is not None), default=0.0)
    shares = {
        item: None if value is None else value / largest if largest else 0.0
        for item, value in values.items()
    }
    return OverlayValues(shares, in_words(round(largest)))

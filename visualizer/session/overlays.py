"""A metric coloured onto nodes: its value per visible item; unknown stays unknown."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from visualizer.costs import CostReport, LayerCost
from visualizer.costs.border import Border, Verdict
from visualizer.costs.settings import AS_OPENED, HEADLINES, CostSettings
from visualizer.costs.units import human_bytes, human_count

Overlay = Literal["none", "macs", "params", "activations", "receptive_field", "border"]

OVERLAY_TITLES: dict[Overlay, str] = {
    "none": "Op family",
    "macs": "MACs",
    "params": "Parameters",
    "activations": "Activation memory",
    "receptive_field": "Receptive field",
    "border": "Border rule",
}


class OverlayValues(msgspec.Struct, frozen=True):
    """`shares` of the largest value by item, None where unknown; `largest` in words."""

    shares: dict[str, float | None]
    largest: str


def overlay_title(overlay: Overlay, settings: CostSettings) -> str:
    """What the overlay is called with the unit that `settings` want."""
    return HEADLINES[settings.headline] if overlay == "macs" else OVERLAY_TITLES[overlay]


def _receptive_field(layer: LayerCost) -> float | None:
    field = layer.receptive_field
    if field is not None and field.whole_input:
        return math.inf
    return float(max(field.size)) if field is not None and field.size else None


def _macs(layer: LayerCost) -> float | None:
    return None if layer.macs is None else float(layer.macs)


_METRICS: dict[Overlay, tuple[Callable[[LayerCost], float | None], Callable[[int], str]]] = {
    "macs": (_macs, human_count),
    "params": (lambda layer: float(layer.params), human_count),
    "activations": (lambda layer: float(layer.activation_bytes), human_bytes),
    "receptive_field": (_receptive_field, lambda side: f"{side} px"),
}


def _seen(values: dict[str, float | None], side: int) -> OverlayValues:
    """Fields as shares of the picture: nothing sees more than all of it."""
    shares = {
        item: None if value is None else min(1.0, value / side) for item, value in values.items()
    }
    return OverlayValues(shares, f"the whole input ({side} px)")


def border_verdicts(
    border: Border | None, members: Iterable[tuple[str, tuple[str, ...]]]
) -> dict[str, Verdict | None]:
    """The border rule for each (item, nodes inside): the worst among the convolutions there;
    None where there are none or they cannot be judged."""
    if border is None:
        return {item: None for item, _ in members}
    return {item: border.verdict(nodes) for item, nodes in members}


def overlay_values(
    report: CostReport,
    members: Iterable[tuple[str, tuple[str, ...]]],
    overlay: Overlay,
    side: int = 0,
    settings: CostSettings = AS_OPENED,
) -> OverlayValues:
    """The metric for each (item, nodes inside): summed, or the largest receptive field, which
    is a share of the input's `side` (pixels) where that is given. The MACs' largest value is
    said in the unit of `settings`.

    What runs only in training costs the network nothing, and is left uncoloured.
    """
    of_layer, in_words = _METRICS[overlay]
    combine = max if overlay == "receptive_field" else math.fsum
    values: dict[str, float | None] = {}
    for item, nodes in members:
        layers = (report.layers[node] for node in nodes if node in report.layers)
        found = [of_layer(layer) for layer in layers if not layer.training_only]
        known = [value for value in found if value is not None]
        complete = bool(known) and (overlay == "receptive_field" or len(known) == len(found))
        values[item] = float(combine(known)) if complete else None
    if overlay == "receptive_field" and side:
        return _seen(values, side)
    finite = (value for value in values.values() if value is not None and value < math.inf)
    largest = max(finite, default=0.0)
    shares = {
        item: None if value is None else min(1.0, value / largest) if largest else 0.0
        for item, value in values.items()
    }
    if overlay == "macs":
        return OverlayValues(shares, human_count(settings.arithmetic(round(largest))))
    return OverlayValues(shares, in_words(round(largest)))

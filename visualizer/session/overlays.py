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
from visualizer.graph import Hierarchy
from visualizer.session.node_data import NodeData

Overlay = Literal[
    "none", "macs", "params", "activations", "receptive_field", "border", "time", "rank"
]  # fmt: skip

OVERLAY_TITLES: dict[Overlay, str] = {
    "none": "Op family",
    "macs": "MACs",
    "params": "Parameters",
    "activations": "Activation memory",
    "receptive_field": "Receptive field",
    "border": "Border rule",
    "time": "Measured time",
    "rank": "Effective rank",
}


class OverlayValues(msgspec.Struct, frozen=True):
    """`shares` of the way from `low` to `high` by item, None where unknown; `in_words` says a
    value."""

    shares: dict[str, float | None]
    low: float
    high: float
    in_words: Callable[[float], str]
    whole: str = ""

    @property
    def smallest(self) -> str:
        """The lower end of the scale, in words."""
        return self.in_words(self.low)

    @property
    def largest(self) -> str:
        """The upper end of the scale, in words."""
        return self.whole or self.in_words(self.high)

    def at(self, share: float) -> str:
        """The value at a share of the scale, in words."""
        return self.in_words(self.low + share * (self.high - self.low))

    def at_least(self, share: float) -> frozenset[str]:
        """The items whose share is known and not below this one."""
        known = ((item, of) for item, of in self.shares.items() if of is not None)
        return frozenset(item for item, of in known if of >= share)


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


_METRICS: dict[Overlay, tuple[Callable[[LayerCost], float | None], Callable[[float], str]]] = {
    "macs": (_macs, lambda macs: human_count(round(macs))),
    "params": (lambda layer: float(layer.params), lambda count: human_count(round(count))),
    "activations": (
        lambda layer: float(layer.activation_bytes),
        lambda count: human_bytes(round(count)),
    ),
    "receptive_field": (_receptive_field, lambda side: f"{round(side)} px"),
}


def _seen(values: dict[str, float | None], side: int) -> OverlayValues:
    """Fields as shares of the picture: nothing sees more than all of it."""
    shares = {
        item: None if value is None else min(1.0, value / side) for item, value in values.items()
    }
    return OverlayValues(
        shares, 0, side, lambda pixels: f"{round(pixels)} px", f"the whole input ({side} px)"
    )


def data_values(
    data: NodeData, members: Iterable[tuple[str, tuple[str, ...]]], hierarchy: Hierarchy
) -> OverlayValues:
    """The user's numbers for each (item, nodes inside): the item's own where the file names it or
    the module that it is all of, else the largest inside; a module that is drawn in several
    items has its number in none. The scale begins at 0 unless there are negative ones."""
    modules = {
        frozenset(hierarchy.groups[name].nodes): value
        for name, value in data.values.items()
        if name in hierarchy.groups
    }
    found: dict[str, float | None] = {}
    for item, nodes in members:
        whole = frozenset(nodes)
        inside = [data.values[node] for node in nodes if node in data.values]
        inside += [value for part, value in modules.items() if part < whole]
        own = data.values.get(item, modules.get(whole))
        found[item] = own if own is not None else max(inside, default=None)
    known = [value for value in found.values() if value is not None]
    low, high = min([0.0, *known]), max(known, default=0.0)
    room = high - low
    shares = {
        item: None if value is None else (value - low) / room if room else 0.0
        for item, value in found.items()
    }
    return OverlayValues(shares, low, high, lambda value: f"{value:.4g}")


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
        return OverlayValues(
            shares, 0, largest, lambda macs: human_count(settings.arithmetic(round(macs)))
        )
    return OverlayValues(shares, 0, largest, in_words)

"""Accuracy that was published for a network's weights, beside what the network costs.

Accuracy is of ImageNet-1K's validation pictures, one crop each. Parameters and MACs are those
the publisher states (torchvision: `weights.meta`, "num_params" and "_ops"), which for
convolution, linear and attention layers are counted as here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

Recipe = Literal["first", "best"]

# What the lecture "CNN Architectures" (EECS 498) advises at its end.
ADVICE = (
    ("Accuracy matters most", "start from the ResNet family."),
    ("Efficiency matters", "start from MobileNet or ShuffleNet."),
    ("Otherwise", "do not design your own: take one that is known to work, and its weights."),
)
ADVICE_SOURCE = "The advice of the lecture CNN Architectures"
ADVISED = {"accuracy": ("resnet", "resnext"), "efficiency": ("mobilenet", "shufflenet")}


class Published(msgspec.Struct, frozen=True):
    """Weights of one network. `top1`, `top5` in percent; `side` of the square picture in pixels
    (0: not said); `weights` as the publisher calls them; `params` is a count."""

    network: str
    weights: str
    params: int
    macs: int
    top1: float
    top5: float
    side: int = 0


def chosen(entries: Iterable[Published], recipe: Recipe) -> tuple[Published, ...]:
    """One entry a network: its first weights, which were trained in much the same way for all,
    or its most accurate."""
    found: dict[str, Published] = {}
    for entry in entries:
        old = found.get(entry.network)
        if old is None or (recipe == "best" and entry.top1 > old.top1):
            found[entry.network] = entry
    return tuple(found.values())


def frontier(entries: Sequence[Published]) -> tuple[Published, ...]:
    """Those that none with as few MACs or fewer surpasses in accuracy, cheapest first."""
    found: list[Published] = []
    for entry in sorted(entries, key=lambda each: (each.macs, -each.top1)):
        if not found or entry.top1 > found[-1].top1:
            found.append(entry)
    return tuple(found)


def advised_for(network: str) -> Literal["accuracy", "efficiency", ""]:
    """What the lecture's advice names the network's family for, "" for nothing."""
    if network.startswith(ADVISED["accuracy"]):
        return "accuracy"
    return "efficiency" if network.startswith(ADVISED["efficiency"]) else ""

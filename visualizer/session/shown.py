"""What the canvas shows, as one frozen picture: resolved from the network and the settings."""

from __future__ import annotations

import msgspec

from visualizer.graph.families import Family
from visualizer.layout.model import ColumnMode, Flow, Placement
from visualizer.layout.sizing import WidthMode, WidthScale

__all__ = [
    "ColumnMode", "Flow", "MapsShown", "ShownBar", "ShownGraph", "ShownGroup", "ShownRibbon",
    "WidthMode", "WidthScale",
]  # fmt: skip


class ShownBar(msgspec.Struct, frozen=True):
    """A node or folded group. `profile` (folded groups only): drawn widths, in pixels, of the
    ops inside in execution order, the silhouette of what is folded. `training_only`: nothing
    in it runs in evaluation. `repeats` (folded groups only) is how many times the same `profile`
    comes in it."""

    id: str
    label: str
    detail: str
    family: Family
    elements: int
    label_inside: bool
    floored: bool = False
    folded: bool = False
    tooltip: str = ""
    profile: tuple[float, ...] = ()
    training_only: bool = False
    repeats: int = 1


class ShownGroup(msgspec.Struct, frozen=True):
    """An open module: its frame has a title and a handle that folds it."""

    id: str
    title: str
    training_only: bool = False


class ShownRibbon(msgspec.Struct, frozen=True):
    """A tensor between two bars; ribbon number k is the route with `edge` k. `tensor` names the
    tensor among those of `source`. `training_only`: it flows in training only. `tooltip`: its
    producer, reader, shape and memory, in the batch and precision that costs are shown for."""

    source: str
    target: str
    elements: int
    detail: str
    training_only: bool = False
    tensor: str = ""
    tooltip: str = ""


class ShownGraph(msgspec.Struct, frozen=True):
    """Everything the canvas needs, and nothing it has to work out."""

    title: str
    bars: tuple[ShownBar, ...]
    groups: tuple[ShownGroup, ...]
    ribbons: tuple[ShownRibbon, ...]
    placement: Placement
    scale: WidthScale


class MapsShown(msgspec.Struct, frozen=True):
    """A layer's feature maps as an array: (C, H, W), (C,) or (tokens, dim), float32."""

    node: str
    shape_text: str
    array: object  # numpy.ndarray: msgspec does not describe arrays

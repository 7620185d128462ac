"""What layout is asked and what it answers. Lengths are scene pixels.

Layout knows one direction: data flows along y, branches stand side by side along x. In a drawing
that flows to the right x and y change places when it is painted (`ui.canvas.flow`), so that what
is called a width here is a height there; `flow` only says how room for words is needed.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal

import msgspec

ColumnMode = Literal["auto", "one"]
Flow = Literal["down", "right"]


class LayoutItem(msgspec.Struct, frozen=True, gc=False):
    """A bar (`group` False) or an open group around other items (`group` True, sizes ignored).

    `width` is the bar's drawn width; `label_width` is room kept to the right of the bar for a
    label that does not fit inside, 0 when it does, `label_among_others` that in a row with other
    items (None: the same); `label_length` is how long a label is along the flow that has its
    middle at the bar's, 0 where it is no longer than the bar. `stacks_inputs` is true for a
    concat: its inputs land side by side, each on its own share of the bar; `thin_inputs` lets one
    that is much smaller than the largest land as thin as it is, where otherwise (an addition) all
    overlap on the whole bar. `title_width` is the room that an open group's title needs.
    """

    id: str
    parent: str
    width: float = 0.0
    height: float = 0.0
    label_width: float = 0.0
    group: bool = False
    stacks_inputs: bool = False
    title_width: float = 0.0
    label_among_others: float | None = None
    label_length: float = 0.0
    thin_inputs: bool = False


class LayoutEdge(msgspec.Struct, frozen=True, gc=False):
    """A ribbon to draw: `tensor` names what flows, so that edges of one tensor may share a lane."""

    source: str
    target: str
    tensor: str
    width: float


class LayoutRequest(msgspec.Struct, frozen=True):
    """Items come parents before children and in execution order; edges join bars only.

    `engine` "graphviz" orders parallel branches with dot; "simple" keeps execution order (the
    linear-time fallback). `columns` "auto" wraps a long picture into several. With `flow`
    "right" titles of groups stand left of what is in them, as long as they are.
    """

    run: int
    items: tuple[LayoutItem, ...]
    edges: tuple[LayoutEdge, ...]
    engine: Literal["graphviz", "simple"] = "graphviz"
    columns: ColumnMode = "one"
    flow: Flow = "down"


class Rect(msgspec.Struct, frozen=True, array_like=True, gc=False):
    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def center(self) -> float:
        """Horizontal middle."""
        return self.x + self.width / 2


class Span(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A horizontal stretch of a ribbon: at height y it covers left..right."""

    y: float
    left: float
    right: float


class Route(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An edge's path: spans from the source bar's bottom to the target bar's top.

    It starts on the whole bar, or on its tensor's share of one that sends several tensors.
    Drawn as a band whose two sides run smoothly through the spans' ends; consecutive spans
    of one width are a straight lane. `edge` is the number of the LayoutEdge in the request.
    """

    edge: int
    spans: tuple[Span, ...]


class Placement(msgspec.Struct, frozen=True, dict=True):
    """Where everything is. `bars` hold the exact bars (width as asked), `groups` the frames of
    open groups, `engine` what ordered them and `notes` what had to be given up; heights are
    `stretch` times what layout made them. Wrapped into several `columns` (their areas; none
    says one), a group may go on in others: `continued` has its further parts, and ribbons are
    led over by spans that run upwards, left of which is their right. `flow` is as asked."""

    run: int
    bars: dict[str, Rect]
    groups: dict[str, Rect]
    routes: tuple[Route, ...]
    bounds: Rect
    engine: str = "graphviz"
    notes: tuple[str, ...] = ()
    stretch: float = 1.0
    columns: tuple[Rect, ...] = ()
    continued: dict[str, tuple[Rect, ...]] = {}
    flow: Flow = "down"

    @cached_property
    def by_id(self) -> dict[str, Rect]:
        return {**self.groups, **self.bars}


class LayoutReply(msgspec.Struct, frozen=True):
    """What the layout process says to one request: a placement, or else why there is none."""

    run: int
    placement: Placement | None
    error: str = ""

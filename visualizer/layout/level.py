"""One level of the picture: the inside of one open group, as numbers.

Nested groups are laid out innermost first; each becomes a box in the level around it. A
level knows nothing of names, so two groups built alike are one level, laid out once.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from visualizer.layout.model import Flow

Kind = Literal["bar", "box", "entry", "exit"]
Engine = Literal["graphviz", "simple"]

WHOLE = -1  # the port number of an edge end that is a bar or a port itself

TITLE_HEIGHT = 24.0
FRAME_PADDING = 14.0


class Interval(NamedTuple):
    """A horizontal stretch."""

    left: float
    right: float

    @property
    def center(self) -> float:
        return (self.left + self.right) / 2


class LevelItem(NamedTuple):
    """A bar, a finished inner level (box), or a port where a tensor crosses the frame.

    `label_room` is kept free to the right, `label_among_others` where other items stand in its
    row, `label_length` is how long a label is along the flow. Offsets count from the item's left
    edge: `spine`
    is the line that is aligned when the item stands alone in its row, `tops` and `bottoms`
    the middles of a box's entry and exit ports.
    """

    kind: Kind
    width: float
    height: float = 0.0
    label_room: float = 0.0
    stacks: bool = False
    spine: float = 0.0
    tops: tuple[float, ...] = ()
    bottoms: tuple[float, ...] = ()
    label_among_others: float = 0.0
    label_length: float = 0.0
    thins: bool = False

    @property
    def overhang(self) -> float:
        """How far its label reaches beyond it, along the flow, on either side."""
        return max(0.0, (self.label_length - self.height) / 2)

    @property
    def is_port(self) -> bool:
        return self.kind in ("entry", "exit")


class LevelEdge(NamedTuple):
    """Tensor number `tensor` on its way between two items; a port number, or WHOLE, at each end."""

    source: int
    source_port: int
    target: int
    target_port: int
    tensor: int
    width: float


class LevelSpec(NamedTuple):
    """Items in a topological order, entry ports first and exit ports last; edges go forward."""

    items: tuple[LevelItem, ...]
    edges: tuple[LevelEdge, ...]
    title_width: float = 0.0
    framed: bool = True
    engine: Engine = "graphviz"
    flow: Flow = "down"

    def top_offset(self, edge: LevelEdge) -> float:
        """Where on its target an edge arrives: middle, counted from the target's left edge."""
        item = self.items[edge.target]
        return item.width / 2 if edge.target_port == WHOLE else item.tops[edge.target_port]

    def bottom_offset(self, edge: LevelEdge) -> float:
        """Where on its source an edge leaves: middle, counted from the source's left edge."""
        item = self.items[edge.source]
        return item.width / 2 if edge.source_port == WHOLE else item.bottoms[edge.source_port]


class LevelResult(NamedTuple):
    """A level laid out with its top left corner at 0, 0.

    `corners` has each item's (left, top); `spans` each edge's path as (y, left, right).
    """

    width: float
    height: float
    spine: float
    corners: tuple[tuple[float, float], ...]
    spans: tuple[tuple[tuple[float, float, float], ...], ...]

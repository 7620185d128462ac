"""Grids: at which positions (pixels, patches, tokens) a tensor has its channels."""

from __future__ import annotations

import math
from typing import cast

import msgspec

from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node

_CHANNELS_FIRST = ("conv", "max_pool", "avg_pool", "adaptive_", "batch_norm", "input")
_CHANNELS_LAST = (
    "linear",
    "layer_norm",
    "embedding",
    "scaled_dot",
    "multi_head",
    "lstm",
    "gru",
    "rnn",
)


class Grid(msgspec.Struct, frozen=True):
    """Positions of a tensor: `sides` (height, width) or (tokens,), the batch left out."""

    sides: tuple[int, ...]
    tokens: bool = False

    @property
    def positions(self) -> int:
        return math.prod(self.sides)

    @property
    def text(self) -> str:
        """`56×56`, `197 tokens`, `4000 positions`."""
        if len(self.sides) > 1:
            return "×".join(map(str, self.sides))
        return f"{self.sides[0]} {'tokens' if self.tokens else 'positions'}"

    def side_over(self, other: Grid) -> float:
        """How many times longer the side of this grid is than that of `other`."""
        axes = max(len(self.sides), len(other.sides))
        return float((self.positions / other.positions) ** (1 / axes))


class Layouts:
    """Which axis has the channels, for every node of a graph.

    Convolutions and pooling have them behind the batch, dense layers last, permutations move
    them; everything else keeps them where its first input has them.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self._graph = graph
        self._axis: dict[str, int] = {}
        for node in graph.nodes:
            self._axis[node.id] = self._axis_of(node)

    def grid(self, node: str) -> Grid | None:
        """The grid of a node's first output; None for vectors and scalars."""
        shape = self._graph.by_id[node].output.shape
        axis = self._axis[node]
        sides = tuple(s for number, s in enumerate(shape) if number not in (0, axis))
        last = axis == len(shape) - 1
        return Grid(sides, tokens=last) if math.prod(sides) > 1 else None

    def axis(self, node: str) -> int:
        """The axis of a node's first output that has its channels."""
        return self._axis[node]

    def channels(self, node: str) -> int:
        """The channels of a node's first output that has a grid."""
        return self._graph.by_id[node].output.shape[self._axis[node]]

    def _axis_of(self, node: Node) -> int:
        rank = len(node.output.shape)
        if not node.inputs or node.op.startswith(_CHANNELS_FIRST):
            return 1 if rank > 1 and family_of(node.op) != "constant" else rank - 1
        if node.op.startswith(_CHANNELS_LAST):
            return rank - 1
        source = max(node.inputs, key=lambda ref: self._graph.spec(ref).elements)
        before = self._axis[source.node]
        if rank == len(self._graph.spec(source).shape):
            return _moved(node, before, rank)
        return _reshaped(self._graph.spec(source).shape, before, node.output.shape)


def _reshaped(read: tuple[int, ...], axis: int, made: tuple[int, ...]) -> int:
    """The axis with as many numbers behind it as the channels had: reshaping keeps the order.
    Where there is none, the axis behind the batch, or the last."""
    behind = math.prod(read[axis + 1 :])
    for place in range(1, len(made)):
        if math.prod(made[place + 1 :]) == behind:
            return place
    return 1 if axis == 1 and len(made) > 1 else len(made) - 1


def _moved(node: Node, axis: int, rank: int) -> int:
    """Where a permutation takes an axis; any other op leaves it where it is."""
    if node.op == "permute":
        order = cast("tuple[int, ...]", node.attributes.get("dims", ()))
        places = [side % rank for side in order]
        return places.index(axis) if axis in places else axis
    if node.op in ("transpose", "swapaxes"):
        swapped = [value % rank for value in node.attributes.values() if isinstance(value, int)]
        if axis in swapped and len(swapped) == 2:
            return swapped[1 - swapped.index(axis)]
    return axis

"""Channels and grid of every tensor, whichever way round its axes are."""

from __future__ import annotations

import math
import re
from typing import cast

import msgspec

from visualizer.bottlenecks.tensors import batch_of
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node, TensorSpec

_AXES = re.compile(r"([123])d")
_PICTURE_CHANNELS = (1, 3, 4)
_LAST = ("linear", "attention", "recurrent", "embedding")
_REGROUPING = ("view", "reshape", "view_as", "reshape_as")


class Grid(msgspec.Struct, frozen=True):
    """Channels and spatial sides of one example's tensor.

    Where windows or heads were folded into other axes, `sides` is the count of positions alone.
    """

    channels: int
    sides: tuple[int, ...]

    @property
    def positions(self) -> int:
        return math.prod(self.sides)


class _Channels(msgspec.Struct, frozen=True):
    """How many channels a tensor has and on which axis; None while they are split over two."""

    count: int
    axis: int | None


class Grids:
    """Grids of a network's nodes, found in one walk from input to output.

    Convolutions and pools have their channels before the grid, dense layers and layer norms
    last; what only passes numbers on keeps the order of what it reads.
    """

    def __init__(self, graph: LayerGraph) -> None:
        self._graph = graph
        self._batch = batch_of(graph)
        self._known: dict[str, _Channels] = {}
        for node in graph.nodes:
            if node.outputs and (found := self._channels(node)) is not None:
                self._known[node.id] = found

    def of(self, name: str) -> Grid:
        """The grid of a node's first output; a vector has one position."""
        spec = self._graph.by_id[name].output
        known = self._known.get(name)
        if known is None or len(spec.shape) < 2:
            return Grid(spec.elements, (1,))
        positions = spec.elements // self._batch // max(known.count, 1)
        sides = tuple(side for at, side in enumerate(spec.shape) if at not in (0, known.axis))
        return Grid(known.count, sides if math.prod(sides) == positions else (positions,))

    def _channels(self, node: Node) -> _Channels | None:
        """None for what no input reaches, and so says nothing about channels."""
        axis = _own_axis(node)
        if axis is not None:
            return _Channels(node.output.shape[axis], axis)
        read = [(ref, self._known[ref.node]) for ref in node.inputs if ref.node in self._known]
        if not read:
            return None
        rank = len(node.output.shape)
        same = (pair for pair in read if len(self._graph.spec(pair[0]).shape) == rank)
        ref, known = next(same, read[0])
        return _passed_on(node, self._graph.spec(ref), known)


def _own_axis(node: Node) -> int | None:
    """The channel axis of an op that decides it; None for one that passes it on."""
    shape, family = node.output.shape, family_of(node.op)
    spatial = _AXES.search(node.op) if family in ("conv", "pool") else None
    if not shape:
        return None
    if spatial is not None:
        return max(len(shape) - 1 - int(spatial[1]), 0)
    if node.op in ("layer_norm", "rms_norm") or family in _LAST:
        return len(shape) - 1
    return _axis_of_input(shape) if node.op == "input" else None


def _axis_of_input(shape: tuple[int, ...]) -> int:
    channels_last = (
        len(shape) > 3 and shape[-1] in _PICTURE_CHANNELS and shape[1] not in _PICTURE_CHANNELS
    )
    return len(shape) - 1 if channels_last else min(1, len(shape) - 1)


def _passed_on(node: Node, read: TensorSpec, known: _Channels) -> _Channels:
    shape, axis = node.output.shape, known.axis
    if axis is not None and len(shape) == len(read.shape):
        axis = _permuted(node, axis, len(shape))
        if node.op not in _REGROUPING or shape[axis] == known.count:
            return _Channels(shape[axis], axis)
    return _Channels(known.count, _axis_with(shape, known, len(read.shape) - 1))


def _axis_with(shape: tuple[int, ...], known: _Channels, last: int) -> int | None:
    """After a reshape: the axis that has all the channels, the last if it was the last."""
    fits = [axis for axis, side in enumerate(shape) if side == known.count and axis]
    if not fits:
        return None
    return known.axis if known.axis in fits and known.axis != last else fits[-1]


def _permuted(node: Node, axis: int, rank: int) -> int:
    dims = node.attributes.get("dims")
    if node.op == "permute" and isinstance(dims, tuple) and len(dims) == rank:
        return [cast(int, dim) % rank for dim in dims].index(axis)
    pair = node.attributes.get("dim0"), node.attributes.get("dim1")
    if node.op in ("transpose", "swapaxes") and None not in pair:
        one, other = (cast(int, dim) % rank for dim in pair)
        return {one: other, other: one}.get(axis, axis)
    return axis

"""Where the grid's area falls, and which layers belong to the fall."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from visualizer.bottlenecks.convolutions import Convolution, convolutions
from visualizer.bottlenecks.profile import CutProfile
from visualizer.bottlenecks.reductions.grids import Grid, Grids
from visualizer.costs import CostReport
from visualizer.graph.families import family_of
from visualizer.graph.model import Node

_LEAST_FALL = 2
_PICTURE_CHANNELS = 4
_TOKENS = 3
_CHANNELS_FIRST = ("conv", "pool")
_POINTWISE = ("linear", "norm", "activation")
_ENLARGING = ("interpolate", "upsample", "pixel_shuffle")


class Place(msgspec.Struct, frozen=True):
    """Positions in the tensor graph: from `start` on, at `turn` the grid has fallen.

    `inside` are all that belong to it, in order, `start` left out and the end last. `read` is
    the tensor whose grid falls: `start`, but behind a widening convolution that one's output.
    """

    start: int
    read: int
    turn: int
    inside: tuple[int, ...]
    bypassed: bool = False

    @property
    def end(self) -> int:
        return self.inside[-1]


class Survey:
    """A network's tensors with their makers, grids and convolutions: what places are found in."""

    def __init__(self, profile: CutProfile, report: CostReport) -> None:
        self.profile = profile
        self.tensors = profile.tensors
        self.graph = profile.tensors.graph
        self.report = report
        self.grids = Grids(self.graph)
        self.convs = {conv.node: conv for conv in convolutions(self.graph, report)}

    def maker(self, position: int) -> Node | None:
        """The node that made a tensor; None for the common end of several inputs or outputs."""
        return self.graph.by_id.get(self.tensors.tensors[position].node)

    def conv(self, position: int) -> Convolution | None:
        """The convolution that made a tensor, if one did."""
        return self.convs.get(self.tensors.tensors[position].node)

    def family(self, position: int) -> str:
        node = self.maker(position)
        return family_of(node.op) if node is not None else ""

    def grid(self, position: int) -> Grid | None:
        """Its grid; None without a maker, without positions beside features, or inside
        attention, where the channels are split into heads."""
        tensor, node = self.tensors.tensors[position], self.maker(position)
        if node is None or not tensor.grid:
            return None
        in_heads = family_of(node.op) == "attention" and len(node.output.shape) > _TOKENS
        return None if in_heads else self.grids.of(node.id)

    def sides_read(self, position: int) -> tuple[int, ...] | None:
        """The grid that a convolution or pool reads, laid out as it reads it."""
        node, grid = self.maker(position), self.grid(position)
        if node is None or grid is None or self.family(position) not in _CHANNELS_FIRST:
            return None
        return self.graph.spec(node.inputs[0]).shape[-len(grid.sides) :]

    def falls(self, before: int, after: int) -> bool:
        """Whether the area of the second tensor's grid is at most half of the first's."""
        large, small = self.grid(before), self.grid(after)
        if large is None or small is None:
            return False
        return small.positions * _LEAST_FALL <= large.positions

    def only_source(self, position: int) -> int | None:
        sources = self.tensors.predecessors[position]
        return sources[0] if len(sources) == 1 else None

    def is_picture(self, position: int) -> bool:
        """Whether a tensor is the network's input, with few channels as a picture has."""
        grid = self.grid(position)
        return position == 0 and grid is not None and grid.channels <= _PICTURE_CHANNELS

    def next_alone(self, position: int) -> int | None:
        """The one tensor that is computed from this one, if from nothing else."""
        readers = self.tensors.successors[position]
        alone = len(readers) == 1 and self.only_source(readers[0]) == position
        return readers[0] if alone else None

    def strided(self, positions: tuple[int, ...]) -> list[Convolution]:
        """The convolutions among these tensors' makers that make the grid smaller."""
        convs = [conv for position in positions if (conv := self.conv(position)) is not None]
        return [conv for conv in convs if any(step > 1 for step in conv.stride)]


def places(survey: Survey) -> tuple[Place, ...]:
    """Every fall of the grid in the body, in order; the head's global pooling is none."""
    taken: set[int] = set()
    found = []
    for bare in _falls(survey):
        place = _with_neighbours(survey, bare, taken)
        taken.update(place.inside)
        found.append(place)
    return tuple(found)


def _falls(survey: Survey) -> Iterator[Place]:
    cuts = survey.profile.cuts[: survey.profile.final + 1]
    marks = [cut.ends_at for cut in cuts if not cut.inside and survey.grid(cut.ends_at)]
    for before, after in pairwise(marks):
        # A dense layer of its own keeps every position, however heads were folded before it.
        kept = survey.only_source(after) == before and survey.family(after) in _POINTWISE
        if survey.falls(before, after) and not kept:
            yield Place(before, before, after, tuple(range(before + 1, after + 1)))
        else:
            yield from _falls_beside_a_skip(survey, before, after)


def _falls_beside_a_skip(survey: Survey, before: int, after: int) -> Iterator[Place]:
    """The way down of a U-Net: long skips run past it and the grid comes back."""
    inner = range(before + 1, after + 1)
    if not any(_enlarges(survey.maker(position)) for position in inner):
        return
    for position in inner:
        source = survey.only_source(position)
        shrinks = survey.family(position) in ("conv", "pool")
        if shrinks and source is not None and survey.falls(source, position):
            yield Place(source, source, position, (position,), bypassed=True)


def _enlarges(node: Node | None) -> bool:
    return node is not None and (node.op in _ENLARGING or "transpose" in node.op)


def _with_neighbours(survey: Survey, place: Place, taken: set[int]) -> Place:
    """The layers just before and after a fall that work together with it."""
    if is_regrouping(survey, place):
        return _with_embedding(survey, place)
    if survey.only_source(place.turn) != place.start:
        return place
    if survey.family(place.turn) == "pool":
        return _with_widening(survey, place, taken)
    conv = survey.conv(place.turn)
    if conv is not None and conv.is_depthwise:
        return _with_pointwise(survey, place)
    return place


def is_regrouping(survey: Survey, place: Place) -> bool:
    """Whether positions only become channels: slices of the grid laid side by side (Swin), or
    one op for it. Nothing is computed."""
    node = survey.maker(place.turn)
    if node is not None and node.op == "pixel_unshuffle":
        return True
    slices = {survey.family(position) for position in place.inside if position < place.turn}
    return slices == {"reshape"} and survey.family(place.turn) == "concat"


def _with_embedding(survey: Survey, place: Place) -> Place:
    following = survey.next_alone(place.end)
    if following is None or not _is_pointwise(survey, following):
        return place
    return _extended(place, after=(following,))


def _with_widening(survey: Survey, place: Place, taken: set[int]) -> Place:
    """A pool with the convolution that widens, before or after it, whichever widens more."""
    before, after = place.start, survey.next_alone(place.turn)
    first = 0.0 if before in taken else _gain_before(survey, before)
    last = _gain(survey, after) if after is not None else 0.0
    if after is not None and last > 1 and last >= first:
        return _extended(place, after=(after,))
    if first > 1 or (first and _is_pointwise(survey, before)):
        return _extended(place, before=survey.only_source(before))
    return place


def _gain_before(survey: Survey, position: int) -> float:
    """Of the convolution a pool reads, 0 where that reads the picture: a stem widens whatever
    follows."""
    source = survey.only_source(position)
    return 0.0 if source is None or survey.is_picture(source) else _gain(survey, position)


def _gain(survey: Survey, position: int) -> float:
    """Channels out per channel in of a convolution that keeps the grid; 0 for anything else."""
    conv, source = survey.conv(position), survey.only_source(position)
    if conv is None or source is None or conv.groups != 1 or survey.falls(source, position):
        return 0.0
    return conv.c_out / conv.c_in


def _with_pointwise(survey: Survey, place: Place) -> Place:
    """A depthwise convolution with the 1x1 layers that mix its channels (inverted bottleneck)."""
    source = survey.only_source(place.start)
    widens = _is_pointwise(survey, place.start) and _gain(survey, place.start) > 1
    if source is not None and widens:
        place = _extended(place, before=source)
    gated = _after_gate(survey, place.turn)
    following = survey.next_alone(gated)
    if following is None or not _is_pointwise(survey, following):
        return place
    gate = tuple(range(place.turn + 1, gated + 1))
    return _extended(place, after=(*gate, following))


def _after_gate(survey: Survey, position: int) -> int:
    """Behind squeeze and excitation: the product of the tensor and its gate."""
    readers = survey.tensors.successors[position]
    meeting = max(readers, default=position)
    node = survey.maker(meeting)
    product = node is not None and node.op == "mul"
    return meeting if len(readers) > 1 and product else position


def _is_pointwise(survey: Survey, position: int) -> bool:
    conv, node = survey.conv(position), survey.maker(position)
    if conv is not None:
        return conv.is_pointwise and conv.groups == 1
    return node is not None and node.op == "linear"


def _extended(place: Place, before: int | None = None, after: tuple[int, ...] = ()) -> Place:
    inside = (*place.inside, *after)
    if before is None:
        return msgspec.structs.replace(place, inside=inside)
    return msgspec.structs.replace(place, start=before, inside=(place.start, *inside))

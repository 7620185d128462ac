"""Principle 2: how many activations each tile of the grid has, from the input to the head.

"Higher dimensional representations are easier to process locally within a network. Increasing
the activations per tile in a convolutional network allows for more disentangled features"
(Szegedy et al. 2015, section 2). A tile is one cell of the grid, so that the activations per
tile are the channels.
"""

from __future__ import annotations

import math
from itertools import groupby

import msgspec

from visualizer.bottlenecks.fusing import is_pointwise_linear
from visualizer.bottlenecks.principles.grids import Grid, Layouts
from visualizer.bottlenecks.profile import Cut, CutProfile
from visualizer.bottlenecks.tensors import Tensor
from visualizer.graph.model import LayerGraph, TensorSpec

_NO_FLOW = "No output of this network depends on an input."
_NO_GRID = (
    "Nothing this network computes has positions: its tensors are plain vectors, so that there "
    "are no tiles to compare."
)
_SHRINKS = 1.5  # 73 to 71 at a border is no step to a coarser grid
_WHOLE_NUMBERS = ("int", "uint", "bool")


class Tile(msgspec.Struct, frozen=True):
    """One grid that all data passes on its way to the head.

    `channels` (C) are the activations per tile of the last cut on it, made by `node`; where
    that is the inside of an inverted bottleneck (MobileNetV2) or a prediction for every position,
    of the tensor before it.
    `widest` and `widest_node` are those of the widest cut on the grid. `per_input` is
    C/(C_in·s²): numbers per number of the input; None where the input has none to compare with
    (words, several inputs). `growth` is C against that of the grid before and `per_halving` the
    same for each halving of the side; None on the first grid, and where the grid does not shrink.
    `has_layers`: weights work on this grid, it is more than the pooling before the head.
    """

    grid: Grid
    channels: int
    node: str
    per_input: float | None
    widest: int
    widest_node: str
    growth: float | None = None
    per_halving: float | None = None
    has_layers: bool = True


class Tiles(msgspec.Struct, frozen=True):
    """The grids in order. Without any, `silence` says why."""

    tiles: tuple[Tile, ...]
    silence: str = ""


class _Found(msgspec.Struct, frozen=True):
    """A cut of one tensor on a grid."""

    cut: Cut
    tensor: Tensor
    grid: Grid
    channels: int


def tiles_of(profile: CutProfile, layouts: Layouts) -> Tiles:
    """The grids along the body of a cut profile, whatever its unit."""
    if not profile.cuts:
        return Tiles((), _NO_FLOW)
    found = _on_grids(profile, layouts)
    # By positions: 56×56 pixels cut into 64 windows of 49 are the same tiles.
    runs = [list(run) for _, run in groupby(found, key=lambda each: each.grid.positions)]
    read = _input_numbers(profile)
    tiles: list[Tile] = []
    for run in runs:
        tiles.append(_tile(profile, run, tiles[-1] if tiles else None, read))
    return Tiles(tuple(tiles), "" if tiles else _NO_GRID)


def _on_grids(profile: CutProfile, layouts: Layouts) -> list[_Found]:
    """Cuts of one tensor with a grid, the input left out.

    Cuts inside branches need not be asked: the tensor in which the branches meet follows.
    """
    found = []
    for cut in profile.body[1:]:
        tensor = profile.tensors.tensors[cut.ends_at]
        grid = layouts.grid(tensor.node) if tensor.grid and tensor.node else None
        if grid is None or cut.inside:
            continue
        found.append(_Found(cut, tensor, grid, layouts.channels(tensor.node)))
    return found


def _tile(profile: CutProfile, run: list[_Found], before: Tile | None, read: int | None) -> Tile:
    graph = profile.tensors.graph
    carried = [each for each in run if _is_carried(profile, each)] or run
    last, widest = carried[-1], max(run, key=lambda each: each.channels)
    growth, per_halving = _growth(last, before)
    return Tile(
        grid=run[0].grid,
        channels=last.channels,
        node=last.cut.node,
        per_input=last.channels * last.grid.positions / read if read else None,
        widest=widest.channels,
        widest_node=widest.cut.node,
        growth=growth,
        per_halving=per_halving,
        has_layers=any(_has_weights(graph, each.tensor) for each in run) or len(run) > 1,
    )


def _growth(now: _Found, before: Tile | None) -> tuple[float | None, float | None]:
    if before is None:
        return None, None
    shrinking = before.grid.side_over(now.grid)
    if shrinking < _SHRINKS:
        return None, None
    growth = now.channels / before.channels
    return growth, growth ** (1 / math.log2(shrinking))


def _has_weights(graph: LayerGraph, tensor: Tensor) -> bool:
    return any(graph.by_id[member].parameters for member in tensor.members)


def _is_carried(profile: CutProfile, found: _Found) -> bool:
    """Whether the tensor is what the network hands on: neither the inside of an inverted
    bottleneck nor a prediction for every position."""
    is_prediction = found.cut is profile.cuts[-1] and not found.tensor.bent
    return not is_prediction and not _is_expansion(profile, found.tensor)


def _is_expansion(profile: CutProfile, tensor: Tensor) -> bool:
    """Whether the tensor is the inside of an inverted bottleneck: a 1x1 layer widens a tensor
    that no activation has bent, or a depthwise convolution filters what was widened."""
    node = profile.tensors.graph.by_id[tensor.node]
    read = profile.tensors.graph.spec(node.inputs[0]) if node.inputs else None
    if read is None or not node.op.startswith("conv"):
        return False
    channels = node.output.shape[1]
    if is_pointwise_linear(node):
        return channels > read.shape[1] and not _is_bent(profile, node.inputs[0].node)
    groups = node.attributes.get("groups", 1)
    return groups == channels == read.shape[1] and channels > 1


def _is_bent(profile: CutProfile, node: str) -> bool:
    """Whether an activation, or pooling behind one, made what `node` holds."""
    position = profile.tensors.position_of.get(node)
    if position is None:
        return True
    tensor = profile.tensors.tensors[position]
    makes_it = profile.tensors.graph.by_id[tensor.node].op if tensor.node else ""
    return tensor.bent or not makes_it.startswith(("conv", "add"))


def _input_numbers(profile: CutProfile) -> int | None:
    """Numbers of one example; None for several inputs, and for words, whose numbers are names."""
    inputs: list[TensorSpec] = [node.output for node in profile.tensors.graph.inputs]
    if len(inputs) != 1 or inputs[0].dtype.startswith(_WHOLE_NUMBERS):
        return None
    return math.prod(inputs[0].shape[1:])

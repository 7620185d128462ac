"""Activation checkpointing by block, as a what-if: keep a block's inputs, compute the rest anew.

Chen et al., "Training deep nets with sublinear memory cost" (arXiv 1604.06174);
torch.utils.checkpoint. What a block saved is gone after its forward pass, and is there again,
for this block alone, while its backward pass runs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from functools import cached_property

import msgspec

from visualizer.costs.blocks import Block, blocks_of
from visualizer.costs.observed import Law, Moment, SavedTensor, TrainingObserved, total
from visualizer.costs.report import CostReport
from visualizer.graph.model import LayerGraph


class Checkpointing(msgspec.Struct, frozen=True, dict=True):
    """Every block of `graph` checkpointed. `inside` is what each block saves without it;
    `kept` the memory of inputs kept once the blocks up to a number have run. `extra_macs` is
    the second forward pass, for the batch of the graph."""

    graph: LayerGraph
    blocks: tuple[Block, ...]
    inside: tuple[Law, ...]
    kept: tuple[Law, ...]
    kept_within: tuple[Law, ...]
    outside: Law
    extra_macs: int

    @property
    def saved_law(self) -> Law:
        """What is held at the end of the forward pass: inputs, and what is saved elsewhere."""
        return self.outside + self.kept[-1]

    def changed(self, moment: Moment) -> Moment:
        """The same moment with checkpointing."""
        step = len(self.graph.nodes)
        if moment.phase != "after" and moment.node in self.graph.index:
            step = self.graph.index[moment.node]
        if moment.phase == "after":
            return moment
        done = bisect_left(self._ends, step)
        within = done < len(self.blocks) and self.blocks[done].first <= step
        kept = self.kept_within[done] if within else self.kept[done]
        less = kept - self._inside_before[done]
        return msgspec.structs.replace(moment, total=moment.total + less, saved=moment.saved + less)

    @cached_property
    def _ends(self) -> list[int]:
        return [block.last for block in self.blocks]

    @cached_property
    def _inside_before(self) -> list[Law]:
        sums = [Law()]
        for law in self.inside:
            sums.append(sums[-1] + law)
        return sums


def checkpointing(
    graph: LayerGraph, report: CostReport, observed: TrainingObserved
) -> Checkpointing | None:
    """The what-if for a network; None when it has no blocks to checkpoint."""
    blocks = blocks_of(graph)
    if not blocks:
        return None
    owners = [_owner(tensor, blocks) for tensor in observed.saved]
    per_block = [
        [t for t, owner in zip(observed.saved, owners, strict=True) if owner == number]
        for number in range(len(blocks))
    ]
    outside = [t for t, owner in zip(observed.saved, owners, strict=True) if owner is None]
    held = {t.made_by for t in outside}
    own = [{t.made_by for t in tensors} for tensors in per_block]
    nodes = [name for block in blocks for name in block.nodes]
    return Checkpointing(
        graph=graph,
        blocks=blocks,
        inside=tuple(total(t.bytes for t in tensors) for tensors in per_block),
        kept=tuple(_inputs(blocks[:number], held, observed) for number in range(len(blocks) + 1)),
        kept_within=tuple(
            _inputs(blocks[:number], held, observed, blocks[number].inputs - own[number])
            for number in range(len(blocks))
        ),
        outside=total(t.bytes for t in outside),
        extra_macs=sum(report.layers[name].macs or 0 for name in nodes),
    )


def _owner(tensor: SavedTensor, blocks: Sequence[Block]) -> int | None:
    """Number of the block in which the tensor is saved."""
    for number, block in enumerate(blocks):
        path = tensor.module_path
        within = path == block.path or path.startswith(f"{block.path}.")
        if tensor.node in block.nodes or (not tensor.node and within):
            return number
    return None


def _inputs(
    blocks: Sequence[Block],
    held: set[str],
    observed: TrainingObserved,
    more: frozenset[str] = frozenset(),
) -> Law:
    """Memory of what the blocks read, each tensor once, and not what is held anyway."""
    made = set(more).union(*(block.inputs for block in blocks)) - held
    return total(observed.made[name] for name in made if name in observed.made)


class SavedBy(msgspec.Struct, frozen=True):
    """What autograd saves in one part of the network: `item` is a group or node of the graph,
    "" for a part that the graph has not."""

    item: str
    bytes: int
    share: float


def saved_by_part(graph: LayerGraph, observed: TrainingObserved, batch: int) -> tuple[SavedBy, ...]:
    """Saved activations by block, and by op outside the blocks, without checkpointing; most
    first. The shares are of all that is saved."""
    blocks = blocks_of(graph)
    sums: dict[str, int] = {}
    for tensor in observed.saved:
        owner = _owner(tensor, blocks)
        item = tensor.node if owner is None else blocks[owner].id
        sums[item] = sums.get(item, 0) + tensor.bytes.at(batch)
    whole = sum(sums.values())
    ranked = sorted(sums.items(), key=lambda found: -found[1])
    return tuple(SavedBy(item, size, size / whole if whole else 0.0) for item, size in ranked)

"""Activation memory over time: what is alive while each op runs (`costs.memory` says how)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from visualizer.costs.memory import Lifetime, alive_bytes, lifetimes
from visualizer.costs.report import CostReport
from visualizer.graph.model import LayerGraph


class Timeline(msgspec.Struct, frozen=True):
    """One entry a step in `nodes` (ids, inputs first), `alive` and `held`, both in bytes.

    `alive` is the least that an allocator needs: a tensor goes after its last reader. `held`
    is what eager PyTorch keeps because the network's code does: as seen while it ran where it
    was `watched`, else at least every module's arguments until it returns. `lives` and
    `held_lives` are the tensors of either, in the same order. `peak` and `held_peak` are the
    first steps at which most is alive, None for a network without ops. Workspace of kernels is
    in neither. `fixed_bytes` are the parameters and buffers.
    """

    nodes: tuple[str, ...]
    alive: tuple[int, ...]
    held: tuple[int, ...]
    lives: tuple[Lifetime, ...]
    held_lives: tuple[Lifetime, ...]
    watched: bool
    fixed_bytes: int

    @property
    def peak(self) -> int | None:
        return _highest(self.alive)

    @property
    def held_peak(self) -> int | None:
        return _highest(self.held)

    def tensors_at(self, step: int) -> tuple[Lifetime, ...]:
        """What is alive at a step (as in `alive`), the largest first."""
        there = (life for life in self.lives if life.first <= step <= life.last)
        return _largest_first(there)

    def kept_at(self, step: int) -> tuple[Lifetime, ...]:
        """What only the code keeps at a step, after its last reader; the largest first."""
        pairs = zip(self.lives, self.held_lives, strict=True)
        return _largest_first(held for life, held in pairs if life.last < step <= held.last)


def memory_timeline(graph: LayerGraph, report: CostReport) -> Timeline:
    """The timeline of one forward pass without gradients; what only training runs is left out.

    Its highest step is `report.totals.peak_activation_bytes`.
    """
    executed = graph.in_evaluation
    lives, held = lifetimes(executed), lifetimes(executed, held=True)
    steps = len(executed.nodes)
    return Timeline(
        nodes=tuple(node.id for node in executed.nodes),
        alive=tuple(alive_bytes(lives, steps)),
        held=tuple(alive_bytes(held, steps)),
        lives=lives,
        held_lives=held,
        watched=executed.kept is not None,
        fixed_bytes=report.totals.param_bytes + report.totals.buffer_bytes,
    )


def _largest_first(lives: Iterable[Lifetime]) -> tuple[Lifetime, ...]:
    return tuple(
        sorted((life for life in lives if life.bytes), key=lambda life: (-life.bytes, life.first))
    )


def _highest(bytes_alive: tuple[int, ...]) -> int | None:
    return max(range(len(bytes_alive)), key=bytes_alive.__getitem__, default=None)

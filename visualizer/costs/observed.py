"""What one training step of a network keeps in memory, as the worker observed it.

Everything grows with the batch on a straight line, `fixed + batch · per_example`: two batch
sizes were observed, a third checks. Parameters, buffers and optimizer state are in none of the
lines: they stand beside them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

Phase = Literal["forward", "backward", "after"]


class Law(msgspec.Struct, frozen=True):
    """Bytes as a function of the batch size."""

    fixed: int = 0
    per_example: int = 0

    def at(self, batch: int) -> int:
        return self.fixed + batch * self.per_example

    def __add__(self, other: Law) -> Law:
        return Law(self.fixed + other.fixed, self.per_example + other.per_example)

    def __sub__(self, other: Law) -> Law:
        return Law(self.fixed - other.fixed, self.per_example - other.per_example)


def total(laws: Iterable[Law]) -> Law:
    """The sum of some laws."""
    found = Law()
    for law in laws:
        found += law
    return found


class SavedTensor(msgspec.Struct, frozen=True):
    """Memory that autograd holds at the end of the forward pass, counted once however many ops
    and views hold it. `node` is the op that was the first to save it ("" when the graph has no
    such op, as one that runs only in training), `module_path` the module it ran in, `made_by`
    the node whose output it is ("" for what no node gives, such as a dropout mask)."""

    node: str
    module_path: str
    made_by: str
    bytes: Law


class Moment(msgspec.Struct, frozen=True):
    """What is alive after an op of the step: `total`, and in it the parameters' gradients that
    are there by then and what autograd holds. In the backward pass `node` is the op whose
    gradient is computed; "after" is when the backward pass is over."""

    phase: Phase
    node: str
    total: Law
    gradients: Law
    saved: Law


class TrainingObserved(msgspec.Struct, frozen=True):
    """One training step, forward and backward, without the loss's own memory.

    `trained` has the elements of each parameter that gets a gradient, `made` the memory of each
    node's first output. `moments` are those at which most can be alive, for some batch size.
    `off` is how far, 0..1, the peak of `checked_batch` was from the lines.
    """

    mixed: bool
    route: str
    param_bytes: int
    buffer_bytes: int
    gradient_bytes: int
    trained: tuple[int, ...]
    saved: tuple[SavedTensor, ...]
    made: dict[str, Law]
    moments: tuple[Moment, ...]
    batches: tuple[int, int]
    checked_batch: int
    off: float

    @property
    def saved_law(self) -> Law:
        """All that autograd holds at the end of the forward pass."""
        return total(tensor.bytes for tensor in self.saved)

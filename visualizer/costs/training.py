"""Training memory: parameters, gradients, optimizer state, what autograd saves, and their peak.

A step is: gradients set to None, forward, backward, optimizer step. What is alive in forward
and backward is observed (`costs.observed`); the rest is arithmetic with a source beside it.
Workspace inside kernels, the loss and the allocator's own rounding are not modelled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import msgspec

from visualizer.costs.checkpointing import Checkpointing
from visualizer.costs.model import Derivation
from visualizer.costs.observed import Law, Moment, Phase, TrainingObserved
from visualizer.costs.units import KILO, exact

Optimizer = Literal["sgd", "momentum", "adam", "adamw", "adamw8bit"]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
OPTIMIZER_TITLES: dict[Optimizer, str] = {
    "sgd": "SGD",
    "momentum": "SGD with momentum",
    "adam": "Adam",
    "adamw": "AdamW",
    "adamw8bit": "AdamW, 8-bit",
}
GIB = KILO**3

# bitsandbytes, optim/optimizer.py: one byte a number, an fp32 maximum a block of 256, two
# code books of 256 fp32; tensors with fewer than 4,096 numbers keep fp32 state.
_BLOCK, _SMALLEST_8BIT, _CODE_BOOKS = 256, 4096, 2 * 256 * 4
_BATCH_LIMIT = 10**9


class Plan(msgspec.Struct, frozen=True):
    """How to train. `mixed` is autocast to bfloat16 with fp32 weights. `foreach` updates all
    parameters together, torch's default on a GPU: Adam then needs memory the size of the
    parameters once more (torch.optim.Adam, "foreach")."""

    batch: int = 1
    optimizer: Optimizer = "adam"
    mixed: bool = False
    checkpoint: bool = False
    foreach: bool = True


class Part(msgspec.Struct, frozen=True):
    """One part of the memory in use at the peak; the parts add up to it."""

    title: str
    bytes: int
    meaning: str


class TrainingMemory(msgspec.Struct, frozen=True):
    """Bytes of one step at its peak, which is at `node` in the `phase` named; the phase
    "update" is the optimizer's step. `gradient_bytes` and `saved_bytes` are those figures in
    full: at the peak some gradients may not be there yet, and some saved tensors gone."""

    plan: Plan
    peak_bytes: int
    phase: Phase | Literal["update"]
    node: str
    parts: tuple[Part, ...]
    param_bytes: int
    gradient_bytes: int
    optimizer_bytes: int
    saved_bytes: int
    derivations: tuple[Derivation, ...] = ()


def optimizer_bytes(trained: Sequence[int], optimizer: Optimizer) -> int:
    """Memory of the optimizer's state for parameters of these sizes, in bytes.

    SGD none; momentum one fp32 number a parameter; Adam and AdamW two; in 8 bits two bytes
    and, for each block of 256, two fp32 maxima.
    """
    if optimizer == "adamw8bit":
        large = any(size >= _SMALLEST_8BIT for size in trained)
        return sum(map(_bytes_in_8_bits, trained)) + (_CODE_BOOKS if large else 0)
    numbers = {"sgd": 0, "momentum": 1, "adam": 2, "adamw": 2}[optimizer]
    return 4 * numbers * sum(trained)


def _bytes_in_8_bits(size: int) -> int:
    return 2 * 4 * size if size < _SMALLEST_8BIT else 2 * (size + 4 * -(-size // _BLOCK))


def _update_bytes(trained: Sequence[int], plan: Plan) -> int:
    """Temporary memory of the optimizer's step: Adam's square roots of all second moments at
    once, or, one parameter after another, twice the largest."""
    if plan.optimizer not in ("adam", "adamw"):
        return 0
    return 4 * (sum(trained) if plan.foreach else 2 * max(trained, default=0))


def training_memory(
    observed: TrainingObserved, plan: Plan, blocks: Checkpointing | None = None
) -> TrainingMemory:
    """Memory of one step as planned. `observed` is of the precision in `plan`; `blocks` is
    needed for checkpointing.

    Raises ValueError when either does not fit the plan.
    """
    moments = _moments(observed, plan, blocks)
    worst, extra = max(moments, key=lambda at: at[0].total.at(plan.batch) + at[1])
    state = optimizer_bytes(observed.trained, plan.optimizer)
    resident = observed.param_bytes + observed.buffer_bytes + state
    saved = observed.saved_law
    if plan.checkpoint and blocks is not None:
        saved = blocks.saved_law
    return TrainingMemory(
        plan=plan,
        peak_bytes=resident + worst.total.at(plan.batch) + extra,
        phase="update" if worst.phase == "after" else worst.phase,
        node="" if worst.phase == "after" else worst.node,
        parts=_parts(observed, plan, worst, state, extra),
        param_bytes=observed.param_bytes,
        gradient_bytes=observed.gradient_bytes,
        optimizer_bytes=state,
        saved_bytes=saved.at(plan.batch),
        derivations=_derivations(observed, plan, state, saved),
    )


def largest_batch(
    observed: TrainingObserved, plan: Plan, gib: float, blocks: Checkpointing | None = None
) -> int:
    """The largest batch whose step fits into `gib` GiB; 0 when not even one example does."""
    state = optimizer_bytes(observed.trained, plan.optimizer)
    room = round(gib * GIB) - observed.param_bytes - observed.buffer_bytes - state
    fits = _BATCH_LIMIT
    for moment, extra in _moments(observed, plan, blocks):
        left = room - extra - moment.total.fixed
        if moment.total.per_example > 0:
            fits = min(fits, left // moment.total.per_example)
        elif left < 0:
            return 0
    return max(fits, 0)


def _moments(
    observed: TrainingObserved, plan: Plan, blocks: Checkpointing | None
) -> list[tuple[Moment, int]]:
    """Moments under the plan, each with the bytes that the optimizer needs then."""
    if plan.mixed != observed.mixed:
        raise ValueError("the step was observed in another precision than the plan's")
    changed: Callable[[Moment], Moment] = lambda moment: moment  # noqa: E731
    if plan.checkpoint:
        if blocks is None:
            raise ValueError("checkpointing needs the blocks")
        changed = blocks.changed
    update = _update_bytes(observed.trained, plan)
    return [(changed(m), update if m.phase == "after" else 0) for m in observed.moments]


def _parts(
    observed: TrainingObserved, plan: Plan, at: Moment, state: int, extra: int
) -> tuple[Part, ...]:
    total, batch = at.total.at(plan.batch), plan.batch
    gradients, saved = at.gradients.at(batch), at.saved.at(batch)
    return (
        Part("Parameters", observed.param_bytes, "the weights themselves"),
        Part("Buffers", observed.buffer_bytes, "state that is not trained: running means"),
        Part("Optimizer state", state, "what the optimizer remembers of every parameter"),
        Part("Gradients", gradients, "of the parameters, those that are there at the peak"),
        Part("Saved activations", saved, "what autograd still holds at the peak for backward"),
        Part(
            "Temporary",
            total - gradients - saved + extra,
            "inputs, outputs, and tensors on their way: gradients of activations, Adam's roots",
        ),
    )


def _derivations(
    observed: TrainingObserved, plan: Plan, state: int, saved: Law
) -> tuple[Derivation, ...]:
    count = sum(observed.trained)
    return (
        Derivation(
            "gradients", "4 B a trained parameter", f"4·{exact(count)}",
            f"{exact(observed.gradient_bytes)} B",
        ),
        Derivation("optimizer state", *_state_rule(plan.optimizer, count), f"{exact(state)} B"),
        Derivation(
            "saved activations", "fixed + batch · per example",
            f"{exact(saved.fixed)} + {plan.batch}·{exact(saved.per_example)}",
            f"{exact(saved.at(plan.batch))} B",
        ),
    )  # fmt: skip


def _state_rule(optimizer: Optimizer, count: int) -> tuple[str, str]:
    if optimizer == "sgd":
        return "nothing is remembered", "0"
    if optimizer == "momentum":
        return "one fp32 number a parameter", f"4·{exact(count)}"
    if optimizer == "adamw8bit":
        rule = "2·(1 B + 4 B / 256); tensors below 4,096 numbers 2·4 B (bitsandbytes)"
        return rule, f"about 2.03·{exact(count)}"
    return "two fp32 numbers a parameter: mean and variance of its gradient", f"8·{exact(count)}"

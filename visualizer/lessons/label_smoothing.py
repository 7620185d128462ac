"""Label smoothing ("Rethinking the Inception Architecture", section 7): targets, loss, limits.

The label's one-hot distribution δ is mixed with the uniform u(k) = 1/K: q'(k) = (1 - ε)·δ + ε/K.
The cross-entropy splits into two losses, H(q', p) = (1 - ε)·H(q, p) + ε·H(u, p): training as
if the label were dropped with probability ε and a random one put in its place. Everything is
in nats, p is the softmax of the logits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

# What is taken for a probability that has come out as 0: the smallest normal float32.
LEAST_PROBABILITY = 2.0**-126
_SUM_TOLERANCE = 1e-3


class Smoothing(msgspec.Struct, frozen=True):
    """Smoothing by `epsilon` over `classes` labels; make one with `smoothing`, which checks."""

    epsilon: float
    classes: int

    @property
    def other_target(self) -> float:
        """q' of every label but the true one: ε/K."""
        return self.epsilon / self.classes

    @property
    def true_target(self) -> float:
        """q' of the true label: 1 - ε + ε/K."""
        return 1.0 - self.epsilon + self.other_target

    @property
    def gap(self) -> float:
        """How far above the others the true logit is when the loss is least:
        ln(true/other). Infinite without smoothing: the logit is driven away for ever."""
        if self.other_target == 0.0:
            return math.inf
        return math.log(self.true_target / self.other_target)

    @property
    def floor(self) -> float:
        """The least loss there can be, in nats: the entropy of q'."""
        return _times_log(self.true_target) + (self.classes - 1) * _times_log(self.other_target)


class Reading(msgspec.Struct, frozen=True):
    """What logits mean with a target label. Losses are in nats.

    `label_loss` is H(q, p), the loss without smoothing, `uniform_loss` H(u, p), `loss` the
    weighted sum of both. `lead` is how far the largest logit is above the mean of the others,
    `target_lead` the same of the target's logit: what the loss drives towards the gap, and
    below 0 where the target is taken for less likely than the others.
    """

    smoothing: Smoothing
    target: int
    largest: int
    label_loss: float
    uniform_loss: float
    lead: float
    target_lead: float

    @property
    def loss(self) -> float:
        epsilon = self.smoothing.epsilon
        return (1.0 - epsilon) * self.label_loss + epsilon * self.uniform_loss


def smoothing(epsilon: float, classes: int) -> Smoothing:
    """Raises ValueError unless 0 <= epsilon <= 1 and there are at least two classes."""
    if not 0.0 <= epsilon <= 1.0:
        raise ValueError(f"ε is {epsilon}: it must be between 0 and 1")
    if classes < 2:
        raise ValueError(f"{classes} classes: label smoothing needs at least 2")
    return Smoothing(epsilon, classes)


def read_logits(shape: Smoothing, logits: Sequence[float], target: int | None = None) -> Reading:
    """The losses of `logits` (K,); without a target the largest one is taken for right.

    Raises ValueError for another number of logits, numbers that are not finite, and a target
    that is no class.
    """
    _check(shape, logits, target)
    largest = max(range(len(logits)), key=logits.__getitem__)
    chosen = largest if target is None else target
    normalizer = log_sum_exp(logits)
    total = math.fsum(logits)
    return Reading(
        smoothing=shape,
        target=chosen,
        largest=largest,
        label_loss=normalizer - logits[chosen],
        uniform_loss=normalizer - total / shape.classes,
        lead=_lead(logits[largest], total, shape.classes),
        target_lead=_lead(logits[chosen], total, shape.classes),
    )


def _lead(logit: float, total: float, classes: int) -> float:
    """How far a logit is above the mean of all the others."""
    return logit - (total - logit) / (classes - 1)


def gradient(shape: Smoothing, logits: Sequence[float], target: int) -> tuple[float, ...]:
    """The loss's derivative by each logit: p - q'. Raises ValueError as `read_logits` does."""
    _check(shape, logits, target)
    normalizer = log_sum_exp(logits)
    wanted = [shape.other_target] * shape.classes
    wanted[target] = shape.true_target
    return tuple(math.exp(z - normalizer) - q for z, q in zip(logits, wanted, strict=True))


def are_probabilities(values: Sequence[float]) -> bool:
    """Whether the numbers are a distribution already: none negative, their sum 1."""
    return min(values) >= 0.0 and abs(math.fsum(values) - 1.0) < _SUM_TOLERANCE


def logits_of(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Logits whose softmax is `probabilities`: their logarithms. A probability of 0 is taken
    as LEAST_PROBABILITY. Raises ValueError for a negative one."""
    if min(probabilities) < 0.0:
        raise ValueError("a probability is negative")
    return tuple(math.log(max(value, LEAST_PROBABILITY)) for value in probabilities)


def log_sum_exp(logits: Sequence[float]) -> float:
    """ln Σ exp(z), without overflow."""
    top = max(logits)
    return top + math.log(math.fsum(math.exp(value - top) for value in logits))


def _times_log(probability: float) -> float:
    """-p·ln p, 0 for 0."""
    return -probability * math.log(probability) if probability else 0.0


def _check(shape: Smoothing, logits: Sequence[float], target: int | None) -> None:
    if len(logits) != shape.classes:
        raise ValueError(f"{len(logits)} logits for {shape.classes} classes")
    if not all(map(math.isfinite, logits)):
        raise ValueError("some logits are infinite or not a number")
    if target is not None and not 0 <= target < shape.classes:
        raise ValueError(f"there is no class {target}: classes go from 0 to {shape.classes - 1}")

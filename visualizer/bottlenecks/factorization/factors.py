"""Small convolutions in a row that stand for a large one: their exact sizes and costs."""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from visualizer.bottlenecks.factorization.sites import Pads


class Step(msgspec.Struct, frozen=True):
    """A convolution to be put into a row; entries per axis as in Site."""

    c_out: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: Pads
    groups: int


class Factor(msgspec.Struct, frozen=True):
    """A step at its place in the row. `macs` are of one example, weights without bias."""

    c_in: int
    c_out: int
    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    dilation: tuple[int, ...]
    pads: Pads
    groups: int
    grid_in: tuple[int, ...]
    grid_out: tuple[int, ...]
    weights: int
    macs: int

    @property
    def outputs(self) -> int:
        """Numbers in its output, one example."""
        return self.c_out * math.prod(self.grid_out)

    @property
    def kernel_text(self) -> str:
        return "×".join(map(str, self.kernel))


def in_a_row(c_in: int, grid: tuple[int, ...], steps: Iterable[Step]) -> tuple[Factor, ...]:
    """The steps one after the other, from `c_in` channels on `grid`."""
    factors = []
    for step in steps:
        factors.append(_factor(c_in, grid, step))
        c_in, grid = step.c_out, factors[-1].grid_out
    return tuple(factors)


def _factor(c_in: int, grid: tuple[int, ...], step: Step) -> Factor:
    result = tuple(map(_positions, grid, step.kernel, step.stride, step.dilation, step.pads))
    weights = step.c_out * (c_in // step.groups) * math.prod(step.kernel)
    return Factor(
        c_in, step.c_out, step.kernel, step.stride, step.dilation, step.pads, step.groups,
        grid, result, weights, math.prod(result) * weights,
    )  # fmt: skip


def _positions(side: int, kernel: int, stride: int, dilation: int, pads: tuple[int, int]) -> int:
    """(W − D·(K − 1) − 1 + P)/S + 1, rounded down."""
    return (side + sum(pads) - dilation * (kernel - 1) - 1) // stride + 1


def seen_by(factors: tuple[Factor, ...]) -> tuple[int, ...]:
    """Input positions along each axis that one number at the end of the row sees.

    Every factor adds D·(K − 1) steps of the strides before it (Araujo et al., Distill 2019).
    """
    return tuple(_seen_along(factors, axis) for axis in range(len(factors[0].kernel)))


def _seen_along(factors: tuple[Factor, ...], axis: int) -> int:
    size = jump = 1
    for factor in factors:
        size += factor.dilation[axis] * (factor.kernel[axis] - 1) * jump
        jump *= factor.stride[axis]
    return size

"""The scaling explorer's arithmetic: what depth, width and resolution cost.

Estimates for a convolutional network, exact only where every layer follows the rule: MACs grow
with depth·width²·resolution², parameters with depth·width², activations with
depth·width·resolution². "Doubling the number of filter banks" is four times the arithmetic and
the parameters (Szegedy et al. 2015, section 1); the compound coefficients are those of
EfficientNet (Tan and Le 2019, section 3.3).
"""

from __future__ import annotations

import math
from fractions import Fraction

import msgspec

ALPHA, BETA, GAMMA = 1.2, 1.1, 1.15


class Amounts(msgspec.Struct, frozen=True):
    """What a network takes: MACs, parameters and activations (numbers) of the traced batch."""

    macs: int
    params: int
    activations: int


class Scale(msgspec.Struct, frozen=True):
    """Factors against the network as it is; each greater than 0."""

    depth: float = 1.0
    width: float = 1.0
    resolution: float = 1.0

    @property
    def macs(self) -> float:
        """d·w²·r²."""
        return self.depth * self.width**2 * self.resolution**2

    @property
    def params(self) -> float:
        """d·w²."""
        return self.depth * self.width**2

    @property
    def activations(self) -> float:
        """d·w·r²."""
        return self.depth * self.width * self.resolution**2

    def applied(self, now: Amounts) -> Amounts:
        """The estimate for a network that takes `now` today."""
        return Amounts(
            round(now.macs * Fraction(self.macs)),
            round(now.params * Fraction(self.params)),
            round(now.activations * Fraction(self.activations)),
        )


def compound(phi: float) -> Scale:
    """EfficientNet's way: depth 1.2^φ, width 1.1^φ, resolution 1.15^φ; MACs about 2^φ."""
    return Scale(ALPHA**phi, BETA**phi, GAMMA**phi)


# Three ways to twice the MACs.
TWICE_BY_DEPTH = Scale(depth=2)
TWICE_BY_WIDTH = Scale(width=math.sqrt(2))
TWICE_BY_BOTH = Scale(depth=2 ** (1 / 3), width=2 ** (1 / 3))
# Twice as many filters everywhere: four times the arithmetic.
TWICE_THE_FILTERS = Scale(width=2)

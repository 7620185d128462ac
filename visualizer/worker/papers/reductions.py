"""Figures 9 and 10 (section 5): three ways from 35x35x320 to 17x17x640.

The figures show grids and say only "Inception", "conv" and "pool"; here every convolution is
3x3, pools are 3x3 at stride 2. MACs: 532.7 M, 2,257.9 M and 266.3 M.
"""

from __future__ import annotations

from torch import Tensor, nn

from visualizer.worker.papers.parts import Branches, ConvUnit, halving_pool

_FEW, _MANY = 320, 640


class PoolThenConv(nn.Sequential):
    """Fig 9 left: pooling first. All that passes is 17x17x320 = 92,480 numbers, from which
    twice as many are computed: it violates principle 1."""

    def __init__(self) -> None:
        super().__init__()
        self.pool = halving_pool()
        self.conv = ConvUnit(_FEW, _MANY, 3)


class ConvThenPool(nn.Sequential):
    """Fig 9 right: convolution first, on the large grid. Nothing is squeezed; the caption says
    three times the cost, the counts 35²/17² = 4.24 times."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvUnit(_FEW, _MANY, 3)
        self.pool = halving_pool()


class SideBySide(Branches):
    """Fig 10: a convolution at stride 2 beside a pool, concatenated. 92,480 numbers pass through
    each, at half the cost of Fig 9 left."""

    def __init__(self) -> None:
        super().__init__(conv=ConvUnit(_FEW, _FEW, 3, stride=2, same=False), pool=halving_pool())


class Reductions(nn.Module):
    """Figs 9 left, 9 right and 10 on one input (N, 320, 35, 35): three outputs (N, 640, 17, 17)."""

    def __init__(self) -> None:
        super().__init__()
        self.fig9_left = PoolThenConv()
        self.fig9_right = ConvThenPool()
        self.fig10 = SideBySide()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        return self.fig9_left(x), self.fig9_right(x), self.fig10(x)

"""The first layers of the network (section 6): a 7x7 convolution against three 3x3.

Both go from 299x299x3 to 147x147x64. The one is 203.3 MMACs, the three 616.6: with three
input channels the factorization costs more, and buys two more nonlinearities and a larger
receptive field (11 instead of 7 pixels).
"""

from __future__ import annotations

from torch import nn

from visualizer.worker.papers.parts import ConvUnit


class Stem7x7(nn.Sequential):
    """The traditional beginning: 7x7 at stride 2, without padding so that the grids agree."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvUnit(3, 64, 7, stride=2, same=False)


class Stem3x3(nn.Sequential):
    """Rows 1 to 3 of Table 1: 3x3 at stride 2, 3x3, 3x3 padded."""

    def __init__(self) -> None:
        super().__init__()
        self.conv_1 = ConvUnit(3, 32, 3, stride=2, same=False)
        self.conv_2 = ConvUnit(32, 32, 3, same=False)
        self.conv_3 = ConvUnit(32, 64, 3)

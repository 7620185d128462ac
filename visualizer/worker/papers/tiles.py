"""Figure 1 (section 3.1): the mini-network that replaces a 5x5 convolution, on one 5x5 tile.

The figure has no channel numbers: here 64 throughout. The 5x5 has 25·64² = 102,400 weights,
its replacement 18·64² = 73,728, 28 % fewer. On a single tile the replacement takes more MACs
(9·9·64² + 9·64²), for all nine positions of the 3x3 grid are computed for it; in a network
neighbouring tiles share them, and what remains is 18 against 25.
"""

from __future__ import annotations

from torch import nn

from visualizer.worker.papers.parts import ConvUnit

_CHANNELS = 64


class Tile5x5(nn.Sequential):
    """(N, 64, 5, 5) -> (N, 64, 1, 1) in one step."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvUnit(_CHANNELS, _CHANNELS, 5, same=False)


class TileFactorized(nn.Sequential):
    """The same tile: a 3x3 convolution, then a layer fully connected over its 3x3 output grid,
    which is the second 3x3 convolution. No dense layer follows."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = ConvUnit(_CHANNELS, _CHANNELS, 3, same=False)
        self.over_grid = ConvUnit(_CHANNELS, _CHANNELS, 3, same=False)

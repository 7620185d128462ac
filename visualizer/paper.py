"""The figures of a paper as networks to open, by name; the worker builds them.

Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer
Vision, arXiv 1512.00567 (2015). Figure numbers are those of the paper.
"""

from __future__ import annotations

import msgspec

PREFIX = "paper:"


class PaperNetwork(msgspec.Struct, frozen=True):
    """`name` is what follows `paper:`, `title` what the paper calls it, `text` what is to be
    seen; `shape` is its input, batch first."""

    name: str
    title: str
    text: str
    shape: tuple[int, ...]

    @property
    def source(self) -> str:
        """The source as the user types it."""
        return PREFIX + self.name


_GRID_35 = (1, 320, 35, 35)
_PICTURE = (1, 3, 299, 299)
_TILE = (1, 64, 5, 5)

PAPER_NETWORKS = (
    PaperNetwork("fig1-5x5", "Fig 1: 5×5", "A 5×5 tile under one 5×5 convolution", _TILE),
    PaperNetwork("fig1", "Fig 1", "The tile as 3×3, then a layer over its 3×3 grid", _TILE),
    PaperNetwork(
        "inception-a", "Fig 5", "A 5×5 convolution as two 3×3, grid 35×35", (1, 288, 35, 35)
    ),
    PaperNetwork(
        "inception-b", "Fig 6", "7×7 convolutions as 1×7 and 7×1, grid 17×17", (1, 768, 17, 17)
    ),
    PaperNetwork("inception-c", "Fig 7", "Filter banks spread out, grid 8×8", (1, 1280, 8, 8)),
    PaperNetwork("fig9-left", "Fig 9 left", "Pool, then convolve: cheap, but a waist", _GRID_35),
    PaperNetwork("fig9-right", "Fig 9 right", "Convolve, then pool: four times the MACs", _GRID_35),
    PaperNetwork("fig10", "Fig 10", "Convolve and pool side by side: cheapest, no waist", _GRID_35),
    PaperNetwork("reductions", "Figs 9 and 10", "All three grid reductions on one input", _GRID_35),
    PaperNetwork("stem-7x7", "Stem 7×7", "One 7×7 convolution, stride 2", _PICTURE),
    PaperNetwork("stem-3x3", "Stem 3×3", "Three 3×3 convolutions to the same grid", _PICTURE),
    PaperNetwork("inception-v3-table1", "Table 1", "Inception-v3 as the table has it", _PICTURE),
)

PAPER_BY_NAME = {network.name: network for network in PAPER_NETWORKS}

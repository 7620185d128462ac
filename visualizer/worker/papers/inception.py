"""Figures 5, 6 and 7 (section 3): the Inception modules of the three grids.

The figures have no channel numbers: these are those of the reference implementation.
"""

from __future__ import annotations

from visualizer.worker.papers.parts import Branches, ConvUnit, chain, pooling_branch

_ROW, _COLUMN = (1, 7), (7, 1)


class InceptionA(Branches):
    """Fig 5, grid 35x35: each 5x5 convolution is replaced by two 3x3.

    (N, c_in, 35, 35) -> (N, 288, 35, 35). The reference implementation differs: it kept a
    5x5 where the second branch has its 3x3.
    """

    def __init__(self, c_in: int = 288) -> None:
        super().__init__(
            twice_3x3=chain(
                reduce=ConvUnit(c_in, 64, 1),
                conv_1=ConvUnit(64, 96, 3),
                conv_2=ConvUnit(96, 96, 3),
            ),
            once_3x3=chain(reduce=ConvUnit(c_in, 48, 1), conv=ConvUnit(48, 64, 3)),
            pooled=pooling_branch(c_in, 64),
            direct=ConvUnit(c_in, 64, 1),
        )


class InceptionB(Branches):
    """Fig 6 with n = 7, grid 17x17: each 7x7 convolution is a 1x7 followed by a 7x1.

    (N, 768, 17, 17) -> (N, 768, 17, 17). `c` channels are computed inside the branches: 128
    in the first of these modules, up to 192 in later ones.
    """

    def __init__(self, c: int = 128) -> None:
        super().__init__(
            twice_7x7=chain(
                reduce=ConvUnit(768, c, 1),
                row_1=ConvUnit(c, c, _ROW),
                column_1=ConvUnit(c, c, _COLUMN),
                row_2=ConvUnit(c, c, _ROW),
                column_2=ConvUnit(c, 192, _COLUMN),
            ),
            once_7x7=chain(
                reduce=ConvUnit(768, c, 1),
                row=ConvUnit(c, c, _ROW),
                column=ConvUnit(c, 192, _COLUMN),
            ),
            pooled=pooling_branch(768, 192),
            direct=ConvUnit(768, 192, 1),
        )


class InceptionC(Branches):
    """Fig 7, grid 8x8: 1x3 and 3x1 side by side, for more dimensions where the grid is coarsest
    (principle 2). (N, c_in, 8, 8) -> (N, 2048, 8, 8)."""

    def __init__(self, c_in: int = 1280) -> None:
        super().__init__(
            deep=chain(reduce=ConvUnit(c_in, 448, 1), conv=ConvUnit(448, 384, 3), spread=_spread()),
            shallow=chain(reduce=ConvUnit(c_in, 384, 1), spread=_spread()),
            pooled=pooling_branch(c_in, 192),
            direct=ConvUnit(c_in, 320, 1),
        )


def _spread() -> Branches:
    return Branches(row=ConvUnit(384, 384, (1, 3)), column=ConvUnit(384, 384, (3, 1)))

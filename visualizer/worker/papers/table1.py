"""Table 1: the network as the paper lists it, 299x299x3 to 1,000 classes.

It is not the network that was published as Inception-v3: the table's stem has 3x3
convolutions where that has a 1x1 and a pool, and five modules of Fig 6 instead of four.
"""

from __future__ import annotations

from torch import Tensor, nn

from visualizer.worker.papers.inception import InceptionA, InceptionB, InceptionC
from visualizer.worker.papers.parts import Branches, ConvUnit, chain, halving_pool

# Four modules have the reference implementation's channels; the fifth repeats its last.
_INSIDE = (128, 160, 160, 192, 192)


class InceptionV3Table1(nn.Module):
    """(N, 3, 299, 299) -> (N, 1000) logits; the table's softmax is left to the loss.

    The grid reductions between the rows follow Fig 10, with the channels of the reference
    implementation (Mixed_6a and Mixed_7a).
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = _stem()
        self.grid_35 = nn.Sequential(*(InceptionA() for _ in range(3)))
        self.to_grid_17 = _to_grid_17()
        self.grid_17 = nn.Sequential(*(InceptionB(c) for c in _INSIDE))
        self.to_grid_8 = _to_grid_8()
        self.grid_8 = nn.Sequential(InceptionC(1280), InceptionC(2048))
        self.pool = nn.AvgPool2d(8)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(2048, 1000)

    def forward(self, x: Tensor) -> Tensor:
        for stage in self.children():
            x = stage(x)
        return x


def _stem() -> nn.Sequential:
    """Rows 1 to 7: 299x299x3 -> 35x35x288 in 1,627.9 MMACs."""
    return chain(
        conv_1=ConvUnit(3, 32, 3, stride=2, same=False),
        conv_2=ConvUnit(32, 32, 3, same=False),
        conv_3=ConvUnit(32, 64, 3),
        pool=halving_pool(),
        conv_4=ConvUnit(64, 80, 3, same=False),
        conv_5=ConvUnit(80, 192, 3, stride=2, same=False),
        conv_6=ConvUnit(192, 288, 3),
    )


def _to_grid_17() -> Branches:
    """35x35x288 -> 17x17x768."""
    return Branches(
        once_3x3=ConvUnit(288, 384, 3, stride=2, same=False),
        twice_3x3=chain(
            reduce=ConvUnit(288, 64, 1),
            conv_1=ConvUnit(64, 96, 3),
            conv_2=ConvUnit(96, 96, 3, stride=2, same=False),
        ),
        pool=halving_pool(),
    )


def _to_grid_8() -> Branches:
    """17x17x768 -> 8x8x1280."""
    return Branches(
        once_3x3=chain(
            reduce=ConvUnit(768, 192, 1), conv=ConvUnit(192, 320, 3, stride=2, same=False)
        ),
        once_7x7=chain(
            reduce=ConvUnit(768, 192, 1),
            row=ConvUnit(192, 192, (1, 7)),
            column=ConvUnit(192, 192, (7, 1)),
            conv=ConvUnit(192, 192, 3, stride=2, same=False),
        ),
        pool=halving_pool(),
    )

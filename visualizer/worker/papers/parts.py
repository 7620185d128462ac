"""What all figures are made of: convolution units, chains of them, and branches side by side."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

Sides = int | tuple[int, int]


class ConvUnit(nn.Module):
    """Convolution, batch normalization, ReLU: every "conv" of the paper's figures (section 10).

    (N, c_in, H, W) -> (N, c_out, H', W'). `same` pads so that stride 1 keeps the grid;
    otherwise nothing is padded, as in the paper's Table 1.
    """

    def __init__(
        self, c_in: int, c_out: int, kernel: Sides, stride: int = 1, same: bool = True
    ) -> None:
        super().__init__()
        sides = (kernel, kernel) if isinstance(kernel, int) else kernel
        padding = (sides[0] // 2, sides[1] // 2) if same else (0, 0)
        self.conv = nn.Conv2d(c_in, c_out, sides, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=0.001)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.relu(self.bn(self.conv(x)))
        return result


class Branches(nn.Module):
    """Parts that read the same input, their outputs concatenated by channels."""

    def __init__(self, **parts: nn.Module) -> None:
        super().__init__()
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([part(x) for part in self.children()], 1)


def chain(**parts: nn.Module) -> nn.Sequential:
    """Parts behind each other, each under its own name."""
    return nn.Sequential(OrderedDict(parts))


def pooling_branch(c_in: int, c_out: int) -> nn.Sequential:
    """3x3 average pooling at stride 1, then a 1x1 projection."""
    return chain(pool=nn.AvgPool2d(3, stride=1, padding=1), project=ConvUnit(c_in, c_out, 1))


def halving_pool() -> nn.MaxPool2d:
    """3x3 at stride 2 without padding: 35 -> 17 -> 8."""
    return nn.MaxPool2d(3, stride=2)

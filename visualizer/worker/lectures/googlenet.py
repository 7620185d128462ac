"""GoogLeNet (Szegedy et al. 2014) with the 5x5 convolutions of the paper's Table 1.

torchvision's has 3x3 in their place (pytorch/vision #906), and batch normalization.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

# name: input, 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, pool projection (Table 1)
_MODULES = {
    "inception3a": (192, 64, 96, 128, 16, 32, 32),
    "inception3b": (256, 128, 128, 192, 32, 96, 64),
    "inception4a": (480, 192, 96, 208, 16, 48, 64),
    "inception4b": (512, 160, 112, 224, 24, 64, 64),
    "inception4c": (512, 128, 128, 256, 24, 64, 64),
    "inception4d": (512, 112, 144, 288, 32, 64, 64),
    "inception4e": (528, 256, 160, 320, 32, 128, 128),
    "inception5a": (832, 256, 160, 320, 32, 128, 128),
    "inception5b": (832, 384, 192, 384, 48, 128, 128),
}
_POOLED_AFTER = {"inception3b": "pool3", "inception4e": "pool4"}
_HEADS = {"inception4a": "aux1", "inception4d": "aux2"}
_CLASSES = 1000


class GoogLeNet(nn.Module):
    """(N, 3, 224, 224) -> (N, 1000); in training (answer, aux1, aux2).

    Pools round up, as the authors' release does: 112 -> 56 -> 28 -> 14 -> 7.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3)
        self.pool1 = _halving_pool()
        self.norm1 = _response_norm()
        self.conv2_reduce = nn.Conv2d(64, 64, 1)
        self.conv2 = nn.Conv2d(64, 192, 3, padding=1)
        self.norm2 = _response_norm()
        self.pool2 = _halving_pool()
        for name, channels in _MODULES.items():
            self.add_module(name, Inception(*channels))
        self.pool3, self.pool4 = _halving_pool(), _halving_pool()
        self.aux1, self.aux2 = AuxiliaryHead(512), AuxiliaryHead(528)
        self.gap = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.drop = nn.Dropout(0.4)
        self.fc = nn.Linear(1024, _CLASSES)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        x = self.norm1(self.pool1(relu(self.conv1(x))))
        x = relu(self.conv2(relu(self.conv2_reduce(x))))
        x = self.pool2(self.norm2(x))
        aside = []
        for name in _MODULES:
            x = self.get_submodule(name)(x)
            if self.training and name in _HEADS:
                aside.append(self.get_submodule(_HEADS[name])(x))
            if name in _POOLED_AFTER:
                x = self.get_submodule(_POOLED_AFTER[name])(x)
        x = self.fc(self.drop(self.flatten(self.gap(x))))
        return (x, *aside) if self.training else x


class Inception(nn.Module):
    """Four branches on one grid, concatenated (Fig 2b); 1x1 convolutions reduce the channels
    before the larger kernels."""

    def __init__(
        self, c_in: int, once: int, reduce3: int, c3: int, reduce5: int, c5: int, project: int
    ) -> None:
        super().__init__()
        parts = {
            "1x1": nn.Conv2d(c_in, once, 1),
            "3x3_reduce": nn.Conv2d(c_in, reduce3, 1),
            "3x3": nn.Conv2d(reduce3, c3, 3, padding=1),
            "5x5_reduce": nn.Conv2d(c_in, reduce5, 1),
            "5x5": nn.Conv2d(reduce5, c5, 5, padding=2),
            "pool": nn.MaxPool2d(3, stride=1, padding=1),
            "pool_proj": nn.Conv2d(c_in, project, 1),
        }
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, x: Tensor) -> Tensor:
        part = self.get_submodule
        branches = (
            relu(part("1x1")(x)),
            relu(part("3x3")(relu(part("3x3_reduce")(x)))),
            relu(part("5x5")(relu(part("5x5_reduce")(x)))),
            relu(part("pool_proj")(part("pool")(x))),
        )
        return torch.cat(branches, 1)


class AuxiliaryHead(nn.Module):
    """A classifier on the side, for training only: (N, c_in, 14, 14) -> (N, 1000)."""

    def __init__(self, c_in: int) -> None:
        super().__init__()
        self.pool = nn.AvgPool2d(5, stride=3)
        self.conv = nn.Conv2d(c_in, 128, 1)
        self.flatten = nn.Flatten()
        self.fc1 = nn.Linear(128 * 4 * 4, 1024)
        self.drop = nn.Dropout(0.7)
        self.fc2 = nn.Linear(1024, _CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        x = self.flatten(relu(self.conv(self.pool(x))))
        result: Tensor = self.fc2(self.drop(relu(self.fc1(x))))
        return result


def _halving_pool() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, stride=2, ceil_mode=True)


def _response_norm() -> nn.LocalResponseNorm:
    """Named in the paper's figure 3; the sizes are those of the authors' release."""
    return nn.LocalResponseNorm(5, alpha=1e-4, beta=0.75, k=1.0)

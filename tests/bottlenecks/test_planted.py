"""Planted squeezes are found, healthy twins are silent."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.resnet import Bottleneck

from tests.bottlenecks.networks import PICTURE, findings, findings_of, torchvision_network
from visualizer.bottlenecks import Finding

LOUD = ("extreme", "moderate")
HEALTHY = (
    "convnext_tiny", "efficientnet_b0", "inception_v3", "resnet18", "resnet50",
    "resnext50_32x4d", "swin_t", "vgg16", "vit_b_16",
)  # fmt: skip


def loud(found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if finding.severity in LOUD]


@pytest.mark.parametrize("name", HEALTHY)
def test_that_a_healthy_network_has_no_warning_but_by_design(name: str) -> None:
    assert all(finding.by_design for finding in loud(findings(name)))


@pytest.mark.parametrize("name", sorted(set(HEALTHY) - {"efficientnet_b0"}))
def test_that_only_linear_bottlenecks_need_that_excuse(name: str) -> None:
    assert not loud(findings(name))


# Where VGG-16's convolutions stand in `features`, with the channels they read and their grid.
VGG_PLACES = {2: (64, 224), 7: (128, 112), 14: (256, 56), 21: (512, 28)}


def vgg_with_squeeze(channels: int, before: int) -> nn.Module:
    """A 1x1 convolution to `channels`, and a convolution that reads so few, before layer number
    `before`."""
    network = torchvision_network("vgg16")
    layers = list(network.features)
    squeeze = [nn.Conv2d(VGG_PLACES[before][0], channels, 1), nn.ReLU()]
    reader = nn.Conv2d(channels, layers[before].out_channels, 3, padding=1)
    network.features = nn.Sequential(*layers[:before], *squeeze, reader, *layers[before + 1 :])
    return network


def test_that_a_planted_squeeze_in_vgg_is_found() -> None:
    (found,) = loud(findings_of(lambda: vgg_with_squeeze(8, 2), PICTURE))
    assert (found.severity, found.kind, found.width) == ("moderate", "squeeze", 8 * 224 * 224)
    assert (found.node, found.by_design, found.depth) == ("features.2", False, 0.125)


# The input's 150,528 numbers are the ceiling: less than a third of it is extreme.
@pytest.mark.parametrize(
    ("channels", "before", "severity"),
    [
        (1, 2, "moderate"), (16, 7, "moderate"), (8, 7, "moderate"), (2, 7, "extreme"),
        (32, 14, "moderate"), (8, 14, "extreme"), (32, 21, "extreme"), (96, 21, "moderate"),
    ],
)  # fmt: skip
def test_that_vgg_is_searched_at_every_depth(channels: int, before: int, severity: str) -> None:
    side = VGG_PLACES[before][1]
    (found,) = loud(findings_of(lambda: vgg_with_squeeze(channels, before), PICTURE))
    assert (found.severity, found.width) == (severity, channels * side * side)
    assert found.node == f"features.{before}"


@pytest.mark.parametrize("before", [2, 7, 14, 21])
def test_that_a_1x1_that_reduces_nothing_much_is_silent(before: int) -> None:
    channels = VGG_PLACES[before][0] * 3 // 4
    assert not loud(findings_of(lambda: vgg_with_squeeze(channels, before), PICTURE))


class WithoutSkip(Bottleneck):
    def forward(self, x: Tensor) -> Tensor:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        return self.relu(self.bn3(self.conv3(out)))


def test_that_resnet_without_its_skips_is_squeezed_in_every_block() -> None:
    found = findings_of(lambda: models.ResNet(WithoutSkip, [3, 4, 6, 3]), PICTURE)
    severities = [finding.severity for finding in found]
    assert (severities.count("moderate"), severities.count("mild")) == (12, 3)
    assert severities.count("extreme") == 0


class Squeezed(nn.Module):
    """A ReLU squeeze to a few channels and back, with or without a skip past it."""

    def __init__(self, channels: int, few: int, skip: bool) -> None:
        super().__init__()
        self.skip = skip
        self.down, self.up = nn.Conv2d(channels, few, 1), nn.Conv2d(few, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        out = torch.relu(self.up(torch.relu(self.down(x))))
        return x + out if self.skip else out


def resnet_with_squeeze(stage: int, few: int, skip: bool) -> nn.Module:
    network = torchvision_network("resnet50")
    blocks = getattr(network, f"layer{stage}")
    squeeze = Squeezed(blocks[0].conv3.out_channels, few, skip)
    setattr(network, f"layer{stage}", nn.Sequential(blocks[0], squeeze, *list(blocks)[1:]))
    return network


# Grids of ResNet-50's stages: 56, 28, 14; stage 4 is the final representation.
@pytest.mark.parametrize(
    ("stage", "few", "severity"),
    [(1, 16, "moderate"), (1, 8, "extreme"), (2, 64, "moderate"), (2, 16, "extreme"),
     (3, 64, "extreme")],
)  # fmt: skip
def test_that_a_squeeze_between_residual_blocks_is_found_unless_a_skip_passes_it(
    stage: int, few: int, severity: str
) -> None:
    side = {1: 56, 2: 28, 3: 14}[stage]
    (found,) = loud(findings_of(lambda: resnet_with_squeeze(stage, few, skip=False), PICTURE))
    assert (found.severity, found.width) == (severity, few * side * side)
    assert found.node == f"layer{stage}.1.down"
    assert not loud(findings_of(lambda: resnet_with_squeeze(stage, few, skip=True), PICTURE))


def vit_with_squeeze(position: int) -> nn.Module:
    network = torchvision_network("vit_b_16")
    layers = list(network.encoder.layers)
    squeeze = nn.Sequential(nn.Linear(768, 96), nn.GELU(), nn.Linear(96, 768))
    network.encoder.layers = nn.Sequential(*layers[:position], squeeze, *layers[position:])
    return network


@pytest.mark.parametrize("position", [1, 6, 11])
def test_that_a_planted_squeeze_between_transformer_blocks_is_found(position: int) -> None:
    (found,) = loud(findings_of(lambda: vit_with_squeeze(position), PICTURE))
    assert (found.severity, found.width) == ("extreme", 197 * 96)
    assert found.early == (position == 1)


def convnext_with_squeeze(position: int, few: int) -> nn.Module:
    """Behind the stage at `position` of `features`; its linear layers have the channels last."""
    network = torchvision_network("convnext_tiny")
    channels = CONVNEXT_STAGES[position][0]
    squeeze = nn.Sequential(nn.Conv2d(channels, few, 1), nn.ReLU(), nn.Conv2d(few, channels, 1))
    network.features.insert(position + 1, squeeze)
    return network


CONVNEXT_STAGES = {1: (96, 56), 3: (192, 28), 5: (384, 14)}


@pytest.mark.parametrize(
    ("position", "few", "severity"),
    [(3, 16, "extreme"), (1, 8, "extreme"), (1, 20, "moderate"), (5, 40, "extreme")],
)
def test_that_a_planted_squeeze_in_convnext_is_found(
    position: int, few: int, severity: str
) -> None:
    side = CONVNEXT_STAGES[position][1]
    (found,) = loud(findings_of(lambda: convnext_with_squeeze(position, few), PICTURE))
    assert (found.severity, found.width) == (severity, few * side * side)


class Hourglass(nn.Module):
    """Down to a few channels on a 28x28 grid and up again, with or without a long skip."""

    def __init__(self, skip: bool, few: int = 8) -> None:
        super().__init__()
        self.skip = skip
        self.down = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU())
        self.neck = nn.Sequential(nn.MaxPool2d(8), nn.Conv2d(32, few, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(few, 32, 8, stride=8)
        self.head = nn.Conv2d(64 if skip else 32, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        down = self.down(x)
        up = torch.relu(self.up(self.neck(down)))
        return self.head(torch.cat([down, up], 1) if self.skip else up)


def test_that_a_u_net_is_silent_and_the_same_without_its_skip_is_not() -> None:
    assert not loud(findings_of(lambda: Hourglass(skip=True), PICTURE))
    (found,) = loud(findings_of(lambda: Hourglass(skip=False), PICTURE))
    assert (found.severity, found.width) == ("extreme", 8 * 28 * 28)


class Unet(nn.Module):
    """Three levels with a long skip each; `dropped` levels have none."""

    def __init__(self, dropped: tuple[int, ...] = ()) -> None:
        super().__init__()
        self.dropped = dropped
        sides = (3, 32, 48, 64, 16)
        self.down = nn.ModuleList(nn.Conv2d(*pair, 3, padding=1) for pair in pairwise(sides))
        self.up = nn.ModuleList(
            nn.Conv2d(below + (0 if level in dropped else side), side, 3, padding=1)
            for level, (side, below) in enumerate(zip((32, 48, 64), (48, 64, 16), strict=True))
        )

    def forward(self, x: Tensor) -> Tensor:
        kept = []
        for level, down in enumerate(self.down):
            x = torch.relu(down(x if level == 0 else nn.functional.max_pool2d(x, 2)))
            kept.append(x)
        for level in (2, 1, 0):
            x = nn.functional.interpolate(x, scale_factor=2.0)
            parts = [x] if level in self.dropped else [kept[level], x]
            x = torch.relu(self.up[level](torch.cat(parts, 1)))
        return x


def test_that_only_a_u_net_without_any_skip_is_narrow_at_its_bottom() -> None:
    shape = (1, 3, 64, 64)
    assert not loud(findings_of(Unet, shape))
    # A skip further out still carries 32 channels on 64x64 past the bottom.
    assert not loud(findings_of(lambda: Unet((1, 2)), shape))
    (found,) = loud(findings_of(lambda: Unet((0, 1, 2)), shape))
    assert (found.severity, found.width) == ("extreme", 16 * 8 * 8)


@pytest.mark.parametrize(("few", "severity"), [(2, "extreme"), (10, "extreme"), (15, "moderate")])
def test_that_a_u_net_without_skip_is_searched_at_every_width(few: int, severity: str) -> None:
    # The pool leaves 32 channels, which is the ceiling: below 10.67 of them is extreme.
    (found,) = loud(findings_of(lambda: Hourglass(skip=False, few=few), PICTURE))
    assert (found.severity, found.width) == (severity, few * 28 * 28)
    assert not loud(findings_of(lambda: Hourglass(skip=True, few=few), PICTURE))


def test_that_an_autoencoder_of_dense_layers_has_its_waist() -> None:
    def build() -> nn.Module:
        sides = (784, 256, 16, 256, 784)
        layers = [layer for pair in pairwise(sides) for layer in (nn.Linear(*pair), nn.ReLU())]
        return nn.Sequential(*layers)

    (found,) = loud(findings_of(build, (1, 784)))
    assert (found.severity, found.width, found.by_design) == ("extreme", 16, False)


class Gated(nn.Module):
    """Squeeze and excitation: a narrow gate beside x."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 64, 3), nn.Conv2d(64, 64, 3)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(64, 4, 1), nn.Conv2d(4, 64, 1))

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.first(x))
        return self.last(x * torch.sigmoid(self.gate(x)))


def test_that_a_gate_beside_x_narrows_nothing() -> None:
    assert not findings_of(Gated, (1, 3, 32, 32))


class TwoViews(nn.Module):
    """Two towers, each with a classifier; their answers are stacked and averaged."""

    def __init__(self) -> None:
        super().__init__()
        self.towers = nn.ModuleList(
            nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
            for _ in range(2)
        )
        self.heads = nn.ModuleList(nn.Linear(32, 100) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        answers = [head(tower(x)) for head, tower in zip(self.heads, self.towers, strict=True)]
        return torch.stack(answers, 1).mean(1)


def test_that_two_averaged_classifiers_are_head() -> None:
    assert not loud(findings_of(TwoViews, (1, 3, 32, 32)))


class Segmenter(nn.Module):
    """Class scores on a coarse grid, enlarged to the picture's."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 256, 3, stride=8, padding=1), nn.ReLU())
        self.score = nn.Conv2d(256, 5, 1)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.interpolate(self.score(self.body(x)), x.shape[2:])


def test_that_enlarged_class_scores_are_no_expansion() -> None:
    assert not loud(findings_of(Segmenter, PICTURE))

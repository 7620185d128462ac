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


def vgg_with_squeeze() -> nn.Module:
    network = torchvision_network("vgg16")
    layers = list(network.features)
    squeeze = [nn.Conv2d(64, 8, 1), nn.ReLU()]
    network.features = nn.Sequential(
        *layers[:2], *squeeze, nn.Conv2d(8, 64, 3, padding=1), *layers[3:]
    )
    return network


def test_that_a_planted_squeeze_in_vgg_is_found() -> None:
    (found,) = loud(findings_of(vgg_with_squeeze, PICTURE))
    assert (found.severity, found.kind, found.width) == ("moderate", "squeeze", 8 * 224 * 224)
    assert (found.node, found.by_design, found.depth) == ("features.2", False, 0.125)


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


def convnext_with_squeeze() -> nn.Module:
    network = torchvision_network("convnext_tiny")
    squeeze = nn.Sequential(nn.Conv2d(192, 16, 1), nn.ReLU(), nn.Conv2d(16, 192, 1))
    network.features.insert(4, squeeze)
    return network


def test_that_a_planted_squeeze_in_convnext_is_found() -> None:
    (found,) = loud(findings_of(convnext_with_squeeze, PICTURE))
    assert (found.severity, found.width) == ("extreme", 16 * 28 * 28)


class Hourglass(nn.Module):
    """Down to 8 channels on a 28x28 grid and up again, with or without a long skip."""

    def __init__(self, skip: bool) -> None:
        super().__init__()
        self.skip = skip
        self.down = nn.Sequential(nn.Conv2d(3, 32, 3, padding=1), nn.ReLU())
        self.neck = nn.Sequential(nn.MaxPool2d(8), nn.Conv2d(32, 8, 3, padding=1), nn.ReLU())
        self.up = nn.ConvTranspose2d(8, 32, 8, stride=8)
        self.head = nn.Conv2d(64 if skip else 32, 3, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        down = self.down(x)
        up = torch.relu(self.up(self.neck(down)))
        return self.head(torch.cat([down, up], 1) if self.skip else up)


def test_that_a_u_net_is_silent_and_the_same_without_its_skip_is_not() -> None:
    assert not loud(findings_of(lambda: Hourglass(skip=True), PICTURE))
    (found,) = loud(findings_of(lambda: Hourglass(skip=False), PICTURE))
    assert (found.severity, found.width) == ("extreme", 8 * 28 * 28)


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

"""Networks to look for bottlenecks in: traced ones, and their golden cut profiles."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torchvision import models
from torchvision.models.googlenet import Inception

from visualizer.bottlenecks import CutProfile, Finding, cut_profile, find_bottlenecks
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph
from visualizer.worker.extraction import trace

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parent.parent / "golden" / "cut_profiles.json").read_text()
)
PICTURE = (1, 3, 224, 224)
FIGURE = (1, 320, 35, 35)


def torchvision_network(name: str) -> nn.Module:
    extra = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    return models.get_model(name, weights=None, **extra)


def paper_googlenet() -> nn.Module:
    """torchvision's has 3x3 convolutions where the paper has 5x5."""
    network = torchvision_network("googlenet")
    for module in network.modules():
        if isinstance(module, Inception):
            small = module.branch3[1].conv
            module.branch3[1].conv = nn.Conv2d(
                small.in_channels, small.out_channels, 5, padding=2, bias=False
            )
    return network


class ParallelReduction(nn.Module):
    """Fig 10: a strided convolution beside a pool."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(320, 320, 3, stride=2)
        self.pool = nn.MaxPool2d(3, 2)

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([torch.relu(self.conv(x)), self.pool(x)], 1)


def pool_then_conv() -> nn.Module:
    """Fig 9 left."""
    return nn.Sequential(nn.MaxPool2d(3, 2), nn.Conv2d(320, 640, 3, padding=1), nn.ReLU())


def conv_then_pool() -> nn.Module:
    """Fig 9 right."""
    return nn.Sequential(nn.Conv2d(320, 640, 3, padding=1), nn.ReLU(), nn.MaxPool2d(3, 2))


BUILDERS: dict[str, tuple[Callable[[], nn.Module], tuple[int, ...]]] = {
    "alexnet_lecture": (lambda: torchvision_network("alexnet"), (1, 3, 227, 227)),
    "googlenet_paper": (paper_googlenet, PICTURE),
    "inception_v3": (lambda: torchvision_network("inception_v3"), (1, 3, 299, 299)),
    "fig9_left": (pool_then_conv, FIGURE),
    "fig9_right": (conv_then_pool, FIGURE),
    "fig10": (ParallelReduction, FIGURE),
}


@cache
def traced(name: str) -> LayerGraph:
    """A golden network by its name in the table, any other by torchvision's."""
    build, shape = BUILDERS.get(name, (lambda: torchvision_network(name), PICTURE))
    return graph_of(build, shape)


def graph_of(build: Callable[[], nn.Module], *shapes: tuple[int, ...]) -> LayerGraph:
    with torch.device("meta"):
        network = build().eval()
    return trace(network, [torch.empty(shape, device="meta") for shape in shapes])


@cache
def profile(name: str) -> CutProfile:
    return profile_of_graph(traced(name))


def profile_of_graph(graph: LayerGraph) -> CutProfile:
    return cut_profile(graph, cost_report(graph))


def findings(name: str) -> tuple[Finding, ...]:
    return find_bottlenecks(profile(name))


def findings_of(build: Callable[[], nn.Module], *shapes: tuple[int, ...]) -> tuple[Finding, ...]:
    return find_bottlenecks(profile_of_graph(graph_of(build, *shapes)))

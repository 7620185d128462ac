"""The border rule against published counts (Richter et al. 2106.12307 and its toolbox)."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torchvision import models

from visualizer.costs import CostReport, cost_report
from visualizer.costs.border import InputRange, border_layers, feasible_range
from visualizer.graph import LayerGraph
from visualizer.worker.extraction import trace


@cache
def network(name: str, side: int) -> tuple[LayerGraph, CostReport]:
    with torch.device("meta"):
        module = models.get_model(name, weights=None).eval()
    graph = trace(module, [torch.empty(1, 3, side, side, device="meta")])
    return graph, cost_report(graph)


@pytest.mark.parametrize(("name", "wasted", "of"), [("vgg16", 7, 13), ("resnet18", 3, 20)])
def test_that_at_32_pixels_so_many_convolutions_are_unproductive(
    name: str, wasted: int, of: int
) -> None:
    layers = border_layers(*network(name, 32))
    assert len(layers) == of
    assert sum(layer.verdict == "unproductive" for layer in layers) == wasted


def test_that_vgg16_is_wasted_from_conv3_3_on() -> None:
    wasted = [x.node for x in border_layers(*network("vgg16", 32)) if x.verdict == "unproductive"]
    assert wasted[0] == "features.14"  # conv3_3: reads 32 of 32 pixels, sees 40


def test_that_another_side_can_be_asked_for_without_tracing_again() -> None:
    asked = border_layers(*network("vgg16", 224), side=32)
    assert [(x.node, x.verdict) for x in asked] == [
        (x.node, x.verdict) for x in border_layers(*network("vgg16", 32))
    ]


def test_that_nothing_is_wasted_at_the_size_networks_are_made_for() -> None:
    assert all(x.verdict != "unproductive" for x in border_layers(*network("resnet50", 224)))


def test_that_resnet50_has_the_input_range_of_the_toolbox_s_readme() -> None:
    assert feasible_range(*network("resnet50", 224)) == InputRange(75, 427)

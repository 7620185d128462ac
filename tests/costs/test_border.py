"""The border rule against published counts (Richter et al. 2106.12307 and its toolbox)."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torchvision import models

from tests.costs.building import Net
from visualizer.bottlenecks.principles import depth_hints
from visualizer.costs import CostReport, cost_report
from visualizer.costs.border import InputRange, border_layers, border_of, feasible_range
from visualizer.costs.border_words import border_document, border_note
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


def test_that_the_rule_of_a_whole_network_names_the_worst_of_a_module() -> None:
    border = border_of(*network("vgg16", 32))
    assert border is not None and border.side == 32
    assert len(border.unproductive) == 7
    assert border.verdict(["features.0", "features.14"]) == "unproductive"
    assert border.verdict(["features.0", "features.1"]) == "productive"
    assert border.verdict(["features.1"]) is None  # a ReLU


def test_that_the_note_counts_what_is_wasted_and_says_where_it_begins() -> None:
    assert border_note(border_of(*network("vgg16", 32))) == (
        "border rule at 32 px: 7 of 13 convolutions unproductive (from features.14 on); "
        "inputs worth using: 196 px"
    )
    assert border_note(border_of(*network("resnet50", 224))) == (
        "border rule at 224 px: none of 53 convolutions unproductive; "
        "inputs worth using: 75 to 427 px"
    )
    assert border_note(None) == ""


def test_that_wasted_depth_is_a_hint_and_enough_resolution_is_none() -> None:
    (hint,) = depth_hints(border_of(*network("vgg16", 32)))
    assert hint.node == "features.14" and hint.severity == "info"
    assert "7 of 13 convolutions unproductive at 32 px" in hint.evidence
    assert depth_hints(border_of(*network("resnet50", 224))) == ()


def test_that_the_document_has_range_and_verdicts() -> None:
    document = border_document(border_of(*network("resnet50", 224)))
    assert document is not None
    assert document["feasible_input"] == [75, 427]
    assert document["layers"][0] == {
        "id": "conv1", "reads": 1, "sees": 7, "verdict": "productive",
    }  # fmt: skip


def test_that_a_network_without_pictures_has_no_rule() -> None:
    net = Net((1, 12), dtype="int64")
    net.op("e", "embedding", ["input"], (1, 12, 8), weights={"weight": (100, 8)}, dtype="float32")
    assert border_of(net.graph(), net.report()) is None


def test_that_of_a_video_height_and_width_are_judged_and_not_its_frames() -> None:
    """r3d_18's stem, 3×7×7 stride 1×2×2: 7 of 112 pixels and 3 of 16 frames; the third block's
    first convolution sees more than 16 pixels, which is no fault."""
    with torch.device("meta"):
        module = models.video.r3d_18(weights=None).eval()
    graph = trace(module, [torch.empty(1, 3, 16, 112, 112, device="meta")])
    border = border_of(graph, cost_report(graph))
    assert border is not None and border.side == 112
    assert (border.layers[0].sees, border.layers[0].verdict) == (7, "productive")
    wide = next(layer for layer in border.layers if layer.sees > 16)
    assert wide.verdict == "productive"

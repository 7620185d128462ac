"""Principle 3: which spatial convolutions have an embedding, and what one would save."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from tests.bottlenecks.networks import graph_of, profile_of_graph, traced
from visualizer.bottlenecks.principles import hints, principles_of
from visualizer.bottlenecks.principles.embeddings import (
    HALF,
    QUARTER,
    Embeddings,
    SpatialConvolution,
    insertion,
)
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph


def embeddings(graph: LayerGraph) -> Embeddings:
    report = cost_report(graph)
    return principles_of(graph, report, profile_of_graph(graph)).embeddings


def only(*layers: nn.Module, shape: tuple[int, ...] = (1, 3, 16, 16)) -> SpatialConvolution:
    """The last spatial convolution of a chain."""
    found = embeddings(graph_of(lambda: nn.Sequential(*layers).to("meta"), shape))
    return found.convolutions[-1]


def counted(network: nn.Module, shape: tuple[int, ...]) -> int:
    """MACs as torch counts them."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.empty(shape, device="meta"))
    return int(counter.get_total_flops()) // 2


def stem(channels: int) -> nn.Module:
    return nn.Conv2d(3, channels, 3, padding=1)


def test_that_equal_channels_save_what_the_text_says() -> None:
    direct = only(stem(128), nn.Conv2d(128, 128, 3, padding=1))
    half, quarter = (insertion(direct.convolution, share) for share in (HALF, QUARTER))
    # r·(1 + C_in/(k²·C_out)) = r·10/9, and (2r + 9r²)/9 for reduce, filter, expand
    assert Fraction(half.macs, direct.macs) == Fraction(10, 18)
    assert Fraction(quarter.macs, direct.macs) == Fraction(10, 36)
    assert round(half.macs / direct.macs, 3) == 0.556
    assert round(quarter.macs / direct.macs, 3) == 0.278
    assert Fraction(quarter.expanding, direct.macs) == Fraction(17, 144)
    assert round(quarter.expanding / direct.macs, 3) == 0.118


@pytest.mark.parametrize(
    ("c_in", "c_out", "kernel", "stride", "padding", "batch"),
    [(128, 256, 3, 1, 1, 1), (96, 40, 5, 2, 2, 1), (288, 384, 3, 2, 0, 2), (80, 192, 3, 1, 0, 1)],
)
def test_that_an_insertion_costs_what_the_built_network_costs(
    c_in: int, c_out: int, kernel: int, stride: int, padding: int, batch: int
) -> None:
    shape = (batch, c_in, 17, 17)
    with torch.device("meta"):
        direct = nn.Conv2d(c_in, c_out, kernel, stride, padding, bias=False)
    found = only(
        nn.Conv2d(c_in, c_in, 3, padding=1), nn.Conv2d(c_in, c_out, kernel, stride, padding),
        shape=shape,
    )  # fmt: skip
    assert found.macs == counted(direct, shape)
    for each in found.insertions:
        m = each.channels
        with torch.device("meta"):
            reduced = nn.Sequential(
                nn.Conv2d(c_in, m, 1), nn.Conv2d(m, c_out, kernel, stride, padding)
            )
            block = nn.Sequential(
                nn.Conv2d(c_in, m, 1), nn.Conv2d(m, m, kernel, stride, padding),
                nn.Conv2d(m, c_out, 1),
            )  # fmt: skip
        assert each.macs == counted(reduced, shape)
        assert each.expanding == counted(block, shape)


def test_that_few_filters_make_an_embedding_dearer_and_that_is_no_opportunity() -> None:
    # 1x3 to 4 filters: r·(1 + 256/(3·4)) = 22.3·r
    found = embeddings(graph_of(
        lambda: nn.Sequential(stem(256), nn.Conv2d(256, 4, (1, 3))), (1, 3, 8, 8)
    ))  # fmt: skip
    (last,) = found.convolutions
    assert all(each.macs > last.macs for each in last.insertions)
    assert last.most_saved == 0 and not found.opportunities


def test_that_a_1x1_with_fewer_channels_is_an_embedding_through_norm_and_activation() -> None:
    found = only(
        stem(128), nn.Conv2d(128, 32, 1), nn.BatchNorm2d(32), nn.ReLU(), nn.Dropout(0.1),
        nn.Conv2d(32, 64, 3),
    )  # fmt: skip
    assert (found.embedded, found.reduced_by) == ("reduced", "1")


def test_that_a_1x1_that_keeps_the_channels_is_none() -> None:
    found = only(stem(128), nn.Conv2d(128, 128, 1), nn.Conv2d(128, 64, 3))
    assert found.embedded == "direct"


def test_that_an_embedding_on_another_grid_does_not_count() -> None:
    found = only(stem(256), nn.Conv2d(256, 96, 1), nn.MaxPool2d(2), nn.Conv2d(96, 64, 3))
    assert found.embedded == "direct"


def test_that_what_follows_a_reduced_convolution_works_inside_the_embedding() -> None:
    found = only(
        stem(256), nn.Conv2d(256, 96, 1), nn.Conv2d(96, 96, (1, 7), padding=(0, 3)),
        nn.Conv2d(96, 96, (7, 1), padding=(3, 0)),
    )  # fmt: skip
    assert (found.embedded, found.reduced_by, found.insertions) == ("inside", "1", ())


def test_that_few_channels_depthwise_and_the_stem_are_left_alone() -> None:
    few = only(stem(64), nn.Conv2d(64, 64, 3))
    assert few.has_few_channels and not few.insertions
    found = embeddings(traced("mobilenet_v2"))
    assert found.convolutions == () and found.reduced_share is None


def test_that_vgg_reduces_nothing_and_resnet_50_all_but_its_first_block() -> None:
    assert embeddings(traced("vgg16")).reduced_share == 0
    resnet = embeddings(traced("resnet50"))
    direct = [each.node for each in resnet.convolutions if each.embedded == "direct"]
    # the first 1x1 goes from 64 to 64 channels; each of the 16 blocks has 115.6 M in its 3x3
    assert direct == ["layer1.0.conv2"] and resnet.reduced_share == 15 / 16


def test_that_the_hint_names_the_layer_where_most_is_saved() -> None:
    graph = traced("vgg16")
    report = cost_report(graph)
    found = hints(principles_of(graph, report, profile_of_graph(graph)))
    (hint,) = [hint for hint in found if hint.principle == 3]
    # 112²·(128·32 + 9·32·128) MACs instead of 112²·9·128·128
    assert hint.node == "features.7"
    assert "1,849,688,064 MACs, with a 1×1 to 32 channels before it 513,802,240" in hint.evidence
    assert hint.suggestion.startswith("An opportunity, not a fault")


@pytest.mark.parametrize("name", ["googlenet_paper", "resnet50", "mobilenet_v2", "vit_b_16"])
def test_that_networks_with_embeddings_are_not_told_to_have_more(name: str) -> None:
    graph = traced(name)
    found = hints(principles_of(graph, cost_report(graph), profile_of_graph(graph)))
    assert not [hint for hint in found if hint.principle == 3]

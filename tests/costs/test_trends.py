"""The three trend charts against the lecture's claims, and small networks by hand."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import msgspec
import pytest

from tests.costs.building import Net
from visualizer.costs import cost_report
from visualizer.costs.trend_words import (
    macs_sentence,
    memory_sentence,
    params_sentence,
    share_text,
)
from visualizer.costs.trends import Trends, cost_trends
from visualizer.graph.model import LayerGraph

TOTALS = json.loads((Path(__file__).parent.parent / "golden" / "totals.json").read_text())


@cache
def lecture(name: str) -> Trends:
    pytest.importorskip("torchvision")
    from tests.bottlenecks.networks import traced

    graph = traced(name)
    return cost_trends(graph, cost_report(graph))


def of(graph: LayerGraph, every_op: bool = False) -> Trends:
    return cost_trends(graph, cost_report(graph), every_op)


def stem() -> Net:
    """conv1 (in-place relu), pool1, conv2 (norm), a skip, a norm on its own, fc."""
    net = Net((1, 3, 8, 8))
    net.conv("conv1", "input", (1, 4, 8, 8), (3, 3), padding=1, bias=True)
    net.op("relu1", "relu", ["conv1"], (1, 4, 8, 8), aliases=(0,))
    net.op("pool1", "max_pool2d", ["relu1"], (1, 4, 4, 4), kernel_size=(2, 2), stride=(2, 2))
    net.conv("conv2", "pool1", (1, 4, 4, 4), (1, 1))
    net.op("bn2", "batch_norm", ["conv2"], (1, 4, 4, 4), weights={"weight": (4,), "bias": (4,)})
    net.op("sum", "add", ["bn2", "pool1"], (1, 4, 4, 4))
    net.op("norm", "layer_norm", ["sum"], (1, 4, 4, 4), weights={"weight": (4,)})
    net.op("flat", "flatten", ["norm"], (1, 64), aliases=(0,))
    net.op("fc", "linear", ["flat"], (1, 10), weights={"weight": (10, 64), "bias": (10,)})
    return net


# --------------------------------------------------------------------------- the lecture


@pytest.mark.parametrize(
    ("name", "where", "number", "count"),
    [
        ("alexnet_lecture", "features.3", 2, 8),  # conv2
        ("vgg16", "features.5", 3, 16),  # conv2_1
    ],
)
def test_that_half_of_the_memory_is_reached_where_the_lecture_says(
    name: str, where: str, number: int, count: int
) -> None:
    found = lecture(name)
    half = found.half("memory")
    assert half is not None
    assert (found.bars[half].node, found.bars[half].number) == (where, number)
    assert found.numbered == count
    assert memory_sentence(found).endswith(f"{where}, layer {number} of {count}.")


@pytest.mark.parametrize(
    ("name", "fc_params", "conv_macs"),
    [
        ("alexnet_lecture", "96.0 %", "91.8 %"),
        ("vgg16", "89.4 %", "99.2 %"),
        ("googlenet_paper", "14.6 %", "99.94 %"),
        ("resnet50", "8.0 %", "99.95 %"),
    ],
)
def test_that_dense_layers_have_the_parameters_and_convolutions_the_macs(
    name: str, fc_params: str, conv_macs: str
) -> None:
    found = lecture(name)
    assert share_text(found.kind_share("params", "fc")) == fc_params
    assert share_text(found.kind_share("macs", "conv")) == conv_macs
    assert fc_params in params_sentence(found) and "ully connected" in params_sentence(found)
    assert f"Convolutions do {conv_macs}" in macs_sentence(found)


@pytest.mark.parametrize("name", ["alexnet_lecture", "vgg16", "googlenet_paper", "resnet50"])
def test_that_the_numbered_bars_add_up_to_the_golden_totals(name: str) -> None:
    found, golden = lecture(name), TOTALS[name]
    weighted = sum(bar.memory for bar in found.bars if bar.number is not None)
    assert weighted / 1024 == golden["memory_conv_fc_kib"]
    assert found.totals["macs"] == golden["macs"]
    assert found.totals["macs"] == found.cumulative("macs")[-1]


def test_that_alexnets_bars_are_the_rows_of_the_slide() -> None:
    bars = [bar for bar in lecture("alexnet_lecture").bars if bar.node != "avgpool"]
    # the slide: conv1 pool1 conv2 pool2 conv3 conv4 conv5 pool5 fc6 fc7 fc8, memory in KB
    memory = [784, 182.25, 546.75, 126.75, 253.5, 169, 169, 36, 16, 16, 3.90625]
    assert [bar.memory / 1024 for bar in bars] == memory
    assert [bar.number for bar in bars] == [1, None, 2, None, 3, 4, 5, None, 6, 7, 8]
    assert [bar.macs for bar in bars][:4] == [72_855_552, 0, 223_948_800, 0]


# --------------------------------------------------------------------------- by hand


def test_that_bars_are_layers_with_weights_and_pools_in_order() -> None:
    found = of(stem().graph())
    assert [bar.node for bar in found.bars] == ["conv1", "pool1", "conv2", "fc"]
    assert [bar.number for bar in found.bars] == [1, None, 2, 3]
    assert [bar.memory for bar in found.bars] == [4 * 256, 4 * 64, 4 * 64, 4 * 10]
    assert found.cumulative("memory") == (1024, 1280, 1536, 1576)


def test_that_a_norm_counts_with_its_layer_and_one_on_its_own_is_missing() -> None:
    found = of(stem().graph())
    conv2 = found.bars[2]
    assert conv2.members == ("conv2", "bn2") and conv2.followed_by == ("batch_norm",)
    assert conv2.params == 4 * 4 + 2 * 4
    assert found.missing_params == 4


def test_that_pooling_has_window_sums_but_no_macs() -> None:
    pool = of(stem().graph()).bars[1]
    assert (pool.macs, pool.window_sums) == (0, 4 * 4 * 4 * 2 * 2)


def test_that_every_op_can_have_a_bar_and_views_add_nothing() -> None:
    graph = stem().graph()
    found, report = of(graph, every_op=True), cost_report(graph)
    assert [bar.node for bar in found.bars] == [node.id for node in graph.ops]
    memory = {bar.node: bar.memory for bar in found.bars}
    assert (memory["relu1"], memory["flat"], memory["sum"]) == (0, 0, 4 * 64)
    assert found.totals["memory"] == report.totals.activation_bytes
    assert found.missing_params == 0


def test_that_half_reached_at_a_pool_is_told_after_its_layer() -> None:
    net = Net((1, 1, 4, 4))
    net.conv("a", "input", (1, 1, 4, 4), (1, 1))
    net.op("pool", "avg_pool2d", ["a"], (1, 1, 8, 8), kernel_size=(1, 1), stride=(1, 1))
    net.conv("b", "pool", (1, 1, 1, 1), (8, 8))
    assert memory_sentence(of(net.graph())).endswith("reached at pool, after layer 1 of 2.")


def test_that_what_is_unknown_is_never_0_and_the_sentence_says_so() -> None:
    net = Net((1, 3, 8, 8))
    net.conv("conv", "input", (1, 4, 8, 8), (1, 1))
    net.op("mystery", "fft_mix", ["conv"], (1, 4, 8, 8))
    found = of(net.graph())
    assert [bar.macs for bar in found.bars] == [4 * 8 * 8 * 3, None]
    assert found.share("macs", 1) is None
    assert "MACs known" in macs_sentence(found) and "1 op has no formula" in macs_sentence(found)


def test_that_a_training_heads_ops_have_no_bars_and_no_share() -> None:
    graph = stem().graph("norm")
    nodes = tuple(
        msgspec.structs.replace(node, training_only=node.id == "fc") for node in graph.nodes
    )
    found = of(msgspec.structs.replace(graph, nodes=nodes))
    assert [bar.node for bar in found.bars] == ["conv1", "pool1", "conv2"]
    assert "fully connected" not in params_sentence(found).lower()


def test_that_a_network_without_weights_is_told_so() -> None:
    net = Net((1, 4))
    net.op("relu", "relu", ["input"], (1, 4), aliases=(0,))
    found = of(net.graph())
    assert found.bars == () and found.half("memory") is None
    assert memory_sentence(found) == "No layer writes memory of its own."
    assert (params_sentence(found), macs_sentence(found)) == ("No parameters.", "No multiply-adds.")


def test_that_a_share_just_below_the_whole_is_not_rounded_to_it() -> None:
    assert [share_text(x) for x in (0.9995, 0.99999, 1.0, 0.918, None)] == [
        "99.95 %", "99.99 %", "100.0 %", "91.8 %", "unknown",
    ]  # fmt: skip

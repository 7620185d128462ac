"""Principle 4: how evenly the arithmetic is spread, and what scaling costs."""

from __future__ import annotations

import pytest
from torch import nn

from tests.bottlenecks.networks import graph_of, profile_of_graph, traced
from visualizer.bottlenecks.principles import Hint, hints, principles_of
from visualizer.bottlenecks.principles.balance import Balance
from visualizer.bottlenecks.principles.scaling import (
    TWICE_BY_BOTH,
    TWICE_BY_DEPTH,
    TWICE_BY_WIDTH,
    TWICE_THE_FILTERS,
    Amounts,
    Scale,
    compound,
)
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph

ENTROPIES = {
    "alexnet_lecture": 0.855, "vgg16": 0.939, "googlenet_paper": 0.901, "resnet18": 0.954,
    "resnet50": 0.892, "inception_v3": 0.763, "mobilenet_v2": 0.940,
}  # fmt: skip


def balance(graph: LayerGraph) -> Balance:
    return principles_of(graph, cost_report(graph), profile_of_graph(graph)).balance


def told(graph: LayerGraph) -> list[Hint]:
    found = hints(principles_of(graph, cost_report(graph), profile_of_graph(graph)))
    return [hint for hint in found if hint.principle == 4]


@pytest.mark.parametrize("name", ENTROPIES)
def test_that_the_entropy_of_the_shares_is_that_of_the_text(name: str) -> None:
    entropy = balance(traced(name)).entropy
    assert entropy is not None and round(entropy, 3) == ENTROPIES[name]


def test_that_inception_v3_spends_44_percent_on_the_17_grid() -> None:
    shares = {each.grid.sides: each.share for each in balance(traced("inception_v3")).grids}
    assert round(shares[17, 17], 2) == 0.44 and sum(shares.values()) == pytest.approx(1)


def test_that_layers_with_weights_are_counted_on_their_grid() -> None:
    # 13 convolutions of VGG-16: 2 + 2 + 3 + 3 + 3
    assert [each.layers for each in balance(traced("vgg16")).grids] == [2, 2, 3, 3, 3]


def test_that_windows_of_attention_count_on_the_grid_they_are_cut_from() -> None:
    sides = [each.grid.sides for each in balance(traced("swin_t")).grids]
    assert sides == [(56, 56), (28, 28), (14, 14), (7, 7)]


def test_that_auxiliary_heads_and_single_positions_count_nowhere() -> None:
    # squeeze-and-excitation of EfficientNet works on 1x1
    sides = [each.grid.sides[0] for each in balance(traced("efficientnet_b0")).grids]
    assert sides == [112, 56, 28, 14, 7]


def test_that_tokens_of_one_resolution_have_no_stages_and_no_hint() -> None:
    assert balance(traced("vit_b_16")).entropy is None
    assert not told(traced("vit_b_16"))


def test_that_alexnets_second_convolution_is_pointed_at() -> None:
    # 192·64·25·27² = 223,948,800 of 716,787,904 MACs
    (hint,) = told(traced("alexnet_lecture"))
    assert hint.node == "features.3" and "31.2 %" in hint.evidence


def test_that_a_network_with_most_on_one_grid_is_told_so() -> None:
    layers = [nn.Conv2d(3, 8, 3, padding=1), nn.MaxPool2d(2)]
    layers += [nn.Conv2d(8, 8, 3, padding=1) for _ in range(12)]
    (hint,) = told(graph_of(lambda: nn.Sequential(*layers), (1, 3, 16, 16)))
    # 27·8·256 = 55,296 on the fine grid, 12·72·8·64 = 442,368 on the coarse one
    assert hint.title == "Most of the arithmetic on one grid, 8×8"
    assert hint.evidence.startswith("88.9 %") and "12 of 13 layers" in hint.evidence


def test_that_of_a_handful_of_layers_none_is_pointed_at() -> None:
    layers = [nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 64, 3, stride=2), nn.ReLU()]
    assert not told(graph_of(lambda: nn.Sequential(*layers), (1, 3, 16, 16)))


@pytest.mark.parametrize("name", ["vgg16", "googlenet_paper", "resnet50", "inception_v3"])
def test_that_balanced_networks_are_not_pointed_at(name: str) -> None:
    assert not told(traced(name))


# --------------------------------------------------------------------------- scaling


def test_that_all_three_ways_double_the_arithmetic() -> None:
    for scale in (TWICE_BY_DEPTH, TWICE_BY_WIDTH, TWICE_BY_BOTH):
        assert scale.macs == pytest.approx(2)
    assert round(TWICE_BY_WIDTH.width, 2) == 1.41
    assert round(TWICE_BY_BOTH.depth, 2) == round(TWICE_BY_BOTH.width, 2) == 1.26


def test_that_twice_the_filters_are_four_times_macs_and_parameters() -> None:
    assert TWICE_THE_FILTERS.applied(Amounts(1000, 100, 10)) == Amounts(4000, 400, 20)


def test_that_resolution_costs_arithmetic_and_activations_but_no_parameters() -> None:
    assert Scale(resolution=2).applied(Amounts(1000, 100, 10)) == Amounts(4000, 100, 40)


def test_that_compound_scaling_is_that_of_efficientnet() -> None:
    # Tan and Le 2019: 1.2, 1.1, 1.15 with α·β²·γ² ≈ 2 (1.92)
    assert compound(1) == Scale(1.2, 1.1, 1.15)
    assert compound(1).macs == pytest.approx(1.2 * 1.21 * 1.3225)
    assert compound(0) == Scale()

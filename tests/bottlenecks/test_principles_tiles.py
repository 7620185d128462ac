"""Principle 2 on known networks: activations per tile, and where they stop growing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tests.bottlenecks.networks import graph_of, profile_of_graph, traced
from visualizer.bottlenecks import cut_profile
from visualizer.bottlenecks.principles import Hint, Principles, hints, principles_of
from visualizer.bottlenecks.principles.tiles import Tiles
from visualizer.costs import cost_report
from visualizer.graph import LayerGraph

# (side of the grid, C, C/(C_in·s²)) at the last cut of each grid; the ratios are C·side²/(3·n²)
# for an n×n input: AlexNet 227, Inception-v3 299, the others 224.
PUBLISHED = {
    "alexnet_lecture": [(56, 64, 1.30), (27, 192, 0.905), (13, 256, 0.28), (6, 256, 0.06)],
    "vgg16": [
        (224, 64, 21.3), (112, 128, 10.7), (56, 256, 5.33), (28, 512, 2.67), (14, 512, 0.667),
        (7, 512, 0.167),
    ],
    "googlenet_paper": [
        (112, 64, 5.33), (56, 192, 4.0), (28, 480, 2.5), (14, 832, 1.08), (7, 1024, 0.333),
    ],
    "resnet18": [
        (112, 64, 5.33), (56, 64, 1.33), (28, 128, 0.667), (14, 256, 0.333), (7, 512, 0.167),
    ],
    "resnet50": [
        (112, 64, 5.33), (56, 256, 5.33), (28, 512, 2.67), (14, 1024, 1.33), (7, 2048, 0.667),
    ],
    "mobilenet_v2": [
        (112, 16, 1.33), (56, 24, 0.5), (28, 32, 0.167), (14, 96, 0.125), (7, 320, 0.104),
    ],
}  # fmt: skip


def principles(graph: LayerGraph) -> Principles:
    return principles_of(graph, cost_report(graph), profile_of_graph(graph))


def tiles(name: str) -> Tiles:
    return principles(traced(name)).tiles


def told(graph: LayerGraph, principle: int) -> list[Hint]:
    return [hint for hint in hints(principles(graph)) if hint.principle == principle]


@pytest.mark.parametrize("name", PUBLISHED)
def test_that_activations_per_tile_are_those_of_the_text(name: str) -> None:
    found = tiles(name).tiles
    assert [(t.grid.sides[0], t.channels) for t in found] == [p[:2] for p in PUBLISHED[name]]
    for tile, (_, _, ratio) in zip(found, PUBLISHED[name], strict=True):
        assert tile.per_input == pytest.approx(ratio, rel=0.01)


def test_that_inception_v3_more_than_doubles_with_each_reduction() -> None:
    last = tiles("inception_v3").tiles[-3:]
    assert [(tile.grid.sides[0], tile.channels) for tile in last] == [
        (35, 288), (17, 768), (8, 2048),
    ]  # fmt: skip
    ratios = [tile.per_input for tile in last]
    assert ratios == pytest.approx([1.315, 0.828, 0.489], abs=0.001)
    assert [tile.growth for tile in tiles("inception_v3").tiles[-2:]] == [768 / 288, 2048 / 768]


def test_that_the_inside_of_an_inverted_bottleneck_is_told_as_the_widest() -> None:
    widest = {tile.grid.sides[0]: tile.widest for tile in tiles("mobilenet_v2").tiles}
    assert (widest[14], widest[7]) == (576, 1280)


def test_that_growth_is_told_per_halving_of_the_side_too() -> None:
    last = tiles("vgg16").tiles[3]
    assert (last.growth, last.per_halving) == (2.0, 2.0)
    patches = principles(graph_of(lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 32, 4, stride=4), nn.AdaptiveAvgPool2d(1),
    ), (1, 3, 16, 16)))  # fmt: skip
    grown = patches.tiles.tiles[1]
    assert (grown.growth, grown.per_halving) == (4.0, 2.0)


def test_that_a_border_that_is_cut_off_is_no_step_to_a_coarser_grid() -> None:
    seventy_one = next(t for t in tiles("inception_v3").tiles if t.grid.sides == (71, 71))
    assert seventy_one.growth is None and seventy_one.per_halving is None


def test_that_vgg_stops_widening_in_its_fifth_stage() -> None:
    (hint,) = told(traced("vgg16"), 2)
    assert (hint.title, hint.node, hint.severity) == (
        "Stops widening at 14×14", "features.28", "info",
    )  # fmt: skip
    assert "0.667 numbers for each number of the input" in hint.evidence
    assert "keeps 512 channels" in hint.evidence


@pytest.mark.parametrize(
    "name", ["alexnet_lecture", "googlenet_paper", "resnet18", "resnet50", "inception_v3",
             "mobilenet_v2"],
)  # fmt: skip
def test_that_networks_that_keep_widening_are_not_pointed_at(name: str) -> None:
    assert not told(traced(name), 2)


def test_that_a_network_widest_in_the_middle_is_told_so() -> None:
    graph = graph_of(lambda: nn.Sequential(
        nn.Conv2d(3, 96, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(96, 64, 3, stride=2, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1),
    ), (1, 3, 8, 8))  # fmt: skip
    (hint,) = told(graph, 2)
    assert hint.title == "Widest before the coarsest grid, at 4×4"
    assert hint.evidence == "96 channels on 4×4, 64 on the coarsest grid, 2×2."


def test_that_a_batch_changes_nothing_per_tile() -> None:
    def network() -> nn.Module:
        return nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.AdaptiveAvgPool2d(1))

    one, four = (principles(graph_of(network, (n, 3, 8, 8))).tiles for n in (1, 4))
    assert one == four


def test_that_tokens_are_one_grid_whatever_block_they_are_in() -> None:
    found = tiles("vit_b_16").tiles
    assert [(tile.grid.text, tile.channels) for tile in found] == [
        ("14×14", 768), ("197 tokens", 768),
    ]  # fmt: skip


def test_that_channels_are_found_where_a_transformer_has_them_last() -> None:
    assert [(tile.grid.text, tile.channels) for tile in tiles("swin_t").tiles] == [
        ("56×56", 96), ("28×28", 192), ("14×14", 384), ("7×7", 768),
    ]  # fmt: skip


def test_that_windows_are_tiles_of_the_grid_they_are_cut_from() -> None:
    found = principles(traced("maxvit_t"))
    assert [(tile.grid.text, tile.channels) for tile in found.tiles.tiles] == [
        ("112×112", 64), ("56×56", 64), ("28×28", 128), ("14×14", 256), ("7×7", 512),
    ]  # fmt: skip
    assert [each.grid.text for each in found.balance.grids] == [
        "112×112", "56×56", "28×28", "14×14", "7×7",
    ]  # fmt: skip


def test_that_shuffled_channels_are_still_channels() -> None:
    assert [(tile.grid.text, tile.channels) for tile in tiles("shufflenet_v2_x1_0").tiles] == [
        ("112×112", 24), ("56×56", 24), ("28×28", 116), ("14×14", 232), ("7×7", 1024),
    ]  # fmt: skip


class Remembers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.recurrent = nn.LSTM(32, 64, batch_first=True)

    def forward(self, steps: Tensor) -> Tensor:
        return self.recurrent(steps)[0][:, -1]


def test_that_a_recurrent_layer_has_its_features_last() -> None:
    (tile,) = principles(graph_of(Remembers, (1, 20, 32))).tiles.tiles
    assert (tile.grid.text, tile.channels) == ("20 tokens", 64)


def test_that_a_prediction_for_every_position_is_not_a_narrow_tile() -> None:
    graph = graph_of(lambda: nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(8, 32, 3, stride=2, padding=1), nn.ReLU(),
        nn.Conv2d(32, 4, 1), nn.Upsample(scale_factor=4),
    ), (1, 3, 16, 16))  # fmt: skip
    assert [tile.channels for tile in principles(graph).tiles.tiles] == [8, 32]
    assert not told(graph, 2)


class Words(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(50, 16)
        self.dense = nn.Linear(16, 16)

    def forward(self, words: Tensor) -> Tensor:
        return torch.relu(self.dense(self.table(words.long())))


def test_that_words_have_channels_but_no_numbers_to_compare_them_with() -> None:
    from visualizer.worker.extraction import trace

    with torch.device("meta"):
        graph = trace(Words().eval(), [torch.zeros((1, 12), dtype=torch.int64, device="meta")])
    (tile,) = principles(graph).tiles.tiles
    assert (tile.grid.text, tile.channels, tile.per_input) == ("12 tokens", 16, None)


def test_that_plain_vectors_have_no_tiles_and_that_is_said() -> None:
    found = principles(graph_of(lambda: nn.Sequential(nn.Linear(8, 4), nn.Linear(4, 2)), (1, 8)))
    assert not found.tiles.tiles and "plain vectors" in found.tiles.silence
    assert found.balance.silence and not hints(found)


def test_that_counting_cuts_in_bytes_leaves_the_tiles_alone() -> None:
    graph = traced("alexnet_lecture")
    report = cost_report(graph)
    in_bytes = cut_profile(graph, report, "bytes")
    assert principles_of(graph, report, in_bytes).tiles == tiles("alexnet_lecture")

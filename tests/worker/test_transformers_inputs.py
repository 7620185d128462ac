"""What transformers' networks are given when only a config is there; tiny ones, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tests.worker.transformers_networks import opened
from visualizer.costs import CostReport, cost_report
from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec, SourceError, parse_input
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.loaders import LoadError


def test_that_a_tower_of_patches_is_given_a_grid_with_its_numbers(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="qwen2_vl_vision", depth=1, embed_dim=32, num_heads=2, mlp_ratio=2,
        hidden_size=24, patch_size=4, spatial_merge_size=2, temporal_patch_size=2, in_channels=3,
    )  # fmt: skip
    numbers, patches = 3 * 2 * 4 * 4, 16 * 16
    assert network.inputs == (
        InputSpec((patches, numbers), name="hidden_states"),
        InputSpec((1, 3), "int64", "grid_thw", (1, 16, 16)),
    )
    block = patches * (4 * 32 * 32 + 2 * 32 * 64) + 2 * patches * patches * 32
    merger = patches // 4 * (128 * 128 + 128 * 24)
    assert cost_report(network.graph).totals.macs == patches * numbers * 32 + block + merger
    assert network.graph.route == "fake tensors"


def test_that_patches_of_any_size_come_with_their_grid_and_mask(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="siglip2_vision_model", hidden_size=32, intermediate_size=64,
        num_hidden_layers=1, num_attention_heads=2, patch_size=4, num_patches=64,
    )  # fmt: skip
    shapes = {spec.name: spec.shape for spec in network.inputs}
    assert shapes == {
        "pixel_values": (1, 256, 3 * 4 * 4), "pixel_attention_mask": (1, 256),
        "spatial_shapes": (1, 2),
    }  # fmt: skip
    assert network.inputs[-1].values == (16, 16)


def test_that_another_shape_is_tried_where_the_likeliest_does_not_fit(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="dac", encoder_hidden_size=4, downsampling_ratios=[2, 4],
        decoder_hidden_size=16, n_codebooks=2, codebook_size=16, codebook_dim=4,
        upsampling_ratios=[4, 2], hidden_size=16,
    )  # fmt: skip
    assert network.inputs == (InputSpec((1, 1, 16_000), name="input_values"),)


def test_that_experts_chosen_by_value_open_without_weights_and_say_so(tmp_path: Path) -> None:
    graph = opened(
        tmp_path, model_type="jetmoe", vocab_size=50, hidden_size=32, num_hidden_layers=1,
        num_key_value_heads=2, kv_channels=8, intermediate_size=16, num_local_experts=4,
        num_experts_per_tok=2,
    ).graph  # fmt: skip
    assert graph.route == "fake tensors"
    assert any("chosen as often as any other" in note for note in graph.notes)
    tokens, chosen = 128, 2
    attention = 2 * 2 * chosen * tokens * tokens * 8  # 4 heads: 2 keys for each expert chosen
    projections = tokens * (chosen * 2 * 32 * 16 + 32 * 32)  # in and out an expert; k and v
    experts = tokens * chosen * (32 * 2 * 16 + 16 * 32)
    routers = 2 * tokens * 32 * 4
    assert cost_report(graph).totals.macs == attention + projections + experts + routers


def test_that_a_config_that_transformers_cannot_build_says_so(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="transformers cannot build DbrxModel from this config"):
        opened(tmp_path, model_type="dbrx")
    with pytest.raises(LoadError, match="its setting layer_types is missing; compare it"):
        opened(tmp_path, model_type="lfm2_moe")


def test_that_a_guess_that_fails_comes_with_an_example_to_change(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="Input language unknown") as caught:
        opened(
            tmp_path, model_type="xmod", hidden_size=32, intermediate_size=64, vocab_size=50,
            num_hidden_layers=1, num_attention_heads=2, languages=[],
        )  # fmt: skip
    assert "as in --input input_ids=1x128:int64; its forward takes input_ids, lang_ids, " in (
        caught.value.message
    )


def test_that_a_network_without_a_forward_names_a_part_that_has_one(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r'BarkModel has no forward .*"architectures": ."Bark'):
        opened(tmp_path, model_type="bark")


# ------------------------------------------------------------------- numbers of inputs


def test_that_numbers_are_read_and_written_behind_the_shape() -> None:
    spec = parse_input("ids=1x6:int64@7*4,1,-2")
    assert spec == InputSpec((1, 6), "int64", "ids", (7, 7, 7, 7, 1, -2))
    assert parse_input(spec.text) == spec and spec.text == "ids=1x6:int64@7*4,1,-2"
    with pytest.raises(SourceError, match="write them like 1x3:int64@1,16,16"):
        parse_input("1x3:int64@one")


class ReadsItsInput(torch.nn.Module):
    """Takes as many rows as its second input says, in a way that fails without numbers."""

    def forward(self, rows: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        taken = torch.arange(rows.shape[0]) < count.cumsum(0)[-1]
        return rows[taken] @ rows[: count.tolist()[0]].T


def test_that_what_follows_from_given_numbers_is_known_without_weights() -> None:
    graph = _graph((InputSpec((8, 5)), InputSpec((2,), "int64", values=(3, 4))))
    assert graph.route == "fake tensors"
    assert graph.spec(graph.outputs[0]).shape == (7, 3)
    assert _costs(graph).totals.macs == 7 * 3 * 5


class PicksAtRandom(torch.nn.Module):
    """Looks up known places by unknown ones, and the input by what it found."""

    def forward(self, rows: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        places = torch.arange(count.tolist()[0])
        chosen = places[torch.multinomial(torch.ones(len(places)), 3)]
        return rows[chosen] + torch.ones(1, dtype=torch.int64)[chosen * 0][:, None]


def test_that_what_is_not_known_is_not_made_up_from_empty_memory() -> None:
    specs = (InputSpec((4, 5)), InputSpec((1,), "int64", values=(4,)))
    graph, _ = extract(lambda _: PicksAtRandom(), specs, name="picks")
    assert graph.route == "fake tensors"
    assert graph.spec(graph.outputs[0]).shape == (3, 5)


def _graph(specs: tuple[InputSpec, ...]) -> LayerGraph:
    return extract(lambda _: ReadsItsInput(), specs, name="reads")[0]


def _costs(graph: LayerGraph) -> CostReport:
    return cost_report(graph)


# ------------------------------------------------------------------- formulas


class Solves(torch.nn.Module):
    def forward(self, lower: torch.Tensor, right: torch.Tensor) -> torch.Tensor:
        return torch.linalg.solve_triangular(lower, right, upper=False, unitriangular=True)


class Distances(torch.nn.Module):
    def forward(self, first: torch.Tensor, second: torch.Tensor) -> torch.Tensor:
        return torch.cdist(first, second)


class Fourier(torch.nn.Module):
    def forward(self, lines: torch.Tensor) -> torch.Tensor:
        return torch.fft.fftn(torch.complex(lines, lines), dim=(0, 1)).real


@pytest.mark.parametrize(
    ("network", "shapes", "macs"),
    [
        (Solves(), [(2, 4, 4), (2, 4, 3)], 2 * (1 + 2 + 3) * 3),
        (Distances(), [(6, 5), (7, 5)], 6 * 7 * 5),
        # 8 lines of 4 numbers, 2·2 butterflies each; 4 lines of 8, 4·3 each; 4 products in one
        (Fourier(), [(4, 8)], 4 * (8 * 2 * 2 + 4 * 4 * 3)),
    ],
)
def test_that_numerical_methods_cost_what_a_hand_counts(
    network: torch.nn.Module, shapes: list[tuple[int, ...]], macs: int
) -> None:
    graph, _ = extract(lambda _: network, [InputSpec(shape) for shape in shapes], name="n")
    report = cost_report(graph)
    assert report.totals.macs == macs and report.uncovered_ops == ()

"""Networks that read a picture in the middle of a text, opened from their config alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.worker.transformers_networks import opened, shapes
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.extraction import TraceError, extract
from visualizer.worker.loaders import LoadError, Recipe
from visualizer.worker.running import Running
from visualizer.worker.torch_networks import TorchNetwork, traced

_TEXT: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
    "num_key_value_heads": 4, "vocab_size": 100,
}  # fmt: skip
_TOWER: dict[str, Any] = {
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2,
    "image_size": 32, "patch_size": 8,
}  # fmt: skip


def llava(folder: Path, **settings: Any) -> TorchNetwork:
    return opened(
        folder, model_type="llava", architectures=["LlavaForConditionalGeneration"],
        image_token_index=99, text_config={"model_type": "llama", **_TEXT},
        vision_config={"model_type": "clip_vision_model", **_TOWER, **settings},
        vision_feature_layer=-2, vision_feature_select_strategy="default",
    )  # fmt: skip


def test_that_a_picture_gets_as_many_places_in_the_text_as_it_has_patches(tmp_path: Path) -> None:
    network = llava(tmp_path)
    patches, words = 4 * 4, 1 + 128
    ids, picture = network.inputs
    assert picture == InputSpec((1, 3, 32, 32), name="pixel_values")
    assert ids.shape == (1, patches + words) and ids.values.count(99) == patches
    tokens, seen = patches + words, patches + 1  # the tower adds a token of its own
    layer = seen * (4 * 16 * 16 + 2 * 16 * 24) + 2 * seen * seen * 16
    tower = patches * 3 * 8 * 8 * 16 + 2 * layer
    projector = patches * (16 * 32 + 32 * 32)
    text = tokens * (4 * 32 * 32 + 3 * 32 * 64 + 32 * 100) + 2 * tokens * tokens * 32
    assert cost_report(network.graph).totals.macs == tower + projector + text
    assert not any("only the part for text" in note for note in network.graph.notes)


def test_that_what_hangs_hooks_in_itself_does_so_anew_in_each_pass(tmp_path: Path) -> None:
    network = llava(tmp_path)
    again, _ = extract(lambda _: network.traced, network.inputs, name="again")
    assert len(again.ops) == len(network.graph.ops)
    assert not any(module._forward_hooks for module in network.traced.modules())


def test_that_without_a_fitting_picture_the_text_alone_is_open_and_says_so(tmp_path: Path) -> None:
    network = llava(tmp_path, num_channels=5)
    assert shapes(network) == {"input_ids": (1, 128)}
    (note,) = [note for note in network.graph.notes if "only the part for text" in note]
    assert "with the token 99 once for each place" in note


def test_that_merged_patches_come_with_their_grid_and_kinds_of_tokens(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="qwen2_vl", **_TEXT, image_token_id=97, video_token_id=98,
        vision_start_token_id=95, vision_end_token_id=96,
        rope_scaling={"type": "mrope", "mrope_section": [1, 1, 2]},
        vision_config={"depth": 1, "embed_dim": 32, "num_heads": 2, "mlp_ratio": 2,
                       "hidden_size": 32, "patch_size": 4, "temporal_patch_size": 2},
    )  # fmt: skip
    places = 16 * 16 // 4  # of 2 by 2 patches each
    tokens = 1 + 1 + places + 1 + 128
    assert shapes(network) == {
        "input_ids": (1, tokens), "mm_token_type_ids": (1, tokens),
        "pixel_values": (256, 3 * 2 * 4 * 4), "image_grid_thw": (1, 3),
    }  # fmt: skip
    values = {spec.name: spec.values for spec in network.inputs}
    assert values["input_ids"][:3] == (1, 95, 97) and values["input_ids"].count(97) == places
    assert sum(values["mm_token_type_ids"]) == places


def test_that_pictures_that_are_left_out_where_empty_are_not_empty(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="idefics3", image_token_id=99, scale_factor=2,
        text_config={"model_type": "llama", **_TEXT}, vision_config=_TOWER,
    )  # fmt: skip
    ids, picture = network.inputs
    assert picture == InputSpec((1, 1, 3, 32, 32), "float32", "pixel_values", (1,))
    assert ids.values.count(99) == 4 * 4 // 2**2
    assert network.graph.route == "fake tensors"


def test_that_questions_to_a_picture_are_as_many_as_the_config_says(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="blip-2", num_query_tokens=6,
        architectures=["Blip2ForConditionalGeneration"],
        vision_config=_TOWER,
        qformer_config={**_TEXT, "encoder_hidden_size": 16},
        text_config={"model_type": "opt", **_TEXT, "ffn_dim": 64, "word_embed_proj_dim": 32},
    )  # fmt: skip
    ids = next(spec.values for spec in network.inputs if spec.name == "input_ids")
    assert ids.count(99) == 6  # the last of 100 tokens, as none is named


def test_that_a_part_of_sam_opens_on_its_own_and_others_say_where_they_belong(
    tmp_path: Path,
) -> None:
    network = opened(
        tmp_path, model_type="sam_mask_decoder", hidden_size=16, mlp_dim=32, num_attention_heads=2,
        num_hidden_layers=1, iou_head_hidden_dim=8,
    )  # fmt: skip
    masks = [network.graph.spec(output).shape for output in network.graph.outputs]
    assert (1, 1, 1, 4 * 64, 4 * 64) in masks
    with pytest.raises(LoadError, match="the prompt_encoder_config of the type 'sam', so open"):
        opened(tmp_path, model_type="sam_prompt_encoder")
    with pytest.raises(LoadError, match=r"open one of these .*: thinker_config"):
        opened(tmp_path, model_type="qwen2_5_omni")


class ReadsWhatItIsGiven(torch.nn.Linear):
    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        return super().forward(rows) if rows.sum() > 0 else rows


def test_that_weights_of_a_large_network_are_not_made_for_a_guess(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def build(device: str) -> torch.nn.Module:
        assert device == "meta", "real weights were made"
        return ReadsWhatItIsGiven(4, 4, device=device)

    guess = (InputSpec((1, 4)),)
    recipe = Recipe("reads", build, "random weights", False, guess, True, (guess,))
    monkeypatch.setattr("visualizer.worker.torch_networks._MOST_GUESSED_BYTES", 4 * 4 * 4)
    with pytest.raises(TraceError, match="real weights") as caught:
        traced(recipe, (), Running.unheard())
    assert caught.value.message.endswith("as in --input 1x4; its forward takes rows)")

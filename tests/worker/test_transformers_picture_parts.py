"""Networks of transformers that take more than a picture: its patches, its levels, lists of these,
counts, sound beside a film. Tiny configs; work as torch's own counter counts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.worker.transformers_networks import opened, shapes
from visualizer.costs import cost_report
from visualizer.costs.parameters import unused
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction.routes import example_inputs
from visualizer.worker.loaders import LoadError, recipe_for
from visualizer.worker.torch_networks import TorchNetwork


def macs_counted_by_torch(network: TorchNetwork) -> int:
    args, named = example_inputs(network.inputs, "cpu")
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network.real()(*args, **named)
    return counter.get_total_flops() // 2


def check(network: TorchNetwork) -> None:
    """All weights are read, and the work is what torch counts."""
    assert unused(network.graph) == ()
    report = cost_report(network.graph)
    assert report.totals.params == sum(p.numel() for p in network.real().parameters())
    assert report.totals.macs == macs_counted_by_torch(network)


def test_that_lists_of_features_are_given_level_by_level(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="sam3_detr_encoder", hidden_size=32, num_layers=1,
        num_attention_heads=2, intermediate_size=64,
    )  # fmt: skip
    assert shapes(network) == {
        "vision_features.0": (1, 32, 72, 72), "text_features": (1, 128, 32),
        "vision_pos_embeds.0": (1, 32, 72, 72),
    }  # fmt: skip
    check(network)


def test_that_an_argument_that_is_a_list_elsewhere_is_a_tensor_where_the_forward_says_so(
    tmp_path: Path,
) -> None:
    """Its docstring tells the shape in words: `[batch_size, height*width, hidden_size]`."""
    network = opened(
        tmp_path, model_type="sam3_detr_decoder", hidden_size=32, num_layers=1, num_queries=10,
        num_attention_heads=2, intermediate_size=64,
    )  # fmt: skip
    assert shapes(network) == {
        "vision_features": (1, 256, 32), "text_features": (1, 128, 32),
        "vision_pos_encoding": (1, 256, 32), "spatial_shapes": (1, 2),
    }  # fmt: skip
    assert network.inputs[-1].values == (16, 16)
    check(network)


def test_that_masks_are_decoded_from_three_levels_and_the_places_of_the_last(
    tmp_path: Path,
) -> None:
    network = opened(
        tmp_path, model_type="sam3_mask_decoder", hidden_size=16, num_upsampling_stages=2,
        num_attention_heads=2,
    )  # fmt: skip
    assert shapes(network) == {
        "decoder_queries": (1, 128, 16), "encoder_hidden_states": (1, 72 * 72, 16),
        "prompt_features": (1, 128, 16), "backbone_features.0": (1, 16, 288, 288),
        "backbone_features.1": (1, 16, 144, 144), "backbone_features.2": (1, 16, 72, 72),
    }  # fmt: skip
    check(network)


def test_that_little_films_of_patches_have_their_colours_last(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="inkling_vision", text_hidden_size=24, patch_size=8,
        temporal_patch_size=2, num_hidden_layers=3, hidden_size=16,
    )  # fmt: skip
    assert shapes(network) == {"pixel_values": (256, 2, 8, 8, 3)}
    check(network)


def test_that_a_count_is_a_whole_number(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="deepseek_ocr2_encoder", hidden_size=32, intermediate_size=48,
        num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1, vocab_size=50,
    )  # fmt: skip
    assert network.inputs == (
        InputSpec((1, 128, 32), name="inputs_embeds"),
        InputSpec((), "int64", "num_patches", (64,)),
    )
    check(network)


def test_that_a_setting_that_is_a_list_counts_in_a_documented_shape(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="molmo2_adapter", vision_feature_layer=[3, 2, 1], hidden_size=16,
        num_attention_heads=2, num_key_value_heads=2, head_dim=8, intermediate_size=24,
        text_hidden_size=20,
    )  # fmt: skip
    assert shapes(network) == {
        "image_features": (1, 128, 3 * 16), "pooled_patches_idx": (128, 2 * 2),
    }  # fmt: skip
    check(network)


def molmo(folder: Path, width: int) -> TorchNetwork:
    """7 × 7 patches, a text of 32 numbers a token, and an adapter that writes `width` of them."""
    eight = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8}
    return opened(
        folder, model_type="molmo2", image_start_token_id=1, image_end_token_id=2,
        vision_config={"image_size": [28, 28], "patch_size": 4, "num_hidden_layers": 2,
                       "hidden_size": 16, "intermediate_size": 24, **eight},
        adapter_config={"vision_feature_layer": [-1, 0], "hidden_size": 16,
                        "intermediate_size": 24, "text_hidden_size": width, **eight},
        text_config={"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1,
                     "vocab_size": 50, "rope_scaling_layers": [], **eight},
        image_patch_id=40,
    )  # fmt: skip


def test_that_windows_of_patches_become_tokens_of_a_text(tmp_path: Path) -> None:
    """7 × 7 patches in windows of 2 × 2: 4 × 4 tokens, the last ones beside the picture."""
    network = molmo(tmp_path, 32)
    given = {spec.name: spec for spec in network.inputs}
    assert given["pixel_values"].shape == (1, 49, 3 * 4 * 4)
    assert given["image_grids"].values == (4, 4, 0, 0)
    windows = torch.tensor(given["image_token_pooling"].values).reshape(16, 4)
    assert windows[0].tolist() == [0, 1, 7, 8]
    assert windows[3].tolist() == [6, -1, 13, -1]
    assert windows[-1].tolist() == [48, -1, -1, -1]
    assert given["mm_token_type_ids"].values.count(1) == 16
    check(network)


def test_that_a_picture_that_no_guess_could_give_is_said_to_be_left_out(tmp_path: Path) -> None:
    """16 times 25 numbers are no whole number of tokens: only a guess by the layers fits."""
    network = molmo(tmp_path, 25)
    assert "pixel_values" not in shapes(network)
    assert "only the part for text is in this graph" in " ".join(network.graph.notes)


def test_that_a_map_beside_a_picture_is_its_fourth_channel(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="vitmatte", hidden_size=24, convstream_hidden_sizes=[4, 8, 12],
        fusion_hidden_sizes=[16, 12, 8, 4],
        backbone_config={
            "model_type": "vitdet", "hidden_size": 24, "num_hidden_layers": 1, "mlp_ratio": 2,
            "num_attention_heads": 2, "image_size": 64, "num_channels": 4, "patch_size": 16,
            "out_features": ["stage1"],
        },
    )  # fmt: skip
    assert shapes(network) == {"pixel_values": (1, 4, 64, 64)}
    check(network)


def test_that_places_of_words_pick_patches_without_real_weights(tmp_path: Path) -> None:
    """Which patches lie below a word is worked out from the boxes, and read one by one."""
    network = opened(
        tmp_path, model_type="udop", d_model=32, d_kv=16, d_ff=48, num_layers=1, num_heads=2,
        vocab_size=50, image_size=64, patch_size=16, max_2d_position_embeddings=128,
    )  # fmt: skip
    assert network.graph.route == "fake tensors"
    assert shapes(network)["bbox"] == (1, 128, 4)
    assert cost_report(network.graph).totals.macs == macs_counted_by_torch(network)


def test_that_sound_beside_a_film_needs_both(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"model_type": "pe_audio_video_encoder"}')
    names = [spec.name for spec in recipe_for(ModelSource("hf", str(path))).default_inputs]
    assert names == ["input_values", "pixel_values_videos"]


@pytest.mark.parametrize(
    ("model_type", "whole"),
    [("slanet", "SLANetForTableRecognition"), ("lw_detr_vit", "LwDetrViTBackbone")],
)
def test_that_of_several_classes_one_that_takes_the_picture_itself_is_opened(
    tmp_path: Path, model_type: str, whole: str
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps({"model_type": model_type}))
    network = recipe_for(ModelSource("hf", str(path))).build("meta")
    assert type(network).__name__ == whole


def test_that_a_network_with_a_session_names_the_one_for_a_single_picture(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as caught:
        opened(tmp_path, model_type="sam2_video")
    assert str(caught.value) == (
        "Sam2VideoModel takes inference_session, an object of the class Sam2VideoInferenceSession "
        "and no tensor, so that no --input can give it: name another class of its type, as in "
        '"architectures": ["Sam2Model"]'
    )


def test_that_opening_a_network_twice_gives_the_same_graph(tmp_path: Path) -> None:
    """transformers would keep its embeddings of positions for the second time."""
    settings = {
        "model_type": "sam3_vision_model", "fpn_hidden_size": 16,
        "backbone_config": {
            "model_type": "sam3_vit_model", "hidden_size": 16, "intermediate_size": 32,
            "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 56, "patch_size": 14,
            "window_size": 2, "global_attn_indexes": [0],
        },
    }  # fmt: skip
    first, second = (opened(tmp_path, **settings).graph for _ in range(2))
    assert [node.op for node in second.nodes] == [node.op for node in first.nodes]

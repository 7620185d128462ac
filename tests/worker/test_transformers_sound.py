"""Networks that take sound, alone or in the middle of a text, opened from their config alone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.worker.transformers_networks import opened, shapes
from visualizer.costs import cost_report
from visualizer.worker.loaders.hugging_face.arguments.sound import spectrums
from visualizer.worker.torch_networks import TorchNetwork

_TEXT: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
    "num_key_value_heads": 4, "vocab_size": 100, "head_dim": 8,
}  # fmt: skip
_TOWER: dict[str, Any] = {
    "d_model": 16, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 24,
    "num_mel_bins": 8, "max_source_positions": 20,
}  # fmt: skip
_FRAMES = 40  # two a position


def remarks(network: TorchNetwork) -> list[str]:
    return [note for note in network.graph.notes if "the part for" in note]


def ids_of(network: TorchNetwork) -> tuple[int, ...]:
    return next(spec.values for spec in network.inputs if spec.name == "input_ids")


def test_that_a_sound_gets_as_many_places_in_the_text_as_its_tower_gives(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="qwen2_audio", audio_token_index=97,
        text_config={"model_type": "qwen2", **_TEXT}, audio_config=_TOWER,
    )  # fmt: skip
    places, positions = 10, 20  # the tower halves the frames with a stride, then with a mean
    tokens = 1 + places + 128
    assert shapes(network) == {
        "input_ids": (1, tokens), "input_features": (1, 8, _FRAMES),
        "feature_attention_mask": (1, _FRAMES),
    }  # fmt: skip
    assert ids_of(network).count(97) == places and not remarks(network)
    stem = _FRAMES * 3 * 8 * 16 + positions * 3 * 16 * 16
    layer = positions * (4 * 16 * 16 + 2 * 16 * 24) + 2 * positions * positions * 16
    text = tokens * (4 * 32 * 32 + 3 * 32 * 64) + 2 * tokens * tokens * 32
    totals = cost_report(network.graph).totals
    assert totals.macs == stem + layer + places * 16 * 32 + text
    assert totals.params == sum(weight.numel() for weight in network.traced.parameters())


def test_that_a_token_that_is_left_open_is_one_of_the_last(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="voxtral", text_config={"model_type": "llama", **_TEXT},
        audio_config={
            "hidden_size": 16, "intermediate_size": 64, "num_hidden_layers": 1,
            "num_attention_heads": 2, "num_mel_bins": 8, "max_source_positions": 20,
        },
    )  # fmt: skip
    assert ids_of(network).count(98) == 20 * 16 // 64  # four positions are put together


_GEMMA: dict[str, Any] = {
    **_TEXT, "global_head_dim": 8, "hidden_size_per_layer_input": 0, "num_kv_shared_layers": 0,
    "layer_types": ["full_attention"], "vocab_size_per_layer_input": 100, "pad_token_id": 0,
}  # fmt: skip


def test_that_a_picture_and_a_sound_stand_in_one_text(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="gemma4", text_config=_GEMMA, image_token_id=90, audio_token_id=91,
        video_token_id=92, boi_token_id=93, eoi_token_id=94, boa_token_id=95, eoa_token_index=96,
        vision_config={
            "model_type": "gemma4_vision", "hidden_size": 16, "intermediate_size": 24,
            "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2,
            "head_dim": 8, "patch_size": 4,
        },
        audio_config={
            "model_type": "gemma4_audio", "hidden_size": 16, "num_hidden_layers": 1,
            "num_attention_heads": 2, "output_proj_dims": 24,
        },
    )  # fmt: skip
    ids = ids_of(network)
    merged, quarter = 15 * 15 // 9, 128 // 4  # pools of 3 by 3 patches; two strides of 2
    assert (ids.count(90), ids.count(91)) == (merged, quarter)
    assert ids[1:3] == (93, 90) and ids[1 + merged + 1 :][:3] == (94, 95, 91)
    assert {"pixel_values", "input_features", "input_features_mask"} <= shapes(network).keys()
    assert not remarks(network)


def test_that_a_network_without_towers_is_not_said_to_lack_them(tmp_path: Path) -> None:
    network = opened(tmp_path, model_type="gemma4", text_config=_GEMMA)
    assert shapes(network) == {"input_ids": (1, 128)} and not remarks(network)


def test_that_a_sound_that_does_not_fit_is_said_to_be_left_out(tmp_path: Path) -> None:
    tower = {"hidden_dim": 16, "num_layers": 1, "num_heads": 2, "dim_head": 8, "output_dim": 10,
             "input_dim": 6, "context_size": 8, "max_pos_emb": 8}  # fmt: skip
    network = opened(
        tmp_path, model_type="granite_speech", text_config={"model_type": "granite", **_TEXT},
        encoder_config=tower, audio_token_index=97,
        projector_config={**_TEXT, "encoder_hidden_size": 12},  # the tower gives 16
    )  # fmt: skip
    assert shapes(network) == {"input_ids": (1, 128)}
    assert "with the token 97 once for each place of the sound" in remarks(network)[0]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"model_type": "audioflamingo3_encoder", "hidden_size": 16, "num_hidden_layers": 1,
             "num_attention_heads": 2, "intermediate_size": 24, "num_mel_bins": 8,
             "max_source_positions": 20},
            {"input_features": (1, 8, 40), "input_features_mask": (1, 40)},
        ),
        (  # whole windows of two times n_window frames
            {"model_type": "qwen3_asr_encoder", "d_model": 16, "encoder_layers": 1,
             "encoder_attention_heads": 2, "encoder_ffn_dim": 24, "num_mel_bins": 16,
             "n_window": 50, "n_window_infer": 100, "downsample_hidden_size": 8},
            {"input_features": (1, 16, 100), "input_features_mask": (1, 100)},
        ),
        (  # seven frames of eight bands put together before
            {"model_type": "fun_asr_nano_encoder", "hidden_size": 16, "num_hidden_layers": 1,
             "num_attention_heads": 2, "intermediate_size": 24, "num_mel_bins": 8,
             "num_stacked_frames": 7, "num_timestamp_prediction_layers": 1},
            {"input_features": (1, 128, 56), "input_features_mask": (1, 128)},
        ),
        (
            {"model_type": "dia_decoder", "hidden_size": 16, "num_hidden_layers": 1,
             "intermediate_size": 24, "num_attention_heads": 2, "num_key_value_heads": 2,
             "head_dim": 8, "cross_num_attention_heads": 2, "cross_head_dim": 8,
             "cross_num_key_value_heads": 2, "cross_hidden_size": 12, "num_channels": 3},
            {"input_ids": (1, 128, 3), "encoder_hidden_states": (1, 128, 12)},
        ),
        (
            {"model_type": "moshi_depth", "hidden_size": 16, "num_hidden_layers": 1, "ffn_dim": 24,
             "num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 8, "input_size": 12,
             "num_codebooks": 4, "vocab_size": 50, "audio_vocab_size": 40},
            {"input_ids": (1, 4), "last_hidden_state": (1, 4, 12)},
        ),
        (
            {"model_type": "qwen3_omni_moe_talker_code_predictor", **_TEXT},
            {"inputs_embeds": (1, 128, 32)},
        ),
        (
            {"model_type": "qwen2_5_omni_dit", "hidden_size": 16, "num_hidden_layers": 1,
             "num_attention_heads": 2, "head_dim": 8, "emb_dim": 12, "mel_dim": 8,
             "enc_emb_dim": 10, "repeats": 2},
            {"hidden_states": (1, 128, 8), "condition_vector": (1, 128, 8),
             "speaker_embedding": (1, 128, 10), "quantized_code": (1, 64), "time_step": (1,)},
        ),
    ],
    ids=lambda value: value.get("model_type") if isinstance(value, dict) else None,
)  # fmt: skip
def test_that_parts_that_work_on_sound_get_what_they_need(
    settings: dict[str, Any], expected: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    network = opened(tmp_path, **settings)
    assert shapes(network) == expected
    assert cost_report(network.graph).uncovered_ops == ()


def test_that_a_spectrogram_is_as_long_as_the_samples_beside_it() -> None:
    config = SimpleNamespace(downsampling_ratios=[2, 2, 4, 4, 5], num_mel_bins=80)
    likeliest, *_ = spectrums(config, {"input_values": None, "input_features": None})
    assert likeliest.shape == (1, 16_000 // 320, 80)

"""Which class of transformers a config opens, and what is said where none can be built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.perf.transformers_published import PUBLISHED
from tests.worker.transformers_networks import opened, recipe
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.loaders import BuildError, LoadError
from visualizer.worker.torch_networks import TorchNetwork

_TEXT: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
    "vocab_size": 100,
}  # fmt: skip


def params(network: TorchNetwork) -> int:
    return cost_report(network.graph).totals.params


# ------------------------------------------------------------------- the class


def test_that_a_whole_is_opened_where_the_table_of_types_names_its_decoder(
    tmp_path: Path,
) -> None:
    made = recipe(
        tmp_path, model_type="musicgen", text_encoder={"model_type": "t5", "num_layers": 1},
        audio_encoder={"model_type": "encodec", "num_filters": 4, "hidden_size": 8},
        decoder={"num_hidden_layers": 1, "hidden_size": 32, "num_attention_heads": 2},
    )  # fmt: skip
    assert type(made.build("meta")).__name__ == "MusicgenForConditionalGeneration"


def test_that_a_type_without_networks_of_its_own_opens_as_that_of_its_task(
    tmp_path: Path,
) -> None:
    made = recipe(tmp_path, model_type="pp_chart2table", text_config=_TEXT)
    assert type(made.build("meta")).__name__ == "GotOcr2ForConditionalGeneration"


def test_that_a_part_opens_as_what_the_whole_builds_from_it(tmp_path: Path) -> None:
    """Idefics: `IdeficsVisionTransformer(config.vision_config)`, 2 × 2 patches and a class."""
    network = opened(
        tmp_path, model_type="idefics_vision", embed_dim=32, image_size=16, patch_size=8,
        intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
    )  # fmt: skip
    assert network.inputs == (InputSpec((1, 3, 16, 16), name="pixel_values"),)
    layer = 4 * (32 * 32 + 32) + 2 * 32 * 64 + 64 + 32 + 2 * 64
    assert params(network) == 3 * 8 * 8 * 32 + (1 + 5) * 32 + layer + 2 * 64


def test_that_an_encoder_of_a_pair_opens_from_the_config_that_both_have(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="t5_gemma_module", **_TEXT, num_key_value_heads=1, head_dim=16,
        dropout_rate=0.0,
    )  # fmt: skip
    attention = 2 * 32 * 32 + 2 * 32 * 16
    assert params(network) == 100 * 32 + attention + 3 * 32 * 64 + 5 * 32


def test_that_a_coder_of_pictures_opens_as_its_encode(tmp_path: Path) -> None:
    settings = {
        "model_type": "chameleon_vqgan", "embed_dim": 8, "num_embeddings": 16,
        "latent_channels": 8, "resolution": 16, "base_channels": 32,
        "channel_multiplier": [1, 2], "num_res_blocks": 1, "attn_resolutions": [],
    }  # fmt: skip
    network = opened(tmp_path, **settings)
    (picture,) = network.inputs
    module = recipe(tmp_path, **settings).build("cpu").eval()
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        module.encode(torch.zeros(picture.shape))
    assert 2 * cost_report(network.graph).totals.macs == counter.get_total_flops()
    assert picture.name == "pixel_values"


# ------------------------------------------------------------------- the inputs


def test_that_a_box_is_encoded_where_the_features_of_a_picture_have_it(tmp_path: Path) -> None:
    network = opened(tmp_path, model_type="sam3_geometry_encoder", num_layers=1)
    shapes = {spec.name: spec.shape for spec in network.inputs}
    assert shapes == {
        "box_embeddings": (1, 1, 4), "box_mask": (1, 1), "box_labels": (1, 1),
        "img_feats.0": (1, 256, 64, 64),
    }  # fmt: skip
    out = network.graph.spec(network.graph.outputs[0]).shape
    assert out == (1, 1 + 1, 256)  # the box and what stands for all boxes


def test_that_a_series_without_features_of_time_is_given_none(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="time_series_transformer", prediction_length=4, context_length=8,
        d_model=16, lags_sequence=[1, 2], encoder_layers=1, decoder_layers=1,
    )  # fmt: skip
    shapes = {spec.name: spec.shape for spec in network.inputs}
    assert shapes["past_values"] == (1, 8 + 2)
    assert shapes["past_time_features"] == (1, 8 + 2, 0)
    assert shapes["future_time_features"] == (1, 4, 0)


def test_that_a_network_of_timm_is_given_a_picture_of_its_own_side(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="timm_wrapper", architecture="vit_tiny_patch16_224",
        model_args={"img_size": [96, 96], "depth": 1}, num_classes=0,
    )  # fmt: skip
    assert network.inputs == (InputSpec((1, 3, 96, 96), name="pixel_values"),)


@pytest.mark.parametrize("model_type", ["glm4v_text", "deepseek_v2", "cohere_compass_text", "esm"])
def test_that_settings_of_a_published_config_open_what_the_defaults_do_not(
    model_type: str, tmp_path: Path
) -> None:
    settings = {**PUBLISHED[model_type].settings, "model_type": model_type}
    network = opened(tmp_path, **settings)
    assert params(network) == recipe(tmp_path, **settings).build("meta").num_parameters()
    assert "only the part" not in " ".join(network.graph.notes)


# ------------------------------------------------------------------- what is missing


@pytest.mark.parametrize(
    ("model_type", "setting"),
    [
        ("hunyuan_v1_dense", "head_dim"),  # of a module that took it from the config
        ("dbrx", "rope_theta"),  # not there at all, in the config of a part
        ("dots1", "n_routed_experts"),  # by another name than in the code
        ("pp_ocrv5_server_det", "intraclass_block_config"),  # handed on as an argument
        ("nemotron", "num_key_value_heads"),
    ],
)
def test_that_the_setting_at_fault_is_named(model_type: str, setting: str, tmp_path: Path) -> None:
    text = f"its setting {setting} is missing; compare it with a published one of the same type"
    with pytest.raises(BuildError, match=text):
        recipe(tmp_path, model_type=model_type).build("meta")


def test_that_no_setting_is_blamed_where_transformers_says_what_it_minds(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"`prediction_length` config needs.*a setting is missing"):
        recipe(tmp_path, model_type="informer").build("meta")


def test_that_a_config_without_a_network_says_which_class_to_name(tmp_path: Path) -> None:
    text = r"type 'layoutxlm' on its own: name the class of transformers that it is for"
    with pytest.raises(LoadError, match=text):
        recipe(tmp_path, model_type="layoutxlm")

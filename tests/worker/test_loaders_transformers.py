"""Networks of transformers from a config alone; tiny ones, their figures worked out by hand."""

from __future__ import annotations

import json
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from visualizer.costs import CostReport, cost_report
from visualizer.graph import LayerGraph
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import LoadError, Recipe, recipe_for

Settings = dict[str, Any]

_TEXT: Settings = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "vocab_size": 100,
}  # fmt: skip
_GROUPED: Settings = {**_TEXT, "num_key_value_heads": 2}
_VISION: Settings = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4,
    "image_size": 32, "patch_size": 8,
}  # fmt: skip
_STAGES: Settings = {"depths": [1, 1], "image_size": 32, "patch_size": 4}

CONFIGS: dict[str, Settings] = {
    "LlamaForCausalLM": {"model_type": "llama", **_GROUPED},
    "MistralForCausalLM": {"model_type": "mistral", **_GROUPED},
    "Qwen2ForCausalLM": {"model_type": "qwen2", **_GROUPED},
    "MixtralForCausalLM": {"model_type": "mixtral", **_GROUPED, "num_local_experts": 4},
    "BertForMaskedLM": {"model_type": "bert", **_TEXT},
    "RobertaForSequenceClassification": {"model_type": "roberta", **_TEXT, "pad_token_id": 1},
    "GPT2LMHeadModel": {
        "model_type": "gpt2", "n_embd": 32, "n_layer": 2, "n_head": 4, "vocab_size": 100,
    },
    "T5ForConditionalGeneration": {
        "model_type": "t5", "d_model": 32, "d_kv": 8, "d_ff": 64, "num_layers": 2, "num_heads": 4,
        "vocab_size": 100, "decoder_start_token_id": 0,
    },
    "BartForConditionalGeneration": {
        "model_type": "bart", "d_model": 32, "encoder_layers": 2, "decoder_layers": 2,
        "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64, "vocab_size": 100, "bos_token_id": 0, "eos_token_id": 2,
        "pad_token_id": 1, "forced_eos_token_id": 2,
    },
    "ViTForImageClassification": {
        "model_type": "vit", **_VISION, "id2label": {"0": "cat", "1": "dog"},
    },
    "SwinForImageClassification": {
        "model_type": "swin", **_STAGES, "embed_dim": 16, "num_heads": [2, 4], "window_size": 4,
    },
    "ConvNextForImageClassification": {
        "model_type": "convnext", **_STAGES, "hidden_sizes": [16, 32], "num_stages": 2,
    },
    "CLIPModel": {
        "model_type": "clip", "text_config": {**_TEXT, "eos_token_id": 2, "bos_token_id": 1},
        "vision_config": _VISION, "projection_dim": 16,
    },
    "WhisperForConditionalGeneration": {
        "model_type": "whisper", "d_model": 32, "encoder_layers": 2, "decoder_layers": 2,
        "encoder_attention_heads": 4, "decoder_attention_heads": 4, "encoder_ffn_dim": 64,
        "decoder_ffn_dim": 64, "vocab_size": 100, "max_source_positions": 50, "num_mel_bins": 8,
        "pad_token_id": 1, "bos_token_id": 1, "eos_token_id": 1, "decoder_start_token_id": 1,
    },
    "Wav2Vec2ForCTC": {
        "model_type": "wav2vec2", **_TEXT, "conv_dim": [16, 16], "conv_stride": [5, 4],
        "conv_kernel": [10, 8], "num_conv_pos_embeddings": 16, "num_conv_pos_embedding_groups": 4,
    },
    "SegformerForSemanticSegmentation": {
        "model_type": "segformer", "num_encoder_blocks": 2, "depths": [1, 1],
        "sr_ratios": [4, 2], "hidden_sizes": [16, 32], "patch_sizes": [7, 3], "strides": [4, 2],
        "num_attention_heads": [1, 2], "mlp_ratios": [2, 2], "decoder_hidden_size": 16,
    },
    "MambaForCausalLM": {
        "model_type": "mamba", "hidden_size": 32, "state_size": 4, "num_hidden_layers": 1,
        "vocab_size": 100,
    },
}  # fmt: skip


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a config must not make anybody ask the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def written(folder: Path, settings: Settings, architecture: str = "") -> Path:
    named = {"architectures": [architecture]} if architecture else {}
    (folder / "config.json").write_text(json.dumps({**settings, **named}))
    return folder


def recipe(folder: Path, weights: str = "none") -> Recipe:
    return recipe_for(parse_source(f"hf:{folder}", weights))


def opened(made: Recipe) -> LayerGraph:
    return extract(made.build, made.default_inputs, name=made.name)[0]


def opened_type(architecture: str, folder: Path) -> tuple[LayerGraph, CostReport]:
    graph = opened(recipe(written(folder, CONFIGS[architecture], architecture)))
    return graph, cost_report(graph)


@pytest.mark.parametrize("architecture", CONFIGS)
def test_that_every_family_opens_whole_and_covered(architecture: str, tmp_path: Path) -> None:
    made = recipe(written(tmp_path, CONFIGS[architecture], architecture))
    network = made.build("meta")
    assert type(network).__name__ == architecture
    graph, report = opened_type(architecture, tmp_path)
    assert report.totals.params == sum(p.numel() for p in network.parameters())
    assert report.uncovered_ops == ()
    assert not any(note.startswith("no path leads") for note in graph.notes)
    reached = {node.id for node in graph.inputs}
    for node in graph.ops:
        if any(ref.node in reached for ref in node.inputs):
            reached.add(node.id)
    assert graph.outputs[0].node in reached


def test_that_llama_costs_what_a_hand_works_out(tmp_path: Path) -> None:
    graph, report = opened_type("LlamaForCausalLM", tmp_path)
    attention = 32 * 32 * 2 + 32 * 16 * 2  # q and o, then k and v of 2 heads of 8
    products = attention + 3 * 32 * 64
    assert report.totals.params == 2 * 100 * 32 + 2 * (products + 2 * 32) + 32
    tokens = 128
    scores = 2 * 2 * tokens * tokens * 32  # two layers, Q·Kᵀ and ·V
    assert report.totals.macs == tokens * (2 * products + 100 * 32) + scores
    assert graph.route == "meta tensors" and graph.notes == ()
    assert graph.spec(graph.outputs[0]).shape == (1, tokens, 100)


def test_that_attention_is_one_causal_op_for_the_whole_text(tmp_path: Path) -> None:
    graph, _ = opened_type("Qwen2ForCausalLM", tmp_path)
    layer = [node for node in graph.ops if node.module_path == "model.layers.0.self_attn"]
    (attention,) = (n for n in layer if n.op == "scaled_dot_product_attention")
    assert attention.attributes["is_causal"] is True
    assert attention.attributes["enable_gqa"] is True
    assert [graph.spec(ref).shape for ref in attention.inputs] == [
        (1, 4, 128, 8), (1, 2, 128, 8), (1, 2, 128, 8),
    ]  # fmt: skip
    assert not any(node.op in ("tril", "le", "masked_fill", "where") for node in graph.ops)


def test_that_a_mixture_of_experts_multiplies_for_the_chosen_ones_only(tmp_path: Path) -> None:
    graph, report = opened_type("MixtralForCausalLM", tmp_path)
    grouped = [node.id for node in graph.ops if node.op == "grouped_mm"]
    chosen, tokens = 2, 128  # experts a token, of 4
    assert len(grouped) == 2 * 2
    experts = tokens * chosen * 3 * 32 * 64
    attention = tokens * (32 * 32 * 2 + 32 * 16 * 2) + 2 * tokens * tokens * 32
    router = tokens * 32 * 4
    assert report.totals.macs == 2 * (experts + attention + router) + tokens * 100 * 32


def test_that_tied_embeddings_are_counted_once(tmp_path: Path) -> None:
    graph, _ = opened_type("GPT2LMHeadModel", tmp_path)
    tied = next(p for p in graph.parameters if p.name == "transformer.wte.weight")
    assert tied.aliases == ("lm_head.weight",)


def test_that_a_pair_of_encoders_gets_a_text_and_a_picture(tmp_path: Path) -> None:
    made = recipe(written(tmp_path, CONFIGS["CLIPModel"], "CLIPModel"))
    assert made.default_inputs == (
        InputSpec((1, 77), "int64", "input_ids"), InputSpec((1, 3, 32, 32), name="pixel_values"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("architecture", "inputs"),
    [
        ("BertForMaskedLM", (InputSpec((1, 128), "int64", "input_ids"),)),
        (
            "T5ForConditionalGeneration",
            (InputSpec((1, 128), "int64", "input_ids"),
             InputSpec((1, 128), "int64", "decoder_input_ids")),
        ),
        (
            "WhisperForConditionalGeneration",
            (InputSpec((1, 8, 100), name="input_features"),
             InputSpec((1, 128), "int64", "decoder_input_ids")),
        ),
        ("Wav2Vec2ForCTC", (InputSpec((1, 16_000), name="input_values"),)),
        ("ViTForImageClassification", (InputSpec((1, 3, 32, 32), name="pixel_values"),)),
    ],
)  # fmt: skip
def test_that_inputs_follow_from_the_kind_of_network(
    architecture: str, inputs: tuple[InputSpec, ...], tmp_path: Path
) -> None:
    made = recipe(written(tmp_path, CONFIGS[architecture], architecture))
    assert made.default_inputs == inputs


def test_that_the_dtype_of_the_config_is_that_of_weights_and_pictures(tmp_path: Path) -> None:
    settings = {**CONFIGS["ViTForImageClassification"], "torch_dtype": "bfloat16"}
    made = recipe(written(tmp_path, settings, "ViTForImageClassification"))
    assert made.default_inputs[0].dtype == "bfloat16"
    assert {p.dtype for p in made.build("meta").parameters()} == {torch.bfloat16}
    assert opened(made).route == "meta tensors"


def test_that_without_an_architecture_it_is_the_plain_network_of_the_type(tmp_path: Path) -> None:
    made = recipe(written(tmp_path, CONFIGS["BertForMaskedLM"]))
    assert type(made.build("meta")).__name__ == "BertModel"


def test_that_a_part_of_a_larger_network_opens_on_its_own(tmp_path: Path) -> None:
    made = recipe(written(tmp_path, {"model_type": "siglip_text_model", **_TEXT}))
    assert type(made.build("meta")).__name__ == "SiglipTextModel"
    assert Counter(n.op for n in opened(made).ops)["scaled_dot_product_attention"] == 2


def test_that_classes_are_named_and_pictures_prepared_as_the_files_say(tmp_path: Path) -> None:
    name = "ViTForImageClassification"
    written(tmp_path, CONFIGS[name], name)
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({
        "size": {"shortest_edge": 36}, "do_center_crop": True, "resample": 3,
        "crop_size": {"height": 32, "width": 32},
        "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.2, 0.2],
    }))  # fmt: skip
    made = recipe(tmp_path)
    assert made.categories == ("cat", "dog")
    assert made.preprocessing is not None
    assert (made.preprocessing.resize, made.preprocessing.crop) == (36, (32, 32))
    assert made.preprocessing.mean == (0.5, 0.4, 0.3)
    assert (made.preprocessing.interpolation, made.preprocessing.stretch) == ("bicubic", False)


def test_that_weights_in_the_folder_are_used_when_asked_for(tmp_path: Path) -> None:
    name = "LlamaForCausalLM"
    source = recipe(written(tmp_path, CONFIGS[name], name)).build("cpu")
    with torch.no_grad():
        source.model.norm.weight.fill_(3.0)
    saved = tmp_path / "saved"
    source.save_pretrained(saved)
    made = recipe(saved, "default")
    assert made.trained and made.weights_text == "weights from the folder of the config"
    network = made.build("cpu")
    tokens = torch.arange(8)[None]
    with torch.no_grad():
        torch.testing.assert_close(network(tokens).logits, source.eval()(tokens).logits)
    assert made.build("meta").model.norm.weight.is_meta


def test_that_a_folder_without_weights_says_so(tmp_path: Path) -> None:
    name = "BertForMaskedLM"
    with pytest.raises(LoadError, match=r"has no model\.safetensors beside its config: open it"):
        recipe(written(tmp_path, CONFIGS[name], name), "default")


def test_that_an_index_cannot_point_outside_its_folder(tmp_path: Path) -> None:
    name = "BertForMaskedLM"
    index = {"weight_map": {"a": "../../elsewhere.safetensors"}}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(LoadError, match="points outside its folder"):
        recipe(written(tmp_path, CONFIGS[name], name), "default")


def test_that_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    name = "LlamaForCausalLM"
    source = recipe(written(tmp_path, CONFIGS[name], name)).build("cpu")
    saved = tmp_path / "saved"
    source.save_pretrained(saved)
    written(saved, {**CONFIGS[name], "num_hidden_layers": 3}, name)
    with pytest.raises(LoadError, match=r"do not fit this network: \d+ of its tensors are missing"):
        recipe(saved, "default").build("cpu")


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"model_type": "lama"}, "does not know the model type 'lama'; did you mean llama"),
        ({}, "it has no model_type, such as llama or vit"),
        ({"model_type": "mine", "auto_map": {"AutoModel": "code.Mine"}}, "which is never run"),
        ({"model_type": "llama", "hidden_size": "wide"}, "does not fit 'llama'"),
    ],
)
def test_that_a_config_that_cannot_be_opened_is_one_line(
    settings: Settings, text: str, tmp_path: Path
) -> None:
    with pytest.raises(LoadError) as caught:
        recipe(written(tmp_path, settings))
    assert text in str(caught.value) and "\n" not in str(caught.value)


def test_that_a_name_of_the_hub_says_how_to_get_its_config() -> None:
    with pytest.raises(LoadError) as caught:
        recipe_for(parse_source("hf:meta-llama/Llama-3.1-405B"))
    assert "opens only configs on this machine" in str(caught.value)
    assert "hf download meta-llama/Llama-3.1-405B config.json" in str(caught.value)


def test_that_a_file_that_is_no_json_and_an_empty_folder_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"has no config\.json"):
        recipe(tmp_path)
    (tmp_path / "config.json").write_bytes(b"\xff\xfe nonsense")
    with pytest.raises(LoadError, match="is not a transformers config"):
        recipe(tmp_path)


def test_that_kernels_and_backbones_named_in_a_config_are_not_fetched(tmp_path: Path) -> None:
    settings = {**CONFIGS["LlamaForCausalLM"], "attn_implementation": "somebody/kernel",
                "_attn_implementation": "somebody/kernel"}  # fmt: skip
    assert opened(recipe(written(tmp_path, settings, "LlamaForCausalLM"))).ops
    settings = {"model_type": "upernet", "backbone": "somebody/net", "backbone_config": None}
    with pytest.raises(LoadError, match="does not fit 'upernet'"):
        recipe(written(tmp_path, settings))


def test_that_the_405_billion_parameters_of_a_llama_are_counted_without_memory(
    tmp_path: Path,
) -> None:
    """Two of its 126 layers are traced: the others are the same."""
    settings = {
        "model_type": "llama", "hidden_size": 16384, "intermediate_size": 53248,
        "num_hidden_layers": 2, "num_attention_heads": 128, "num_key_value_heads": 8,
        "vocab_size": 128256,
    }  # fmt: skip
    made = recipe(written(tmp_path, settings, "LlamaForCausalLM"))
    totals = cost_report(opened(made)).totals
    products = 2 * 16384**2 + 2 * 16384 * 1024 + 3 * 16384 * 53248
    layer = products + 2 * 16384
    ends = 2 * 128256 * 16384 + 16384
    assert totals.params == ends + 2 * layer
    assert ends + 126 * layer == 405_853_388_800
    scores = 2 * 128 * 128 * 16384
    assert totals.macs == 128 * (2 * products + 128256 * 16384) + 2 * scores


def test_that_a_network_with_attention_of_its_own_keeps_its_mask(tmp_path: Path) -> None:
    """MPT adds where each word is to its scores and hides what comes later, in every layer."""
    settings = {
        "model_type": "mpt", "d_model": 32, "n_heads": 4, "n_layers": 2, "max_seq_len": 128,
        "vocab_size": 100,
    }  # fmt: skip
    graph = opened(recipe(written(tmp_path, settings, "MptForCausalLM")))
    ops = Counter(node.op for node in graph.ops)
    assert ops["scaled_dot_product_attention"] == 0
    assert (ops["softmax"], ops["masked_fill"]) == (2, 2)

"""Networks of transformers that fail without what their forward has a default for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from tests.worker.transformers_networks import opened, shapes
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.extraction import extract
from visualizer.worker.loaders import LoadError

_SMALL: dict[str, Any] = {
    "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 4,
    "num_key_value_heads": 4, "vocab_size": 50, "head_dim": 8,
}  # fmt: skip


def test_that_an_argument_named_by_the_failure_is_given_as_documented(tmp_path: Path) -> None:
    bart = {"model_type": "bart", "d_model": 32, "encoder_layers": 1, "decoder_layers": 1,
            "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 64,
            "decoder_ffn_dim": 64, "vocab_size": 50}  # fmt: skip
    network = opened(
        tmp_path, model_type="rag", n_docs=3, max_combined_length=20, generator=bart,
        question_encoder={"model_type": "dpr", **_SMALL},
    )  # fmt: skip
    found = shapes(network)
    assert found["context_input_ids"] == found["context_attention_mask"] == (3, 20)
    assert found["doc_scores"] == (1, 3)


def test_that_an_input_is_as_wide_as_the_layer_that_takes_it(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="blt_local_decoder", **_SMALL, cross_attn_k=2, hidden_size_global=48
    )
    assert shapes(network) == {"inputs_embeds": (1, 128, 32), "patch_embeds": (1, 128, 48)}


def test_that_what_is_no_tensor_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="without its argument num_patches, which is no tensor"):
        opened(tmp_path, model_type="blt_local_encoder", **_SMALL)


def test_that_a_part_is_opened_by_the_name_of_its_class_in_the_whole(tmp_path: Path) -> None:
    part = {"hidden_size": 32, "num_layers": 1, "num_heads": 2, "block_size": 64,
            "input_vocab_size": 50, "output_vocab_size": 40}  # fmt: skip
    network = opened(
        tmp_path, model_type="bark", architectures=["BarkSemanticModel"], semantic_config=part
    )
    layer, tokens = 4 * 32 * 32 + 2 * 32 * 4 * 32, network.inputs[0].shape[1]
    macs = tokens * (layer + 32 * 40) + 2 * tokens * tokens * 32
    assert cost_report(network.graph).totals.macs == macs


def test_that_a_network_of_several_languages_is_given_the_first(tmp_path: Path) -> None:
    network = opened(
        tmp_path, model_type="xmod", hidden_size=32, intermediate_size=64, vocab_size=50,
        num_hidden_layers=1, num_attention_heads=2, languages=["en_XX", "de_DE"],
    )  # fmt: skip
    assert network.inputs[-1] == InputSpec((1,), "int64", "lang_ids", (0,))


def test_that_attention_over_joined_masks_keeps_its_masks(tmp_path: Path) -> None:
    part = {**_SMALL, "sliding_window": 16, "layer_types": ["full_attention"]}
    network = opened(
        tmp_path, model_type="t5gemma2", decoder=part,
        encoder={"text_config": part, "vision_config": {**_SMALL, "image_size": 32,
                                                        "patch_size": 8}},
    )  # fmt: skip
    assert {"input_ids", "decoder_input_ids"} <= shapes(network).keys()


class WritesPlaces(torch.nn.Module):
    """Makes room for the places of parts, writes them one by one, and reads them."""

    def forward(self, rows: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
        places = torch.empty(counts.size(), dtype=counts.dtype)
        places[0] = 0
        places[1:] = counts.cumsum(0)[:-1]
        shift = torch.Tensor([1.0, 2.0])
        return torch.cat([rows[place : place + 2] for place in places.tolist()]) + shift


def test_that_numbers_written_into_empty_memory_are_known() -> None:
    specs = (InputSpec((9, 2)), InputSpec((3,), "int64", values=(3, 4, 2)))
    graph, _ = extract(lambda _: WritesPlaces(), specs, name="writes")
    assert graph.route == "fake tensors"
    assert graph.spec(graph.outputs[0]).shape == (6, 2)
    assert cost_report(graph).uncovered_ops == ()

"""Model types whose default config does not open, why, and settings of a published config with
which each must open.

Depths are cut to a layer or two of each kind; where a checkpoint is named, the numbers are its.
The sweep says which are no longer needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class OpensWith:
    """What the default config lacks, and `settings` with which the type must open."""

    reason: str
    settings: Settings


_TWO: Settings = {"num_hidden_layers": 2}
_SMALL_VISION: Settings = {"vision_config": {"depth": 2}}

# ------------------------------------------------------------------- rotary embeddings

_ROPE_OF_GLM: Settings = {
    "rope_type": "default", "rope_theta": 10000.0, "partial_rotary_factor": 0.5,
    "mrope_section": [8, 12, 12],
}  # fmt: skip
_GLM: Settings = {"model_type": "glm4v_text", **_TWO, "rope_parameters": _ROPE_OF_GLM}
_GLM_MOE: Settings = {
    "model_type": "glm4v_moe_text", **_TWO, "head_dim": 128, "rope_parameters": _ROPE_OF_GLM,
}  # fmt: skip
_GLM_IMAGE: Settings = {"model_type": "glm_image_text", **_TWO, "rope_parameters": _ROPE_OF_GLM}
_SECTIONS = (
    "the three parts of its rotary embedding are together half as wide as a head only with the "
    "partial_rotary_factor of GLM-4.1V"
)
_SECTIONS_OF_MOE = "the same as glm4v, with the head_dim of GLM-4.5V"
_ROPE_OF_COHERE: Settings = {
    "rope_type": "default", "rope_theta": 50000.0, "mrope_section": [24, 20, 20],
}  # fmt: skip
_COHERE: Settings = {
    "hidden_size": 4096, "num_attention_heads": 32, **_TWO,
    "layer_types": ["sliding_attention", "full_attention"],
    "rope_parameters": dict.fromkeys(("sliding_attention", "full_attention"), _ROPE_OF_COHERE),
}  # fmt: skip
_EACH_KIND = "rope_parameters have to name each kind of layer"
_HUNYUAN: Settings = {"head_dim": 128, **_TWO}
_HUNYUAN_VL: Settings = {
    **_HUNYUAN,
    "rope_parameters": {
        "rope_type": "default", "rope_theta": 10000.0, "mrope_section": [16, 16, 16, 16],
    },
}  # fmt: skip
_HEAD_DIM = "head_dim has no default"
_ROTARY: dict[str, OpensWith] = {
    "glm4v_text": OpensWith(_SECTIONS, _GLM),
    "glm4v": OpensWith(_SECTIONS, {"text_config": _GLM, **_SMALL_VISION}),
    "glm46v": OpensWith(_SECTIONS, {"text_config": _GLM, **_SMALL_VISION}),
    "glmga": OpensWith(_SECTIONS, {"text_config": _GLM, **_SMALL_VISION}),
    "glm4v_moe_text": OpensWith(_SECTIONS_OF_MOE, _GLM_MOE),
    "glm4v_moe": OpensWith(_SECTIONS_OF_MOE, {"text_config": _GLM_MOE, **_SMALL_VISION}),
    "glm_image_text": OpensWith(_SECTIONS, _GLM_IMAGE),
    "glm_image": OpensWith(_SECTIONS, {"text_config": _GLM_IMAGE, **_SMALL_VISION}),
    "qwen3_omni_moe_text": OpensWith(
        "28 heads do not divide its width; Qwen3-Omni-30B-A3B has 32 of 128",
        {
            **_TWO, "num_attention_heads": 32, "head_dim": 128,
            "rope_parameters": {
                "rope_type": "default", "rope_theta": 1e6, "mrope_section": [24, 20, 20],
            },
        },
    ),
    "cohere_compass_text": OpensWith(_EACH_KIND, _COHERE),
    "cohere_compass": OpensWith(
        f"{_EACH_KIND}, and pictures have to become as wide as the text",
        {
            "text_config": _COHERE,
            "vision_config": {
                "depth": 2, "out_hidden_size": 4096, "deepstack_visual_indexes": [0, 1],
            },
        },
    ),
    "dbrx": OpensWith(
        "the part for attention has to have a rope_theta; databricks/dbrx-base",
        {"n_layers": 2, "attn_config": {"clip_qkv": 8, "kv_n_heads": 8, "rope_theta": 500000}},
    ),
    "hunyuan_v1_dense": OpensWith(_HEAD_DIM, _HUNYUAN),
    "hunyuan_v1_moe": OpensWith(_HEAD_DIM, {**_HUNYUAN, "num_experts": 64, "moe_topk": 8}),
    "hunyuan_vl_text": OpensWith(f"{_HEAD_DIM}, nor has mrope_section", _HUNYUAN_VL),
    "hunyuan_vl": OpensWith(
        f"{_HEAD_DIM}, nor has mrope_section", {"text_config": _HUNYUAN_VL, "vision_config": _TWO}
    ),
    "ministral": OpensWith(_HEAD_DIM, {"head_dim": 128, **_TWO}),
}  # fmt: skip

# ------------------------------------------------------------------- texts

_NO_DEFAULT = "has no default"
_OCR2: Settings = {
    **_TWO, "mlp_layer_types": ["dense", "sparse"], "num_experts_per_tok": 6, "hidden_size": 1280,
    "num_attention_heads": 10, "intermediate_size": 6848, "moe_intermediate_size": 896,
    "vocab_size": 129280,
}  # fmt: skip
_OCR2_VISION: Settings = {
    "encoder_config": {
        **_TWO, "hidden_size": 896, "intermediate_size": 4864, "num_attention_heads": 14,
        "num_key_value_heads": 2,
    },
}  # fmt: skip
_DIFFUSION: Settings = {
    **_TWO, "layer_types": ["sliding_attention", "full_attention"], "num_experts": 128,
    "top_k_experts": 8, "moe_intermediate_size": 704,
}  # fmt: skip
_FROM_THE_WHOLE = "dropout_rate is set by the config that it is a part of"
_DROPOUT: Settings = {**_TWO, "dropout_rate": 0.0}
_TEXTS: dict[str, OpensWith] = {
    "deepseek_v2": OpensWith(
        "num_experts_per_tok has no default; DeepSeek-V2-Lite",
        {
            **_TWO, "hidden_size": 2048, "num_attention_heads": 16, "num_experts_per_tok": 6,
            "n_routed_experts": 64, "moe_intermediate_size": 1408, "q_lora_rank": None,
        },
    ),
    "deepseek_ocr2_text": OpensWith(f"mlp_layer_types {_NO_DEFAULT}", _OCR2),
    "deepseek_ocr2": OpensWith(
        "mlp_layer_types has no default, and its picture encoder has to be as wide as the "
        "features of its other one",
        {"text_config": _OCR2, "vision_config": _OCR2_VISION},
    ),
    "diffusion_gemma_text": OpensWith(f"num_experts {_NO_DEFAULT}", _DIFFUSION),
    "diffusion_gemma": OpensWith(f"num_experts {_NO_DEFAULT}", {"text_config": _DIFFUSION}),
    "dots1": OpensWith(
        f"n_routed_experts {_NO_DEFAULT}; rednote-hilab/dots.llm1",
        {
            **_TWO, "n_routed_experts": 128, "n_shared_experts": 2, "num_experts_per_tok": 6,
            "first_k_dense_replace": 1,
        },
    ),
    "esm": OpensWith(
        f"vocab_size {_NO_DEFAULT}; facebook/esm2_t6_8M_UR50D",
        {
            "vocab_size": 33, "hidden_size": 320, "num_hidden_layers": 6, "pad_token_id": 1,
            "num_attention_heads": 20, "intermediate_size": 1280, "mask_token_id": 32,
            "max_position_embeddings": 1026, "position_embedding_type": "rotary",
            "token_dropout": True,
        },
    ),
    "lfm2_moe": OpensWith(
        f"layer_types {_NO_DEFAULT}; LiquidAI/LFM2-8B-A1B",
        {"num_hidden_layers": 3, "layer_types": ["conv", "conv", "full_attention"]},
    ),
    "nemotron": OpensWith(
        f"num_key_value_heads {_NO_DEFAULT}; nvidia/Minitron-4B-Base",
        {
            **_TWO, "hidden_size": 3072, "num_attention_heads": 24, "num_key_value_heads": 8,
            "head_dim": 128, "intermediate_size": 9216,
        },
    ),
    "moonshine_streaming": OpensWith(
        f"num_key_value_heads {_NO_DEFAULT}", {"num_key_value_heads": 8}
    ),
    "t5_gemma_module": OpensWith(_FROM_THE_WHOLE, _DROPOUT),
    "t5gemma2_text": OpensWith(_FROM_THE_WHOLE, _DROPOUT),
    "t5gemma2_decoder": OpensWith(_FROM_THE_WHOLE, _DROPOUT),
    "t5gemma2_encoder": OpensWith(
        _FROM_THE_WHOLE,
        {
            "text_config": _DROPOUT,
            "vision_config": {"image_size": 896, "patch_size": 14, **_TWO},
        },
    ),
    **dict.fromkeys(
        ("autoformer", "informer", "time_series_transformer"),
        OpensWith(
            f"prediction_length {_NO_DEFAULT}; the checkpoints for monthly tourism",
            {"prediction_length": 24, "num_time_features": 2},
        ),
    ),
}  # fmt: skip

# ------------------------------------------------------------------- pictures

_KERNELS = {
    "vertical_long_to_small_conv": (True, False), "horizontal_small_to_long_conv": (False, True),
    "symmetric_conv_long": (True, True),
}  # fmt: skip


def _kernel(size: int, tall: bool, wide: bool) -> list[list[int]]:
    sides = [size if tall else 1, size if wide else 1]
    return [sides, [1, 1], [side // 2 for side in sides]]


_DETECTION: Settings = {
    "intraclass_block_config": {
        "reduce_channel": [1, 1, 0], "return_channel": [1, 1, 0],
        **{
            f"{name}_{ratio}": _kernel(size, *sides)
            for name, sides in _KERNELS.items()
            for size, ratio in ((7, "longratio"), (5, "midratio"), (3, "shortratio"))
        },
    },
    "scale_factor_list": [1, 2, 4, 8], "kernel_list": [3, 2, 2],
}  # fmt: skip
_HALVING = [
    [[3, 96, 96, 1, True]],
    [[3, 96, 96, 2, False], [3, 96, 96, 1, False]],
    [[3, 96, 192, 2, False], [3, 192, 192, 1, True]],
    [[3, 192, 384, 2, False], [3, 384, 384, 1, True]],
]
_STAGES = ["stage1", "stage2", "stage3", "stage4"]
_SIGLIP: Settings = {
    "model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304,
    "num_attention_heads": 16, **_TWO,
}  # fmt: skip
_TOKENIZER = "the tokens of a picture are named by vocabulary_map, which has no default"
_PICTURES: dict[str, OpensWith] = {
    "aya_vision": OpensWith(
        "14 heads do not divide the width of its picture encoder; CohereLabs/aya-vision-8b",
        {
            "vision_config": {**_SIGLIP, "image_size": 364, "patch_size": 14},
            "text_config": {"model_type": "cohere2", **_TWO},
        },
    ),
    "chameleon": OpensWith(
        _TOKENIZER,
        {**_TWO, "vocabulary_map": {"<image>": 8711, "IMGIMGAZ": 4, "IMGIMGBZ": 5}},
    ),
    "emu3": OpensWith(
        _TOKENIZER,
        {
            "text_config": _TWO,
            "vocabulary_map": {
                "<image>": 151851, "<|extra_200|>": 151846, "<|visual token 000000|>": 151854,
            },
        },
    ),
    "granite4_vision": OpensWith(
        f"deepstack_layer_map and downsample_rate {_NO_DEFAULT}",
        {
            "vision_config": {**_SIGLIP, "image_size": 384, "patch_size": 16},
            "text_config": _TWO, "downsample_rate": "4/8", "deepstack_layer_map": [[-1, 0]],
            "spatial_target_layers": [1, 1, 1, 1], "vision_feature_select_strategy": "full",
            "image_grid_pinpoints": [[384, 768], [768, 384]],
        },
    ),
    "perception_lm": OpensWith(
        f"model_args of its picture encoder {_NO_DEFAULT}; facebook/Perception-LM-1B",
        {
            "vision_config": {
                "model_type": "timm_wrapper", "architecture": "vit_pe_core_large_patch14_336",
                "model_args": {
                    "depth": 23, "embed_dim": 1024, "global_pool": "", "img_size": [448, 448],
                    "init_values": 0.1, "ref_feat_shape": [32, 32],
                    "use_post_transformer_norm": False,
                },
            },
            "text_config": {"model_type": "llama", **_TWO}, "projector_pooling_ratio": 2,
        },
    ),
    "pp_ocrv5_server_det": OpensWith(f"intraclass_block_config {_NO_DEFAULT}", _DETECTION),
    "pp_ocrv6_medium_det": OpensWith(
        "intraclass_block_config has no default, and each stage of its backbone has to be half "
        "as large as the one before",
        {
            **_DETECTION,
            "backbone_config": {
                "model_type": "pp_lcnet_v4", "out_features": _STAGES, "block_configs": _HALVING,
            },
        },
    ),
    "timm_backbone": OpensWith("which network of timm it is", {"backbone": "resnet18"}),
}  # fmt: skip

PUBLISHED: dict[str, OpensWith] = {**_ROTARY, **_TEXTS, **_PICTURES}

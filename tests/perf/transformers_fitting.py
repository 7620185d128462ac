"""Picture networks whose default config does not open, because two of its settings contradict each
other, and settings with which each must: of a checkpoint where one is named, else values that fit.
"""

from __future__ import annotations

from tests.perf.transformers_published import OpensWith, Settings

_TWO: Settings = {"num_hidden_layers": 2}
_STAGES = [f"stage{number}" for number in range(1, 7)]
_REPVIT: Settings = {
    "backbone_config": {
        "model_type": "timm_wrapper", "architecture": "repvit_m1", "num_classes": 0,
        "model_args": {"in_chans": 3, "features_only": True, "out_indices": [0, 1, 2, 3]},
    },
}  # fmt: skip
_MISSPELT = "its default names its backbone in a misspelt setting, and so a ResNet-50 is built"
FITTING: dict[str, OpensWith] = {
    "vitmatte": OpensWith(
        "its decoder is for a backbone of 384 channels with 4 of picture and trimap, the default "
        "one has 768; hustvl/vitmatte-small-composition-1k",
        {
            "backbone_config": {
                "model_type": "vitdet", "hidden_size": 384, "image_size": 512,
                "num_attention_heads": 6, "num_channels": 4, "out_features": ["stage12"],
                "residual_block_indices": [2, 5, 8, 11], "use_relative_position_embeddings": True,
                "window_block_indices": [0, 1, 3, 4, 6, 7, 9, 10], "window_size": 14,
            },
            "convstream_hidden_sizes": [48, 96, 192], "fusion_hidden_sizes": [256, 128, 64, 32],
        },
    ),
    "llama4_vision_model": OpensWith(
        "four patches of 768 are not the 5,632 numbers that its adapter takes; "
        "meta-llama/Llama-4-Scout-17B-16E",
        {**_TWO, "hidden_size": 1408, "image_size": 336},
    ),
    "uvdoc": OpensWith(
        "its head takes all six stages of the backbone, the default gives the last",
        {"backbone_config": {"model_type": "uvdoc_backbone", "out_features": _STAGES}},
    ),
    "lw_detr": OpensWith(
        "the default has no scale for its projector", {"projector_scale_factors": [1.0]}
    ),
    "deepseek_ocr2_vision": OpensWith(
        "its encoder is 4,096 wide and what SAM gives it 896; deepseek-ai/DeepSeek-OCR-2",
        {
            "encoder_config": {
                "hidden_size": 896, "intermediate_size": 4864, **_TWO, "num_attention_heads": 14,
                "num_key_value_heads": 2,
            },
        },
    ),
    "edgetam": OpensWith(_MISSPELT, {"vision_config": _REPVIT}),
    "edgetam_vision_model": OpensWith(_MISSPELT, _REPVIT),
    "qwen3_omni_moe_thinker": OpensWith(
        "28 heads do not divide the width of its text, and its towers write another width",
        {
            "text_config": {**_TWO, "num_attention_heads": 32, "head_dim": 128},
            "vision_config": {"depth": 2, "out_hidden_size": 2048},
            "audio_config": {"encoder_layers": 2, "output_dim": 2048},
        },
    ),
    "pp_ocrv6_small_det": OpensWith(
        "channels and strides of its default are those of two networks",
        {
            "layer_list_out_channels": [96, 96, 192, 384],
            "backbone_config": {
                "model_type": "pp_lcnet_v4", "out_features": _STAGES[:4],
                "block_configs": [
                    [[3, 96, 96, 1, True]], [[3, 96, 96, 2, False]], [[3, 96, 192, 2, False]],
                    [[3, 192, 384, 2, False]],
                ],
            },
        },
    ),
    "molmo2": OpensWith(
        "what its adapter writes is 3,584 wide and its text 4,096",
        {
            "adapter_config": {"text_hidden_size": 4096, "intermediate_size": 12288},
            "vit_config": _TWO, "text_config": _TWO, "vision_feature_layer": [-1, 0],
        },
    ),
    "granite_speech": OpensWith(
        "its projector takes 1,408 numbers and the encoder gives 1,024",
        {
            "projector_config": {"model_type": "blip_2_qformer", "encoder_hidden_size": 1024},
            "text_config": {"model_type": "granite", **_TWO},
        },
    ),
}  # fmt: skip

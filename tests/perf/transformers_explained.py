"""Model types of transformers that cannot open from any config of their own, and why.

The sweep says which of these are no longer needed.
"""

from __future__ import annotations

_OF_THE_WHOLE = "it is built from the whole config that it is a part of: open that"
_NO_FORWARD = "its parts run one after the other, and only they have a forward pass"
_REFUSED = (
    "all its layers have to take the keys and values of another network, and this version of "
    "transformers refuses to build layers that all do"
)
_FILM = (
    "it needs the session that remembers a film, an object of transformers; one picture opens with "
    "architectures: {}"
)
EXPLAINED: dict[str, str] = {
    "sam2_video": _FILM.format("Sam2Model"),
    "edgetam_video": _FILM.format("EdgeTamModel"),
    "sam3_video": _FILM.format("Sam3TrackerModel"),
    "sam3_tracker_video": _FILM.format("Sam3TrackerModel"),
    "pi0": (
        "its picture, text and masks have to be given, as in --input action_embeds=1x51x1024 "
        "--input input_ids=1x304:int64@257152*256,5*48 --input pixel_values=1x1x3x224x224 "
        "--input pixel_attention_mask=1x1:bool@1 --input attention_mask=1x304:int64@1"
    ),
    "bark": f"{_NO_FORWARD}: BarkSemanticModel opens by its name in architectures",
    "blt_local_encoder": "its number of patches is a number of Python, which the whole counts",
    "esmfold2": "takes an object of transformers, EsmFold2AtomInputs, and no tensors",
    "nougat": "its default names a type that transformers does not have, donut_swin",
    "dinat": "needs the package natten",
    "layoutlmv2": "needs the package detectron2",
    "layoutxlm": "its networks are those of layoutlmv2, which need the package detectron2",
    "higgs_audio_v2_tokenizer": "needs the package torchaudio",
    "gemma4_assistant": _REFUSED,
    "gemma4_unified_assistant": _REFUSED,
    "gemma4_unified_audio": "its one layer is built from the config of the text too",
    "gemma4_unified_vision": "its layers are built from the config of the text too",
    "idefics_perciever": _OF_THE_WHOLE,
    "sam_hq_prompt_encoder": _OF_THE_WHOLE,
    "sam_prompt_encoder": _OF_THE_WHOLE,
    "sapiens2_head": _OF_THE_WHOLE,
    "emu3_vqgan": "it codes and decodes in two calls, and has no forward pass",
    "qwen3_omni_moe_talker_text": (
        "its class reads an embedding that it does not have, so it runs with inputs_embeds only, "
        "as inside the talker of Qwen3-Omni"
    ),
    "voxtral_realtime_text": (
        "its forward does not name t_cond, the time, which each layer reads: it opens with "
        "--input input_ids=1x128:int64 --input t_cond=1x4096"
    ),
    "qwen2_5_omni": _NO_FORWARD,
    "qwen3_omni_moe": _NO_FORWARD,
}

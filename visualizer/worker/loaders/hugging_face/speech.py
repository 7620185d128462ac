"""What networks take that turn codes into speech: the codes, a voice and its spectrogram."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments import Made


def _codes(config: Any, asked: Mapping[str, Any]) -> list[Made]:
    """Each code is repeated for several frames of the spectrogram."""
    return [Made((1, sizes.TOKENS // sizes.whole(config, "repeats", otherwise=1)), "int64")]


def _voice(config: Any, asked: Mapping[str, Any]) -> list[Made]:
    return [Made((1, sizes.whole(config, "enc_emb_dim", otherwise=sizes.width(config))))]


def _voice_in_each_frame(config: Any, asked: Mapping[str, Any]) -> list[Made]:
    (voice,) = _voice(config, asked)
    return [Made((1, sizes.TOKENS, voice.shape[-1])), voice]


def _spectrogram(config: Any, asked: Mapping[str, Any]) -> list[Made]:
    return [Made((1, sizes.TOKENS, sizes.mels(config)))]


BY_NAME = {
    **dict.fromkeys(("code", "quantized_code"), _codes),
    **dict.fromkeys(("condition_vector", "reference_mel"), _spectrogram),
    "conditioning": _voice,
    "speaker_embedding": _voice_in_each_frame,
    "time_step": lambda config, asked: [Made((1,))],
}

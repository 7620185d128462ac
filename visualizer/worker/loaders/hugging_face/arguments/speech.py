"""What networks take that turn codes into speech: the codes, a voice and its spectrogram."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table
from visualizer.worker.loaders.hugging_face.arguments.sound import spectrograms


def _codes(config: Any, asked: Parameters) -> list[Made]:
    """Each code is repeated for several frames of the spectrogram."""
    return [Made((1, sizes.TOKENS // sizes.whole(config, "repeats", otherwise=1)), "int64")]


def _voice(config: Any, asked: Parameters) -> list[Made]:
    return [Made((1, sizes.whole(config, "enc_emb_dim", otherwise=sizes.width(config))))]


def _voice_in_each_frame(config: Any, asked: Parameters) -> list[Made]:
    (voice,) = _voice(config, asked)
    return [Made((1, sizes.TOKENS, voice.shape[-1])), voice]


BY_NAME: Table = {
    **dict.fromkeys(("code", "quantized_code"), _codes),
    **dict.fromkeys(("condition_vector", "reference_mel"), spectrograms),
    "conditioning": _voice,
    "speaker_embedding": _voice_in_each_frame,
    "time_step": lambda config, asked: [Made((1,))],
}

"""Sound, as samples or as a spectrogram."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table

SOUNDS = ("input_features", "input_values")
SOUND_MASKS = ("input_features_mask", "feature_attention_mask", "input_values_mask")
_SAMPLES = (sizes.SECOND, 15_360)  # the second is a multiple of most hops between frames


def frames_of(shape: tuple[int, ...], config: Any) -> int:
    """How many moments a spectrogram or samples of this shape hold."""
    bands = sizes.mels(config) if len(shape) > 2 else 0
    return next((side for side in reversed(shape[1:]) if side != bands), shape[-1])


def spectrums(config: Any, parameters: Parameters) -> list[Made]:
    """Mel bands: (1, bands, frames) for Whisper, (1, frames, bands) for most others."""
    if "feature_lens" in parameters:  # one after the other, without a batch
        return [Made((sizes.mels(config), 2 * sizes.TOKENS))]
    frames, bands = sizes.spectrum(config), sizes.mels(config)
    if "input_values" in parameters:  # the same second as its samples
        frames = sizes.SECOND // sizes.hop(config)
    found: list[tuple[int, ...]] = [(1, frames, bands), (1, bands, frames)]
    side = sizes.whole(config, "spec_size")
    if side:  # CLAP folds a long spectrogram into a square
        found = [(1, 1, side * (side // bands), bands)]
    elif hasattr(config, "num_mel_bins") and hasattr(config, "max_source_positions"):
        found = [(1, bands, 2 * int(config.max_source_positions)), *found]
    wider = [(1, frames, bands * many) for many in (2, 4)]  # frames put together before
    others = [(1, frames, 128), (1, frames, 160), (1, frames), (1, bands, 800), (1, bands, 1024)]
    return [Made(shape) for shape in dict.fromkeys((*found, *wider, *others))]


def sounds(config: Any, parameters: Parameters) -> list[Made]:
    """Samples, or a spectrogram where the config says how long one is."""
    found: list[tuple[int, ...]] = []
    if hasattr(config, "max_length") and hasattr(config, "num_mel_bins"):
        found = [(1, int(config.max_length), int(config.num_mel_bins))]
    tracks = sizes.whole(config, "audio_channels", otherwise=0)
    for count in _SAMPLES:
        found += [(1, tracks, count)] if tracks else []
        found += [(1, count), (1, 1, count)]
    found += [(1, sizes.TOKENS, sizes.width(config))]  # where an encoder is given none to cut up
    return [Made(shape) for shape in dict.fromkeys(found)]


def spectrograms(config: Any, parameters: Parameters) -> list[Made]:
    """What a vocoder begins with."""
    return [Made((1, sizes.TOKENS, sizes.mels(config)))]


def spectrum_lengths(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1,), "int64", (2 * sizes.TOKENS,))]


BY_NAME: Table = {
    "input_features": spectrums,
    "input_values": sounds,
    **dict.fromkeys(("spectrogram", "audio_mel", "decoder_input_values"), spectrograms),
    "feature_lens": spectrum_lengths,
    "is_longer": lambda config, _: [Made((1, 1), "bool", (1,))],
}

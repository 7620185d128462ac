"""What a transformers network takes, told by its config and by the arguments of its forward."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from visualizer.sources import InputSpec

_TOKENS = 128
_SIDE = 224
_FRAMES = 16
_SECOND = 16_000  # samples of sound, at the rate most of these networks expect
_MELS = 80
_PARTS = (
    "vision_config", "text_config", "audio_config", "backbone_config", "encoder_config",
    "thinker_config", "speech_config", "audio_encoder", "text_encoder", "encoder", "decoder",
)  # fmt: skip
_TOWERS = ("vision_config", "audio_config", "image_config")
_NOT_GIVEN = ("kwargs", "self", "args")


def expected_inputs(architecture: Any, config: Any) -> tuple[InputSpec, ...]:
    """One input for each argument that the network's forward needs, by name; a text of at most
    128 tokens, a picture of the config's size, or as much sound as the config says.

    `architecture` is a class of transformers. Empty when an argument is needed that nothing here
    can make.
    """
    named = [
        (name, _SPECS[name](config) if name in _SPECS else None)
        for name in _needed(architecture, config)
    ]
    if any(spec is None for _, spec in named):
        return ()
    return tuple(
        InputSpec(tuple(spec[0]), spec[1] or float_dtype(config), name)
        for name, spec in named
        if spec is not None
    )


def float_dtype(config: Any) -> str:
    """The dtype of the weights, and so of the inputs that are not whole numbers."""
    return str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")


def _needed(architecture: Any, config: Any) -> list[str]:
    """The main input, what has no default, the other half of a pair of encoders, and what a
    decoder begins with."""
    parameters = inspect.signature(architecture.forward).parameters
    main = getattr(architecture, "main_input_name", "input_ids")
    wanted = [main] if main in parameters else []
    wanted += [n for n, p in parameters.items() if p.default is p.empty and n not in _NOT_GIVEN]
    wanted += [name for name in _others(parameters, config) if name in parameters]
    return [name for name in parameters if name in wanted]


def _others(parameters: Mapping[str, Any], config: Any) -> Iterator[str]:
    if _is_pair(config):
        yield from ("input_ids", "pixel_values", "input_features")
    if hasattr(config, "vocab_size") and hasattr(config, "image_size"):
        yield from ("input_ids", "pixel_values")
    if hasattr(config, "dim_bbox") or hasattr(config, "max_2d_position_embeddings"):
        yield "bbox"
    if getattr(config, "is_encoder_decoder", False):
        yield "decoder_input_ids" if "decoder_input_ids" in parameters else "decoder_input_values"


def _is_pair(config: Any) -> bool:
    """Two encoders side by side, as in CLIP; where one writes into the text of the other, the
    config names the token it replaces."""
    has_text = hasattr(config, "text_config")
    has_tower = any(hasattr(config, tower) for tower in _TOWERS)
    names = config.to_dict()
    return (
        has_text
        and has_tower
        and not any(
            name.startswith(("image_token", "audio_token", "video_token", "image_seq"))
            for name in names
        )
    )


def find(config: Any, *names: str, otherwise: Any = None) -> Any:
    """The first of these settings that the config has, itself or in one of its parts."""
    for name in names:
        value = getattr(config, name, None)
        if value is not None:
            return value
    for part in _PARTS:
        inner = getattr(config, part, None)
        if inner is not None and not isinstance(inner, (dict, str)):
            value = find(inner, *names)
            if value is not None:
                return value
    return otherwise


_Spec = tuple[Sequence[int], str]
"""Shape and dtype, "" for the dtype of the weights."""


def _tokens(config: Any) -> _Spec:
    most = find(config, "max_position_embeddings", "n_positions", "max_target_positions")
    usable = most if isinstance(most, int) and most > 0 else _TOKENS
    return (1, min(_TOKENS, usable)), "int64"


def _boxes(config: Any) -> _Spec:
    return (*_tokens(config)[0], 4), "int64"


def _sides(config: Any) -> tuple[int, int]:
    size = find(config, "image_size", "input_size", "img_size", otherwise=_SIDE)
    if isinstance(size, Mapping):
        size = (size.get("height", _SIDE), size.get("width", _SIDE))
    if isinstance(size, (list, tuple)):
        return (int(size[-2]), int(size[-1])) if len(size) > 1 else (int(size[0]),) * 2
    return int(size), int(size)


def _channels(config: Any) -> int:
    channels = find(config, "num_channels", "in_channels", "in_chans", otherwise=3)
    return channels if isinstance(channels, int) and channels in (1, 3) else 3


def _picture(config: Any) -> _Spec:
    frames = getattr(config, "num_frames", None) or getattr(config, "frames", None)
    shape = (_channels(config), *_sides(config))
    return ((1, int(frames), *shape) if frames else (1, *shape)), ""


def _film(config: Any) -> _Spec:
    frames = find(config, "num_frames", "frames_per_clip", otherwise=_FRAMES)
    return (1, int(frames), _channels(config), *_sides(config)), ""


def _features(config: Any) -> _Spec:
    """Mel bands: (1, bands, frames) for Whisper, (1, frames, bands) for the others."""
    frames = find(config, "max_source_positions", otherwise=_TOKENS)
    if hasattr(config, "num_mel_bins") and hasattr(config, "max_source_positions"):
        return (1, config.num_mel_bins, 2 * int(frames)), ""
    bands = find(
        config, "input_feat_per_channel", "feature_projection_input_dim", "num_mel_bins",
        "mel_bins", "input_dim", otherwise=_MELS,
    )  # fmt: skip
    return (1, min(int(frames), 8 * _TOKENS), int(bands)), ""


def _sound(config: Any) -> _Spec:
    """Samples, or a spectrogram where the config says how long one is."""
    if hasattr(config, "max_length") and hasattr(config, "num_mel_bins"):
        return (1, int(config.max_length), int(config.num_mel_bins)), ""
    channels = getattr(config, "audio_channels", None)
    return ((1, int(channels), _SECOND) if channels else (1, _SECOND)), ""


_SPECS: dict[str, Callable[[Any], _Spec]] = {
    **dict.fromkeys(("input_ids", "decoder_input_ids"), _tokens),
    "bbox": _boxes,
    "pixel_values": _picture,
    "pixel_values_videos": _film,
    "input_features": _features,
    "input_values": _sound,
}

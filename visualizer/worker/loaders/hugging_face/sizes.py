"""Sizes that a config of transformers tells: of its text, pictures, patches, sound and widths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

TOKENS = 128
SECOND = 16_000
"""Samples of sound, at the rate most of these networks expect."""

POOLED = 2
"""Patches along each side of a window that becomes one token, where no config says it."""

_SIDE = 224
_FRAMES = 16
_MELS = 80
_GRID = 16
_PATCH = 16
_HOP = 320
_PARTS = (
    "vision_config", "text_config", "audio_config", "backbone_config", "encoder_config",
    "thinker_config", "speech_config", "audio_encoder", "text_encoder", "encoder", "decoder",
    "perceiver_config", "qformer_config", "video_config", "audio_video_config", "esm_config",
    "decoder_config", "dit_config", "sam_config",
)  # fmt: skip


def find(config: Any, *names: str, otherwise: Any = None) -> Any:
    """The first of these settings that the config has, itself or in one of its parts."""
    for name in names:
        value = getattr(config, name, None)
        if value is not None:
            return value
    for part in _PARTS:
        inner = getattr(config, part, None)
        if inner is not None and not isinstance(inner, (dict, str, int)):
            value = find(inner, *names)
            if value is not None:
                return value
    return otherwise


def whole(config: Any, *names: str, otherwise: int = 0) -> int:
    """The same for a number, the first one where there is a list of them."""
    value = find(config, *names)
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return int(value) if isinstance(value, (int, float)) and value > 0 else otherwise


def tokens(config: Any) -> int:
    """As many as the positions allow, at most 128."""
    text = getattr(config, "text_config", None) or config
    most = whole(text, "max_position_embeddings", "n_positions", "max_target_positions")
    return min(TOKENS, most or TOKENS)


def width(config: Any) -> int:
    """Numbers a token inside the network."""
    return whole(
        config, "hidden_size", "d_model", "embed_dim", "hidden_dim", "dim", otherwise=768
    )  # fmt: skip


def sides(config: Any) -> tuple[int, int]:
    """Height and width of a picture."""
    arguments = find(config, "model_args", otherwise={})  # of a network of timm's
    size = arguments.get("img_size") or find(
        config, "image_size", "input_size", "img_size", "max_img_size", otherwise=_SIDE
    )
    if isinstance(size, Mapping):
        size = (size.get("height", _SIDE), size.get("width", _SIDE))
    if isinstance(size, (list, tuple)):
        return (int(size[-2]), int(size[-1])) if len(size) > 1 else (int(size[0]),) * 2
    return int(size), int(size)


def channels(config: Any) -> int:
    """Of a picture: 1 or 3, or 4 where a picture comes with a map of what is sure."""
    found = find(config, "num_channels", "in_channels", "in_chans", "channels", otherwise=3)
    return found if isinstance(found, int) and found in (1, 3, 4) else 3


def frames(config: Any) -> int:
    """Pictures in a film."""
    return whole(config, "num_frames", "frames_per_clip", "frames", otherwise=_FRAMES)


def mels(config: Any) -> int:
    """Bands of a spectrogram, of all frames that are put together."""
    bands = whole(
        config, "input_feat_per_channel", "feature_projection_input_dim", "num_mel_bins",
        "n_mel_bins", "mel_bins", "input_dim", "input_feat_size", "model_in_dim", "input_size",
        "feature_size", "num_mels", "mel_dim", "audio_embed_dim", otherwise=_MELS,
    )  # fmt: skip
    return bands * whole(config, "num_stacked_frames", otherwise=1)


def spectrum(config: Any) -> int:
    """Frames of a spectrogram: whole windows, where it is cut into some."""
    found = min(whole(config, "max_source_positions", otherwise=TOKENS), 8 * TOKENS)
    window = 2 * whole(config, "n_window") or 1  # n_window frames are left after a stride of 2
    return max(found // window, 1) * window


def hop(config: Any) -> int:
    """Samples of sound that become one frame."""
    ratios = find(config, "downsampling_ratios", otherwise=(_HOP,))
    return whole(config, "hop_length", otherwise=math.prod(ratios))


def patch(config: Any) -> int:
    """The side of a patch."""
    return whole(config, "patch_size", "spatial_patch_size", otherwise=_PATCH)


def grid(config: Any) -> int:
    """Patches along each side of a picture: a multiple of those that are merged."""
    per_side = sides(config)[0] // patch(config) if find(config, "image_size") else _GRID
    merged = whole(
        config, "spatial_merge_size", "merge_size", "merge_kernel_size",
        "pooling_kernel_size", otherwise=1,
    )  # fmt: skip
    return max(min(per_side, 2 * _GRID) // merged, 1) * merged


def patch_numbers(config: Any) -> int:
    """Numbers in a patch, over the frames that are taken together."""
    together = whole(config, "temporal_patch_size", otherwise=1)
    return channels(config) * together * patch(config) ** 2

"""How the arguments of transformers' forward passes look, by their names.

Each function gives what an argument may be, the likeliest first: most names mean one thing, but
`pixel_values` are pictures, films or patches that were cut out before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from visualizer.worker.loaders.hugging_face import sizes


class Made(NamedTuple):
    """Shape, dtype ("" for that of the weights) and values where they matter."""

    shape: tuple[int, ...]
    dtype: str = ""
    values: tuple[int, ...] = ()


Parameters = Mapping[str, Any]
_GRIDS = ("grid_thw", "image_grid_thw")
_OTHER_SIDES = (224, 336, 384, 448, 512, 640, 1024, 1536)
_SOUNDS = (sizes.SECOND, 15_360)  # the second is a multiple of most hops between frames


def token_ids(config: Any, parameters: Parameters) -> list[Made]:
    """(1, tokens), or several tokens at each place for codes of sound."""
    count = sizes.tokens(config)
    books = sizes.whole(config, "num_codebooks", "num_channels", "num_quantizers")
    if "last_hidden_state" in parameters and books > 1:  # one of each book, for one moment
        return [Made((1, books), "int64")]
    several = [(books, count), (1, count, books), (1, count, books + 1), (1, books)]
    return [Made(shape, "int64") for shape in ((1, count), *(several if books > 1 else ()))]


def boxes(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, sizes.tokens(config), 4), "int64"), Made((1, sizes.tokens(config), 4))]


def pictures(config: Any, parameters: Parameters) -> list[Made]:
    """Whole pictures or films, unless other arguments tell of a grid of patches."""
    if any(name in parameters for name in (*_GRIDS, "spatial_shapes", "pixel_position_ids")) and (
        not hasattr(config, "text_config") or "spatial_shapes" in parameters
    ):
        return patches(config, parameters)
    if "aspect_ratio_ids" in parameters:
        return [tiles(config, parameters)]
    if "target_sizes" in parameters:  # all patches side by side, in one long picture
        side = sizes.patch(config)
        return [Made((1, sizes.channels(config), side, sizes.grid(config) ** 2 * side))]
    film = sizes.whole(config, "num_frames", "frames")
    shape = (sizes.channels(config), *sizes.sides(config))
    first = [(1, film, *shape)] if film else [(1, *shape)]
    colours = shape[0]
    found = [
        *first, (1, *shape), *([(film, *shape)] if film else []), (1, 1, *shape), (1, 2, *shape),
        (1, sizes.grid(config) ** 2, sizes.patch_numbers(config)), (1, 1, 4, *shape),
        (1, colours, min(shape[1:]), min(shape[1:])),
        *((1, colours, side, side) for side in _OTHER_SIDES),
    ]  # fmt: skip
    together = sizes.whole(config, "temporal_patch_size")
    if together:  # little films of patches, their colours last
        found.insert(3, (sizes.grid(config) ** 2, together, *(sizes.patch(config),) * 2, colours))
    return [Made(each) for each in dict.fromkeys(found)]


def tiles(config: Any, parameters: Parameters) -> Made:
    """As many tiles of one picture as the config allows."""
    count = sizes.whole(config, "max_num_tiles", otherwise=1)
    return Made((1, 1, count, sizes.channels(config), *sizes.sides(config)))


def patches(config: Any, parameters: Parameters) -> list[Made]:
    """Patches in a row, as numbers or as little pictures."""
    count, numbers = sizes.grid(config) ** 2, sizes.patch_numbers(config)
    side, colours = sizes.patch(config), sizes.channels(config)
    row, batch = (count, numbers), (1, count, numbers)
    first = [row, batch] if any(name in parameters for name in _GRIDS) else [batch, row]
    merged = side * sizes.whole(config, "spatial_merge_size", otherwise=1)
    return [
        Made(shape) for shape in (
            *first, (1, count, colours, side, side), (count, colours, side, side),
            (count, colours * side**2), (count, 2 * colours * side**2),
            (count, merged, merged, colours),
        )
    ]  # fmt: skip


def films(config: Any, parameters: Parameters) -> list[Made]:
    colours = sizes.channels(config)
    shown = [sizes.sides(config), *((side, side) for side in _OTHER_SIDES)]
    return [Made((1, sizes.frames(config), colours, *side)) for side in dict.fromkeys(shown)]


def grids(config: Any, parameters: Parameters) -> list[Made]:
    """Frames, height and width of one picture, in patches."""
    side = sizes.grid(config)
    return [Made((1, 3), "int64", (1, side, side))]


def grid_sides(config: Any, parameters: Parameters) -> list[Made]:
    side = sizes.grid(config)
    return [Made((1, 2), "int64", (side, side))]


def grid_places(config: Any, parameters: Parameters) -> list[Made]:
    """Column and row of each patch."""
    side = sizes.grid(config)
    places = tuple(n for row in range(side) for column in range(side) for n in (column, row))
    return [Made((1, side * side, 2), "int64", places)]


def patch_mask(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, sizes.grid(config) ** 2), "int64", (1,))]


def flattened(config: Any, parameters: Parameters) -> list[Made]:
    """Patches as Pix2Struct wants them: row and column before their numbers."""
    inner = sizes.whole(config, "patch_embed_hidden_size")
    side = sizes.grid(config)
    counts = (inner or sizes.patch_numbers(config), sizes.patch_numbers(config))
    return [Made((1, side * side, 2 + count)) for count in dict.fromkeys(counts)]


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
    for count in _SOUNDS:
        found += [(1, tracks, count)] if tracks else []
        found += [(1, count), (1, 1, count)]
    found += [(1, sizes.TOKENS, sizes.width(config))]  # where an encoder is given none to cut up
    return [Made(shape) for shape in dict.fromkeys(found)]


def spectrograms(config: Any, parameters: Parameters) -> list[Made]:
    """What a vocoder begins with."""
    return [Made((1, sizes.TOKENS, sizes.mels(config)))]


def spectrum_lengths(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1,), "int64", (2 * sizes.TOKENS,))]


def past(config: Any, parameters: Parameters) -> list[Made]:
    """A time series as long as the config looks back."""
    lags = sizes.find(config, "lags_sequence", otherwise=()) or (0,)
    length = sizes.whole(config, "context_length", otherwise=sizes.TOKENS) + max(lags)
    series = sizes.whole(config, "num_input_channels", "input_size", otherwise=1)
    flat, wide = Made((1, length)), Made((1, length, series))
    return [wide, flat] if hasattr(config, "num_input_channels") or series > 1 else [flat, wide]


def past_times(config: Any, parameters: Parameters) -> list[Made]:
    """What is known of each moment that the series looks back to, such as the hour."""
    length = past(config, parameters)[0].shape[1]
    return [Made((1, length, sizes.find(config, "num_time_features", otherwise=1)))]


def coming_times(config: Any, parameters: Parameters) -> list[Made]:
    """The same of the moments to be predicted."""
    length = sizes.whole(config, "prediction_length", otherwise=1)
    return [Made((1, length, sizes.find(config, "num_time_features", otherwise=1)))]


def coming(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, sizes.whole(config, "prediction_length", otherwise=1)))]


def nothing_missing(config: Any, parameters: Parameters) -> list[Made]:
    """Ones where a number of the past is known."""
    return [Made(made.shape, made.dtype, (1,)) for made in past(config, parameters)]


def nothing_padded(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, past(config, parameters)[0].shape[1]), "int64", (0,))]


def hidden(config: Any, parameters: Parameters) -> list[Made]:
    """(1, tokens, numbers inside the network), or such numbers at each place of a picture; the
    patches of a picture where a grid is given."""
    if any(name in parameters for name in _GRIDS):
        return patches(config, parameters)
    inner, count, side = sizes.width(config), sizes.tokens(config), sizes.grid(config)
    before = sizes.whole(config, "input_dim", "latent_channels", otherwise=inner)
    return [
        Made(shape) for shape in dict.fromkeys(
            ((1, count, before), (1, count, inner), (1, inner, side, side), (1, side, side, inner),
             (1, side * side, inner), (count, inner), (1, inner, count),
             (1, count, sizes.mels(config)), (1, before, side, side))
        )
    ]  # fmt: skip


def marks(config: Any, parameters: Parameters, name: str) -> list[Made]:
    """A mask of ones, or whole numbers for each token."""
    shape, ones = (1, sizes.tokens(config)), (1,) if name.endswith("mask") else ()
    return [Made(shape, "int64", ones), *([Made(shape, "bool", ones)] if ones else [])]


def encoded(config: Any, parameters: Parameters) -> list[Made]:
    """What an encoder gives to a decoder."""
    told = sizes.whole(
        config, "encoder_hidden_size", "cross_attention_hidden_size", "cross_hidden_size"
    )
    books = sizes.whole(config, "num_codebooks")
    if books and "last_hidden_state" in parameters:  # what a text gives for codes of sound
        return [Made((1, books, sizes.whole(config, "input_size", otherwise=sizes.width(config))))]
    return [Made((1, sizes.tokens(config), told or sizes.width(config)))]


def lengths_of_patches(config: Any, parameters: Parameters) -> list[Made]:
    """A text cut into patches of as many bytes as the config wants on average."""
    count, long = sizes.tokens(config), sizes.patch(config)
    return [Made((1, count // long), "int64", (long,))]


def count(config: Any, parameters: Parameters, name: str) -> list[Made]:
    """A whole number, as a tensor of no dimension: a setting of this name, else half a text."""
    return [Made((), "int64", (sizes.whole(config, name, otherwise=sizes.tokens(config) // 2),))]


def raw_inputs(config: Any, parameters: Parameters) -> list[Made]:
    """`inputs`: numbers at each place, or samples of sound."""
    return [*hidden(config, parameters), *sounds(config, parameters)]


def regions(config: Any, parameters: Parameters) -> list[Made]:
    """Features of 36 regions of a picture, as LXMERT was trained with."""
    return [Made((1, 36, sizes.whole(config, "visual_feat_dim", otherwise=2048)))]


def places_of_regions(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, 36, sizes.whole(config, "visual_pos_dim", otherwise=4)))]


BY_NAME: dict[str, Callable[[Any, Parameters], list[Made]]] = {
    **dict.fromkeys(("input_ids", "decoder_input_ids"), token_ids),
    **dict.fromkeys(("hidden_states", "inputs_embeds", "context", "query_embeds"), hidden),
    **dict.fromkeys(("grid_thw", "image_grid_thw"), grids),
    **dict.fromkeys(("spatial_shapes", "target_sizes", "image_grid_hw"), grid_sides),
    **dict.fromkeys(("spectrogram", "audio_mel", "decoder_input_values"), spectrograms),
    **dict.fromkeys(("encoder_hidden_states", "last_hidden_state"), encoded),
    "inputs": raw_inputs,
    "task_inputs": lambda config, _: [Made((1, sizes.whole(config, "task_seq_len", otherwise=77)))],
    "image_attention_mask": lambda config, _: [Made((1, sizes.tokens(config), 1), "int64", (1,))],
    "bbox": boxes,
    "pixel_values": pictures,
    "pixel_values_videos": films,
    "pixel_position_ids": grid_places,
    "pixel_attention_mask": patch_mask,
    "flattened_patches": flattened,
    "aspect_ratio_ids": lambda config, _: [Made((1, 1), "int64", (1,))],
    "aspect_ratio_mask": lambda config, _: [
        Made((1, 1, sizes.whole(config, "max_num_tiles", otherwise=1)), "int64", (1,))
    ],
    "merge_sizes": lambda config, _: [Made((1,), "int64", (sizes.whole(config, "spatial_merge_size",
                                                                       otherwise=1),))],
    "input_features": spectrums,
    "input_values": sounds,
    "feature_lens": spectrum_lengths,
    "is_longer": lambda config, _: [Made((1, 1), "bool", (1,))],
    "past_values": past,
    "past_time_features": past_times,
    "past_observed_mask": nothing_missing,
    "future_values": coming,
    "future_time_features": coming_times,
    "past_values_padding": nothing_padded,
    "freq": lambda config, _: [Made((1, 1), "int64", (0,))],
    "patch_lengths": lengths_of_patches,
    "lang_ids": lambda config, _: [Made((1,), "int64", (0,))],  # the first of its languages
    "visual_feats": regions,
    "visual_pos": places_of_regions,
}  # fmt: skip

"""Pictures for networks that write what a picture shows between the words of a text."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator
from typing import Any

from visualizer.sources import InputSpec
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments import pictures, tokens
from visualizer.worker.loaders.hugging_face.arguments.by_name import made_by_name
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table
from visualizer.worker.loaders.hugging_face.inputs import float_dtype, is_needed_by

_NOT_SEEN = (
    "only the part for text is in this graph: which pictures this network takes could not be told "
    "from its config; give them with --input pixel_values=… and --input input_ids=… with the token "
    "{token} once for each place of a picture"
)
NAMES = ("pixel_values",)
_LOOKS = "get_image_features"
_ALWAYS_GIVEN = (
    "image_grid_thw", "spatial_shapes", "target_sizes", "image_merge_sizes", "image_position_ids",
    "high_res_pixel_values", "qformer_input_ids", "pixel_values",
)  # fmt: skip
_GRIDS = ("image_grid_thw", "image_grid_hw", "image_position_ids", "spatial_shapes")
FRAME = (
    ("vision_start_token_id", "image_start_token_id", "boi_token_id"),
    ("vision_end_token_id", "image_end_token_id", "eoi_token_id"),
)
"""The settings with the tokens before and behind the places of a picture."""


def takes(architecture: Any, config: Any) -> bool:
    """Whether a token of the text stands for a place of a picture, and the forward takes both."""
    parameters = inspect.signature(architecture.forward).parameters
    both = "input_ids" in parameters and "pixel_values" in parameters
    beside = "cross_attention_mask" in parameters  # the text looks at the picture, as in Mllama
    blind = getattr(config, "vision_config", config) is None  # built without a tower
    return both and not beside and not blind and token(config) is not None


def token(config: Any) -> int | None:
    """The token that stands for a place of a picture."""
    for name in ("image_token_id", "image_token_index", "video_token_index"):
        found = getattr(config, name, None)
        if isinstance(found, int):
            return found
    words = getattr(config, "vocabulary_map", None)
    return words.get("<image>") if isinstance(words, dict) else None


def not_given(architecture: Any, config: Any) -> str:
    """What to say where no picture could be made."""
    return _NOT_SEEN.format(token=token(config))


def likely(architecture: Any, config: Any) -> Iterator[Inputs]:
    """What may be given for one picture, in each combination of its arguments."""
    forward = inspect.signature(architecture.forward).parameters
    names = [
        name for name in forward
        if name in _ALWAYS_GIVEN or is_needed_by(architecture, _LOOKS, name)
    ]  # fmt: skip
    asked = dict.fromkeys(names, "")
    choices = [_choices(config, name, asked, forward) for name in names]
    for chosen in itertools.product(*choices):
        yield tuple(
            InputSpec(made.shape, made.dtype or float_dtype(config), name, made.values)
            for name, made in zip(names, chosen, strict=True)
        )


def _choices(config: Any, name: str, asked: Parameters, forward: Parameters) -> list[Made]:
    if name == "pixel_values":
        return _pixels(config, asked, forward)
    make = _BY_NAME.get(name)
    return make(config, asked) if make else made_by_name(config, asked, name)


def _pixels(config: Any, asked: Parameters, forward: Parameters) -> list[Made]:
    tiles = getattr(config, "image_grid_pinpoints", None)
    if tiles and "image_sizes" in asked:
        side = sizes.sides(config)[0]
        count = 1 + (tiles[0][0] // side) * (tiles[0][1] // side)
        return [Made((1, count, sizes.channels(config), side, side))]
    if any(name in asked for name in _GRIDS):
        return pictures.patches(config, asked)
    whole = pictures.pictures(config, asked)
    if "pixel_attention_mask" in forward:  # pictures of nothing but 0 are left out
        whole = [Made((1, *whole[0].shape), "", (1,)), *whole]
    return whole


def _picture_sizes(config: Any, asked: Parameters) -> list[Made]:
    """Height and width before it is cut into tiles."""
    tiles = getattr(config, "image_grid_pinpoints", None)
    return [Made((1, 2), "int64", tuple(tiles[0]) if tiles else sizes.sides(config))]


def _pooling_windows(config: Any, asked: Parameters) -> list[Made]:
    """Which patches become one token, window by window; -1 beside the picture."""
    side, inside = sizes.grid(config), range(sizes.POOLED)
    starts = range(0, side, sizes.POOLED)
    patches = [
        (top + down) * side + left + right if max(top + down, left + right) < side else -1
        for top in starts for left in starts for down in inside for right in inside
    ]  # fmt: skip
    return [Made((len(starts) ** 2, sizes.POOLED**2), "int64", tuple(patches))]


def _pooled_grid(config: Any, asked: Parameters) -> list[Made]:
    """Rows and columns of tokens of the picture as a whole, and of pieces of it: none."""
    side = len(range(0, sizes.grid(config), sizes.POOLED))
    return [Made((1, 4), "int64", (side, side, 0, 0))]


_BY_NAME: Table = {
    "image_sizes": _picture_sizes,
    "image_merge_sizes": pictures.merge_sizes,
    "image_position_ids": pictures.grid_places,
    "image_token_pooling": _pooling_windows,
    "image_grids": _pooled_grid,
    "high_res_pixel_values": lambda config, _: [Made((1, 3, 1024, 1024))],
    "qformer_input_ids": tokens.token_ids,
}

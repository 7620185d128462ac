"""Pictures, films and the patches they are cut into."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Parameters, Table

GRIDS = ("grid_thw", "image_grid_thw")
_OTHER_SIDES = (224, 336, 384, 448, 512, 640, 1024, 1536)


def pictures(config: Any, parameters: Parameters) -> list[Made]:
    """Whole pictures or films, unless other arguments tell of a grid of patches."""
    if any(name in parameters for name in (*GRIDS, "spatial_shapes", "pixel_position_ids")) and (
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
    first = [row, batch] if any(name in parameters for name in GRIDS) else [batch, row]
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


def regions(config: Any, parameters: Parameters) -> list[Made]:
    """Features of 36 regions of a picture, as LXMERT was trained with."""
    return [Made((1, 36, sizes.whole(config, "visual_feat_dim", otherwise=2048)))]


def places_of_regions(config: Any, parameters: Parameters) -> list[Made]:
    return [Made((1, 36, sizes.whole(config, "visual_pos_dim", otherwise=4)))]


def merge_sizes(config: Any, parameters: Parameters) -> list[Made]:
    """Patches along each side of those that become one token."""
    merged = sizes.whole(config, "spatial_merge_size", "merge_size", otherwise=1)
    return [Made((1,), "int64", (merged,))]


def tiles_seen(config: Any, parameters: Parameters) -> list[Made]:
    """Ones for the tiles that the picture fills: all."""
    return [Made((1, 1, sizes.whole(config, "max_num_tiles", otherwise=1)), "int64", (1,))]


BY_NAME: Table = {
    **dict.fromkeys(GRIDS, grids),
    **dict.fromkeys(("spatial_shapes", "target_sizes", "image_grid_hw"), grid_sides),
    "pixel_values": pictures,
    "pixel_values_videos": films,
    "pixel_position_ids": grid_places,
    "pixel_attention_mask": patch_mask,
    "flattened_patches": flattened,
    "image_attention_mask": lambda config, _: [Made((1, sizes.tokens(config), 1), "int64", (1,))],
    "aspect_ratio_ids": lambda config, _: [Made((1, 1), "int64", (1,))],
    "aspect_ratio_mask": tiles_seen,
    "merge_sizes": merge_sizes,
    "visual_feats": regions,
    "visual_pos": places_of_regions,
}

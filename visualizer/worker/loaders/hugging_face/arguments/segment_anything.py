"""What the parts of the SAM family take on their own: points, boxes and masks that say what to
cut out, and the embeddings of a picture and of these, as lists where there are several."""

from __future__ import annotations

from typing import Any

from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments.made import Made, Make, Parameters, Table

_GRID = 64
"""Places along each side of a picture that the encoders give: 1024 pixels in patches of 16."""
_GRID_OF_SAM_3 = 72
"""The same for SAM 3: 1008 pixels in patches of 14."""


def _embedded(config: Any, asked: Parameters) -> list[Made]:
    return [Made((1, sizes.width(config), _GRID, _GRID))]


def _prompts(config: Any, asked: Parameters) -> list[Made]:
    """One prompt of two points."""
    return [Made((1, 1, 2, sizes.width(config)))]


def _finer(share: int, scale: int) -> Make:
    def make(config: Any, asked: Parameters) -> list[Made]:
        return [Made((1, sizes.width(config) // share, scale * _GRID, scale * _GRID))]

    return make


def _of_blocks(config: Any, asked: Parameters) -> list[Made]:
    return [Made((1, _GRID, _GRID, sizes.whole(config, "vit_dim", otherwise=768)))]


def _masks(config: Any, asked: Parameters) -> list[Made]:
    places = sizes.sides(config)[0] // sizes.patch(config)
    return [Made((1, 1, 4 * places, 4 * places))]


def _levels(scale: int) -> Make:
    """What the encoder of SAM 3 gives of a picture, at one of its levels."""

    def make(config: Any, asked: Parameters) -> list[Made]:
        return [Made((1, sizes.width(config), scale * _GRID_OF_SAM_3, scale * _GRID_OF_SAM_3))]

    return make


def _places(config: Any, asked: Parameters) -> list[Made]:
    return [Made((1, _GRID_OF_SAM_3**2, sizes.width(config)))]


BY_NAME: Table = {
    "image_embeddings": _embedded,
    "image_positional_embeddings": _embedded,
    "dense_prompt_embeddings": _embedded,
    "sparse_prompt_embeddings": _prompts,
    "high_resolution_features.0": _finer(8, 4),
    "high_resolution_features.1": _finer(4, 2),
    "intermediate_embeddings.0": _of_blocks,
    "input_points": lambda config, asked: [Made((1, 1, 2, 2))],
    "input_labels": lambda config, asked: [Made((1, 1, 2), "int64", (1,))],
    "input_boxes": lambda config, asked: [Made((1, 1, 4))],
    "input_masks": _masks,
    "box_embeddings": lambda config, asked: [Made((1, 1, 4))],
    "box_labels": lambda config, asked: [Made((1, 1), "int64", (1,))],
    "box_mask": lambda config, asked: [Made((1, 1), "bool", (1,))],
    "img_feats.0": _embedded,
    "vision_features.0": _levels(1),
    "vision_pos_embeds.0": _levels(1),
    "backbone_features.0": _levels(4),
    "backbone_features.1": _levels(2),
    "backbone_features.2": _levels(1),
}

BESIDE: dict[tuple[str, str], Make] = {("backbone_features", "encoder_hidden_states"): _places}
"""What an argument, the second, looks like where the forward also takes the first."""

LISTS = {
    "vision_features": ("vision_features.0",),
    "vision_pos_embeds": ("vision_pos_embeds.0",),
    "backbone_features": ("backbone_features.0", "backbone_features.1", "backbone_features.2"),
    "high_resolution_features": ("high_resolution_features.0", "high_resolution_features.1"),
    "intermediate_embeddings": ("intermediate_embeddings.0",),
    "img_feats": ("img_feats.0",),
}
"""Arguments that are lists of tensors, where the forward says so, as the names of these."""

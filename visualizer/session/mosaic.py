"""Feature maps side by side in one array, ready to be coloured or written."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

GAP = 1


def as_channels(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """(C, H, W) as it is; (tokens, dim) and (C,) as one map."""
    if maps.ndim >= 3:
        return maps.reshape(-1, *maps.shape[-2:])
    return np.atleast_2d(maps)[None]


def normalized(channels: NDArray[np.float32], together: bool = False) -> NDArray[np.float32]:
    """Values scaled to 0..1, each channel by its own range or all `together`; a constant is 0.

    Values that are not finite count as 0.
    """
    finite = np.nan_to_num(channels, nan=0.0, posinf=0.0, neginf=0.0)
    axes = None if together else (1, 2)
    low = finite.min(axis=axes, keepdims=True)
    span = finite.max(axis=axes, keepdims=True) - low
    scaled: NDArray[np.float32] = np.divide(
        finite - low, span, out=np.zeros_like(finite), where=span > 0
    )
    return scaled


def tiled(channels: NDArray[np.float32], columns: int, gap: int = GAP) -> NDArray[np.float32]:
    """(C, H, W) as rows of `columns` tiles with `gap` pixels of NaN between and after the last."""
    count, height, width = channels.shape
    rows = math.ceil(count / columns)
    canvas = np.full(
        (rows * (height + gap) - gap, columns * (width + gap) - gap), np.nan, np.float32
    )
    for index, channel in enumerate(channels):
        top, left = (index // columns) * (height + gap), (index % columns) * (width + gap)
        canvas[top : top + height, left : left + width] = channel
    return canvas


def best_columns(count: int, tile: tuple[int, int], space: tuple[float, float]) -> int:
    """How many columns make `count` tiles largest in `space`; both are (height, width)."""
    height, width = tile

    def scale(columns: int) -> float:
        rows = math.ceil(count / columns)
        return min(space[1] / (columns * (width + GAP)), space[0] / (rows * (height + GAP)))

    return max(range(1, count + 1), key=scale)


def mosaic(maps: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Every channel as a grey tile, about twice as wide as high; each scaled to its own range."""
    channels = as_channels(maps)
    tile = (channels.shape[1], channels.shape[2])
    columns = best_columns(len(channels), tile, (1.0, 1.6))
    grey = tiled(normalized(channels), columns)
    image: NDArray[np.uint8] = np.nan_to_num(grey * 255.0).round().astype(np.uint8)
    return image

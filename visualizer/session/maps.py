"""Feature maps as numbers: how to tile them, scale them to colours, and sum them up. No Qt."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
Normalization = Literal["layer", "map"]

SMALLEST_CELL = 24
GAP = 2
TOP_LEVEL = 254
BLANK = 255
_SQUARE = 12

_MOST_COUNTED = 400_000


class Tiling(msgspec.Struct, frozen=True):
    """`columns` × `rows` cells of `cell_width` × `cell_height` pixels, GAP pixels between them.

    `per_page` maps are on a page; the last page may have fewer.
    """

    columns: int
    rows: int
    cell_width: int
    cell_height: int
    maps: int

    @property
    def per_page(self) -> int:
        return self.columns * self.rows

    @property
    def pages(self) -> int:
        return max(1, math.ceil(self.maps / self.per_page))

    @property
    def width(self) -> int:
        return self.columns * (self.cell_width + GAP) - GAP

    @property
    def height(self) -> int:
        return self.rows * (self.cell_height + GAP) - GAP


class Statistics(msgspec.Struct, frozen=True):
    """Of all numbers of a layer; `zeros` is the share of exact zeros, 0..1. `dead` channels
    are nowhere above 0 on this picture (None where that means nothing)."""

    low: float
    high: float
    mean: float
    zeros: float
    dead: int | None
    channels: int
    not_finite: int = 0


def tile(count: int, map_size: tuple[int, int], area: tuple[int, int]) -> Tiling:
    """The tiling of `count` maps of (height, width) that fills `area` (width, height) best.

    Every number of columns is tried and the largest cells win. When even those would be
    smaller than SMALLEST_CELL, the maps are spread over pages of cells of that size.
    """
    ratio = map_size[1] / map_size[0]
    sides = [
        (_cell_height(columns, math.ceil(count / columns), ratio, area), columns)
        for columns in range(1, count + 1)
    ]
    height, columns = max(sides, key=lambda side: (side[0], -side[1]))
    if min(height, height * ratio) >= SMALLEST_CELL:
        rows = math.ceil(count / columns)
        return Tiling(columns, rows, max(1, int(height * ratio)), max(1, int(height)), count)
    return _paged(count, ratio, area)


def _cell_height(columns: int, rows: int, ratio: float, area: tuple[int, int]) -> float:
    wide = (area[0] - GAP * (columns - 1)) / columns / ratio
    high = (area[1] - GAP * (rows - 1)) / rows
    return min(wide, high)


def _paged(count: int, ratio: float, area: tuple[int, int]) -> Tiling:
    """Cells whose shorter side is SMALLEST_CELL, widened to use up the area."""
    height = SMALLEST_CELL / min(1.0, ratio)
    columns = max(1, int((area[0] + GAP) // (height * ratio + GAP)))
    rows = max(1, int((area[1] + GAP) // (height + GAP)))
    rows = min(rows, math.ceil(count / columns))
    height = max(1.0, _cell_height(columns, rows, ratio, area))
    return Tiling(columns, rows, max(1, int(height * ratio)), max(1, int(height)), count)


def as_maps(array: Floats) -> Floats:
    """(C, H, W) for (C, H, W); a (tokens, dim) array is one map. Raises ValueError otherwise."""
    if array.ndim == 3:
        return array
    if array.ndim == 2:
        return array[np.newaxis]
    raise ValueError(f"an array of shape {array.shape} is no set of maps")


def to_levels(maps: Floats, by: Normalization) -> Bytes:
    """Values scaled to 0..TOP_LEVEL between the least and the largest of the layer or of each map.

    Not-a-number becomes 0, the infinite ones the ends.
    """
    axes = (1, 2) if by == "map" else (0, 1, 2)
    low, high = _ends(maps, axes)
    levels = maps - low
    levels *= TOP_LEVEL / np.where(high > low, high - low, 1.0).astype(np.float32)
    if not np.isfinite(levels.sum()):
        levels = np.nan_to_num(levels, nan=0.0, posinf=TOP_LEVEL, neginf=0.0)
    return levels.clip(0, TOP_LEVEL, out=levels).astype(np.uint8)


def _ends(maps: Floats, axes: tuple[int, ...]) -> tuple[Floats, Floats]:
    """Least and largest finite numbers along `axes`, which are kept; 0 where there are none."""
    low, high = maps.min(axis=axes, keepdims=True), maps.max(axis=axes, keepdims=True)
    if np.isfinite(low).all() and np.isfinite(high).all():
        return low, high
    finite = np.isfinite(maps)
    some = finite.any(axis=axes, keepdims=True)
    low = np.where(finite, maps, np.inf).min(axis=axes, keepdims=True)
    high = np.where(finite, maps, -np.inf).max(axis=axes, keepdims=True)
    return np.where(some, low, 0.0), np.where(some, high, 0.0)


def mosaic(levels: Bytes, tiling: Tiling, page: int) -> Bytes:
    """One page of maps as a single image of levels, (tiling.height, tiling.width).

    Between the maps is BLANK.

    Large maps are averaged down, small ones repeated, so that each fills its cell.
    """
    first = page * tiling.per_page
    shown = levels[first : first + tiling.per_page]
    cells = np.full(
        (tiling.per_page, tiling.cell_height + GAP, tiling.cell_width + GAP), BLANK, np.uint8
    )
    cells[: len(shown), : tiling.cell_height, : tiling.cell_width] = resample(
        shown, (tiling.cell_height, tiling.cell_width)
    )
    grid = cells.reshape(tiling.rows, tiling.columns, *cells.shape[1:]).swapaxes(1, 2)
    flat = grid.reshape(tiling.rows * cells.shape[1], tiling.columns * cells.shape[2])
    return np.ascontiguousarray(flat[: tiling.height, : tiling.width])


def sheet(array: Floats) -> Bytes:
    """All maps of a layer in their own size as one grey image, each scaled to its own range.

    About half again as wide as high; BLANK between the maps. Volumes (C, D, H, W) are C·D
    maps; of a vector every number is a small square, scaled by the range of all.
    """
    if array.ndim == 1:
        levels, cell = to_levels(array.reshape(-1, 1, 1), "layer"), (_SQUARE, _SQUARE)
    else:
        maps = as_maps(array if array.ndim < 3 else array.reshape(-1, *array.shape[-2:]))
        levels, cell = to_levels(maps, "map"), (maps.shape[1], maps.shape[2])
    columns = min(len(levels), max(1, round(math.sqrt(1.5 * len(levels) * cell[0] / cell[1]))))
    rows = math.ceil(len(levels) / columns)
    return mosaic(levels, Tiling(columns, rows, cell[1], cell[0], len(levels)), 0)


def resample(levels: Bytes, size: tuple[int, int]) -> Bytes:
    """(N, H, W) to (N, *size): block means by whole factors where it shrinks, then nearest."""
    reduced = _averaged(levels, size)
    rows = np.arange(size[0]) * reduced.shape[1] // size[0]
    columns = np.arange(size[1]) * reduced.shape[2] // size[1]
    return reduced[:, rows][:, :, columns]


def _averaged(levels: Bytes, size: tuple[int, int]) -> Bytes:
    count, height, width = levels.shape
    down, across = max(1, height // size[0]), max(1, width // size[1])
    if down == across == 1:
        return levels
    whole = levels[:, : height // down * down, : width // across * across]
    blocks = whole.reshape(count, height // down, down, width // across, across)
    means: Floats = blocks.mean(axis=(2, 4), dtype=np.float32)
    return means.round().astype(np.uint8)


def value_range(array: Floats) -> tuple[float, float]:
    """Least and largest finite number; 0 and 0 when there is none."""
    low, high = _ends(array, tuple(range(array.ndim)))
    return float(low.item()), float(high.item())


def histogram(array: Floats, bins: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Counts and bin edges of the finite numbers; of a regular sample of very many."""
    flat = array.reshape(-1)
    sample = flat[:: max(1, flat.size // _MOST_COUNTED)]
    counts, edges = np.histogram(sample[np.isfinite(sample)], bins=bins)
    return counts.astype(np.int64), edges.astype(np.float64)


def statistics(array: Floats) -> Statistics:
    """Range, mean, share of exact zeros and dead channels; channels are the first axis.

    A channel is called dead only where the layer has no negative numbers (after a ReLU).
    """
    finite = array
    if not np.isfinite(array.sum(dtype=np.float64)):
        finite = array[np.isfinite(array)]
    if finite.size == 0:
        return Statistics(math.nan, math.nan, math.nan, 0.0, None, len(array), int(array.size))
    low, high = float(finite.min()), float(finite.max())
    dead = None
    if array.ndim == 3 and low >= 0:
        dead = int((array.max(axis=(1, 2)) <= 0).sum())
    return Statistics(
        low=low,
        high=high,
        mean=float(finite.mean(dtype=np.float64)),
        zeros=1.0 - np.count_nonzero(finite) / finite.size,
        dead=dead,
        channels=len(array),
        not_finite=int(array.size - finite.size),
    )

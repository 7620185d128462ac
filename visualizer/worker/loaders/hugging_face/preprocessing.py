"""How a transformers network wants its pictures: preprocessor_config.json beside the config."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from visualizer.sources import Preprocessing
from visualizer.worker.loaders.base import LoadError, one_line
from visualizer.worker.loaders.pictures import Interpolation

# As in PIL.Image.Resampling, which is what the files number; the others are nearest to bicubic.
_RESAMPLING: dict[Any, Interpolation] = {0: "nearest", 2: "bilinear", 3: "bicubic"}
_BILINEAR = 2


def read_preprocessing(path: Path, size: tuple[int, int]) -> Preprocessing | None:
    """What the file says, for an input of `size` = (height, width); None when there is no file.

    Raises LoadError when it cannot be understood.
    """
    if not path.is_file():
        return None
    try:
        return _preprocessing(json.loads(path.read_text(encoding="utf-8")), size, path.name)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise LoadError(f"{path.name} cannot be understood: {one_line(error, 120)}") from error


def _preprocessing(
    settings: Mapping[str, Any], size: tuple[int, int], origin: str
) -> Preprocessing:
    resize = _edge(settings.get("size"))
    crops = settings.get("do_center_crop", False)
    normalizes = settings.get("do_normalize", True)
    mean, std = (
        _per_channel(settings.get(key), plain) if normalizes else (plain,) * 3
        for key, plain in (("image_mean", 0.0), ("image_std", 1.0))
    )
    return Preprocessing(
        resize=resize or min(size),
        crop=size,
        mean=mean,
        std=std,
        interpolation=_RESAMPLING.get(settings.get("resample", _BILINEAR), "bicubic"),
        origin=origin,
        stretch=resize is None or not crops,
    )


def _edge(size: Any) -> int | None:
    """The shorter side that pictures are resized to; None when both sides are fixed."""
    if isinstance(size, Mapping):
        size = size.get("shortest_edge")
    return None if size is None else int(size)


def _per_channel(values: Any, plain: float) -> tuple[float, ...]:
    return (plain,) * 3 if values is None else tuple(float(value) for value in values)

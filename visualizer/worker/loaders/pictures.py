"""Preprocessing as it follows from what a network expects."""

from __future__ import annotations

from typing import Any, Literal, cast

import msgspec

from visualizer.sources import InputSpec, Preprocessing

Interpolation = Literal["nearest", "bilinear", "bicubic"]

FLOATS = ("float32", "float16", "bfloat16", "float64")
# The part of the resized picture that the middle crop keeps: 224 of 256, as for AlexNet.
_IMAGENET_CROP = 224 / 256


def interpolation_from(value: Any) -> Interpolation:
    """Library words for interpolation ("InterpolationMode.BICUBIC", "lanczos") as ours."""
    text = str(getattr(value, "value", value)).lower()
    return cast("Interpolation", text) if text in ("nearest", "bilinear", "bicubic") else "bicubic"


def picture_spec(inputs: tuple[InputSpec, ...]) -> InputSpec | None:
    """The first input a picture can be fed to: float, 1 or 3 channels, not empty."""
    for spec in inputs:
        if (
            spec.dtype in FLOATS
            and not spec.packed
            and len(spec.shape) in (4, 5)
            and spec.shape[1] in (1, 3)
            and all(spec.shape)
        ):
            return spec
    return None


def channels_of(spec: InputSpec) -> int:
    """How many channels a picture input has."""
    return spec.shape[1]


def fitted(
    preprocessing: Preprocessing | None, inputs: tuple[InputSpec, ...]
) -> Preprocessing | None:
    """Preprocessing that crops to the size of `inputs`; None when no input takes a picture.

    A crop that differs from the network's own keeps the proportion of resize to crop.
    """
    spec = picture_spec(inputs)
    if spec is None:
        return None
    height, width = spec.shape[-2:]
    if preprocessing is None:
        return Preprocessing(round(min(height, width) / _IMAGENET_CROP), (height, width))
    if preprocessing.crop == (height, width):
        return preprocessing
    resize = round(
        preprocessing.resize * max(height / preprocessing.crop[0], width / preprocessing.crop[1])
    )
    return msgspec.structs.replace(preprocessing, resize=resize, crop=(height, width))

"""What an ONNX file tells of its input besides the graph, in the entries that exporters add."""

from __future__ import annotations

import re
from dataclasses import dataclass

from onnx import ModelProto

_KEYS = ("imgsz", "image_size", "img_size", "input_size")
"""As Ultralytics and timm call it, and others."""
_NUMBERS = re.compile(r"[\s\[(]*\d+(\s*[,x×]\s*\d+){0,3}[\s\])]*", re.ASCII)
_CHANNELS = (1, 3)
_LEAST_SIDE, _MOST_SIDE = 4, 16_384


@dataclass(frozen=True)
class ToldPicture:
    """Height and width of a picture in pixels, and the entry that says so."""

    sides: tuple[int, int]
    key: str


def told_picture(model: ModelProto) -> ToldPicture | None:
    """`imgsz: [320, 320]`, `input_size: 3, 224, 224` or `image_size: 256`; None where nothing of
    the kind is told."""
    entries = {entry.key.lower(): entry for entry in model.metadata_props}
    for key in _KEYS:
        if key in entries and (sides := _sides(entries[key].value)) is not None:
            return ToldPicture(sides, entries[key].key)
    return None


def _sides(text: str) -> tuple[int, int] | None:
    if len(text) > 100 or not _NUMBERS.fullmatch(text):
        return None
    numbers = [int(number) for number in re.findall(r"\d+", text)]
    if len(numbers) > 2 and numbers[-1] in _CHANNELS:
        numbers.pop()  # channels last
    height, width = (numbers * 2)[-2:] if len(numbers) == 1 else numbers[-2:]
    return (height, width) if _is_side(height) and _is_side(width) else None


def _is_side(pixels: int) -> bool:
    return _LEAST_SIDE <= pixels <= _MOST_SIDE

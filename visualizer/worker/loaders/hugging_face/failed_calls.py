"""The calls that an error went through, and the code that each had come to."""

from __future__ import annotations

import linecache
import traceback
from types import FrameType
from typing import NamedTuple


class FailedCall(NamedTuple):
    """`expression` is what failed of the `lines`, which hold the whole of it."""

    frame: FrameType
    lines: str
    expression: str


def failed_calls(error: Exception) -> list[FailedCall]:
    """The innermost first."""
    walked = traceback.walk_tb(error.__traceback__)
    places = traceback.extract_tb(error.__traceback__)
    return [
        FailedCall(frame, *_code(place)) for (frame, _), place in zip(walked, places, strict=True)
    ][::-1]


def _code(place: traceback.FrameSummary) -> tuple[str, str]:
    first = place.lineno or 0
    last = place.end_lineno or first
    lines = [linecache.getline(place.filename, at) for at in range(first, last + 1)]
    cut = [*lines]
    cut[-1] = cut[-1][: place.end_colno]
    cut[0] = cut[0][place.colno :]
    return "".join(lines), "".join(cut)

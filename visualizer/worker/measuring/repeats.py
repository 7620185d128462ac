"""How often to measure, and what to make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median

FEWEST, MOST = 3, 15
_SECONDS = 3.0


def repeats_for(seconds: float) -> int:
    """How many passes of `seconds` to measure: an odd number that takes a few seconds in all."""
    count = min(max(int(_SECONDS / max(seconds, 1e-9)), FEWEST), MOST)
    return count if count % 2 else count - 1


def medians(passes: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The median seconds of each op over the passes that had it."""
    found: dict[str, list[float]] = {}
    for taken in passes:
        for node, seconds in taken.items():
            found.setdefault(node, []).append(seconds)
    return {node: median(seconds) for node, seconds in found.items()}

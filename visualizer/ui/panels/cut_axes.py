"""Ticks and labels of the cut profile's axes: round numbers, and names that do not overlap."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

AXIS_HEIGHT = 22  # pixels of the axis with the names
_KILO_STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_ROUND = (1, 2, 5, 10)
_MOST_LINEAR = 5
_FEW_DECADES = 2
_LABEL_GAP = 14
_OVERHANG = 8  # pyqtgraph leaves out what stands out further


def tick_text(value: float) -> str:
    """A round number on an axis: `500`, `1 k`, `10 k`, `2.5 M`."""
    for step, unit in _KILO_STEPS:
        if value >= step:
            return f"{value / step:g} {unit}"
    return f"{value:g}"


def log_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Place and text of the powers of ten between two decimal logarithms; of their double and
    fivefold too where the powers alone are few."""
    steps = [
        (power, factor)
        for power in range(math.floor(low), math.ceil(high) + 1)
        for factor in _ROUND[:-1]
    ]
    placed = [(power + math.log10(factor), factor, factor * 10**power) for power, factor in steps]
    inside = [tick for tick in placed if low <= tick[0] <= high]
    decades = [tick for tick in inside if tick[1] == 1]
    shown = decades if len(decades) > _FEW_DECADES else inside
    return [(place, tick_text(value)) for place, _, value in shown]


def linear_ticks(low: float, high: float) -> list[tuple[float, str]]:
    """Place and text of at most five round steps from `low`, which is 0, to `high`."""
    rough = max(high - low, 1) / _MOST_LINEAR
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in _ROUND if factor * power >= rough)
    return [
        (low + n * step, tick_text(low + n * step)) for n in range(int((high - low) / step) + 1)
    ]


def placed_labels(widths: Sequence[float], step: float, first: Iterable[int]) -> list[int]:
    """Numbers of the labels to show, in order, so that none overlaps another.

    `widths` are the labels' widths and `step` the distance of their middles in pixels;
    `first` are those that matter most, the others fill what room is left.
    """
    taken: dict[int, tuple[float, float]] = {}
    for number in dict.fromkeys([*first, *range(len(widths))]):
        middle, half = (number + 0.5) * step, widths[number] / 2
        left, right = middle - half, middle + half
        inside = left >= -_OVERHANG and right <= len(widths) * step + _OVERHANG
        if inside and all(
            right + _LABEL_GAP <= a or b + _LABEL_GAP <= left for a, b in taken.values()
        ):
            taken[number] = (left, right)
    return sorted(taken)

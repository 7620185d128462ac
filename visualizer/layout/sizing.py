"""From numbers to pixels: how wide a tensor is drawn, and how wide a text will be."""

from __future__ import annotations

import math
from typing import Literal

import msgspec

WidthMode = Literal["linear", "sqrt", "log"]

WIDEST = 420.0
FLOOR = 3.0
LEGEND_PIXELS = 100.0
LABEL_PADDING = 8.0

_AVERAGE_WIDTH = 0.60
_WIDTHS = {
    **dict.fromkeys("ijl|'!.,:;", 0.34),
    **dict.fromkeys('frtI()[]{}/-` "', 0.42),
    **dict.fromkeys("mMWw%@—", 0.98),
    **dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ&+=<>×→", 0.76),
    **dict.fromkeys("0123456789#_", 0.65),
}


class WidthScale(msgspec.Struct, frozen=True):
    """How activations become pixels: `pixels = factor * f(elements)`, f by `mode`.

    Bars thinner than `floor` pixels are drawn `floor` wide with a mark. The legend shows a
    bar of `legend_elements`, `legend_pixels` wide. Widths are of tensors at one batch; `times`
    as many numbers are meant when costs are shown for another, of `batch` examples.
    """

    mode: WidthMode
    factor: float
    floor: float
    legend_elements: int
    legend_pixels: float
    times: float = 1.0
    batch: int = 1

    def for_batch(self, drawn: int, meant: int) -> WidthScale:
        """The same widths, drawn for a batch of `drawn`, for one of `meant`."""
        if drawn == meant:
            return self
        return msgspec.structs.replace(self, times=meant / drawn, batch=meant)

    def pixels(self, elements: float) -> float:
        """Drawn width of a tensor of `elements` numbers, never under the floor."""
        return max(self.floor, self.exact(elements))

    def exact(self, elements: float) -> float:
        """Width as the scale has it, before the floor."""
        return self.factor * _measure(self.mode, elements)

    def is_floored(self, elements: float) -> bool:
        """Whether the bar is drawn wider than the scale has it."""
        return self.exact(elements) < self.floor


def scale_for(
    mode: WidthMode, largest: int, widest: float = WIDEST, floor: float = FLOOR
) -> WidthScale:
    """The scale on which `largest` elements are `widest` pixels wide.

    linear: f(n) = n; sqrt: f(n) = √n; log: f(n) = ln(1 + n).
    """
    factor = widest / _measure(mode, max(largest, 1))
    legend = _legend_elements(mode, factor)
    return WidthScale(mode, factor, floor, legend, factor * _measure(mode, legend))


def _measure(mode: WidthMode, elements: float) -> float:
    if mode == "linear":
        return float(elements)
    return math.sqrt(elements) if mode == "sqrt" else math.log1p(elements)


def _legend_elements(mode: WidthMode, factor: float) -> int:
    """The 1-2-5 number whose bar is nearest to a hundred pixels."""
    powers = [10.0**power for power in range(16)]
    choices = [round(step * power) for power in powers for step in (1, 2, 5)]
    return min(choices, key=lambda n: abs(factor * _measure(mode, n) - LEGEND_PIXELS))


def text_width(text: str, size: float = 11.0) -> float:
    """About how many pixels `text` needs in a common sans-serif of `size` pixels.

    On the generous side (DejaVu Sans, the widest of the usual ones), so that what is given
    this room is not clipped.
    """
    return size * sum(_WIDTHS.get(character, _AVERAGE_WIDTH) for character in text)


def fits_inside(label: str, width: float, size: float = 11.0) -> bool:
    """Whether `label` can be written on a bar `width` pixels wide."""
    return text_width(label, size) + LABEL_PADDING <= width

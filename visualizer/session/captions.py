"""What is written below a bar that stands upright: its name and shape in a few short lines."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from visualizer.layout.sizing import text_width

LINE = 13.0  # pixels
ROOM = 96.0  # pixels a line takes at most, unless one word is longer
GAP = 6.0

Measure = Callable[[str], float]


def caption_lines(text: str, room: float, measure: Measure = text_width) -> tuple[str, ...]:
    """`text` in lines no longer than `room` where its words are not; a `·` that would begin or
    end a line is left out, a `+` stands before what it adds."""
    lines: list[str] = []
    for word in _words(text):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and measure(joined) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    return tuple(line for line in (line.strip(" ·") for line in lines) if line)


@lru_cache(maxsize=16384)
def roomy_lines(text: str) -> tuple[str, ...]:
    """The lines that layout keeps room for."""
    return caption_lines(text, ROOM)


def _words(text: str) -> list[str]:
    words: list[str] = []
    for word in text.split(" "):
        if words and words[-1] == "+":
            words[-1] = f"+ {word}"
        else:
            words.append(word)
    return words


def caption_size(label: str, detail: str) -> tuple[float, float]:
    """Pixels that a name and a shape take below a bar: how long, and how high, with the gap and
    a line more for when they are larger beside a bar that is seen from further away."""
    lines = [*roomy_lines(label), *roomy_lines(detail)]
    return max(map(text_width, lines), default=0.0), GAP + LINE * (len(lines) + 1)

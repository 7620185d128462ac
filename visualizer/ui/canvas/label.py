"""A text that has found its place on the picture, and what all of them have in common."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF

from visualizer.ui.canvas.boxes import Numbers
from visualizer.ui.canvas.lettering import Role
from visualizer.ui.canvas.picture import Picture

GAP = 6.0
LINE = 13.0
MOST = 500
CROWD = 2000


class Label(NamedTuple):
    """A text placed in the scene, and its box (its font is enlarged by `unit_at` the zoom).

    `role`: "inside" a bar, "name" or "detail" beside it, "title" in a frame's title bar,
    "tag" a title beside a frame seen from far away; `leader` is how far right its frame is.
    """

    item: str
    text: str
    role: Role
    box: QRectF
    leader: float | None = None


def short_title(title: str) -> str:
    """A module's name without its type; numbers, which say nothing alone, keep it."""
    name = title.partition(" · ")[0]
    return title if says_nothing(name) else name


def says_nothing(name: str) -> bool:
    """Whether a name is a number only, with or without the number of a call (`0`, `0 #2`)."""
    return name.partition(" #")[0].isdigit()


@lru_cache(maxsize=16384)
def shorter_and_shorter(label: str) -> tuple[str, ...]:
    """A label with fewer and fewer of its last words, down to the name alone: with the number of
    its call (`add #6`), which tells it from others of that name."""
    words = label.replace(" #", "\0#").split(" ")
    texts = (" ".join(words[:count]).rstrip(" ·+") for count in range(len(words), 0, -1))
    return tuple(dict.fromkeys(text.replace("\0", " ") for text in texts))


def by_importance(picture: Picture, bars: Numbers) -> Numbers:
    """Folded modules first, then what stands for most; not more than anybody would read, and of
    a crowd the folded modules only."""
    boxes = picture.turn.boxes(picture.bar_boxes[bars])
    folded = np.array([picture.bars[n].folded for n in bars.tolist()], dtype=bool)
    order = np.lexsort((boxes[:, 0] - boxes[:, 2], ~folded))
    if len(bars) > CROWD:
        order = order[: int(folded.sum())]
    return bars[order[:MOST]]

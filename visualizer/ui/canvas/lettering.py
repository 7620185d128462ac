"""The fonts of what is written on the picture, and how much room texts take."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

from visualizer.ui.theme import canvas_font

NAME_SIZE = 11
DETAIL_SIZE = 10
STEADY_SIZE = 10.0

Role = Literal["inside", "name", "detail", "title", "tag"]


@lru_cache(maxsize=8)
def font_of(role: Role) -> QFont:
    """The font of a role at its size in scene pixels."""
    if role in ("title", "tag"):
        return canvas_font(NAME_SIZE, QFont.Weight.DemiBold)
    return canvas_font(DETAIL_SIZE if role == "detail" else NAME_SIZE)


@lru_cache(maxsize=8)
def _metrics(role: Role) -> QFontMetricsF:
    return QFontMetricsF(font_of(role))


@lru_cache(maxsize=65536)
def text_width(text: str, role: Role) -> float:
    """Width of a text in scene pixels at its natural size."""
    return _metrics(role).horizontalAdvance(text)


def elided(text: str, role: Role, room: float) -> str:
    """A text without its middle, so that it takes no more than `room` scene pixels."""
    return _metrics(role).elidedText(text, Qt.TextElideMode.ElideMiddle, room)


def unit_at(scale: float) -> float:
    """How much text is enlarged in the scene so that it stays legible on the screen."""
    return max(1.0, STEADY_SIZE / (NAME_SIZE * scale))

"""What the canvas keeps as pixels: shapes on the ground, and words on nothing."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.backdrop import Place
from visualizer.ui.canvas.content import Content
from visualizer.ui.theme import Theme


class ShapesLayer:
    """Frames, ribbons and bars; the bare ground where nothing is shown."""

    edition = 0

    def __init__(self, content: Content | None, theme: Theme) -> None:
        self.ground = theme.color("ground")
        self._content = content

    def is_ready(self, place: Place) -> bool:
        return True

    def prepare(self, place: Place) -> Iterator[None]:
        return iter(())

    def paint(self, painter: QPainter, place: Place, part: QRect) -> None:
        if self._content is not None:
            exposed, whole = place.in_scene(part), place.in_scene(place.whole)
            self._content.paint_shapes(painter, exposed, place.zoom, whole)


class WordsLayer:
    """Labels, and the marks of waists but for the one `cut` that has its own."""

    ground = QColor(0, 0, 0, 0)

    def __init__(self, content: Content, cut: CutMark | None) -> None:
        self._content = content
        self._cut = cut

    @property
    def edition(self) -> int:
        return self._content.texts.edition

    def is_ready(self, place: Place) -> bool:
        return self._content.texts.are_placed(place.in_scene(place.whole), place.zoom)

    def prepare(self, place: Place) -> Iterator[None]:
        """Find the labels their places."""
        return self._content.texts.steps(place.in_scene(place.whole), place.zoom)

    def paint(self, painter: QPainter, place: Place, part: QRect) -> None:
        exposed = place.in_scene(part)
        self._content.texts.paint(painter, exposed, place.zoom)
        self._content.waists.paint(painter, exposed, place.zoom, but=self._cut)

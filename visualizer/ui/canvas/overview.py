"""The whole picture on a stamp: bars and ribbons without words."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform

from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.turning import Turn

# Pixels; a picture that is longer than this shape is drawn together.
WIDEST, HIGHEST = 150.0, 200.0
_NARROWEST, _LOWEST = 64.0, 48.0
_FINE = 2  # pixels of the stamp for each of those


class Overview:
    """A pixmap of a content's shapes, painted when first asked for.

    `size` has the shape of the picture, unless that is so long that it would be a line.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        ink = content.picture.ink
        self.area = QRectF(ink.topLeft(), ink.size().expandedTo(QSizeF(1, 1)))
        most = content.picture.turn.size(QSizeF(WIDEST, HIGHEST))
        self.size = self.area.size().scaled(most, Qt.AspectRatioMode.KeepAspectRatio)
        self.size = self.size.expandedTo(content.picture.turn.size(QSizeF(_NARROWEST, _LOWEST)))

    @cached_property
    def pixmap(self) -> QPixmap:
        """The shapes on nothing."""
        size = QSize(round(self.size.width() * _FINE), round(self.size.height() * _FINE))
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        try:
            across, down = size.width() / self.area.width(), size.height() / self.area.height()
            fitting = QTransform.fromScale(across, down)
            painter.setTransform(fitting.translate(-self.area.left(), -self.area.top()))
            self._content.paint_silhouette(painter)
        finally:
            painter.end()
        return made

    @property
    def turn(self) -> Turn:
        """Which way data flows in it."""
        return self._content.picture.turn

    def draw(self, painter: QPainter, box: QRectF) -> None:
        """Draw the picture into `box`, which it fills."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
        painter.drawPixmap(box, self.pixmap, QRectF(self.pixmap.rect()))

    def to_box(self, box: QRectF) -> QTransform:
        """From scene to the picture drawn into `box`."""
        across, down = box.width() / self.area.width(), box.height() / self.area.height()
        away = QTransform.fromTranslate(box.left(), box.top()).scale(across, down)
        return away.translate(-self.area.left(), -self.area.top())

    def to_scene(self, box: QRectF, spot: QPointF) -> QPointF:
        """The scene point under `spot` of the picture drawn into `box`."""
        inverse, _ = self.to_box(box).inverted()
        return inverse.map(spot)

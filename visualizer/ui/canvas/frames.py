"""Frames of open modules: a tinted rounded box with a handle that folds it."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from visualizer.ui.canvas.bars import dashed_pen, paint_sign
from visualizer.ui.canvas.picture import Picture, touching
from visualizer.ui.theme import Theme

RADIUS = 9.0
_SMALLEST = 5.0
_HANDLE_FROM = 7.5


class FrameLayer:
    """Paints open groups, outermost first."""

    def __init__(self, picture: Picture, theme: Theme, signs: bool = True) -> None:
        self._picture = picture
        self._theme = theme
        self._signs = signs

    def paint(self, painter: QPainter, exposed: QRectF, scale: float) -> None:
        """Paint what touches `exposed`; `scale` is screen pixels per scene pixel."""
        for number in touching(self._picture.group_boxes, exposed).tolist():
            rect = self._picture.group_rect(number)
            if rect.height() * scale >= _SMALLEST:
                self._paint_frame(painter, number, scale)
                self._paint_handle(painter, number, scale)

    def _paint_frame(self, painter: QPainter, number: int, scale: float) -> None:
        rect, border = self._picture.group_rect(number), self._theme.color("group_border", 0.45)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(QPen(border, max(1.0, 0.8 / scale)))
        if self._picture.groups[number].training_only:
            painter.setPen(dashed_pen(border, scale))
        painter.setBrush(self._theme.color("group_fill", 0.045))
        radius = min(RADIUS, rect.height() / 4, rect.width() / 4)
        painter.drawRoundedRect(rect, radius, radius)

    def _paint_handle(self, painter: QPainter, number: int, scale: float) -> None:
        handle = self._picture.handle_rect(number)
        if self._signs and handle.height() * scale >= _HANDLE_FROM:
            paint_sign(painter, handle, self._theme.color("secondary"), plus=False)

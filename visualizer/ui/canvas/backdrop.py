"""The last frame kept, so that hovering repaints nothing and panning only what comes in."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

Render = Callable[[QPainter, QRect], None]


class Backdrop:
    """A pixmap as large as the viewport. `render` paints a part of it, in viewport pixels."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._transform = QTransform()
        self._valid = False

    def forget(self) -> None:
        """The content changed: paint everything next time."""
        self._valid = False

    def updated(
        self, size: QSize, ratio: float, transform: QTransform, ground: QColor, render: Render
    ) -> QPixmap:
        """The frame for a view `transform`; scrolled and mended where only the place changed."""
        moved = self._moved(size, ratio, transform)
        if moved is None:
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._paint([QRect(QPoint(), size)], ground, render)
        elif not moved.isNull():
            self._scroll(moved, size, ratio, ground, render)
        self._transform = QTransform(transform)
        self._valid = True
        return self._pixmap

    def _moved(self, size: QSize, ratio: float, transform: QTransform) -> QPoint | None:
        """By how many whole pixels the view moved, None when the old frame is of no use."""
        old = self._transform
        if not self._valid or self._pixmap.size() != size * ratio or transform.m11() != old.m11():
            return None
        if self._pixmap.devicePixelRatio() != ratio or ratio != int(ratio):
            return None
        dx, dy = transform.dx() - old.dx(), transform.dy() - old.dy()
        whole = QPoint(round(dx), round(dy))
        if abs(dx - whole.x()) > 1e-6 or abs(dy - whole.y()) > 1e-6:
            return None
        far = abs(whole.x()) > size.width() * 0.8 or abs(whole.y()) > size.height() * 0.8
        return None if far else whole

    def _scroll(
        self, moved: QPoint, size: QSize, ratio: float, ground: QColor, render: Render
    ) -> None:
        step = moved * int(ratio)
        self._pixmap.scroll(step.x(), step.y(), self._pixmap.rect())
        self._paint(_uncovered(size, moved), ground, render)

    def _paint(self, parts: list[QRect], ground: QColor, render: Render) -> None:
        painter = QPainter(self._pixmap)
        try:
            for part in parts:
                painter.save()
                painter.setClipRect(part)
                painter.fillRect(part, ground)
                render(painter, part)
                painter.restore()
        finally:
            painter.end()  # Qt crashes on a pixmap that dies while it is painted on


def _uncovered(size: QSize, moved: QPoint) -> list[QRect]:
    """What comes into view when a frame of `size` moves: a strip across and one down."""
    width, height, dx, dy = size.width(), size.height(), moved.x(), moved.y()
    across = QRect(0, 0 if dy > 0 else height + dy, width, abs(dy))
    beside = QRect(0 if dx > 0 else width + dx, max(dy, 0), abs(dx), height - abs(dy))
    return [strip for strip in (across, beside) if not strip.isEmpty()]

"""Levels to Qt images, through a colour map, and the legend of the colours."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, qRgb, qRgba
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.session.maps import BLANK, TOP_LEVEL, Bytes

ColorMap = Literal["viridis", "gray"]


@lru_cache
def color_table(name: ColorMap) -> list[int]:
    """Qt colours of the levels 0..TOP_LEVEL; BLANK is transparent."""
    if name == "gray":
        levels = np.linspace(0, 255, TOP_LEVEL + 1).astype(int)
        colors = [qRgb(level, level, level) for level in levels.tolist()]
    else:
        # Imported here: pyqtgraph takes a third of a second, and most sessions start without maps.
        from pyqtgraph import colormap

        table = colormap.get(name).getLookupTable(nPts=TOP_LEVEL + 1)
        colors = [qRgb(*color[:3]) for color in table.tolist()]
    return [*colors, qRgba(0, 0, 0, 0)]


def image_of(levels: Bytes, name: ColorMap) -> QImage:
    """An (H, W) array of levels as an image that owns its pixels."""
    assert BLANK == TOP_LEVEL + 1
    height, width = levels.shape
    data = np.ascontiguousarray(levels)
    image = QImage(data.data, width, height, width, QImage.Format.Format_Indexed8)
    image.setColorTable(color_table(name))
    return image.copy()


def picture_image(picture: Bytes) -> QImage:
    """An (H, W, 3) picture as an image that owns its pixels."""
    height, width, _ = picture.shape
    data = np.ascontiguousarray(picture)
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def place_in(drawn: QRectF, shape: tuple[int, ...], where: QPointF) -> tuple[int, int] | None:
    """Row and column of the value under a point of a map of `shape` (H, W), which is `drawn` so;
    None outside."""
    if not drawn.contains(where):
        return None
    row = int((where.y() - drawn.y()) / drawn.height() * shape[0])
    column = int((where.x() - drawn.x()) / drawn.width() * shape[1])
    return min(shape[0] - 1, row), min(shape[1] - 1, column)


class ColorLegend(QWidget):
    """The colour map as a strip between what its ends stand for."""

    _STRIP = 70
    _GAP = 6

    def __init__(self) -> None:
        super().__init__()
        self._ends = ("", "")
        self._color_map: ColorMap = "viridis"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip("What the colours stand for")

    def show_range(self, ends: tuple[str, str], color_map: ColorMap) -> None:
        """Show the texts at the two ends; empty texts hide the legend."""
        self._ends, self._color_map = ends, color_map
        self.setVisible(any(ends))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = sum(metrics.horizontalAdvance(end) for end in self._ends)
        return QSize(words + self._STRIP + 2 * self._GAP, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        left = self.fontMetrics().horizontalAdvance(self._ends[0]) + self._GAP
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, self._ends[0])
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, self._ends[1])
        ramp = np.arange(TOP_LEVEL + 1, dtype=np.uint8)[np.newaxis]
        strip = QRect(left, self.height() // 2 - 4, self._STRIP, 8)
        painter.drawImage(strip, image_of(ramp, self._color_map))

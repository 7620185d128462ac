"""Which way data flows on the screen. Layout lets it flow down; to let it flow to the right, its
x and y change places: here, and nowhere else.

Bars, ribbons and the line of a cut are painted as if data flowed down, with a painter that is
turned; whatever holds words, or is compared with the mouse and the view, is turned itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF, QTransform

from visualizer.layout.model import Flow

_SWAP = QTransform(0, 1, 1, 0, 0, 0)


class Turn(NamedTuple):
    """From layout's places to those on the canvas, and, as it is its own inverse, back."""

    flow: Flow = "down"

    @property
    def is_right(self) -> bool:
        """Whether data flows to the right, so that bars stand upright."""
        return self.flow == "right"

    def point(self, point: QPointF) -> QPointF:
        return QPointF(point.y(), point.x()) if self.is_right else point

    def size(self, size: QSizeF) -> QSizeF:
        return size.transposed() if self.is_right else size

    def rect(self, rect: QRectF) -> QRectF:
        if not self.is_right:
            return rect
        return QRectF(rect.top(), rect.left(), rect.height(), rect.width())

    def boxes(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Rows of left, top, right, bottom."""
        return np.ascontiguousarray(boxes[:, [1, 0, 3, 2]]) if self.is_right else boxes

    def path(self, path: QPainterPath) -> QPainterPath:
        return _SWAP.map(path) if self.is_right else path

    def polygon(self, polygon: QPolygonF) -> QPolygonF:
        return _SWAP.map(polygon) if self.is_right else polygon

    def view(self, view: QTransform) -> QTransform:
        """From layout's places to the viewport's, both as if data flowed down."""
        return _SWAP * view * _SWAP if self.is_right else view

    @contextmanager
    def painting(self, painter: QPainter) -> Iterator[None]:
        """Paint layout's places where they are on the canvas."""
        painter.save()
        try:
            if self.is_right:
                painter.setTransform(_SWAP, combine=True)
            yield
        finally:
            painter.restore()

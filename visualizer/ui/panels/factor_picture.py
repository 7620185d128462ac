"""A convolution, or what it is made of, as a small silhouette: channels as heights."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QWidget

from visualizer.ui.theme import Theme, canvas_font

_WIDTH, _HEIGHT = 116, 42
_BAR, _LABEL = 4.0, 13.0
_LEAST = 2.0
_ROOMY = 4


class FactorPicture(QWidget):
    """Bars as high as the channels are many, and between them the kernels.

    `widths` are the channels before the first and after every factor, `kernels` their texts;
    `most` is the width that fills the height, the same for all pictures to be compared.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._widths: tuple[int, ...] = ()
        self._kernels: tuple[str, ...] = ()
        self._most = 1
        self._faint = False
        self.setFixedSize(_WIDTH, _HEIGHT)

    def show_factors(
        self, widths: tuple[int, ...], kernels: tuple[str, ...], most: int, faint: bool
    ) -> None:
        """Draw these; `faint` for what is not proposed."""
        self._widths, self._kernels, self._most, self._faint = widths, kernels, most, faint
        channels = " → ".join(f"{width:,}" for width in widths)
        self.setToolTip(f"Heights are channels: {channels}. Between them the kernels.")
        self.setAccessibleName(f"{' then '.join(kernels)}, channels {channels}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if len(self._widths) < 2:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bars = self._bars()
        for (left, right), kernel in zip(pairwise(bars), self._kernels, strict=True):
            self._paint_ribbon(painter, left, right)
            self._paint_label(painter, left, right, kernel)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.family("conv", 0.45 if self._faint else 1.0))
        for bar in bars:
            painter.drawRoundedRect(bar, 1, 1)

    def _bars(self) -> list[QRectF]:
        room, middle = _HEIGHT - _LABEL - 2, _LABEL + (_HEIGHT - _LABEL) / 2
        apart = (_WIDTH - _BAR) / (len(self._widths) - 1)
        heights = [max(_LEAST, room * width / self._most) for width in self._widths]
        return [
            QRectF(number * apart, middle - height / 2, _BAR, height)
            for number, height in enumerate(heights)
        ]

    def _paint_ribbon(self, painter: QPainter, left: QRectF, right: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        alpha = self._theme.ribbon_alpha * (0.6 if self._faint else 1.3)
        painter.setBrush(self._theme.family("conv", alpha))
        corners = [left.topRight(), right.topLeft(), right.bottomLeft(), left.bottomRight()]
        painter.drawPolygon(QPolygonF([QPointF(corner) for corner in corners]))

    def _paint_label(self, painter: QPainter, left: QRectF, right: QRectF, kernel: str) -> None:
        painter.setFont(canvas_font(10 if len(self._kernels) <= _ROOMY else 9))
        painter.setPen(self._theme.color("faint" if self._faint else "secondary"))
        room = QRectF(left.left(), 0, right.right() - left.left(), _LABEL)
        if painter.fontMetrics().horizontalAdvance(kernel) <= room.width():
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, kernel)

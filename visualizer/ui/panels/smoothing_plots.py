"""What is drawn in the card about label smoothing: the two targets, and the logits."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.lessons.label_smoothing import Reading, Smoothing
from visualizer.ui.panels.parts import mono_font, paint_share, theme_now
from visualizer.ui.panels.smoothing_words import share_text, target_rows
from visualizer.ui.theme import canvas_font

_ROW, _BAR = 31, 6
_PLOT, _AXIS, _ABOVE = 96, 15, 16
_BINS = 48


class TargetBars(QWidget):
    """q' of the true class and of each other one, as bars of the whole width for 1."""

    def __init__(self) -> None:
        super().__init__()
        self._shape: Smoothing | None = None
        self.setFixedHeight(2 * _ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_targets(self, shape: Smoothing) -> None:
        self._shape = shape
        rows = [f"{name}: {why} = {share_text(value)}" for name, value, why in target_rows(shape)]
        self.setToolTip("\n".join(["What the loss wants p to be", *rows]))
        self.setAccessibleName("Targets")
        self.setAccessibleDescription("; ".join(rows))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shape is None:
            return
        painter, theme = QPainter(self), theme_now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, (name, value, why) in enumerate(target_rows(self._shape)):
            row = QRectF(0, number * _ROW, self.width(), _ROW)
            painter.setFont(canvas_font(12))
            painter.setPen(theme.color("secondary"))
            painter.drawText(row, Qt.AlignmentFlag.AlignLeft, name)
            painter.setPen(theme.color("text"))
            painter.setFont(mono_font(12))
            painter.drawText(row, Qt.AlignmentFlag.AlignRight, f"{why} = {share_text(value)}")
            bar = QRectF(0, row.top() + 18, self.width(), _BAR)
            paint_share(painter, bar, value, theme.color("accent"), theme.color("border"))


class LogitsPlot(QWidget):
    """A histogram of the logits (its height is logarithmic) with the largest one, that of the
    true class, the mean of all others, and where the best lead over it would be."""

    def __init__(self) -> None:
        super().__init__()
        self._logits = np.zeros(0)
        self._reading: Reading | None = None
        self.setFixedHeight(_PLOT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram of the logits")
        self.setToolTip(
            "Histogram of the logits; the height is logarithmic.\n"
            "Triangles: the largest logit, and in green that of the true class.\n"
            "Dotted: the mean of all but the true class. Dashed: that mean and the best gap."
        )

    def show_reading(self, logits: tuple[float, ...], reading: Reading) -> None:
        self._logits, self._reading = np.asarray(logits), reading
        self.setAccessibleDescription(
            f"Largest logit {logits[reading.largest]:.3f}, {reading.lead:.3f} above the mean of "
            f"the others; the true class's {logits[reading.target]:.3f}, "
            f"{reading.target_lead:.3f} above its others"
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _PLOT)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._reading is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, self._reading)

    # ------------------------------------------------------------------ parts

    def _paint(self, painter: QPainter, reading: Reading) -> None:
        largest = float(self._logits[reading.largest])
        mean = float(self._logits[reading.target]) - reading.target_lead
        best = mean + reading.smoothing.gap
        low, high = float(self._logits.min()), max(largest, best if math.isfinite(best) else 0.0)
        room = QRectF(self.rect()).adjusted(6, _ABOVE, -6, -_AXIS)
        span = _Span(low, high, room)
        self._paint_bars(painter, span)
        self._paint_line(painter, span, mean, Qt.PenStyle.DotLine, "mean")
        if math.isfinite(best):
            self._paint_line(painter, span, best, Qt.PenStyle.DashLine, "best")
        if reading.target != reading.largest:
            self._paint_mark(painter, span, float(self._logits[reading.target]), "success")
        self._paint_mark(painter, span, largest, "accent")
        self._paint_ends(painter, span)

    def _paint_bars(self, painter: QPainter, span: _Span) -> None:
        counts, edges = np.histogram(self._logits, bins=_BINS, range=(span.low, span.high))
        heights = np.log1p(counts) / max(math.log1p(int(counts.max())), 1e-9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme_now().color("accent", 0.45))
        for height, left, right in zip(heights, edges[:-1], edges[1:], strict=True):
            if height:
                top = span.room.bottom() - float(height) * span.room.height()
                x = span.x(float(left))
                width = max(1.0, span.x(float(right)) - x - 0.7)
                painter.drawRect(QRectF(x, top, width, span.room.bottom() - top))
        painter.setPen(QPen(theme_now().color("strong_border"), 1))
        painter.drawLine(span.room.bottomLeft(), span.room.bottomRight())

    def _paint_line(
        self, painter: QPainter, span: _Span, value: float, style: Qt.PenStyle, word: str
    ) -> None:
        theme, x = theme_now(), span.x(value)
        painter.setPen(QPen(theme.color("secondary"), 1.2, style))
        painter.drawLine(QPointF(x, span.room.top()), QPointF(x, span.room.bottom()))
        painter.setFont(canvas_font(10))
        width = painter.fontMetrics().horizontalAdvance(word)
        left = min(max(x - width / 2, 0.0), self.width() - width)
        painter.drawText(QPointF(left, span.room.top() - 5), word)

    def _paint_mark(self, painter: QPainter, span: _Span, value: float, role: str) -> None:
        """A triangle that stands on the axis."""
        x, y = span.x(value), span.room.bottom()
        painter.setPen(QPen(theme_now().color("ground"), 1))
        painter.setBrush(theme_now().color(role))
        painter.drawPolygon(
            QPolygonF([QPointF(x - 5.5, y), QPointF(x + 5.5, y), QPointF(x, y - 10)])
        )

    def _paint_ends(self, painter: QPainter, span: _Span) -> None:
        painter.setFont(canvas_font(10))
        painter.setPen(theme_now().color("secondary"))
        room = QRectF(0, span.room.bottom() + 1, self.width(), _AXIS)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, _signed(span.low))
        painter.drawText(room, Qt.AlignmentFlag.AlignRight, _signed(span.high))
        painter.drawText(room, Qt.AlignmentFlag.AlignHCenter, "logit")


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}".replace("-", "−")  # + 0.0: there is no −0.0


class _Span:
    """Values from `low` to `high` over the width of `room`."""

    def __init__(self, low: float, high: float, room: QRectF) -> None:
        self.low, self.high = (low, high) if high > low else (low - 1.0, low + 1.0)
        self.room = room

    def x(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.room.left() + share * self.room.width()

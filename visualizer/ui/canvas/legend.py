"""The legend in the corner: what width means, what the colours mean."""

from __future__ import annotations

import math
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter, QPen

from visualizer.session.shown import WidthScale
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.theme import Theme, canvas_font

_SIZE = 11
_LINE = 17.0
_PADDING = 11.0
_SWATCH = 9.0
_WIDEST = 250.0
_LONGEST_BAR = 110.0
_MODES = {"linear": "linear", "sqrt": "square root", "log": "logarithmic"}


class ScaleBar(NamedTuple):
    """A bar of so many numbers and its length in screen pixels."""

    elements: int
    pixels: float


def scale_bar(scale: WidthScale, zoom: float) -> ScaleBar:
    """The legend's bar at `zoom` screen pixels per scene pixel, a round number of numbers.

    On the linear and square-root scale the number changes with the zoom so that the bar has a
    handy length; on the logarithmic scale it is always the picture's own.
    """
    pixels = scale.legend_pixels * zoom
    if scale.mode == "log" or pixels <= 0 or scale.legend_elements <= 0:
        return ScaleBar(scale.legend_elements, pixels)
    power = 1.0 if scale.mode == "linear" else 2.0
    longest = scale.legend_elements * (_LONGEST_BAR / pixels) ** power
    elements = round_number_below(longest)
    return ScaleBar(elements, pixels * (elements / scale.legend_elements) ** (1.0 / power))


def round_number_below(limit: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that is not above `limit`, at least 1."""
    if limit < 1:
        return 1
    decade = 10 ** math.floor(math.log10(limit))
    return int(max(step * decade for step in (1, 2, 5) if step * decade <= limit))


class Legend:
    """Paints the legend; `collapsed` leaves the scale alone."""

    def __init__(
        self, scale: WidthScale, families: list[tuple[str, str]], theme: Theme, marks: Marks | None
    ) -> None:
        self._scale = scale
        self._families = families
        self._theme = theme
        self._marks = marks if marks is not None and (marks.legend or marks.ramp) else None
        self._font = canvas_font(_SIZE)
        self._metrics = QFontMetricsF(self._font)
        self.collapsed = False

    def size(self, zoom: float) -> tuple[float, float]:
        """Width and height in screen pixels."""
        lines = self._rows()
        bar = scale_bar(self._scale, zoom)
        head = max(self._width(self._title()), bar.pixels + 8 + self._width(_count(bar.elements)))
        mark = self._mark_width() if self._marks else 0.0
        widest = max([head, mark, *(sum(w for _, _, w in line) for line in lines)])
        count = 2 + len(lines) + (1 if self._marks else 0) + (0.35 if lines else 0)
        return (widest + 2 * _PADDING, count * _LINE + 2 * _PADDING - 4)

    def box(self, corner: QPointF, zoom: float) -> QRectF:
        """Where it is when its bottom left corner is at `corner`."""
        width, height = self.size(zoom)
        return QRectF(corner.x(), corner.y() - height, width, height)

    def paint(self, painter: QPainter, corner: QPointF, zoom: float, panel: bool = True) -> None:
        """Paint with the bottom left corner at `corner`, on a `panel` or bare."""
        box = self.box(corner, zoom)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if panel:
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.setBrush(self._theme.color("ground", 0.95))
            painter.drawRoundedRect(box, 8, 8)
        painter.setFont(self._font)
        y = self._paint_scale(painter, box.left() + _PADDING, box.top() + _PADDING, zoom)
        y = self._paint_mark(painter, box.left() + _PADDING, y)
        self._paint_families(painter, box.left() + _PADDING, y + 0.35 * _LINE)

    def _paint_scale(self, painter: QPainter, x: float, y: float, zoom: float) -> float:
        bar = scale_bar(self._scale, zoom)
        self._text(painter, x, y, self._title(), "secondary")
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("secondary"))
        painter.drawRect(QRectF(x, y + _LINE + 5.5, max(bar.pixels, 1.0), 4))
        self._text(painter, x + bar.pixels + 8, y + _LINE, _count(bar.elements), "secondary")
        return y + 2 * _LINE

    def _paint_mark(self, painter: QPainter, x: float, y: float) -> float:
        """The overlay's own line: its name, and the ramp from low to high."""
        if self._marks is None:
            return y
        x = self._text(painter, x, y, self._marks.legend, "text") + 8
        if self._marks.ramp:
            x = self._text(painter, x, y, self._marks.low, "secondary") + 5
            self._paint_ramp(painter, QRectF(x, y + 4, 70, 7), self._marks.ramp)
            self._text(painter, x + 75, y, self._marks.high, "secondary")
        return y + _LINE

    def _paint_ramp(self, painter: QPainter, box: QRectF, ramp: tuple[QColor, ...]) -> None:
        fill = QLinearGradient(box.topLeft(), box.topRight())
        for step, color in enumerate(ramp):
            fill.setColorAt(step / max(1, len(ramp) - 1), color)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 2, 2)

    def _paint_families(self, painter: QPainter, left: float, y: float) -> None:
        for line in self._rows():
            x = left
            for title, color, width in line:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(color))
                painter.drawRoundedRect(QRectF(x, y + 3.5, _SWATCH, _SWATCH), 2.5, 2.5)
                self._text(painter, x + _SWATCH + 5, y, title, "secondary")
                x += width
            y += _LINE

    def _rows(self) -> list[list[tuple[str, str, float]]]:
        """Families (title, colour, width) wrapped into lines."""
        rows: list[list[tuple[str, str, float]]] = []
        used = _WIDEST
        for title, color in [] if self.collapsed else self._families:
            width = _SWATCH + 5 + self._width(title) + 14
            if used + width > _WIDEST:
                rows.append([])
                used = 0.0
            rows[-1].append((title, color, width))
            used += width
        return rows

    def _mark_width(self) -> float:
        marks = self._marks
        if marks is None:
            return 0.0
        ramp = 88 + self._width(marks.low) + self._width(marks.high) if marks.ramp else 0
        return self._width(marks.legend) + ramp

    def _title(self) -> str:
        return f"width ∝ activations ({_MODES[self._scale.mode]})"

    def _width(self, text: str) -> float:
        return self._metrics.horizontalAdvance(text)

    def _text(self, painter: QPainter, x: float, y: float, text: str, role: str) -> float:
        """Paint a line of text whose line box begins at `y`; returns where it ends."""
        painter.setPen(self._theme.color(role))
        painter.drawText(QPointF(x, y + 12), text)
        return x + self._width(text)


def _count(elements: int) -> str:
    return f"{elements:,} number" + ("" if elements == 1 else "s")

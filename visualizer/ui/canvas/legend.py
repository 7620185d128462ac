"""The legend, a strip along the bottom: what width means, what the colours mean."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QPainter

from visualizer.layout.model import Flow
from visualizer.layout.sizing import WIDEST
from visualizer.session.shown import WidthScale
from visualizer.ui.canvas.bars import dashed_pen
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.theme import Theme, canvas_font

_SIZE = 11
_LINE = 18.0
_PADDING = 12.0
_RIM = 5.0
_BETWEEN = 16.0
_SWATCH = 9.0
_DASHED, _DASHED_TITLE = 20.0, "dashed: runs only in training"
_RAMP = 70.0
_LONGEST_BAR: dict[Flow, float] = {"down": 110.0, "right": 20.0}  # lying, and upright in a row
_THICKNESS = 4.0
_BETWEEN_BARS = 14.0
_TITLES = {
    "linear": "{side} ∝ activations",
    "sqrt": "{side} ∝ √activations",
    "log": "{side} ∝ log(activations)",
}


class ScaleBar(NamedTuple):
    """A bar of so many numbers and its length in screen pixels."""

    elements: int
    pixels: float


def scale_bars(scale: WidthScale, zoom: float, flow: Flow = "down") -> list[ScaleBar]:
    """The legend's bars at `zoom` screen pixels per scene pixel, each a round number of numbers.

    The number changes with the zoom so that the bar has a handy length. On the logarithmic
    scale, where one bar says nothing of the next, up to three are a third apart.
    """
    longest = _LONGEST_BAR[flow] / zoom
    lengths = [longest]
    if scale.mode == "log":
        longest = min(longest, WIDEST)
        lengths = [longest / 3, 2 * longest / 3, longest]
    numbers = {round_number_below(_elements(scale, length) * scale.times) for length in lengths}
    return [
        ScaleBar(number, scale.exact(number / scale.times) * zoom) for number in sorted(numbers)
    ]


def _elements(scale: WidthScale, pixels: float) -> float:
    """How many numbers are `pixels` scene pixels wide: the inverse of `WidthScale.exact`."""
    measure = pixels / scale.factor
    if scale.mode == "linear":
        return measure
    return measure**2 if scale.mode == "sqrt" else math.expm1(measure)


def round_number_below(limit: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50, ... that is not above `limit`, at least 1."""
    if limit < 1:
        return 1
    limit *= 1 + 1e-9  # what a logarithm and its inverse take from a whole number
    decade = 10 ** math.floor(math.log10(limit))
    return int(max(step * decade for step in (1, 2, 5) if step * decade <= limit))


class _Piece(NamedTuple):
    """Something in a row of the legend: its width, and what paints it at x, y."""

    width: float
    paint: Callable[[QPainter, float, float], None]


class Legend:
    """Paints the legend in rows; `collapsed` leaves the names of the families out."""

    def __init__(
        self,
        scale: WidthScale,
        families: list[tuple[str, str]],
        theme: Theme,
        marks: Marks | None,
        dashes: bool = False,
        flow: Flow = "down",
    ) -> None:
        self._scale = scale
        self._flow: Flow = flow
        self._families = families
        self._theme = theme
        self._dashes = dashes
        self._marks = marks if marks is not None and (marks.legend or marks.ramp) else None
        self._font = canvas_font(_SIZE)
        self._metrics = QFontMetricsF(self._font)
        self._widths: dict[str, float] = {}
        self._wrapped: tuple[tuple[float, float, bool], list[list[_Piece]]] | None = None
        self.collapsed = False

    def size(self, room: float, zoom: float) -> QSizeF:
        """Screen pixels it takes when its rows may be `room` wide."""
        rows = self._rows(room, zoom)
        widest = max(sum(piece.width + _BETWEEN for piece in row) - _BETWEEN for row in rows)
        return QSizeF(widest + 2 * _PADDING, len(rows) * _LINE + 2 * _RIM)

    def strip(self, viewport: QRectF, zoom: float) -> QRectF:
        """Where it is in a viewport: along the bottom, collapsed in the left corner of it."""
        size = self.size(viewport.width(), zoom)
        width = size.width() if self.collapsed else viewport.width()
        return QRectF(viewport.left(), viewport.bottom() - size.height(), width, size.height())

    def paint(self, painter: QPainter, box: QRectF, zoom: float, panel: bool = True) -> None:
        """Paint into `box`, on an opaque `panel` or bare."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        if panel:
            painter.fillRect(box, self._theme.color("ground"))
            rim = QRectF(box.topLeft(), QSizeF(box.width(), 1))
            painter.fillRect(rim, self._theme.color("border"))
        painter.setFont(self._font)
        y = box.top() + _RIM
        for row in self._rows(box.width(), zoom):
            x = box.left() + _PADDING
            for piece in row:
                piece.paint(painter, x, y)
                x += piece.width + _BETWEEN
            y += _LINE

    def _rows(self, room: float, zoom: float) -> list[list[_Piece]]:
        """The pieces, wrapped into rows, as asked for several times a frame."""
        asked = room, zoom, self.collapsed
        if self._wrapped is None or self._wrapped[0] != asked:
            self._wrapped = asked, self._wrap(room, zoom)
        return self._wrapped[1]

    def _wrap(self, room: float, zoom: float) -> list[list[_Piece]]:
        """The pieces in rows; a collapsed legend is one row."""
        rows: list[list[_Piece]] = [[]]
        used = 0.0
        for piece in self._pieces(room - 2 * _PADDING, zoom):
            if rows[-1] and not self.collapsed and used + piece.width > room - 2 * _PADDING:
                rows.append([])
                used = 0.0
            rows[-1].append(piece)
            used += piece.width + _BETWEEN
        return rows

    def _pieces(self, room: float, zoom: float) -> Iterator[_Piece]:
        yield self._scale_piece(room, zoom)
        if self._marks is not None:
            yield self._mark_piece(self._marks)
            for name, shade in () if self.collapsed else self._marks.swatches:
                yield self._family_piece(name, shade)
        for title, color in [] if self.collapsed else self._families:
            yield self._family_piece(title, QColor(color))
        if self._dashes:
            yield self._dashed_piece()

    def _scale_piece(self, room: float, zoom: float) -> _Piece:
        """What width is proportional to, and the bars there is room for: as wide as at other
        zooms, and upright as those of the drawing."""
        title = _TITLES[self._scale.mode].format(side="width" if self._flow == "down" else "height")
        if self._scale.times != 1:
            title += f", batch {self._scale.batch}"
        start = self._width(title) + 10
        bars = scale_bars(self._scale, zoom, self._flow)
        while len(bars) > 1 and self._drawn(bars) > room - start + 1:
            del bars[-2]
        texts = _texts(bars)

        def paint(painter: QPainter, x: float, y: float) -> None:
            self._text(painter, x, y, title)
            x += start
            for bar, text in zip(bars, texts, strict=True):
                painter.fillRect(self._bar_rect(bar, x, y), self._ink())
                x += self._across(bar) + 6
                self._text(painter, x, y, text)
                x += self._width(text) + _BETWEEN_BARS

        single = self._scale.mode != "log"
        longest = ScaleBar(10_000_000, _LONGEST_BAR[self._flow])
        steady = self._drawn([longest]) if single else 0.0
        return _Piece(start + max(steady, self._drawn(bars)), paint)

    def _drawn(self, bars: list[ScaleBar]) -> float:
        """Pixels that bars take with their numbers."""
        texts = sum(map(self._width, _texts(bars)))
        return texts + sum(self._across(bar) + 6 for bar in bars) + _BETWEEN_BARS * (len(bars) - 1)

    def _across(self, bar: ScaleBar) -> float:
        return bar.pixels if self._flow == "down" else _THICKNESS

    def _bar_rect(self, bar: ScaleBar, x: float, y: float) -> QRectF:
        """A bar in the row that begins at `y`; an upright one around its middle."""
        length, middle = max(bar.pixels, 1.0), y + 8
        if self._flow == "down":
            return QRectF(x, middle - _THICKNESS / 2, length, _THICKNESS)
        return QRectF(x, middle - length / 2, _THICKNESS, length)

    def _mark_piece(self, marks: Marks) -> _Piece:
        """The overlay's name, and the ramp from low to high."""
        name, low = self._width(marks.legend) + 8, self._width(marks.low) + 5

        def paint(painter: QPainter, x: float, y: float) -> None:
            self._text(painter, x, y, marks.legend, "text")
            if marks.ramp:
                self._text(painter, x + name, y, marks.low)
                self._paint_ramp(painter, QRectF(x + name + low, y + 5, _RAMP, 7), marks.ramp)
                self._text(painter, x + name + low + _RAMP + 5, y, marks.high)

        ramp = low + _RAMP + 5 + self._width(marks.high) if marks.ramp else -8.0
        return _Piece(name + ramp, paint)

    def _paint_ramp(self, painter: QPainter, box: QRectF, ramp: tuple[QColor, ...]) -> None:
        fill = QLinearGradient(box.topLeft(), box.topRight())
        for step, color in enumerate(ramp):
            fill.setColorAt(step / max(1, len(ramp) - 1), color)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRoundedRect(box, 2, 2)

    def _family_piece(self, title: str, color: QColor) -> _Piece:
        def paint(painter: QPainter, x: float, y: float) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(x, y + 3.5, _SWATCH, _SWATCH), 2.5, 2.5)
            self._text(painter, x + _SWATCH + 5, y, title)

        return _Piece(_SWATCH + 5 + self._width(title), paint)

    def _dashed_piece(self) -> _Piece:
        """What dashes mean."""

        def paint(painter: QPainter, x: float, y: float) -> None:
            painter.setPen(dashed_pen(self._ink(), 1.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(x, y + 3.5, _DASHED, _SWATCH), 2.5, 2.5)
            self._text(painter, x + _DASHED + 5, y, _DASHED_TITLE)

        return _Piece(_DASHED + 5 + self._width(_DASHED_TITLE), paint)

    def _ink(self) -> QColor:
        return self._theme.color("secondary")

    def _width(self, text: str) -> float:
        if text not in self._widths:
            self._widths[text] = self._metrics.horizontalAdvance(text)
        return self._widths[text]

    def _text(
        self, painter: QPainter, x: float, y: float, text: str, role: str = "secondary"
    ) -> None:
        """Paint a line of text whose line box begins at `y`."""
        painter.setPen(self._theme.color(role))
        painter.drawText(QPointF(x, y + 12), text)


def _texts(bars: list[ScaleBar]) -> list[str]:
    return [f"{bar.elements:,}" for bar in bars[:-1]] + [_count(bars[-1].elements)]


def _count(elements: int) -> str:
    return f"{elements:,} number" + ("" if elements == 1 else "s")

"""Bars: one a layer, exactly as wide as the placement says; folded modules show their inside."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from visualizer.ui.canvas.bands import silhouette_path
from visualizer.ui.canvas.boxes import touching
from visualizer.ui.canvas.chunks import ChunkCache
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.theme import Theme, blend, text_on

RADIUS = 3.0
_MANY = 1500
_ROUND_FROM = 5.0
_DETAIL_FROM = 7.0
_FAINT_FILL = 0.3
_FAINTEST = 0.16  # of bars that others are told apart from
_DASHES = (4.0, 3.0)
_SHEETS = 3  # of a stack that stands for a row of modules


class BarLayer:
    """Paints the bars that show: rounded close by, merged into runs from far away."""

    def __init__(
        self, picture: Picture, theme: Theme, marks: Marks | None, signs: bool = True
    ) -> None:
        self._picture = picture
        self._signs = signs
        self._theme = theme
        self._marks = marks
        self._colors = _shared(self._pick(number) for number in range(len(picture.bars)))
        boxes = picture.bar_boxes
        self._height = float(np.median(boxes[:, 3] - boxes[:, 1])) if len(boxes) else 0.0
        self._folded = np.array([bar.folded for bar in picture.bars], dtype=bool)
        every = np.arange(len(boxes))
        self._lines = ChunkCache(boxes, every, self.color, self._add_line)
        self._rects = ChunkCache(boxes, every, self.color, self._add_rect)

    def color(self, number: int) -> QColor:
        """What bar `number` is filled with."""
        return self._colors[number]

    def paint(
        self, painter: QPainter, exposed: QRectF, scale: float, whole: QRectF | None = None
    ) -> None:
        """Paint what touches `exposed`, as fine as fits a frame of the `whole`; `scale` is
        screen pixels per scene pixel."""
        seen = touching(self._picture.bar_boxes, exposed)
        height = self._height * scale
        fine = len(touching(self._picture.bar_boxes, whole or exposed)) <= _MANY
        if not fine or height < _ROUND_FROM:
            self._paint_far(painter, exposed, height, fine)
            seen = seen[self._folded[seen]] if fine else seen[:0]
        for number in seen.tolist():
            self.paint_one(painter, number, scale)

    def paint_silhouette(self, painter: QPainter) -> None:
        """Paint all bars as lines, a pixel high where they are many, else two."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        high = 1 if len(self._colors) > _MANY else 2
        for chunk in self._lines.within(self._picture.ink):
            for color, path in chunk.paths:
                pen = QPen(color, high, c=Qt.PenCapStyle.FlatCap)
                pen.setCosmetic(True)
                painter.strokePath(path, pen)

    def _paint_far(self, painter: QPainter, exposed: QRectF, height: float, fine: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        if height < 1.5:
            for chunk in self._lines.within(exposed):
                for color, path in chunk.paths:
                    painter.strokePath(path, QPen(color, 0))
        else:
            for chunk in self._rects.within(exposed):
                for color, path in chunk.paths:
                    painter.fillPath(path, color)

    def paint_one(self, painter: QPainter, number: int, scale: float) -> None:
        """Paint bar `number` whole, with what belongs to it at this zoom."""
        rect = at_least(self._picture.bar_rect(number), 1.0 / scale, 1.5 / scale)
        bar, height = self._picture.bars[number], rect.height() * scale
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        if bar.training_only and height >= _ROUND_FROM:
            painter.setPen(dashed_pen(self._edge(number), scale))
            rect = rect.adjusted(0.5 / scale, 0.5 / scale, -0.5 / scale, -0.5 / scale)
        if height < _ROUND_FROM:
            painter.fillRect(rect, self._colors[number])
        else:
            radius = min(RADIUS, rect.width() / 2)
            painter.setBrush(self._colors[number])
            painter.drawRoundedRect(rect, radius, radius)
        if bar.folded and height >= _DETAIL_FROM:
            self._paint_inside(painter, number, rect, scale)
        if bar.floored and height >= _DETAIL_FROM:
            self._paint_floor_mark(painter, rect, max(1.0, 0.9 / scale))

    def _paint_inside(self, painter: QPainter, number: int, rect: QRectF, scale: float) -> None:
        """What a folded module holds: its silhouette, and the plus that opens it."""
        bar = self._picture.bars[number]
        ink = text_on(self._colors[number])
        if bar.profile and rect.width() * scale >= 4:
            ink.setAlphaF(0.17)
            for sheet in _sheets(rect, bar.repeats):
                painter.fillPath(silhouette_path(bar.profile, sheet), ink)
        plus = self._picture.plus_rect(number)
        if bar.repeats > 1:
            left = max(rect.left(), min(plus.right() + 2, rect.center().x()))
            self._part_sheets(painter, rect, left, scale)
        if self._signs and plus.width() * scale >= _DETAIL_FROM:
            inside = rect.contains(plus)
            paint_sign(painter, plus, text_on(self._colors[number]) if inside else
                       self._theme.color("secondary"), plus=True)  # fmt: skip

    def _part_sheets(self, painter: QPainter, rect: QRectF, left: float, scale: float) -> None:
        """Lines from `left` on across a bar that stands for a row of modules."""
        painter.setPen(QPen(self._theme.color("ground"), max(1.0 / scale, 1.2)))
        for sheet in _sheets(rect, _SHEETS)[1:]:
            painter.drawLine(QPointF(left, sheet.top()), sheet.topRight())
        painter.setPen(Qt.PenStyle.NoPen)

    def _paint_floor_mark(self, painter: QPainter, rect: QRectF, size: float) -> None:
        """Two arrowheads that press on the bar: the true width is thinner than what is drawn."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("secondary"))
        middle, high = rect.center().y(), 2.6 * size
        for edge, outwards in ((rect.left() - 1.5 * size, -1), (rect.right() + 1.5 * size, 1)):
            back = edge + outwards * 3.2 * size
            painter.drawPolygon(
                QPolygonF(
                    [
                        QPointF(edge, middle),
                        QPointF(back, middle - high),
                        QPointF(back, middle + high),
                    ]
                )
            )

    def _pick(self, number: int) -> QColor:
        """The fill: opaque, as ribbons run below it; that of what only trains is nearly ground."""
        color = self._solid(number)
        bar = self._picture.bars[number]
        if self._marks is not None and self._marks.is_faint(bar.id):
            return blend(self._theme.color("ground"), color, _FAINTEST)
        if bar.training_only:
            return blend(self._theme.color("ground"), color, _FAINT_FILL)
        return color

    def _edge(self, number: int) -> QColor:
        """The outline of a bar that only runs in training, whose fill is nearly ground."""
        faint = self._marks is not None and self._marks.is_faint(self._picture.bars[number].id)
        return self._colors[number] if faint else self._solid(number)

    def _solid(self, number: int) -> QColor:
        bar = self._picture.bars[number]
        if self._marks is not None and bar.id in self._marks.colors:
            return self._marks.colors[bar.id] or self._theme.color("faint")
        return self._theme.family(bar.family)

    def _add_rect(self, path: QPainterPath, number: int) -> None:
        path.addRect(self._picture.bar_rect(number))

    def _add_line(self, path: QPainterPath, number: int) -> None:
        rect = self._picture.bar_rect(number)
        path.moveTo(rect.left(), rect.center().y())
        path.lineTo(rect.right(), rect.center().y())


def _sheets(rect: QRectF, repeats: int) -> list[QRectF]:
    """The bar of something that repeats as a stack of a few of it."""
    count = min(repeats, _SHEETS)
    height = rect.height() / count
    return [
        QRectF(rect.left(), rect.top() + number * height, rect.width(), height)
        for number in range(count)
    ]


def _shared(colors: Iterable[QColor]) -> list[QColor]:
    """The same, but those that are equal are one object."""
    known: dict[int, QColor] = {}
    return [known.setdefault(color.rgba(), color) for color in colors]


def dashed_pen(color: QColor, scale: float) -> QPen:
    """A thin dashed line, whatever the zoom: for what runs only in training."""
    width = max(1.0, 1.1 / scale)
    pen = QPen(color, width)
    pen.setDashPattern([dash / width / scale for dash in _DASHES])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def at_least(rect: QRectF, width: float, height: float) -> QRectF:
    """`rect`, widened about its middle to what can be seen at all."""
    extra_x = max(0.0, width - rect.width()) / 2
    extra_y = max(0.0, height - rect.height()) / 2
    return rect.adjusted(-extra_x, -extra_y, extra_x, extra_y) if extra_x or extra_y else rect


def paint_sign(painter: QPainter, box: QRectF, ink: QColor, plus: bool) -> None:
    """A plus or minus in a small rounded square: what opens and closes a module."""
    faint = QColor(ink)
    faint.setAlphaF(0.16)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faint)
    painter.drawRoundedRect(box, box.width() * 0.28, box.width() * 0.28)
    arm, middle = box.width() * 0.26, box.center()
    pen = QPen(ink, box.width() * 0.1)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.drawLine(QPointF(middle.x() - arm, middle.y()), QPointF(middle.x() + arm, middle.y()))
    if plus:
        painter.drawLine(
            QPointF(middle.x(), middle.y() - arm), QPointF(middle.x(), middle.y() + arm)
        )
    painter.setPen(Qt.PenStyle.NoPen)

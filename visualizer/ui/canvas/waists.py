"""Marks beside the bars of waists: an arrowhead that presses on the bar, and what passes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.boxes import Boxes, touching
from visualizer.ui.canvas.label import Label
from visualizer.ui.canvas.lettering import font_of, text_width, unit_at
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.text import LabelLayer
from visualizer.ui.theme import Theme

_GAP = 5.0
_LONG, _HALF = 7.0, 4.5
_LINE = 13.0
_BASELINE = 0.77
_FLOOR_MARK = 5.0


class WaistText(NamedTuple):
    """What passes at a waist, and where that is written."""

    waist: CutMark
    box: QRectF


class WaistLayer:
    """Paints the waists' marks over a picture and its labels."""

    def __init__(
        self, picture: Picture, theme: Theme, waists: tuple[CutMark, ...], texts: LabelLayer
    ) -> None:
        self._picture = picture
        self._theme = theme
        self._waists = waists
        self._texts = texts
        self._placed: list[WaistText] = []
        self._placed_beside: list[Label] | None = None

    def paint(
        self, painter: QPainter, exposed: QRectF, scale: float, but: CutMark | None = None
    ) -> None:
        """Paint the marks, but not of the selected cut: it is outlined and has its numbers."""
        if not self._waists:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("waist"))
        others = [w for w in self._waists if but is None or w.bars != but.bars]
        for waist in others:
            for bar in waist.bars:
                painter.drawPolygon(self._arrowhead(bar, unit_at(scale)))
        for text in self.texts(exposed, scale):
            if text.waist in others:
                self._paint_text(painter, text, unit_at(scale))
        painter.restore()

    @property
    def boxes(self) -> Boxes:
        """The boxes of the bars that are waists."""
        at = self._picture.bar_numbers
        return self._picture.bar_boxes[[at[bar] for waist in self._waists for bar in waist.bars]]

    def texts(self, exposed: QRectF, scale: float) -> list[WaistText]:
        """The texts for which there is room beside the first bar of their cut; placed anew
        when the labels are."""
        labels = self._texts.labels(exposed, scale)
        if labels is not self._placed_beside:
            self._placed_beside = labels
            self._placed = list(self._place([label.box for label in labels], unit_at(scale)))
        return self._placed

    def _place(self, taken: list[QRectF], unit: float) -> Iterator[WaistText]:
        for waist in self._waists:
            box = self._box(waist, unit)
            free = not any(box.intersects(other) for other in taken)
            if free and not touching(self._picture.bar_boxes, box).size:
                taken.append(box)
                yield WaistText(waist, box)

    def _arrowhead(self, bar: str, unit: float) -> QPolygonF:
        tip, y = self._edge(bar, unit), self._middle(bar)
        back = tip - _LONG * unit
        half = _HALF * unit
        corners = [QPointF(tip, y), QPointF(back, y - half), QPointF(back, y + half)]
        return self._picture.turn.polygon(QPolygonF(corners))

    def _box(self, waist: CutMark, unit: float) -> QRectF:
        turn = self._picture.turn
        size = turn.size(QSizeF(text_width(waist.short, "name"), _LINE) * unit)
        right = self._edge(waist.bars[0], unit) - (_LONG + _GAP) * unit
        top = self._middle(waist.bars[0]) - size.height() / 2
        return turn.rect(QRectF(QPointF(right - size.width(), top), size))

    def _edge(self, bar: str, unit: float) -> float:
        """Where an arrowhead points to: the left of a bar and of what belongs to it there, in
        layout's places."""
        picture = self._picture.as_flowing_down
        number = picture.bar_numbers[bar]
        shown, left = picture.bars[number], picture.bar_rect(number).left()
        if shown.folded:
            left = min(left, picture.plus_rect(number).left())
        if shown.floored:
            left -= _FLOOR_MARK * unit
        return left - _GAP * unit

    def _middle(self, bar: str) -> float:
        picture = self._picture.as_flowing_down
        return picture.bar_rect(picture.bar_numbers[bar]).center().y()

    def _paint_text(self, painter: QPainter, text: WaistText, unit: float) -> None:
        box, air = text.box, 3 * unit
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("ground", 0.75))
        painter.drawRoundedRect(box.adjusted(-air, 0, air, 0), air, air)
        painter.save()
        painter.scale(unit, unit)
        painter.setFont(font_of("name"))
        painter.setPen(self._theme.color("error"))
        start = QPointF(box.left(), box.top() + _BASELINE * box.height()) / unit
        painter.drawText(start, text.waist.short)
        painter.restore()

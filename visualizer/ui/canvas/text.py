"""Painting placed labels, and knowing which one is under the mouse."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from visualizer.ui.canvas.bars import BarLayer
from visualizer.ui.canvas.labels import Label, Role, font_of, place_labels, unit_at
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.theme import Theme, text_on

_BASELINE = 0.77


class LabelLayer:
    """Paints names and shapes; their places are kept while the zoom stays the same."""

    def __init__(self, picture: Picture, theme: Theme, bars: BarLayer) -> None:
        self._picture = picture
        self._bars = bars
        self._theme = theme
        self._inks: dict[Role, QColor] = {
            "name": theme.color("text"), "detail": theme.color("secondary"),
            "title": theme.color("secondary"), "tag": theme.color("secondary"),
        }  # fmt: skip
        self._placed: list[Label] = []
        self._placed_for = (QRectF(), 0.0)

    def labels(self, exposed: QRectF, scale: float) -> list[Label]:
        """The labels around `exposed`; placed anew when the zoom or the region changed."""
        area, placed_scale = self._placed_for
        if placed_scale != scale or not area.contains(exposed):
            around = exposed.adjusted(
                -exposed.width() / 2, -exposed.height() / 2,
                exposed.width() / 2, exposed.height() / 2,
            )  # fmt: skip
            self._placed = place_labels(self._picture, around, scale)
            self._placed_for = (around, scale)
        return self._placed

    def paint(self, painter: QPainter, exposed: QRectF, scale: float) -> None:
        """Paint the labels that touch `exposed`."""
        labels = [label for label in self.labels(exposed, scale) if label.box.intersects(exposed)]
        unit = unit_at(scale)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        for label in labels:
            if label.role == "tag":
                self._paint_ground(painter, label.box)
        painter.scale(unit, unit)
        # Setting a font or pen costs as much as the text, so labels alike follow each other.
        for role, alike in groupby(sorted(labels, key=_role), _role):
            painter.setFont(font_of(role))
            self._paint_alike(painter, role, alike, unit)
        painter.restore()

    def _paint_alike(
        self, painter: QPainter, role: Role, labels: Iterable[Label], unit: float
    ) -> None:
        if role != "inside":
            painter.setPen(self._inks[role])
        for label in labels:
            if role == "inside":
                painter.setPen(text_on(self._bars.color(self._picture.bar_numbers[label.item])))
            box = label.box
            baseline = box.top() + _BASELINE * box.height()
            painter.drawText(QPointF(box.left() / unit, baseline / unit), label.text)

    def item_at(self, point: QPointF, exposed: QRectF, scale: float) -> str:
        """The bar or group whose label is under `point`, else ""."""
        hit = (label.item for label in self.labels(exposed, scale) if label.box.contains(point))
        return next(hit, "")

    def _paint_ground(self, painter: QPainter, box: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("ground", 0.75))
        painter.drawRoundedRect(box, box.height() / 4, box.height() / 4)


def _role(label: Label) -> Role:
    return label.role

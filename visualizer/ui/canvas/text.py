"""Painting placed labels, and knowing which one is under the mouse."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from visualizer.ui.canvas.bars import BarLayer
from visualizer.ui.canvas.boxes import Boxes, touching
from visualizer.ui.canvas.label import Label
from visualizer.ui.canvas.labels import placing
from visualizer.ui.canvas.lettering import Role, font_of, unit_at
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.theme import Theme, text_on

_BASELINE = 0.77
_LEADER_FROM = 6.0
_AIR = 3.0  # of halos around their text
_MOST_RIBBONS = 3000
_HALO = tuple(QPointF(x, y) for x in (-1.2, 0.0, 1.2) for y in (-1.2, 1.2))


class LabelLayer:
    """Paints names and shapes; their places are kept while they are those of the view, and while
    they are `frozen`. `edition` counts how often they were placed.

    They are placed for a region, bounded by lines of a grid that only the zoom and the size of the
    view decide: which labels a view shows does not depend on how one came to it.
    """

    def __init__(
        self, picture: Picture, theme: Theme, bars: BarLayer, marks: Marks | None = None
    ) -> None:
        self._picture = picture
        self._bars = bars
        self._marks = marks or Marks()
        self._theme = theme
        self._inks: dict[Role, QColor] = {
            "name": theme.color("text"), "detail": theme.color("secondary"),
            "title": theme.color("secondary"), "tag": theme.color("secondary"),
        }  # fmt: skip
        self._drawn = picture.ink.adjusted(-1, -1, 1, 1)
        self._placed: list[Label] = []
        self._crossed: list[QRectF] = []
        self._placed_for = (QRectF(), 0.0)
        self.frozen = False
        self.edition = 0

    def labels(self, exposed: QRectF, scale: float) -> list[Label]:
        """The labels of a part of the view, or of a view that was not looked at before; the
        last ones while they are `frozen`."""
        area, placed_scale = self._placed_for
        drawn = exposed.intersected(self._drawn)
        if not self.frozen and not (
            placed_scale == scale and (drawn.isEmpty() or area.contains(drawn))
        ):
            for _ in self.steps(exposed, scale):
                pass
        return self._placed

    def boxes(self, view: QRectF, scale: float) -> Boxes:
        """One row (left, top, right, bottom) for each label around `view`."""
        boxes = (label.box for label in self.labels(view, scale))
        edges = (e for b in boxes for e in (b.left(), b.top(), b.right(), b.bottom()))
        return np.fromiter(edges, dtype=float).reshape(-1, 4)

    def are_placed(self, view: QRectF, scale: float) -> bool:
        """Whether the labels are those of this view."""
        return self._placed_for == (self._region(view), scale)

    def _region(self, view: QRectF) -> QRectF:
        """What is drawn in `view` and in at least a quarter of it on every side."""
        cell = QSizeF(max(view.width() / 2, 1e-6), max(view.height() / 2, 1e-6))
        left = math.floor(view.left() / cell.width()) - 0.5
        top = math.floor(view.top() / cell.height()) - 0.5
        right = math.ceil(view.right() / cell.width()) + 0.5
        bottom = math.ceil(view.bottom() / cell.height()) + 0.5
        lines = QRectF(left, top, right - left, bottom - top)
        grid = QTransform.fromScale(cell.width(), cell.height())
        return grid.mapRect(lines).intersected(self._drawn)

    def steps(self, view: QRectF, scale: float) -> Iterator[None]:
        """Place the labels of `view` where that is not done, a label a step."""
        if self.are_placed(view, scale):
            return
        around = self._region(view)
        near = touching(self._picture.ribbon_boxes, around)
        near = near if len(near) <= _MOST_RIBBONS else near[:0]
        boxes = self._picture.ribbon_boxes[near]
        placed, crossed = [], []
        for label in placing(self._picture, around, scale):
            placed.append(label)
            under = near[:0] if label.role == "inside" else near[touching(boxes, label.box)]
            if any(self._picture.crosses(number, label.box) for number in under.tolist()):
                crossed.append(_backing(label.box))
            yield
        self._placed, self._crossed, self._placed_for = placed, crossed, (around, scale)
        self.edition += 1

    def paint(self, painter: QPainter, exposed: QRectF, scale: float, halo: bool = True) -> None:
        """Paint the labels that touch `exposed`, with a `halo` that keeps lines and ribbons
        away from them."""
        air = _AIR * unit_at(scale)
        near = exposed.adjusted(-air, -air, air, air)
        labels = [label for label in self.labels(exposed, scale) if label.box.intersects(near)]
        self._paint(painter, labels, exposed, scale, halo)

    def paint_last(self, painter: QPainter, items: Collection[str], scale: float) -> None:
        """Paint the labels of some bars where they were placed last."""
        labels = [label for label in self._placed if label.item in items]
        self._paint(painter, labels, QRectF(), scale, halo=False)

    def _paint(
        self, painter: QPainter, labels: list[Label], exposed: QRectF, scale: float, halo: bool
    ) -> None:
        unit = unit_at(scale)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_leaders(painter, labels, scale)
        if halo:
            self._paint_backings(painter, exposed)
        painter.scale(unit, unit)
        # Setting a font or pen costs as much as the text, so labels alike follow each other.
        for role, alike in groupby(sorted(labels, key=_role), _role):
            painter.setFont(font_of(role))
            same = list(alike)
            if halo and role != "inside":
                self._paint_halos(painter, same, unit)
            self._paint_alike(painter, role, same, unit)
        painter.restore()

    def _paint_alike(
        self, painter: QPainter, role: Role, labels: Iterable[Label], unit: float
    ) -> None:
        if role != "inside":
            painter.setPen(self._inks[role])
        for label in labels:
            if self._marks.kept is not None:
                painter.setPen(self._ink_among_kept(label))
            elif role == "inside":
                painter.setPen(self._ink_inside(label))
            painter.drawText(_start(label, unit), label.text)

    def _ink_inside(self, label: Label) -> QColor:
        return text_on(self._bars.color(self._picture.bar_numbers[label.item]))

    def _ink_among_kept(self, label: Label) -> QColor:
        """The ink of a label when some bars are told apart: faint for all others."""
        if label.item in self._picture.bar_numbers and self._marks.is_faint(label.item):
            return self._theme.color("faint")
        return self._ink_inside(label) if label.role == "inside" else self._inks[label.role]

    def item_at(self, point: QPointF, exposed: QRectF, scale: float) -> str:
        """The bar or group whose label is under `point`, else ""."""
        hit = (label.item for label in self.labels(exposed, scale) if label.box.contains(point))
        return next(hit, "")

    def _paint_halos(self, painter: QPainter, labels: Iterable[Label], unit: float) -> None:
        """The same texts in the ground's colour, a little off in every direction."""
        painter.setPen(self._theme.color("ground", 0.85))
        for label in labels:
            start = _start(label, unit)
            for step in _HALO:
                painter.drawText(start + step, label.text)

    def _paint_backings(self, painter: QPainter, exposed: QRectF) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("ground", 0.7))
        for box in self._crossed:
            if box.intersects(exposed):
                painter.drawRoundedRect(box, box.height() / 4, box.height() / 4)

    def _paint_leaders(self, painter: QPainter, labels: Iterable[Label], scale: float) -> None:
        """Lines from the titles that stand far from their frames."""
        painter.setPen(QPen(self._theme.color("group_border", 0.8), 1.0 / scale))
        for label in labels:
            start = label.box.right() + 4.0 / scale
            if label.leader is not None and label.leader - start > _LEADER_FROM / scale:
                y = label.box.center().y()
                painter.drawLine(QPointF(start, y), QPointF(label.leader, y))


def _backing(box: QRectF) -> QRectF:
    """The ground under a label that a ribbon passes under."""
    air = 0.23 * box.height()
    return box.adjusted(-air, 0, air, 0)


def _start(label: Label, unit: float) -> QPointF:
    """Where its text begins on the baseline, in units of text."""
    box = label.box
    return QPointF(box.left() / unit, (box.top() + _BASELINE * box.height()) / unit)


def _role(label: Label) -> Role:
    return label.role

"""Ribbons: translucent bands as thick as the tensor they carry."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen

from visualizer.graph.families import Family
from visualizer.ui.canvas.bands import band_polygon, band_sides
from visualizer.ui.canvas.bars import dashed_pen
from visualizer.ui.canvas.boxes import Numbers, touching
from visualizer.ui.canvas.bundles import Bundles
from visualizer.ui.canvas.chunks import ChunkCache
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.theme import Theme, blend

# Below this many screen pixels of height, curves and gradients cannot be seen.
_TINY = 6.0
_MANY = 700
# What flows only in training is paler, within dashed sides.
_FAINTER = 0.4
_FAINTEST = 0.15  # of those that others are told apart from
_SIDE_ALPHA = 0.75


class RibbonLayer:
    """Paints the ribbons that show, each from its producer's colour into its consumer's; they
    are grey when the bars' colours mean something else, faint unless both bars are kept."""

    def __init__(self, picture: Picture, theme: Theme, marks: Marks | None = None) -> None:
        self._picture = picture
        self._theme = theme
        self._marks = marks or Marks()
        boxes = picture.ribbon_boxes
        self._heights = boxes[:, 3] - boxes[:, 1]
        self._usual = float(np.median(self._heights)) * 1.5 if len(boxes) else 0.0
        self._brushes: dict[int, QBrush] = {}
        self._flat_brushes: dict[int, QBrush] = {}
        self._bundles = Bundles(picture)
        self._short = ChunkCache(
            boxes, np.flatnonzero(self._heights <= self._usual), self.flat_color, self._add
        )

    def paint(
        self, painter: QPainter, exposed: QRectF, scale: float, whole: QRectF | None = None
    ) -> None:
        """Paint what touches `exposed`, as fine as fits a frame of the `whole`; `scale` is
        screen pixels per scene pixel."""
        seen = touching(self._picture.ribbon_boxes, exposed)
        fine = len(touching(self._picture.ribbon_boxes, whole or exposed)) <= _MANY
        painter.setPen(Qt.PenStyle.NoPen)
        if self._usual * scale < _TINY and not fine:
            self._paint_far(painter, exposed, seen[self._heights[seen] > self._usual])
        else:
            self._paint_each(painter, seen, fine, scale)

    def _paint_each(self, painter: QPainter, seen: Numbers, fine: bool, scale: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, fine)
        painted: set[int] = set()
        for number in seen.tolist():
            leader = self._bundles.leader_of.get(number)
            if leader is None:
                painter.fillPath(self._picture.ribbon_path(number), self.brush(number))
            elif leader not in painted:
                painted.add(leader)
                painter.fillPath(self._bundles.path(leader), self._bundle_brush(leader))
            if self._picture.ribbons[number].training_only:
                alpha = _SIDE_ALPHA * (_FAINTEST if self._is_faint(number) else 1.0)
                pen = dashed_pen(self.flat_color(number, alpha), scale)
                painter.strokePath(band_sides(self._picture.spans[number]), pen)

    def paint_silhouette(self, painter: QPainter) -> None:
        """Paint all ribbons in flat colours."""
        tall = np.flatnonzero(self._heights > self._usual)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint_far(painter, self._picture.ink, tall)

    def _paint_far(self, painter: QPainter, exposed: QRectF, tall: Numbers) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for chunk in self._short.within(exposed):
            for color, path in chunk.paths:
                painter.fillPath(path, color)
        for number in tall.tolist():
            painter.fillPath(self._picture.ribbon_path(number), self._flat_brush(number))

    def brush(self, number: int) -> QBrush:
        """The gradient of a ribbon, from top to bottom."""
        made = self._brushes.get(number)
        if made is None:
            alpha = self._alpha(number)
            made = self._brushes[number] = self.gradient(number, alpha)
        return made

    def _flat_brush(self, number: int) -> QBrush:
        """A ribbon's one colour."""
        made = self._flat_brushes.get(number)
        if made is None:
            made = self._flat_brushes[number] = QBrush(self.flat_color(number))
        return made

    def _bundle_brush(self, leader: int) -> QBrush:
        """From the producer's colour into that of the consumer reached last."""
        made = self._brushes.get(leader)
        if made is None:
            box, members = self._bundles.box(leader), self._bundles.members[leader]
            last = max(members, key=lambda number: self._picture.spans[number][-1].y)
            made = self._blended(box.top(), box.bottom(), *self._ends(last), self._alpha(last))
            self._brushes[leader] = made
        return made

    def gradient(self, number: int, alpha: float) -> QBrush:
        """A ribbon's gradient at another opacity, for emphasis."""
        _, top, _, bottom = self._picture.ribbon_boxes[number].tolist()
        source, target = self._ends(number)
        return self._blended(top, bottom, source, target, alpha)

    def _blended(
        self, top: float, bottom: float, source: Family, target: Family, alpha: float
    ) -> QBrush:
        fill = QLinearGradient(QPointF(0, top), QPointF(0, bottom))
        fill.setColorAt(0.0, self._color(source, alpha))
        fill.setColorAt(1.0, self._color(target, alpha))
        return QBrush(fill)

    def edge_pen(self, number: int, scale: float, alpha: float) -> QPen:
        """A hairline around an emphasized ribbon."""
        return QPen(self.flat_color(number, alpha), 1.0 / scale)

    def _alpha(self, number: int) -> float:
        if self._is_faint(number):
            return self._theme.ribbon_alpha * _FAINTEST
        trains = self._picture.ribbons[number].training_only
        return self._theme.ribbon_alpha * (_FAINTER if trains else 1.0)

    def _is_faint(self, number: int) -> bool:
        ribbon = self._picture.ribbons[number]
        return self._marks.is_faint(ribbon.source) or self._marks.is_faint(ribbon.target)

    def flat_color(self, number: int, alpha: float | None = None) -> QColor:
        """A ribbon in one colour, between those of its ends."""
        source, target = self._ends(number)
        mixed = blend(self._color(source), self._color(target), 0.5)
        mixed.setAlphaF(self._alpha(number) if alpha is None else alpha)
        return mixed

    def _color(self, family: Family, alpha: float = 1.0) -> QColor:
        if self._marks.is_overlay:
            return self._theme.color("secondary", alpha)
        return self._theme.family(family, alpha)

    def _add(self, path: QPainterPath, number: int) -> None:
        path.addPolygon(band_polygon(self._picture.spans[number]))

    def _ends(self, number: int) -> tuple[Family, Family]:
        ribbon = self._picture.ribbons[number]
        bars, numbers = self._picture.bars, self._picture.bar_numbers
        return (bars[numbers[ribbon.source]].family, bars[numbers[ribbon.target]].family)

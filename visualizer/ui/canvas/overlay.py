"""What is laid over the picture while working with it: selection, its cut, hover, search hits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.bars import at_least
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.cut_line import paint_cut
from visualizer.ui.canvas.picture import Boxes, Numbers, touching


class Overlay:
    """Paints over `content`; `selected`, `hovered`, `ribbon` and `cut` say what, "" or None
    nothing."""

    def __init__(self) -> None:
        self.selected = ""
        self.hovered = ""
        self.ribbon: int | None = None
        self.cut: CutMark | None = None
        self._matches: frozenset[str] = frozenset()
        self._match_numbers: Numbers | None = None

    def set_matches(self, ids: Iterable[str]) -> None:
        self._matches = frozenset(ids)
        self._match_numbers = None

    def content_changed(self) -> None:
        """The same ids may now be other numbers, and nothing is known to be under the mouse."""
        self.hovered = ""
        self.ribbon = None
        self._match_numbers = None

    def match_boxes(self, content: Content) -> Boxes:
        """The boxes of the search hits in this picture."""
        return content.picture.bar_boxes[self._numbers(content)]

    def paint(self, painter: QPainter, content: Content, exposed: QRectF, scale: float) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_ribbons(painter, content, scale)
        self._paint_matches(painter, content, exposed, scale)
        if cut := self.shown_cut(content):
            paint_cut(painter, content, cut, self.selected, exposed, scale)
        if self.hovered and self.hovered != self.selected:
            self._outline(painter, content, self.hovered, content.theme.color("secondary"), scale)
        if self.selected:
            self._outline(painter, content, self.selected, content.theme.color("accent"), scale)

    def shown_cut(self, content: Content) -> CutMark | None:
        """The selected cut, if its bars are in this picture."""
        at = content.picture.bar_numbers
        known = self.cut is not None and self.cut.bars and all(bar in at for bar in self.cut.bars)
        return self.cut if known else None

    def _paint_ribbons(self, painter: QPainter, content: Content, scale: float) -> None:
        picture = content.picture.as_flowing_down
        at = picture.ribbons_at
        emphasis = dict.fromkeys(at(self.hovered), 0.16)
        emphasis.update(dict.fromkeys(at(self.selected), 0.24))
        if self.ribbon is not None:
            emphasis.setdefault(self.ribbon, 0.3)
        with content.picture.turn.painting(painter):
            for number, alpha in emphasis.items():
                path = picture.ribbon_path(number)
                painter.fillPath(path, content.ribbons.gradient(number, alpha))
                painter.strokePath(path, content.ribbons.edge_pen(number, scale, alpha * 2))

    def _paint_matches(
        self, painter: QPainter, content: Content, exposed: QRectF, scale: float
    ) -> None:
        numbers = self._numbers(content)
        seen = numbers[touching(content.picture.bar_boxes[numbers], exposed)]
        path = QPainterPath()
        path.setFillRule(Qt.FillRule.WindingFill)
        for number in seen.tolist():
            path.addRoundedRect(_around(content.picture.bar_rect(number), scale), *_radius(scale))
        painter.strokePath(path, QPen(content.theme.color("match", 0.3), 6.0 / scale))
        painter.strokePath(path, QPen(content.theme.color("match"), 2.0 / scale))

    def _numbers(self, content: Content) -> Numbers:
        if self._match_numbers is None:
            at = content.picture.bar_numbers
            found = sorted(at[item] for item in self._matches if item in at)
            self._match_numbers = np.array(found, dtype=np.intp)
        return self._match_numbers

    def _outline(
        self, painter: QPainter, content: Content, item: str, color: QColor, scale: float
    ) -> None:
        painter.setPen(QPen(color, 2.0 / scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if item not in content.picture.bar_numbers:  # a frame's outline is on its border
            painter.setPen(QPen(color, 2.5 / scale))
        for rect in content.picture.rects_of(item):
            around = _around(rect, scale) if item in content.picture.bar_numbers else rect
            painter.drawRoundedRect(around, *_radius(scale))


def _around(rect: QRectF, scale: float) -> QRectF:
    """An outline that leaves two screen pixels of air around a bar."""
    gap = 3.0 / scale
    return at_least(rect, 1.0 / scale, 1.5 / scale).adjusted(-gap, -gap, gap, gap)


def _radius(scale: float) -> tuple[float, float]:
    radius = 3.0 + 2.0 / scale
    return (radius, radius)

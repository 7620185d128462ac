"""The steps of a cut profile where they lie along the canvas: what is where, and painted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QTransform

from visualizer.session.network import Narrowing
from visualizer.ui.canvas.turning import Turn
from visualizer.ui.panels.strip_painting import (
    across,
    by_weight,
    foot_of,
    lying,
    paint_foot,
    paint_glyph,
    paint_head,
    paint_input,
    paint_line,
    paint_lying_foot,
    paint_steps,
    paint_waist,
)
from visualizer.ui.panels.strip_steps import Steps
from visualizer.ui.theme import Theme

_SNAP = 6.0


class StripPlot(NamedTuple):
    """A profile in the strip's `area`, at the heights that `view` gives scene heights; of one
    that lies, as if it stood."""

    narrowing: Narrowing
    steps: Steps
    area: QRectF
    turn: Turn
    view: QTransform

    def y_of(self, number: int) -> float:
        """Where a cut is along the flow, in the strip's pixels."""
        return self._to_screen(float(self.steps.heights[number]))

    def cut_at(self, y: float) -> int | None:
        """The cut at a height: a finding near it, else the step there."""
        if y > self._room.bottom():
            return None
        found = (finding.cut for finding in self.narrowing.chain_findings)
        near = [number for number in found if abs(self.y_of(number) - y) <= _SNAP]
        if near:
            return min(near, key=lambda number: abs(self.y_of(number) - y))
        return self.steps.at((y - self.view.dy()) / self.view.m22())

    def paint(
        self, painter: QPainter, cut: int | None, bands: Sequence[tuple[int, QColor]], theme: Theme
    ) -> None:
        """Everything, with the selected `cut` marked and `bands` behind some cuts."""
        room, profile = self._room, self.narrowing.profile
        width = room.right()
        painter.save()
        if self.turn.is_right:
            painter.setTransform(lying(self.area), combine=True)
        painter.setClipRect(room)
        if profile.final + 1 < len(profile.cuts):
            head = self._to_screen(float(self.steps.edges[profile.final + 1]))
            paint_head(painter, head, room, theme)
        for number, color in bands:
            self._paint_band(painter, number, room, color)
        seen = self.steps.seen(self.view.m22(), self.view.dy(), room.top(), room.bottom())
        for number in self.narrowing.waist_cuts:
            if (box := self._step_box(number, width)).intersects(room):
                paint_waist(painter, box, theme)
        paint_input(painter, across(float(self.steps.shares[0]), width), room.bottom(), theme)
        paint_steps(painter, seen, width, theme)
        self._paint_marks(painter, cut, width, theme)
        painter.restore()
        paint = paint_lying_foot if self.turn.is_right else paint_foot
        paint(painter, self.area, profile, theme)

    @property
    def _room(self) -> QRectF:
        """Where steps are painted, as if data flowed down."""
        foot = foot_of(self.turn)
        if self.turn.is_right:
            return QRectF(0, 0, self.area.height() - foot - 1, self.area.width())
        return self.area.adjusted(1, 0, 0, -foot)

    def _paint_marks(self, painter: QPainter, cut: int | None, width: float, theme: Theme) -> None:
        if cut is not None and cut < len(self.steps.heights):
            color = theme.color("waist" if cut in self.narrowing.waist_cuts else "text", 0.75)
            paint_line(painter, self.y_of(cut), width, color)
        for finding in by_weight(self.narrowing.chain_findings):
            share = float(self.steps.shares[finding.cut])
            at = QPointF(across(share, width), self.y_of(finding.cut))
            if -_SNAP < at.y() < max(self.area.height(), self.area.width()):
                paint_glyph(painter, at, finding.severity, theme)

    def _paint_band(self, painter: QPainter, number: int, room: QRectF, color: QColor) -> None:
        if number < len(self.steps.heights):
            box = self._step_box(number, room.width())
            painter.fillRect(QRectF(room.left(), box.top(), room.width(), box.height()), color)

    def _step_box(self, number: int, width: float) -> QRectF:
        """From the baseline to the end of a cut's step."""
        edges = self.steps.edges[number : number + 2].tolist()
        top, bottom = map(self._to_screen, edges)
        start = across(0.0, width)
        end = across(float(self.steps.shares[number]), width)
        return QRectF(start, top, end - start, bottom - top)

    def _to_screen(self, height: float) -> float:
        return self.view.dy() + self.view.m22() * height

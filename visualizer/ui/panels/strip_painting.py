"""How the strip beside the canvas is painted: silhouette, lines, findings, and its key."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF

from visualizer.bottlenecks import CutProfile, Finding, Severity
from visualizer.bottlenecks.tensors import Unit
from visualizer.costs.units import human_bytes
from visualizer.ui.models.tree_model import short_count
from visualizer.ui.panels.cut_words import minimum_color, severity_color
from visualizer.ui.panels.strip_steps import Floats, SeenSteps
from visualizer.ui.theme import Theme, canvas_font

FOOT = 54.0
BASE, MARGIN = 12.0, 14.0
_FONT = 10
_ROW = 15.0
_RADII: dict[Severity, float] = {"extreme": 6.0, "moderate": 5.5, "mild": 4.0, "info": 3.0}


def across(share: float, width: float) -> float:
    """Where a share of the widest cut ends, in pixels of a strip `width` wide."""
    return BASE + share * (width - BASE - MARGIN)


def paint_steps(painter: QPainter, steps: SeenSteps, width: float, theme: Theme) -> None:
    """The filled silhouette with its outline, and the narrowest width so far as a line."""
    if not len(steps.shares):
        return
    outline = _stairs(steps.edges, steps.shares, width)
    top, bottom = float(steps.edges[0]), float(steps.edges[-1])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.color("accent", 0.2))
    painter.drawPolygon(QPolygonF([QPointF(BASE, top), *outline, QPointF(BASE, bottom)]))
    painter.setPen(QPen(theme.color("accent"), 1.4))
    painter.drawPolyline(QPolygonF(outline))
    painter.setPen(QPen(minimum_color(theme), 2.0))
    painter.drawPolyline(QPolygonF(_stairs(steps.edges, steps.narrowest, width)))


def _stairs(edges: Floats, shares: Floats, width: float) -> list[QPointF]:
    xs = BASE + np.repeat(shares, 2) * (width - BASE - MARGIN)
    ys = np.repeat(edges, 2)[1:-1]
    return [QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)]


def paint_waist(painter: QPainter, box: QRectF, theme: Theme) -> None:
    """The step of a waist in the colour kept for them, never too thin to be seen."""
    thicker = max(0.0, 3.0 - box.height()) / 2
    painter.fillRect(box.adjusted(0, -thicker, 0, thicker), theme.color("waist", 0.75))


def paint_input(painter: QPainter, x: float, height: float, theme: Theme) -> None:
    """The input's width all the way down."""
    painter.setPen(QPen(theme.color("secondary"), 1.0, Qt.PenStyle.DashLine))
    painter.drawLine(QPointF(x, 0), QPointF(x, height))


def paint_glyph(painter: QPainter, at: QPointF, severity: Severity, theme: Theme) -> None:
    """A finding's symbol, as in the chart: a triangle, a diamond or a dot."""
    painter.setPen(QPen(theme.color("ground"), 1.2))
    painter.setBrush(severity_color(severity, theme))
    painter.drawPath(_glyph(at, severity))


def _glyph(at: QPointF, severity: Severity) -> QPainterPath:
    path, r = QPainterPath(), _RADII[severity]
    corners = {
        "extreme": ((-r, -0.8 * r), (r, -0.8 * r), (0, r)),
        "moderate": ((0, -r), (r, 0), (0, r), (-r, 0)),
    }.get(severity)
    if corners is None:
        path.addEllipse(at, r, r)
        return path
    path.addPolygon(QPolygonF([at + QPointF(x, y) for x, y in corners]))
    path.closeSubpath()
    return path


def paint_line(painter: QPainter, y: float, width: float, color: QColor) -> None:
    """The dashed line of a selected cut, which the canvas goes on with."""
    pen = QPen(color, 1.3)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawLine(QPointF(0, y), QPointF(width, y))


def paint_head(painter: QPainter, top: float, area: QRectF, theme: Theme) -> None:
    """What is not judged lies on a grey ground."""
    if top < area.bottom():
        box = QRectF(area.left(), top, area.width(), area.bottom() - top)
        painter.fillRect(box, theme.color("faint", 0.13))
        painter.setFont(canvas_font(_FONT))
        painter.setPen(theme.color("secondary"))
        painter.drawText(
            box.adjusted(0, 3, -6, 0), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight,
            "head",
        )  # fmt: skip


def paint_foot(painter: QPainter, area: QRectF, profile: CutProfile, theme: Theme) -> None:
    """The axis from 0 to the widest cut, what it counts, and what the lines are."""
    box = QRectF(area.left(), area.bottom() - FOOT, area.width(), FOOT)
    painter.fillRect(box, theme.color("ground"))
    painter.setPen(QPen(theme.color("strong_border"), 1.0))
    right = area.right() - MARGIN
    painter.drawLine(QPointF(BASE, box.top() + 0.5), QPointF(right, box.top() + 0.5))
    for x in (BASE, right):
        painter.drawLine(QPointF(x, box.top() + 0.5), QPointF(x, box.top() + 4))
    painter.setFont(canvas_font(_FONT))
    axis = QRectF(BASE, box.top() + 4, right - BASE, _ROW)
    widest = _short(max(cut.width for cut in profile.cuts), profile.unit)
    _words(painter, axis, Qt.AlignmentFlag.AlignLeft, "0", theme)
    _words(painter, axis, Qt.AlignmentFlag.AlignHCenter, profile.unit, theme)
    _words(painter, axis.adjusted(0, 0, 8, 0), Qt.AlignmentFlag.AlignRight, widest, theme)
    _paint_key(painter, axis, theme)


def _short(width: int, unit: Unit) -> str:
    """Three digits that matter: `194 k`, `756 KB`."""
    if unit == "numbers":
        return short_count(width)
    value, step = human_bytes(width).split()
    return f"{float(value):.{max(0, 3 - len(value.partition('.')[0]))}f} {step}"


def _paint_key(painter: QPainter, axis: QRectF, theme: Theme) -> None:
    first, second = axis.translated(0, _ROW), axis.translated(0, 2 * _ROW)
    dashed = QPen(theme.color("secondary"), 1.0, Qt.PenStyle.DashLine)
    end = _entry(painter, first, QPen(theme.color("accent"), 2.0), "can pass", theme)
    _entry(painter, first.adjusted(end + 12, 0, 0, 0), dashed, "input", theme)
    _entry(painter, second, QPen(minimum_color(theme), 2.0), "narrowest so far", theme)


def _entry(painter: QPainter, row: QRectF, pen: QPen, text: str, theme: Theme) -> float:
    """A short line and its meaning; returns how wide they are."""
    painter.setPen(pen)
    y = row.center().y()
    painter.drawLine(QPointF(row.left(), y), QPointF(row.left() + 12, y))
    _words(painter, row.adjusted(17, 0, 0, 0), Qt.AlignmentFlag.AlignLeft, text, theme)
    return 17 + QFontMetricsF(canvas_font(_FONT)).horizontalAdvance(text)


def _words(
    painter: QPainter, box: QRectF, where: Qt.AlignmentFlag, text: str, theme: Theme
) -> None:
    painter.setPen(theme.color("secondary"))
    painter.drawText(box, where | Qt.AlignmentFlag.AlignVCenter, text)


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """The worst last, to be painted over the others."""
    return list(findings)[::-1]

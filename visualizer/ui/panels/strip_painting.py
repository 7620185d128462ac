"""How the strip beside the canvas is painted: silhouette, lines, findings, and its key."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF, QTransform

from visualizer.bottlenecks import CutProfile, Finding, Severity
from visualizer.bottlenecks.tensors import Unit
from visualizer.costs.units import human_bytes
from visualizer.ui.canvas.turning import Turn
from visualizer.ui.models.tree_model import short_count
from visualizer.ui.panels.cut_words import minimum_color, severity_color
from visualizer.ui.panels.strip_steps import Floats, SeenSteps
from visualizer.ui.theme import Theme, canvas_font

FOOT, LYING_FOOT = 54.0, 20.0
BASE, MARGIN = 12.0, 14.0
_FONT = 10
_ROW = 15.0
_RADII: dict[Severity, float] = {"extreme": 6.0, "moderate": 5.5, "mild": 4.0, "info": 3.0}


def foot_of(turn: Turn) -> float:
    """Pixels below the steps that say what these are."""
    return LYING_FOOT if turn.is_right else FOOT


def lying(area: QRectF) -> QTransform:
    """From a strip that stands beside the canvas to one that lies below it, in `area`, whose
    steps rise from its foot."""
    return QTransform(0, -1, 1, 0, area.left(), area.bottom() - LYING_FOOT)


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
    painter.save()
    spot = painter.transform().map(at)
    painter.resetTransform()
    painter.drawPath(_glyph(spot, severity))
    painter.restore()


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
        painter.save()
        seen = painter.transform().mapRect(box)
        painter.resetTransform()
        painter.setFont(canvas_font(_FONT))
        painter.setPen(theme.color("secondary"))
        painter.drawText(
            seen.adjusted(0, 3, -6, 0), Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight,
            "head",
        )  # fmt: skip
        painter.restore()


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


def paint_lying_foot(painter: QPainter, area: QRectF, profile: CutProfile, theme: Theme) -> None:
    """In one row what the lines are, and how much the highest step is."""
    box = QRectF(area.left(), area.bottom() - LYING_FOOT, area.width(), LYING_FOOT)
    painter.fillRect(box, theme.color("ground"))
    painter.setPen(QPen(theme.color("strong_border"), 1.0))
    painter.drawLine(box.topLeft(), box.topRight())
    painter.setFont(canvas_font(_FONT))
    widest = _short(max(cut.width for cut in profile.cuts), profile.unit)
    row = box.adjusted(BASE, 1, -BASE, 0)
    dashed = QPen(theme.color("secondary"), 1.0, Qt.PenStyle.DashLine)
    for pen, text in (
        (QPen(theme.color("accent"), 2.0), "can pass"),
        (dashed, "input"),
        (QPen(minimum_color(theme), 2.0), "narrowest so far"),
    ):
        row.setLeft(row.left() + _entry(painter, row, pen, text, theme) + 14)
    highest = f"highest: {widest}" + (f" {profile.unit}" if profile.unit == "numbers" else "")
    if QFontMetricsF(canvas_font(_FONT)).horizontalAdvance(highest) < row.width():
        _words(painter, row, Qt.AlignmentFlag.AlignRight, highest, theme)


def paint_aside(painter: QPainter, area: QRectF, words: str, turn: Turn, theme: Theme) -> None:
    """Why there is no profile; in a strip that stands, from bottom to top."""
    painter.save()
    painter.setFont(canvas_font(11))
    painter.setPen(theme.color("secondary"))
    room = QRectF(0, 0, area.width(), area.height())
    if not turn.is_right:
        painter.translate(area.bottomLeft())
        painter.rotate(-90)
        room = room.transposed()
    short = painter.fontMetrics().elidedText(
        words, Qt.TextElideMode.ElideRight, int(room.width()) - 16
    )
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, short)
    painter.restore()


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

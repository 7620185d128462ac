"""A receptive field drawn over the picture: a frame, dashed where it reaches outside."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from visualizer.session.field_box import FieldBox
from visualizer.ui.theme import Theme

_DIMMED = 0.45
_FRAME, _HALO = 2.0, 4.0


def paint_field(painter: QPainter, drawn: QRectF, box: FieldBox, theme: Theme) -> None:
    """Frame the part of the picture, which is `drawn` so, that `box` covers; dim the rest."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    frame = frame_rect(drawn, box)
    rest = QPainterPath()
    rest.addRect(drawn)
    rest.addRect(frame)  # odd-even filling: the picture without the frame
    dark = QColor(0, 0, 0)
    dark.setAlphaF(_DIMMED)
    painter.fillPath(rest, dark)
    edge = frame.intersected(drawn.adjusted(1, 1, -1, -1))
    for line, outside in zip(_edges(edge), box.outside, strict=True):
        _paint_edge(painter, line, outside or box.whole, theme.color("match"))


def frame_rect(drawn: QRectF, box: FieldBox) -> QRectF:
    """Where the field lies in the drawn picture, clipped to it, whole pixels."""
    height, width = box.picture
    (top, bottom), (left, right) = box.clipped_rows, box.clipped_columns
    across, down = drawn.width() / width, drawn.height() / height
    return QRectF(
        drawn.x() + left * across, drawn.y() + top * down,
        (right - left + 1) * across, (bottom - top + 1) * down,
    )  # fmt: skip


def _edges(box: QRectF) -> tuple[QLineF, QLineF, QLineF, QLineF]:
    """Left, upper, right and lower edge."""
    return (
        QLineF(box.topLeft(), box.bottomLeft()), QLineF(box.topLeft(), box.topRight()),
        QLineF(box.topRight(), box.bottomRight()), QLineF(box.bottomLeft(), box.bottomRight()),
    )  # fmt: skip


def _paint_edge(painter: QPainter, line: QLineF, dashed: bool, color: QColor) -> None:
    """In colour on a dark halo, to be seen on any picture."""
    style = Qt.PenStyle.CustomDashLine if dashed else Qt.PenStyle.SolidLine
    for width, ink in ((_HALO, QColor(0, 0, 0, 140)), (_FRAME, color)):
        pen = QPen(ink, width, style, Qt.PenCapStyle.FlatCap)
        if dashed:
            pen.setDashPattern([8.0 / width, 6.0 / width])
        painter.setPen(pen)
        painter.drawLine(line)

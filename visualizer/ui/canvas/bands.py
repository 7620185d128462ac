"""Outlines of what is not a rectangle: ribbons and the silhouettes of folded modules."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from visualizer.layout.model import Span


def band_path(spans: Sequence[Span]) -> QPainterPath:
    """The ribbon through `spans`, top to bottom: its sides run smoothly through their ends.

    Between two spans a side is a cubic with vertical tangents, a straight line where both
    ends stand above each other. Needs at least two spans.
    """
    path = QPainterPath(QPointF(spans[0].left, spans[0].y))
    for above, below in zip(spans, spans[1:], strict=False):
        _side(path, above.left, above.y, below.left, below.y)
    path.lineTo(spans[-1].right, spans[-1].y)
    for below, above in zip(spans[::-1], spans[-2::-1], strict=False):
        _side(path, below.right, below.y, above.right, above.y)
    path.closeSubpath()
    return path


def _side(path: QPainterPath, x0: float, y0: float, x1: float, y1: float) -> None:
    if abs(x0 - x1) < 0.01:
        path.lineTo(x1, y1)
        return
    middle = (y0 + y1) / 2
    path.cubicTo(x0, middle, x1, middle, x1, y1)


def band_polygon(spans: Sequence[Span]) -> QPolygonF:
    """The ribbon with straight sides, for when it is too small for curves to be seen."""
    return QPolygonF(
        [QPointF(span.left, span.y) for span in spans]
        + [QPointF(span.right, span.y) for span in reversed(spans)]
    )


def silhouette_path(profile: Sequence[float], box: QRectF) -> QPainterPath:
    """The outline of a folded module: op widths from the top to the bottom of `box`.

    Widths are in pixels of the same scale as the bars; where one is wider than the box, all
    shrink together so that the shape stays true.
    """
    widest = max(profile)
    shrink = min(1.0, box.width() / widest) if widest > 0 else 0.0
    step = box.height() / len(profile)
    spans = [
        Span(y, box.center().x() - width * shrink / 2, box.center().x() + width * shrink / 2)
        for number, width in enumerate(profile)
        for y in (box.top() + step * (number + 0.3), box.top() + step * (number + 0.7))
    ]
    first, last = spans[0], spans[-1]
    return band_path(
        [Span(box.top(), first.left, first.right), *spans, Span(box.bottom(), last.left, last.right)]
    )

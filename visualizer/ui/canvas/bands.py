"""Outlines of what is not a rectangle: ribbons and the silhouettes of folded modules."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from visualizer.layout.model import Span

# Height in pixels of one level of a folded module's silhouette.
_LEVEL = 4.5


def band_path(spans: Sequence[Span]) -> QPainterPath:
    """The ribbon through `spans`, top to bottom: its sides run smoothly through their ends.

    Between two spans a side is a cubic with vertical tangents, a straight line where both
    ends stand above each other. Needs at least two spans.
    """
    path = QPainterPath(QPointF(spans[0].left, spans[0].y))
    for above, below in pairwise(spans):
        _side(path, above.left, above.y, below.left, below.y)
    path.lineTo(spans[-1].right, spans[-1].y)
    for below, above in pairwise(spans[::-1]):
        _side(path, below.right, below.y, above.right, above.y)
    path.closeSubpath()
    return path


def _side(path: QPainterPath, x0: float, y0: float, x1: float, y1: float) -> None:
    if abs(x0 - x1) < 0.01:
        path.lineTo(x1, y1)
        return
    middle = (y0 + y1) / 2
    path.cubicTo(x0, middle, x1, middle, x1, y1)


def band_sides(spans: Sequence[Span]) -> QPainterPath:
    """The two sides of that ribbon, without its ends."""
    path = QPainterPath(QPointF(spans[0].left, spans[0].y))
    for above, below in pairwise(spans):
        _side(path, above.left, above.y, below.left, below.y)
    path.moveTo(spans[0].right, spans[0].y)
    for above, below in pairwise(spans):
        _side(path, above.right, above.y, below.right, below.y)
    return path


def band_polygon(spans: Sequence[Span]) -> QPolygonF:
    """The ribbon with straight sides, for when it is too small for curves to be seen."""
    return QPolygonF(
        [QPointF(span.left, span.y) for span in spans]
        + [QPointF(span.right, span.y) for span in reversed(spans)]
    )


def crosses(spans: Sequence[Span], box: QRectF) -> bool:
    """Whether the ribbon through `spans`, its sides taken as straight, passes the middle line
    of `box`."""
    y = box.center().y()
    below = bisect_right(spans, y, key=lambda span: span.y)
    if not 0 < below < len(spans):
        return False
    start, end = spans[below - 1], spans[below]
    share = (y - start.y) / (end.y - start.y)
    left = start.left + share * (end.left - start.left)
    right = start.right + share * (end.right - start.right)
    return left < box.right() and right > box.left()


def silhouette_path(profile: Sequence[float], box: QRectF) -> QPainterPath:
    """The outline of a folded module: op widths from the top to the bottom of `box`.

    Widths are in pixels of the same scale as the bars; where one is wider than the box, all
    shrink together so that the shape stays true.
    """
    levels = _narrowest(profile, max(3, int(box.height() / _LEVEL)))
    widest = max(profile)
    shrink = min(1.0, box.width() / widest) if widest > 0 else 0.0
    step, middle = box.height() / len(levels), box.center().x()
    spans = [
        Span(box.top() + step * (number + part), middle - half, middle + half)
        for number, half in enumerate(width * shrink / 2 for width in levels)
        for part in (0.3, 0.7)
    ]
    first, last = spans[0], spans[-1]
    return band_path(
        [
            Span(box.top(), first.left, first.right),
            *spans,
            Span(box.bottom(), last.left, last.right),
        ]
    )


def _narrowest(profile: Sequence[float], most: int) -> list[float]:
    """At most `most` levels: of neighbours merged into one the narrowest counts."""
    count = min(most, len(profile))
    edges = [round(number * len(profile) / count) for number in range(count + 1)]
    return [min(profile[start:end]) for start, end in pairwise(edges)]

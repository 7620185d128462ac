"""Outlines of what is not a rectangle: ribbons and the silhouettes of folded modules."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from visualizer.layout.columns import turn_depths, turns
from visualizer.layout.model import Span

# Height in pixels of one level of a folded module's silhouette.
_LEVEL = 4.5
# Handles of a cubic that is all but a quarter of a circle.
_ROUND = 0.5523
# A ribbon that is led over to another column has four spans more than its two ends.
_MOST_STRAIGHT = 5


def band_path(spans: Sequence[Span]) -> QPainterPath:
    """The ribbon through `spans`, from its foot to its head: its sides run smoothly through
    their ends.

    Between two spans a side is a cubic with vertical tangents, a straight line where both ends
    stand above each other, and round corners where the ribbon turns round. Needs at least two
    spans.
    """
    path = QPainterPath(QPointF(spans[0].left, spans[0].y))
    for one, other in pairwise(spans):
        _side(path, one.left, one.y, other.left, other.y, _bow(one, other, 0))
    path.lineTo(spans[-1].right, spans[-1].y)
    for other, one in pairwise(spans[::-1]):
        _side(path, other.right, other.y, one.right, one.y, _bow(one, other, 1))
    path.closeSubpath()
    return path


def _bow(one: Span, other: Span, side: int) -> float:
    """How far beyond the height where a ribbon turns round its left (0) or right (1) side gets:
    below it at the foot of a column, above it (negative) at a head; 0 where it goes on."""
    if not turns(one, other):
        return 0.0
    depth = turn_depths(one, other)[side]
    return depth if one.left < one.right else -depth


def _side(path: QPainterPath, x0: float, y0: float, x1: float, y1: float, bow: float = 0.0) -> None:
    if bow:
        _turn(path, x0, x1, y0, bow)
        return
    if abs(x0 - x1) < 0.01:
        path.lineTo(x1, y1)
        return
    middle = (y0 + y1) / 2
    path.cubicTo(x0, middle, x1, middle, x1, y1)


def _turn(path: QPainterPath, x0: float, x1: float, y: float, bow: float) -> None:
    """Down (or up) by `bow`, across and back, with round corners: those of a ribbon's two sides
    have one middle, so that it is everywhere as wide."""
    radius = min(abs(bow), abs(x1 - x0) / 2)
    start, end = (x0 + radius, x1 - radius) if x1 > x0 else (x0 - radius, x1 + radius)
    beyond, handle = y + bow, y + bow * _ROUND
    path.cubicTo(x0, handle, x0 + (start - x0) * (1 - _ROUND), beyond, start, beyond)
    path.lineTo(end, beyond)
    path.cubicTo(x1 + (end - x1) * (1 - _ROUND), beyond, x1, handle, x1, y)


def band_sides(spans: Sequence[Span]) -> QPainterPath:
    """The two sides of that ribbon, without its ends."""
    path = QPainterPath(QPointF(spans[0].left, spans[0].y))
    for one, other in pairwise(spans):
        _side(path, one.left, one.y, other.left, other.y, _bow(one, other, 0))
    path.moveTo(spans[0].right, spans[0].y)
    for one, other in pairwise(spans):
        _side(path, one.right, one.y, other.right, other.y, _bow(one, other, 1))
    return path


def band_polygon(spans: Sequence[Span]) -> QPolygonF:
    """The ribbon with straight sides, for when it is too small for curves to be seen."""
    if len(spans) > _MOST_STRAIGHT and any(turns(*pair) for pair in pairwise(spans)):
        return band_path(spans).toFillPolygon()
    return QPolygonF(
        [QPointF(span.left, span.y) for span in spans]
        + [QPointF(span.right, span.y) for span in reversed(spans)]
    )


def crosses(spans: Sequence[Span], box: QRectF) -> bool:
    """Whether the ribbon through `spans`, its sides taken as straight, passes the middle line
    of `box`."""
    y = box.center().y()
    return any(
        _crosses_between(start, end, y, box)
        for start, end in pairwise(spans)
        if min(start.y, end.y) <= y < max(start.y, end.y)
    )


def _crosses_between(start: Span, end: Span, y: float, box: QRectF) -> bool:
    share = (y - start.y) / (end.y - start.y)
    one = start.left + share * (end.left - start.left)
    other = start.right + share * (end.right - start.right)
    return min(one, other) < box.right() and max(one, other) > box.left()


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

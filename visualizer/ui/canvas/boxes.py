"""Boxes of many things as rows of an array (left, top, right, bottom), and which are where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

from visualizer.layout.columns import turn_depths, turns
from visualizer.layout.model import Rect, Span

Boxes = NDArray[np.float64]
Numbers = NDArray[np.intp]


def boxes_of(rects: Iterable[Rect]) -> Boxes:
    """One row for each rectangle."""
    edges = (edge for r in rects for edge in (r.x, r.y, r.right, r.bottom))
    return np.fromiter(edges, dtype=float).reshape(-1, 4)


def touching(boxes: Boxes, area: QRectF) -> Numbers:
    """Rows of `boxes` that touch `area`, in order."""
    inside = boxes[:, 1] <= area.bottom()
    inside &= boxes[:, 3] >= area.top()
    inside &= boxes[:, 0] <= area.right()
    inside &= boxes[:, 2] >= area.left()
    return np.flatnonzero(inside)


def across(boxes: Boxes, band: QRectF) -> QRectF:
    """From the leftmost to the rightmost of what is at the heights of `band`; null for none."""
    found = boxes[(boxes[:, 1] <= band.bottom()) & (boxes[:, 3] >= band.top())]
    if not len(found):
        return QRectF()
    left, right = float(found[:, 0].min()), float(found[:, 2].max())
    return QRectF(left, band.top(), right - left, band.height())


def square(point: QPointF, slack: float) -> QRectF:
    """The square around `point` that reaches `slack` pixels in each direction."""
    return QRectF(point.x() - slack, point.y() - slack, 2 * slack, 2 * slack)


def box_around(boxes: Boxes) -> QRectF:
    """The rectangle around one box or more."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)


def extent_of(spans: Sequence[Span]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of a ribbon."""
    left = min(span.left for span in spans)
    right = max(span.right for span in spans)
    if len(spans) > 2 and any(turns(*pair) for pair in pairwise(spans)):
        return _extent_of_turns(spans)
    return (left, spans[0].y, right, spans[-1].y)


def _extent_of_turns(spans: Sequence[Span]) -> tuple[float, float, float, float]:
    """Of a ribbon that is led over from column to column."""
    across = [x for span in spans for x in (span.left, span.right)]
    down = [span.y for span in spans]
    for one, other in pairwise(spans):
        if turns(one, other):
            depth = max(turn_depths(one, other))
            down.append(one.y + (depth if one.left < one.right else -depth))
    return (min(across), min(down), max(across), max(down))

"""A shown graph made ready for painting: rectangles as arrays, outlines on demand, hit tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from math import inf, sqrt

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF

from visualizer.layout.columns import COLUMN_GAP, turn_depths, turns
from visualizer.layout.model import Rect, Span
from visualizer.session.shown import ShownBar, ShownGraph, ShownGroup, ShownRibbon
from visualizer.ui.canvas.bands import band_path, band_polygon, crosses
from visualizer.ui.canvas.turning import Turn

Boxes = NDArray[np.float64]
Numbers = NDArray[np.intp]

HANDLE_SIZE = 14.0
TITLE_HEIGHT = 24.0


class Picture:
    """`bars`, `groups` and `ribbons` as numbered things with boxes, one row (left, top, right,
    bottom) each in scene pixels. Groups stand outermost first; one that is broken over several
    columns is in there as often.

    Where data flows to the right everything is where it is then, but for `spans`, which are
    layout's own, and what is in the picture `as_flowing_down`, which shapes are painted from.
    """

    def __init__(self, shown: ShownGraph, turn: Turn | None = None) -> None:
        self.shown = shown
        placement = shown.placement
        self.turn = turn or Turn(placement.flow)
        self.bars: tuple[ShownBar, ...] = shown.bars
        self.groups, frames = _frames(shown)
        self.bar_boxes = self.turn.boxes(_boxes(placement.bars[bar.id] for bar in self.bars))
        self.group_boxes = self.turn.boxes(_boxes(frames))
        routes = [route for route in placement.routes if len(route.spans) > 1]
        self.ribbons: tuple[ShownRibbon, ...] = tuple(shown.ribbons[r.edge] for r in routes)
        self.spans: tuple[tuple[Span, ...], ...] = tuple(route.spans for route in routes)
        extents = (edge for spans in self.spans for edge in _extent(spans))
        self.ribbon_boxes = self.turn.boxes(np.fromiter(extents, dtype=float).reshape(-1, 4))
        bounds = placement.bounds
        self.stretch = placement.stretch
        self._taller = 1.0 if self.turn.is_right else self.stretch
        self.title_height = TITLE_HEIGHT * self._taller
        self.bounds = self.turn.rect(QRectF(bounds.x, bounds.y, bounds.width, bounds.height))
        self._paths: dict[int, QPainterPath] = {}

    @cached_property
    def as_flowing_down(self) -> Picture:
        """The same picture in layout's places."""
        return Picture(self.shown, Turn("down")) if self.turn.is_right else self

    @property
    def boxes(self) -> Boxes:
        """Of bars, groups and ribbons together."""
        return np.vstack([self.bar_boxes, self.group_boxes, self.ribbon_boxes])

    @cached_property
    def lanes_between(self) -> tuple[tuple[float, float], ...]:
        """From where to where ribbons run back between the columns of a wrapped picture, across
        the flow."""
        areas = self.shown.placement.columns
        return tuple(
            (one.right + COLUMN_GAP, other.x - COLUMN_GAP) for one, other in pairwise(areas)
        )

    def column_around(self, rect: QRectF) -> QRectF:
        """The column in which `rect` begins, both in layout's places; all that is drawn where
        there is one only."""
        for area in self.shown.placement.columns:
            if area.x <= rect.right() and rect.left() <= area.right:
                return QRectF(area.x, area.y, area.width, area.height)
        return QRectF(self.ink)

    @cached_property
    def ink(self) -> QRectF:
        """The box around everything that is drawn, text aside."""
        boxes = self.boxes
        return _around(boxes) if len(boxes) else QRectF(self.bounds)

    def ink_of_first(self, depth: float) -> QRectF:
        """The part of `ink` that is no further than `depth` along the flow: as wide as what
        begins there."""
        boxes = self.turn.boxes(self.boxes)
        height = boxes[:, 1].min() + depth
        found = _around(boxes[boxes[:, 1] <= height])
        found.setBottom(min(found.bottom(), height))
        return self.turn.rect(found)

    @cached_property
    def bar_thickness(self) -> float:
        """The usual extent of a bar along the flow; inf where there are none."""
        boxes = self.turn.boxes(self.bar_boxes)
        return float(np.median(boxes[:, 3] - boxes[:, 1])) if len(boxes) else inf

    @cached_property
    def bar_numbers(self) -> dict[str, int]:
        return {bar.id: number for number, bar in enumerate(self.bars)}

    @cached_property
    def group_numbers(self) -> dict[str, int]:
        """Of a group in several columns, where it begins."""
        numbers: dict[str, int] = {}
        for number, group in enumerate(self.groups):
            numbers.setdefault(group.id, number)
        return numbers

    def parts_of(self, group: str) -> list[int]:
        """The numbers of a group: one a column that it goes through."""
        first = self.group_numbers.get(group)
        if first is None:
            return []
        count = 1 + len(self.shown.placement.continued.get(group, ()))
        return list(range(first, first + count))

    @cached_property
    def _ends(self) -> Numbers:
        """The numbers of the two bars of each ribbon."""
        at = self.bar_numbers
        ends = (at[end] for ribbon in self.ribbons for end in (ribbon.source, ribbon.target))
        return np.fromiter(ends, dtype=np.intp).reshape(-1, 2)

    def ribbons_at(self, item: str) -> list[int]:
        """Numbers of the ribbons that start or end at a bar; none for anything else."""
        number = self.bar_numbers.get(item, -1)
        found: list[int] = np.flatnonzero((self._ends == number).any(axis=1)).tolist()
        return found

    def feeding(self, item: str) -> str:
        """The bar outside an item from which most flows into it, "" for none."""
        rect = self.rect_of(item)
        if rect is None or not len(self._ends):
            return ""
        inside = np.zeros(len(self.bars), dtype=bool)
        inside[touching(self.bar_boxes, rect)] = True
        entering = np.flatnonzero(inside[self._ends[:, 1]] & ~inside[self._ends[:, 0]]).tolist()
        if not entering:
            return ""
        return self.ribbons[max(entering, key=lambda n: self.ribbons[n].elements)].source

    def bar_rect(self, number: int) -> QRectF:
        left, top, right, bottom = self.bar_boxes[number].tolist()
        return QRectF(left, top, right - left, bottom - top)

    def group_rect(self, number: int) -> QRectF:
        left, top, right, bottom = self.group_boxes[number].tolist()
        return QRectF(left, top, right - left, bottom - top)

    def rect_of(self, item: str) -> QRectF | None:
        """Where a bar or group is, None for an id that is not shown."""
        if (number := self.bar_numbers.get(item)) is not None:
            return self.bar_rect(number)
        if (number := self.group_numbers.get(item)) is not None:
            return self.group_rect(number)
        return None

    def rects_of(self, item: str) -> list[QRectF]:
        """Where a bar is, or all parts of a group; none for an id that is not shown."""
        if (number := self.bar_numbers.get(item)) is not None:
            return [self.bar_rect(number)]
        return [self.group_rect(number) for number in self.parts_of(item)]

    def ribbon_path(self, number: int) -> QPainterPath:
        """The outline of a ribbon, worked out once."""
        path = self._paths.get(number)
        if path is None:
            path = self._paths[number] = self.turn.path(band_path(self.spans[number]))
        return path

    def ribbon_polygon(self, number: int) -> QPolygonF:
        """The outline of a ribbon with straight sides."""
        return self.turn.polygon(band_polygon(self.spans[number]))

    def crosses(self, number: int, box: QRectF) -> bool:
        """Whether a ribbon passes the middle of `box`."""
        return crosses(self.spans[number], self.turn.rect(box))

    def is_folded(self, item: str) -> bool:
        """Whether `item` is a module drawn as one bar."""
        number = self.bar_numbers.get(item)
        return number is not None and self.bars[number].folded

    def can_fold(self, item: str) -> bool:
        """Whether `item` is a module, open or closed."""
        return item in self.group_numbers or self.is_folded(item)

    def nearest(self, point: QPointF) -> str:
        """The bar whose middle is nearest to `point`, "" where there are no bars."""
        if not self.bars:
            return ""
        across = (self.bar_boxes[:, 0] + self.bar_boxes[:, 2]) / 2 - point.x()
        down = (self.bar_boxes[:, 1] + self.bar_boxes[:, 3]) / 2 - point.y()
        return self.bars[int(np.argmin(np.hypot(across, down)))].id

    def bar_at(self, point: QPointF, slack: float) -> str:
        """The bar under `point`, `slack` scene pixels around thin ones included, else ""."""
        near = touching(self.bar_boxes, square(point, slack))
        if not near.size:
            return ""
        boxes, height = self.turn.boxes(self.bar_boxes[near]), self.turn.point(point).y()
        centers = (boxes[:, 1] + boxes[:, 3]) / 2
        return self.bars[int(near[np.argmin(np.abs(centers - height))])].id

    def group_edge_at(self, point: QPointF, slack: float) -> str:
        """The innermost open group whose title bar, handle or frame is under `point`, else ""."""
        for number in self._groups_touching(square(point, slack)):
            rect = self.group_rect(number)
            body = rect.adjusted(slack, min(self.title_height, rect.height() / 3), -slack, -slack)
            if not body.contains(point):
                return self.groups[number].id
        return ""

    def group_around(self, item: str) -> str:
        """The innermost open group around a bar or group, "" when it stands in the network."""
        rect = self.rect_of(item)
        if rect is None:
            return ""
        for number in self._groups_touching(rect):
            group = self.groups[number].id
            if group != item and self.group_rect(number).contains(rect):
                return group
        return ""

    def _groups_touching(self, area: QRectF) -> list[int]:
        """Innermost first."""
        numbers: list[int] = touching(self.group_boxes, area).tolist()
        return numbers[::-1]

    def ribbon_at(self, point: QPointF) -> int | None:
        """The thinnest ribbon under `point`, or None."""
        hits = [
            number
            for number in touching(self.ribbon_boxes, square(point, 0.5)).tolist()
            if self.ribbon_path(number).contains(point)
        ]
        return min(hits, key=lambda number: self.ribbons[number].elements, default=None)

    def handle_rect(self, number: int) -> QRectF:
        """The fold handle of open group `number`, in its title bar."""
        rect = self.group_rect(number)
        size = HANDLE_SIZE * sqrt(self._taller)
        top = rect.top() + (self.title_height - size) / 2
        return QRectF(rect.left() + size / 2, top, size, size)

    def plus_rect(self, number: int) -> QRectF:
        """Where a folded bar's plus is: inside at the left, left of bars too narrow for it; at
        the upper end of bars that stand upright."""
        rect = self.turn.rect(self.bar_rect(number))
        size = min(HANDLE_SIZE, rect.height())
        roomy = rect.width() >= 4 * size
        left = rect.left() + (rect.height() - size) / 2 if roomy else rect.left() - size - 5
        return self.turn.rect(QRectF(left, rect.center().y() - size / 2, size, size))


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


def _boxes(rects: Iterable[Rect]) -> Boxes:
    edges = (edge for r in rects for edge in (r.x, r.y, r.right, r.bottom))
    return np.fromiter(edges, dtype=float).reshape(-1, 4)


def _frames(shown: ShownGraph) -> tuple[tuple[ShownGroup, ...], list[Rect]]:
    """The open groups and their frames, further parts after the first; those say so."""
    groups: list[ShownGroup] = []
    frames: list[Rect] = []
    for group in shown.groups:
        parts = shown.placement.continued.get(group.id, ())
        groups.append(group)
        groups += [replace(group, title=f"{group.title} (continued)")] * len(parts)
        frames += [shown.placement.groups[group.id], *parts]
    return tuple(groups), frames


def _around(boxes: Boxes) -> QRectF:
    """The rectangle around one box or more."""
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    return QRectF(left, top, right - left, bottom - top)


def _extent(spans: Sequence[Span]) -> tuple[float, float, float, float]:
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

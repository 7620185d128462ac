"""Folding as a movement: for a moment bars, frames and ribbons are on their way to new places.

Everything is worked out in viewport pixels, so that a new zoom moves things too. What is in one
of the two pictures only fades, unless it is part of a module that the other shows folded: that
it grows out of or shrinks into. Names go with their bars while these keep their size. The
movement comes out of the last frame and goes over into the next one, so that nothing flickers.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF, QTransform

from visualizer.ui.canvas.boxes import Boxes
from visualizer.ui.canvas.content import Content

DURATION = 180  # milliseconds
MOST_BARS = 1500
LONGEST_FRAME = 0.03  # seconds: a machine that needs longer shows the end at once
_OVER = 0.1  # of the way, slow there: first the last frame fades, and at the end the next one comes
_SAME = 0.5  # pixels of the viewport

_Places = dict[str, tuple[list[QPointF], QColor]]


class Moment(NamedTuple):
    """A picture, where in the viewport it was or will be, and its last frame there."""

    content: Content
    view: QTransform
    frame: QPixmap | None = None


class _Part(NamedTuple):
    """One thing in both pictures, or (None) in one of them, as points of the viewport."""

    before: list[QPointF] | None
    after: list[QPointF] | None
    color: QColor


class Transition(QObject):
    """Paints the way from one picture to another; `changed` is called for every frame of it."""

    def __init__(self, parent: QObject, changed: Callable[[], None]) -> None:
        super().__init__(parent)
        self._parts: tuple[list[_Part], list[_Part], list[_Part]] = ([], [], [])
        self._border = QColor()
        self._frame = QPixmap()
        self._before: Moment | None = None
        self._shifts: dict[tuple[float, float], set[str]] = {}
        self._share = 1.0
        self._slow_from = MOST_BARS + 1
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(DURATION)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._moved)
        self._animation.finished.connect(self.finish)
        self._changed = changed

    @property
    def running(self) -> bool:
        """Whether things are on their way."""
        return self._share < 1.0

    def start(self, before: Moment, after: Moment, port: QRectF) -> None:
        """Move from one picture to the other, unless they are too large for that."""
        self.finish()
        count = max(len(one.content.picture.bars) for one in (before, after))
        if count >= self._slow_from or before.view.m11() == 0:
            return
        self._parts = (
            _frames(before, after, port),
            _ribbons(before, after, port),
            _bars(before, after, port),
        )
        if not any(_moves(part) for parts in self._parts for part in parts):
            return
        self._border = after.content.theme.color("group_border", 0.45)
        self._frame = before.frame or QPixmap()
        self._before, self._shifts = before, _shifts(before, after)
        self._share = 0.0
        self._animation.start()

    def finish(self) -> None:
        """Everything is where it belongs."""
        was_running = self.running
        self._share = 1.0
        self._parts = ([], [], [])
        self._frame = QPixmap()
        self._before, self._shifts = None, {}
        self._animation.stop()
        if was_running:
            self._changed()

    def _moved(self, share: float) -> None:
        if self.running:
            self._share = min(float(share), 0.999)
            self._changed()

    @property
    def arrived(self) -> float:
        """How much of the exact picture is to be seen over the movement, 0 to 1."""
        return max(0.0, (self._share - 1.0) / _OVER + 1.0)

    def paint(self, painter: QPainter) -> None:
        """This moment, in viewport pixels."""
        begun = time.perf_counter()
        frames, ribbons, bars = self._parts
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint(painter, frames, self._border)
        painter.setPen(Qt.PenStyle.NoPen)
        self._paint(painter, ribbons)
        self._paint(painter, bars)
        self._paint_names(painter)
        if self._share < _OVER:
            painter.setOpacity(1.0 - self._share / _OVER)
            painter.drawPixmap(0, 0, self._frame)
            painter.setOpacity(1.0)
        if time.perf_counter() - begun > LONGEST_FRAME:
            self._slow_from = max(len(bars), 1)
            self._animation.setCurrentTime(DURATION)

    def _paint(
        self, painter: QPainter, parts: Sequence[_Part], border: QColor | None = None
    ) -> None:
        for part in parts:
            painter.setBrush(self._faded(part, part.color))
            if border is not None:
                painter.setPen(QPen(self._faded(part, border), 1.0))
            painter.drawPolygon(self._between(part))

    def _paint_names(self, painter: QPainter) -> None:
        """What was written at bars, where these are now."""
        if self._before is None:
            return
        view = self._before.view
        for (right, down), items in self._shifts.items():
            painter.save()
            painter.translate(right * self._share, down * self._share)
            painter.setTransform(view, combine=True)
            self._before.content.texts.paint_last(painter, items, view.m11())
            painter.restore()

    def _faded(self, part: _Part, whole: QColor) -> QColor:
        color = QColor(whole)
        if part.before is None:
            color.setAlphaF(color.alphaF() * self._share)
        elif part.after is None:
            color.setAlphaF(color.alphaF() * (1.0 - self._share))
        return color

    def _between(self, part: _Part) -> QPolygonF:
        if part.before is None or part.after is None:
            return QPolygonF(part.before or part.after or [])
        pairs = zip(part.before, part.after, strict=True)
        return QPolygonF([a + (b - a) * self._share for a, b in pairs])


def _moves(part: _Part) -> bool:
    return part.before is None or part.after is None or part.before != part.after


def _shifts(before: Moment, after: Moment) -> dict[tuple[float, float], set[str]]:
    """The bars of both pictures that keep their size, by how many pixels they go to the right
    and down."""
    found: dict[tuple[float, float], set[str]] = defaultdict(set)
    numbers = after.content.picture.bar_numbers
    for old, bar in enumerate(before.content.picture.bars):
        if (new := numbers.get(bar.id)) is not None:
            first, _, last, _ = _corners(before, before.content.picture.bar_boxes, old)
            top, _, end, _ = _corners(after, after.content.picture.bar_boxes, new)
            way, grown = top - first, (end - top) - (last - first)
            if grown.manhattanLength() < _SAME:
                found[round(way.x(), 1), round(way.y(), 1)].add(bar.id)
    return found


def _bars(before: Moment, after: Moment, port: QRectF) -> list[_Part]:
    old, new = (
        {bar.id: (_corners(one, one.content.picture.bar_boxes, k), one.content.bars.color(k))
         for k, bar in enumerate(one.content.picture.bars)}
        for one in (before, after)
    )  # fmt: skip
    _grow(old, new)
    return _matched(old, new, port)


def _grow(old: _Places, new: _Places) -> None:
    """What is in one picture only begins, or ends, as the folded module around it."""
    for known, others in ((dict(old), new), (dict(new), old)):
        for item, (_, color) in tuple(others.items()):
            around = item
            while around and around not in known:
                around = around.rpartition(".")[0]
            if around and around != item:
                (old if others is new else new)[item] = (known[around][0], color)


def _frames(before: Moment, after: Moment, port: QRectF) -> list[_Part]:
    fill = after.content.theme.color("group_fill", 0.045)
    old, new = (
        {(group.id, k - one.content.picture.group_numbers[group.id]):
         (_corners(one, one.content.picture.group_boxes, k), fill)
         for k, group in enumerate(one.content.picture.groups)}
        for one in (before, after)
    )  # fmt: skip
    for one, others in ((before, new), (after, old)):
        known = old if others is new else new
        for group, part in others:
            number = one.content.picture.bar_numbers.get(group)
            if number is not None:
                folded = _corners(one, one.content.picture.bar_boxes, number)
                known.setdefault((group, part), (folded, fill))
    return _matched(old, new, port)


def _ribbons(before: Moment, after: Moment, port: QRectF) -> list[_Part]:
    old, new = (
        {(ribbon.source, ribbon.target, ribbon.tensor):
         (one.view.map(one.content.picture.ribbon_polygon(k)).toList(),
          one.content.ribbons.flat_color(k))
         for k, ribbon in enumerate(one.content.picture.ribbons)}
        for one in (before, after)
    )  # fmt: skip
    return _matched(old, new, port)


def _matched(
    old: Mapping[Any, tuple[list[QPointF], QColor]],
    new: Mapping[Any, tuple[list[QPointF], QColor]],
    port: QRectF,
) -> list[_Part]:
    """What is in both as one part, if it has as many corners; what is nowhere seen is left out."""
    parts: list[_Part] = []
    for key in {**old, **new}:
        was, color = old.get(key, (None, None))
        becomes, color = new.get(key, (None, color))
        assert color is not None
        if was is not None and becomes is not None and len(was) != len(becomes):
            parts += [_Part(was, None, color), _Part(None, becomes, color)]
        else:
            parts.append(_Part(was, becomes, color))
    return [part for part in parts if _seen(part, port)]


def _seen(part: _Part, port: QRectF) -> bool:
    return any(
        one is not None and QPolygonF(one).boundingRect().intersects(port) for one in part[:2]
    )


def _corners(moment: Moment, boxes: Boxes, number: int) -> list[QPointF]:
    left, top, right, bottom = boxes[number].tolist()
    least = 1.0 / moment.view.m11()
    area = QRectF(left, top, max(right - left, least), max(bottom - top, least))
    corners = (area.topLeft(), area.topRight(), area.bottomRight(), area.bottomLeft())
    return [moment.view.map(corner) for corner in corners]

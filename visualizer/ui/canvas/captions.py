"""Where names stand in a picture whose bars stand upright: in short lines below their bar, or
above it, and titles in or above their frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from math import inf

import numpy as np
from PySide6.QtCore import QRectF

from visualizer.session.captions import ROOM, caption_lines, roomy_lines
from visualizer.ui.canvas.label import (
    CROWD,
    GAP,
    LINE,
    Label,
    by_importance,
    short_title,
    shorter_and_shorter,
)
from visualizer.ui.canvas.lettering import Role, elided, text_width, unit_at
from visualizer.ui.canvas.occupied import OccupiedAround
from visualizer.ui.canvas.picture import Picture, touching

_AIR = 3.0
_AWAY = 4.0
_LEAST_SHARE = 0.75  # of a name that must be left of it
_SHORTEST = 20.0
_LETTER = 6.0
_TRIES = 4
_LONG_WORD = 14  # characters
_BETWEEN = 3.0  # names of bars in a row
MOST_LINES = 3


class CaptionPlacer:
    """Places the labels of what touches `area`, at `scale` screen pixels per scene pixel."""

    def __init__(self, picture: Picture, area: QRectF, scale: float) -> None:
        self._picture = picture
        self._scale = scale
        self._unit = unit_at(scale)
        self._line = LINE * self._unit
        self._least = _LETTER * self._unit
        self._groups = touching(picture.group_boxes, area)
        self._bars = touching(picture.bar_boxes, area)
        self._taken = OccupiedAround(ROOM * self._unit)

    def labels(self) -> Iterator[Label]:
        self._take_what_is_drawn()
        for number in self._groups.tolist():
            yield from self._title(number)
        named: dict[int, list[Label]] = {}
        numbers = by_importance(self._picture, self._bars).tolist()
        for alone in (True, False):
            for number in numbers:
                if number not in named and (name := self._name(number, alone)):
                    named[number] = name
                    yield from name
        for number, name in named.items():
            yield from self._detail(number, name)

    def _take_what_is_drawn(self) -> None:
        ink = self._picture.ink
        for top, bottom in self._picture.lanes_between:
            self._taken.add(ink.left(), top, ink.right(), bottom)
        if len(self._bars) <= CROWD:
            for left, top, right, bottom in self._picture.bar_boxes[self._bars].tolist():
                self._taken.add(left, top, right, bottom)

    # Titles

    def _title(self, number: int) -> Iterator[Label]:
        """In the frame's title bar, else above the frame where nothing else stands."""
        group, rect = self._picture.groups[number], self._picture.group_rect(number)
        start = self._picture.handle_rect(number).right() + GAP * self._unit
        room = rect.right() - GAP - start
        fits = self._line <= self._picture.title_height * 0.85
        top = rect.top() + (self._picture.title_height - self._line) / 2
        for text in dict.fromkeys((group.title, short_title(group.title))):
            if fits and self._width(text, "title") <= room:
                yield self._put(group.id, text, "title", start, top)
                return
        yield from self._tag(group.id, short_title(group.title), rect)

    def _tag(self, item: str, title: str, rect: QRectF) -> Iterator[Label]:
        width, top = self._width(title, "tag"), rect.top() - self._line - _AIR
        left, right = self._taken.gap(rect.left() + 1, top, top + self._line, width)
        free = left <= rect.left() and rect.left() + width <= right + 1
        box = QRectF(rect.left(), top, width, self._line)
        if free and rect.width() * self._scale >= _SHORTEST and not self._on_an_edge(box):
            yield self._put(item, title, "tag", rect.left(), top)

    # Names and shapes

    def _name(self, number: int, alone: bool) -> list[Label]:
        """First `alone`, below each bar and within its own stretch of the flow, so that bars in a
        row are named alike; then wherever there is room."""
        bar, rect = self._picture.bars[number], self._picture.bar_rect(number)
        most = self._own_stretch(rect) if alone else inf
        sides = [side for side in ((True,) if alone else (True, False)) if self._roomy(rect, side)]
        for text in shorter_and_shorter(bar.label) if sides and most > self._least else ():
            for below in sides:
                lines = self._lines_that_fit(text, "name", rect, below, most)
                if lines:
                    return self._block(bar.id, lines, "name", rect, below)
        return []

    def _roomy(self, rect: QRectF, below: bool) -> bool:
        """Whether there is room for a letter at all: seen from far away mostly there is not."""
        return self._free(rect.center().x(), self._top(rect, 1, "name", below), 1) > self._least

    def _own_stretch(self, rect: QRectF) -> float:
        """The width around a bar that is nearer to it than to others that end at its height."""
        boxes = self._picture.bar_boxes[self._bars]
        away = np.abs(boxes[:, ::2].mean(axis=1) - rect.center().x())
        level = np.abs(boxes[:, 3] - rect.bottom()) < MOST_LINES * self._line
        nearest = away[level & (away > rect.width() / 2)].min(initial=inf)
        return float(nearest) - _BETWEEN * self._unit

    def _detail(self, number: int, name: Sequence[Label]) -> list[Label]:
        """The shape next to a name that is whole: half a shape says something else."""
        bar, rect = self._picture.bars[number], self._picture.bar_rect(number)
        if not bar.detail or not name or "…" in "".join(label.text for label in name):
            return []
        below = name[0].box.top() > rect.center().y()
        around = rect.united(name[0].box).united(name[-1].box)
        most = self._own_stretch(rect)
        lines = self._lines_that_fit(bar.detail, "detail", around, below, most, whole=True)
        return self._block(bar.id, lines, "detail", around, below)

    def _lines_that_fit(
        self, text: str, role: Role, rect: QRectF, below: bool, most: float, whole: bool = False
    ) -> Sequence[str]:
        """`text` in a few lines for the free room below or above `rect`, no more than `most`;
        none where there is too little."""
        wrapped = roomy_lines(text)
        lines = len(wrapped)
        for _ in range(_TRIES):
            top = self._top(rect, lines, role, below)
            room = min(most, self._free(rect.center().x(), top, lines))
            if max(self._width(line, role) for line in wrapped) > room:
                wrapped = caption_lines(text, room / self._unit, partial(text_width, role=role))
            if len(wrapped) > MOST_LINES:
                return ()
            if len(wrapped) <= lines:
                return self._shortened(wrapped, role, rect, room, top, whole)
            lines = len(wrapped)
        return ()

    def _shortened(
        self, lines: Sequence[str], role: Role, rect: QRectF, room: float, top: float, whole: bool
    ) -> Sequence[str]:
        """Lines, long words that are a little too long without their middles; none where that
        says nothing, or where they would lie on the edge of a frame."""
        widest = max(self._width(line, role) for line in lines)
        too_long = [line for line in lines if self._width(line, role) > room]
        if any(whole or len(line) < _LONG_WORD for line in too_long):
            return ()
        if room < _LEAST_SHARE * widest:
            return ()
        width = min(widest, room)
        box = QRectF(rect.center().x() - width / 2, top, width, len(lines) * self._line)
        if self._on_an_edge(box):
            return ()
        shorter = {line: elided(line, role, room / self._unit) for line in too_long}
        return tuple(shorter.get(line, line) for line in lines)

    def _free(self, x: float, top: float, lines: int) -> float:
        """The width that is free around `x`."""
        reach = ROOM * self._unit
        left, right = self._taken.gap(x, top, top + lines * self._line, reach)
        return max(0.0, 2 * (min(x - left, right - x) - _AIR * self._unit))

    def _top(self, rect: QRectF, lines: int, role: Role, below: bool) -> float:
        away = _AWAY * self._unit if role == "name" else 0.0
        return rect.bottom() + away if below else rect.top() - away - lines * self._line

    def _block(
        self, item: str, lines: Sequence[str], role: Role, rect: QRectF, below: bool
    ) -> list[Label]:
        top, middle = self._top(rect, len(lines), role, below), rect.center().x()
        return [
            self._put(item, line, role, middle - self._width(line, role) / 2, top + k * self._line)
            for k, line in enumerate(lines)
        ]

    def _on_an_edge(self, box: QRectF) -> bool:
        """Whether a frame begins or ends under `box`."""
        frames = self._picture.group_boxes[self._groups]
        touched = frames[touching(frames, box)]
        inside = (touched[:, 0] < box.left()) & (touched[:, 2] > box.right())
        inside &= (touched[:, 1] < box.top()) & (touched[:, 3] > box.bottom())
        return not bool(inside.all())

    def _width(self, text: str, role: Role) -> float:
        return text_width(text, role) * self._unit

    def _put(self, item: str, text: str, role: Role, left: float, top: float) -> Label:
        width = self._width(text, role)
        self._taken.add(left, top, left + width, top + self._line)
        return Label(item, text, role, QRectF(left, top, width, self._line))

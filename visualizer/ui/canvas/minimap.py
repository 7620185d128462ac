"""The minimap: all of the picture in a corner, where one is in it, and what is marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from visualizer.ui.canvas.boxes import Boxes, touching
from visualizer.ui.canvas.overview import HIGHEST, WIDEST, Overview
from visualizer.ui.theme import Theme

_PADDING = 9.0
_ROUND = 7.0
_AWAY = 12  # from the edges of the canvas
_MOST = 0.42  # of the canvas, its height
_SLACK = 0.03  # of the picture that may be out of view on each side
_SMALLEST = (10.0, 8.0)  # of the rectangle that is seen
_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.2
_ARROW, _HALF = 5.0, 3.0
_SMALLER = 0.7  # where there is no room for all of it
_PLACES = 9  # along a side of the canvas
_AREA_FROM = 12.0  # pixels of height: above, the selection is no dot


class Seen(NamedTuple):
    """What a minimap shows: scene rectangles of what is in `room` of the canvas and of the
    selection (null for none), and one row (left, top, right, bottom) for each search match and
    each waist. `words` finds such rows for what is written in view, `bars` has those of bars."""

    overview: Overview
    theme: Theme
    room: QRectF
    view: QRectF
    selected: QRectF
    matches: Boxes
    waists: Boxes
    words: Callable[[], Boxes]
    bars: Boxes


class Minimap(QWidget):
    """Asks `read` what to show each time it is painted; stands at a side of the room while it
    is `wanted`, the picture does not fit, and there is room: in the lower right, or where less
    is written.

    `look_asked` has the scene point to look at, `zoom_asked` by how much to enlarge.
    """

    look_asked = Signal(QPointF)
    zoom_asked = Signal(float)

    def __init__(self, parent: QWidget, read: Callable[[], Seen | None]) -> None:
        super().__init__(parent)
        self._read = read
        self._grip = QPointF()
        self.wanted = True
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("Minimap")
        self.setAccessibleDescription(
            "The whole network, small. The rectangle is the part in view: drag it, or click "
            "where to look; the wheel zooms."
        )
        self.hide()

    def follow(self) -> None:
        """The view has moved, or shows something else."""
        seen = self._read()
        self.setVisible(self.wanted and seen is not None and _is_useful(seen))
        if seen is not None and self.isVisible():
            highest = seen.overview.turn.size(QSizeF(WIDEST, HIGHEST)).height()
            size = seen.overview.size * min(1.0, _MOST * seen.room.height() / highest)
            across, down = size.width() + 2 * _PADDING, size.height() + 2 * _PADDING
            self.setGeometry(self._free_place(seen, QSize(round(across), round(down))))
            self.update()

    def _free_place(self, seen: Seen, size: QSize) -> QRect:
        """Where it covers the fewest words, and of such places the fewest bars; where it is, as
        long as that is as good."""
        words, bars = _in_room(seen, seen.words()), _in_room(seen, seen.bars)
        here = self.geometry()
        places = [*_places_in(seen.room, size), *_places_in(seen.room, size * _SMALLER)]
        if here in places:
            places.insert(0, here)
        boxes = [(box, QRectF(box)) for box in places]
        return min(boxes, key=lambda b: (len(touching(words, b[1])), len(touching(bars, b[1]))))[0]

    def view_box(self) -> QRectF:
        """The rectangle of what is seen, in the widget; null while nothing is shown."""
        seen = self._read()
        return QRectF() if seen is None else self._view_box(seen)

    def spot_of(self, point: QPointF) -> QPointF:
        """Where a scene point is in the widget."""
        seen = self._read()
        return QPointF() if seen is None else seen.overview.to_box(self._box()).map(point)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        seen = self._read()
        if seen is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        self._paint_panel(painter, seen.theme)
        seen.overview.draw(painter, self._box())
        self._paint_view(painter, seen)
        self._paint_dots(painter, seen, seen.matches, seen.theme.color("match"))
        self._paint_waists(painter, seen)
        self._paint_selection(painter, seen)
        painter.end()

    def _paint_panel(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(QPen(theme.color("strong_border"), 1.0))
        painter.setBrush(theme.color("ground", 0.94))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), _ROUND, _ROUND)

    def _paint_view(self, painter: QPainter, seen: Seen) -> None:
        """What is not seen is veiled."""
        box, accent = self._view_box(seen), seen.theme.color("accent")
        around = QPainterPath()
        around.addRoundedRect(self._inside(), _ROUND, _ROUND)
        around.addRect(box)
        painter.fillPath(around, seen.theme.color("ground", 0.3))
        painter.setPen(QPen(accent, 1.4))
        painter.setBrush(QColor(accent.red(), accent.green(), accent.blue(), 26))
        painter.drawRoundedRect(box, 2, 2)

    def _paint_dots(self, painter: QPainter, seen: Seen, boxes: Boxes, color: QColor) -> None:
        """A dot for all that fall on one pixel."""
        to_box = seen.overview.to_box(self._box())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        for x, y in _places(boxes, to_box.m11(), to_box.m22(), to_box.dx(), to_box.dy()):
            painter.drawEllipse(QPointF(x, y), 2.0, 2.0)

    def _paint_waists(self, painter: QPainter, seen: Seen) -> None:
        """Arrowheads at the left edge, at the heights of waists; at the upper edge where data
        flows to the right."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(seen.theme.color("waist"))
        turn, to_box = seen.overview.turn, seen.overview.to_box(self._box())
        left = turn.rect(self._inside()).left() + 1
        for place in _places(seen.waists, to_box.m11(), to_box.m22(), to_box.dx(), to_box.dy()):
            y = turn.point(QPointF(*place)).y()
            tip = QPointF(left + _ARROW, y)
            back = [QPointF(left, y - _HALF), QPointF(left, y + _HALF)]
            painter.drawPolygon(turn.polygon(QPolygonF([tip, *back])))

    def _paint_selection(self, painter: QPainter, seen: Seen) -> None:
        if seen.selected.isNull():
            return
        box = seen.overview.to_box(self._box()).mapRect(seen.selected)
        is_area = box.height() > _AREA_FROM  # an open module: what is in it stays visible
        painter.setPen(QPen(seen.theme.color("accent" if is_area else "ground"), 1.0))
        painter.setBrush(seen.theme.color("accent", 0.3 if is_area else 1.0))
        painter.drawRoundedRect(_grown(box, (7.0, 5.0)), 2, 2)

    def _inside(self) -> QRectF:
        """The panel within its border."""
        return QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5)

    def _box(self) -> QRectF:
        """Where the picture is in the widget."""
        return QRectF(self.rect()).adjusted(_PADDING, _PADDING, -_PADDING, -_PADDING)

    def _view_box(self, seen: Seen) -> QRectF:
        mapped = seen.overview.to_box(self._box()).mapRect(seen.view)
        return _grown(mapped, _SMALLEST).intersected(self._inside())

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of the rectangle, or jump to where it is pressed."""
        box, at = self.view_box(), event.position()
        self._grip = box.center() - at if box.contains(at) else QPointF()
        if not box.contains(at):
            self._look(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._look(event.position() + self._grip)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick jumps, nothing of the canvas below."""
        self.mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_asked.emit(_ZOOM_PER_NOTCH ** (event.angleDelta().y() / _NOTCH))
        event.accept()

    def _look(self, at: QPointF) -> None:
        seen = self._read()
        if seen is not None:
            self.look_asked.emit(seen.overview.to_scene(self._box(), at))


def _is_useful(seen: Seen) -> bool:
    """Whether something of the picture is out of view, and the canvas not too small."""
    size, area = seen.overview.size, seen.overview.area
    across, down = area.width() * _SLACK, area.height() * _SLACK
    fits = seen.view.contains(area.adjusted(across, down, -across, -down))
    roomy = seen.room.width() > 3 * size.width() and seen.room.height() > 1.6 * size.height()
    return roomy and not fits


def _places_in(room: QRectF, size: QSize) -> Iterator[QRect]:
    """Places along the right side of the canvas, from below, and along the left one."""
    inner = room.adjusted(_AWAY, _AWAY, -_AWAY, -_AWAY).toAlignedRect()
    for left in (inner.right() - size.width() + 1, inner.left()):
        for number in range(_PLACES):
            way = (inner.height() - size.height()) * number / (_PLACES - 1)
            top = inner.bottom() - size.height() + 1 - round(way)
            yield QRect(QPoint(left, top), size)


def _in_room(seen: Seen, boxes: Boxes) -> Boxes:
    """Boxes of the scene in pixels of the canvas."""
    zoom = seen.room.width() / seen.view.width() if seen.view.width() else 1.0
    start = np.array([seen.view.left(), seen.view.top()] * 2)
    moved: Boxes = (boxes - start) * zoom
    moved += np.array([seen.room.left(), seen.room.top()] * 2)
    return moved


def _grown(box: QRectF, least: tuple[float, float]) -> QRectF:
    """`box`, no smaller than what can be seen and held."""
    across, down = max(0.0, least[0] - box.width()) / 2, max(0.0, least[1] - box.height()) / 2
    return box.adjusted(-across, -down, across, down)


def _places(
    boxes: Boxes, across: float, down: float, left: float, top: float
) -> list[tuple[float, float]]:
    """The middles of boxes on a small picture, those that fall on one pixel once."""
    if not len(boxes):
        return []
    x = np.round((boxes[:, 0] + boxes[:, 2]) / 2 * across + left)
    y = np.round((boxes[:, 1] + boxes[:, 3]) / 2 * down + top)
    return [(float(a), float(b)) for a, b in np.unique(np.stack([x, y], axis=1), axis=0)]

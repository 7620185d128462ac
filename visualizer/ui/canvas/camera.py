"""Where the canvas looks: zoom, place, and what of the scene is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.turning import Turn

_MARGIN_ACROSS = 24.0
_MARGIN_DOWN = 16.0
_LEAST_MARGIN = 8.0
_MOST_BACK = 0.6  # at once
_CLOSEST = 8.0
_FURTHEST = 0.002
_FIT_CLOSEST = 1.5
_LOWEST_BAR = 3.0  # below, names of rows one under the other have no room
_READABLE_BAR = 5.0
_BROAD = 0.75
_HARDLY_LARGER = 1.3
_DEEPENINGS = 4
_SMALLER = 0.97
_TRIES = 30


class Camera:
    """Moves a graphics view over the picture. `fitted` holds while the user has not moved it;
    `zoomed` is called after every change of the zoom (the view itself knows that it scrolls)."""

    def __init__(self, view: QGraphicsView, zoomed: Callable[[], None]) -> None:
        self._view = view
        self._zoomed = zoomed
        self._bounds = QRectF(0, 0, 1, 1)
        self.fitted = True

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return float(self._view.transform().m11())

    @property
    def middle(self) -> QPointF:
        """The middle of the viewport, in its pixels."""
        return QRectF(self._view.viewport().rect()).center()

    @property
    def seen(self) -> QRectF:
        """The part of the scene that is in the viewport."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.mapRect(QRectF(self._view.viewport().rect()))

    def to_scene(self, spot: QPointF) -> QPointF:
        """The scene point under a viewport point."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.map(spot)

    def to_view(self, point: QPointF) -> QPointF:
        """The viewport point over a scene point."""
        return self._view.viewportTransform().map(point)

    def watch(self, bounds: QRectF) -> None:
        """Look at a picture of this size from now on."""
        self._bounds = QRectF(bounds)
        self.widen()

    def widen(self) -> None:
        """Ground around the picture, so that any part of it can be panned anywhere."""
        across = self._view.viewport().width() / self.zoom
        down = self._view.viewport().height() / self.zoom
        self._view.setSceneRect(self._bounds.adjusted(-across, -down, across, down))

    def fit(self, content: Content, room: QRectF, whole: bool) -> None:
        """Show everything, labels included, as large as it goes in `room` of the viewport.

        Unless the `whole` is asked for, bars stay thick enough to be told apart: of a graph
        that is too long for that, the beginning is shown.
        """
        self.fitted = True
        turn = content.picture.turn
        area, scale = self._fitting(content, room, content.picture.ink)
        length, seen = turn.rect(area).height(), turn.rect(room).height()
        thickness = content.picture.bar_thickness * scale
        is_broad = length * scale < _BROAD * seen  # its beginning would be no larger
        wrapped = bool(content.picture.shown.placement.columns)  # its top is no beginning
        if whole or wrapped or is_broad or thickness >= _LOWEST_BAR:
            self._set_scale(scale)
            self.bring(area.center(), room.center())
            return
        first, larger = self._fitting_first(content, room, length * thickness / _READABLE_BAR)
        if larger < _HARDLY_LARGER * scale:
            self._set_scale(scale)
            self.bring(area.center(), room.center())
            return
        self._set_scale(larger)
        self.bring(_begin(turn, first, 0.0), _begin(turn, room, _MARGIN_DOWN))

    def _fitting_first(self, content: Content, room: QRectF, depth: float) -> tuple[QRectF, float]:
        """The picture as far as `depth` with its labels, and the zoom that shows it; further
        where its width asks for a zoom at which more is seen."""
        for _ in range(_DEEPENINGS):
            area, scale = self._fitting(content, room, content.picture.ink_of_first(depth))
            seen = content.picture.turn.rect(room).height() / scale
            if seen < 1.1 * depth:
                break
            depth = seen
        return area, scale

    def _fitting(self, content: Content, room: QRectF, ink: QRectF) -> tuple[QRectF, float]:
        """The part `ink` of the picture with its labels, and the zoom that shows it."""
        if content.picture.stretch > 1.0:
            return _largest_that_fits(content, room, ink)
        area = ink
        for _ in range(3):  # labels grow in the scene as the picture shrinks on the screen
            area = content.extent(_scale_into(room, area), ink)
        return area, _scale_into(room, area)

    def zoom_by(self, factor: float, spot: QPointF) -> None:
        """Enlarge by `factor` while the scene point under viewport point `spot` stays there."""
        point = self.to_scene(spot)
        furthest = min(_scale_into(QRectF(self._view.viewport().rect()), self._bounds) / 2, 1.0)
        self.fitted = False
        self._set_scale(min(max(self.zoom * factor, furthest), _CLOSEST))
        self.bring(point, spot)

    def move(self, step: QPoint) -> None:
        """Shift the picture by so many screen pixels."""
        self.fitted = False
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() - step.x())
        down.setValue(down.value() - step.y())

    def look(self, point: QPointF, zoom: float) -> None:
        """Put scene `point` in the middle of the viewport, at `zoom`."""
        self.fitted = False
        self._set_scale(zoom)
        self.bring(point, self.middle)

    def bring(self, point: QPointF, spot: QPointF) -> None:
        """Put scene `point` at viewport `spot`, to the nearest whole pixel."""
        off = self.to_view(point) - spot
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() + round(off.x()))
        down.setValue(down.value() + round(off.y()))

    def show_across(self, areas: Iterable[QRectF], turn: Turn, room: QRectF) -> None:
        """Shift across the flow, no further than needed, so that the first of `areas` for which
        there is `room` is seen from side to side."""
        for area in areas:
            step = self._step_into(area, turn, room)
            if step is not None and not area.isNull():
                self._shift(turn, step, 0.0)
                return

    def show_along(self, area: QRectF, turn: Turn, room: QRectF) -> None:
        """Shift along the flow, no further than needed, so that `area` is in `room` from begin
        to end; not where it is longer."""
        other = Turn("down" if turn.is_right else "right")
        step = self._step_into(area, other, room)
        self._shift(turn, 0.0, step or 0.0)

    def _step_into(self, area: QRectF, turn: Turn, room: QRectF) -> float | None:
        """How far `area` must be moved back across the flow to be in `room`, in pixels; None
        where it is broader."""
        here = turn.rect(self._view.viewportTransform().mapRect(area))
        free = turn.rect(room)
        margin = min(_LEAST_MARGIN, (free.width() - here.width()) / 2)
        if margin < 0:
            return None
        left, right = here.left() - margin, here.right() + margin
        return min(left - free.left(), 0.0) + max(right - free.right(), 0.0)

    def _shift(self, turn: Turn, across: float, along: float) -> None:
        step = turn.point(QPointF(across, along))
        for bar, pixels in (
            (self._view.horizontalScrollBar(), step.x()),
            (self._view.verticalScrollBar(), step.y()),
        ):
            bar.setValue(bar.value() + round(pixels))

    def step_back_for(self, area: QRectF, turn: Turn, room: QRectF) -> None:
        """Zoom out around the middle until `area` fits from side to side across the flow, and
        leave no empty ground before a picture that goes on after `room`."""
        broad = turn.rect(area).width() + 2 * _LEAST_MARGIN / self.zoom
        share = turn.rect(room).width() / self.zoom / broad
        if share >= 1.0:
            return
        point = self.to_scene(self.middle)
        self._set_scale(self.zoom * max(share, _MOST_BACK))
        self.bring(point, self.middle)
        drawn = turn.rect(self._view.viewportTransform().mapRect(self._bounds))
        before = drawn.top() - turn.rect(room).top() - _MARGIN_DOWN
        after = drawn.bottom() - turn.rect(room).bottom() + _MARGIN_DOWN
        self._shift(turn, 0.0, max(0.0, min(before, after)))

    def _set_scale(self, scale: float) -> None:
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self.widen()
        self._zoomed()


def _begin(turn: Turn, area: QRectF, depth: float) -> QPointF:
    """`depth` from the middle of the edge at which data comes in."""
    here = turn.rect(area)
    return turn.point(QPointF(here.center().x(), here.top() + depth))


def _largest_that_fits(content: Content, room: QRectF, ink: QRectF) -> tuple[QRectF, float]:
    """For a small picture: as `_fitting`, by trying, as its labels move when the zoom changes."""
    scale = _scale_into(room, ink)
    for _ in range(_TRIES):
        area = content.extent(scale, ink)
        if _scale_into(room, area) >= scale:
            break
        scale *= _SMALLER
    return area, scale


def _scale_into(room: QRectF, area: QRectF) -> float:
    """The largest zoom at which scene `area` fits viewport `room` with a margin."""
    across = max(room.width() - 2 * _MARGIN_ACROSS, 1.0) / max(area.width(), 1.0)
    down = max(room.height() - 2 * _MARGIN_DOWN, 1.0) / max(area.height(), 1.0)
    return float(min(max(min(across, down), _FURTHEST), _FIT_CLOSEST))

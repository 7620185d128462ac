"""Where the canvas looks: zoom, place, and what of the scene is seen."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

from visualizer.ui.canvas.content import Content

_MARGIN = 24.0
_CLOSEST = 8.0
_FURTHEST = 0.002
_FIT_CLOSEST = 1.5
_WORTH_FREEING = 0.85


class Camera:
    """Moves a graphics view over the picture. `fitted` holds while the user has not moved it."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view
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

    def fit(self, content: Content, corner: QRectF) -> bool:
        """Show everything, labels included, as large as it goes; whether the viewport's
        `corner` (the legend's) could be left free without making the picture much smaller."""
        self.fitted = True
        whole = QRectF(self._view.viewport().rect())
        self._fit_into(content, whole)
        if self._clear_of(content, corner):
            return True
        largest = self.zoom
        beside = whole.adjusted(corner.right(), 0, 0, 0)
        above = QRectF(whole.topLeft(), QPointF(whole.right(), corner.top()))
        size = content.extent(self.zoom)
        self._fit_into(content, max(beside, above, key=lambda room: _scale_into(room, size)))
        if self.zoom >= _WORTH_FREEING * largest:
            return True
        self._fit_into(content, whole)
        return False

    def _fit_into(self, content: Content, room: QRectF) -> None:
        extent = content.picture.ink
        for _ in range(3):  # labels grow in the scene as the picture shrinks on the screen
            scale = _scale_into(room, extent)
            extent = content.extent(scale)
        self._set_scale(_scale_into(room, extent))
        self.bring(extent.center(), room.center())

    def _clear_of(self, content: Content, corner: QRectF) -> bool:
        """Move the picture aside if it reaches into `corner`; False where there is no room."""
        left = content.left_below(self.to_scene(corner.topLeft()).y(), self.zoom)
        extent = content.extent(self.zoom)
        aside = corner.right() + _MARGIN / 2 - self.to_view(QPointF(left, 0)).x()
        spare = self._view.viewport().width() - self.to_view(extent.topRight()).x() - _MARGIN
        if 0 < aside <= spare:
            self.bring(extent.center(), self.middle + QPointF(aside, 0))
        return aside <= max(spare, 0)

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

    def bring(self, point: QPointF, spot: QPointF) -> None:
        """Put scene `point` at viewport `spot`, to the nearest whole pixel."""
        off = self.to_view(point) - spot
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(across.value() + round(off.x()))
        down.setValue(down.value() + round(off.y()))

    def _set_scale(self, scale: float) -> None:
        self._view.setTransform(QTransform.fromScale(scale, scale))
        self.widen()


def _scale_into(room: QRectF, area: QRectF) -> float:
    """The largest zoom at which scene `area` fits viewport `room` with a margin."""
    across = max(room.width() - 2 * _MARGIN, 1.0) / max(area.width(), 1.0)
    down = max(room.height() - 2 * _MARGIN, 1.0) / max(area.height(), 1.0)
    return float(min(max(min(across, down), _FURTHEST), _FIT_CLOSEST))

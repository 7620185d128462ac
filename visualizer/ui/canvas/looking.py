"""Where the canvas looks: fit, zoom, move, bring into view, quickly while a gesture lasts."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QWidget

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.backdrop import Place
from visualizer.ui.canvas.camera import Camera
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.gestures import GestureView
from visualizer.ui.canvas.painting import Painting
from visualizer.ui.canvas.turning import Turn

_STEPS_BACK = 4  # words take more of the room from further away


class LookingView(GestureView):
    """A view of a content; what is drawn over it is filled in.

    `view_changed` says that the part of the picture that is seen has moved or is another size,
    `fit_asked` that the user wants to see all of it.
    """

    zoom_changed = Signal(float)
    view_changed = Signal()
    fit_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content: Content | None = None
        self._whole = False
        self._camera = Camera(self, self.view_changed.emit)
        self._painting = Painting(self, self._place, self._exact)
        self.setScene(QGraphicsScene(self))
        self._set_up_view()

    def _set_up_view(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self, whole: bool = False) -> None:
        """Show everything, labels included, as large as it goes; unless the `whole` is asked
        for, of a graph so tall that its rows would be dust, the top."""
        self._fit(whole)

    def fit_all(self) -> None:
        """Show the whole of it, however small; once more changes nothing."""
        self._fit(whole=True)
        self.fit_asked.emit()

    def _fit(self, whole: bool) -> None:
        self._whole = whole
        self._painting.settle()
        if self._content is not None:
            self._fit_above_legend(self._content, whole)
            self.zoom_changed.emit(self.zoom)

    def _fit_above_legend(self, content: Content, whole: bool) -> None:
        """Fit into the room above the legend, which may have other rows at the zoom found; where
        it has more at one zoom and fewer at the next, into the lesser room."""
        rooms: list[QRectF] = []
        while (room := self._room) not in rooms:
            rooms.append(room)
            self._camera.fit(content, room, whole)
        if room != rooms[-1]:
            self._camera.fit(content, min(rooms, key=QRectF.height), whole)

    def _fit_again(self, before: QRectF) -> None:
        """Fit what was fitted into the room `before`, should the legend have other rows now."""
        if self._camera.fitted and self._room != before:
            self._fit(self._whole)

    def _show_across(self, content: Content, all_of_it: bool) -> None:
        """Cut nothing off at the sides that was not there before, if there is room; for
        `all_of_it` from further away. What is short enough is seen from begin to end."""
        turn, camera = content.picture.turn, self._camera
        if all_of_it:
            for _ in range(_STEPS_BACK):
                whole, _bars = content.extents_seen(camera.seen, self.zoom)
                camera.step_back_for(whole, turn, self._room)
        camera.show_across(content.extents_seen(camera.seen, self.zoom), turn, self._room)
        length = turn.rect(content.picture.ink).height() * self.zoom
        if length <= turn.rect(self._room).height():
            camera.show_along(content.extent(self.zoom), turn, self._room)

    def actual_size(self) -> None:
        """100 %: one scene pixel is one screen pixel."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Enlarge by `factor`, keeping the viewport point `around` (its middle) in place."""
        self._camera.zoom_by(factor, around if around is not None else self._camera.middle)
        self.zoom_changed.emit(self.zoom)

    def scroll_by(self, step: QPoint) -> None:
        """Move the picture by so many screen pixels."""
        self._camera.move(step)

    def center_on_item(self, *items: str) -> None:
        """Bring bars or groups with their names into view; what is seen whole already does not
        move."""
        self._painting.settle()
        rect = self._content.named_rect(items, self.zoom) if self._content else QRectF()
        if not rect.isNull() and not self._camera.seen.contains(rect):
            self._camera.fitted = False
            self._camera.bring(rect.center(), self._camera.middle)

    def center_across(self) -> None:
        """Bring the picture with its labels into the middle, at the height and zoom it has."""
        if self._content is not None:
            middle = self._content.extent(self.zoom).center().x()
            self._camera.look(QPointF(middle, self.height_seen), self.zoom)

    def look_at_height(self, y: float, zoom: float) -> None:
        """Take over a zoom, and bring a scene height into the middle of the viewport."""
        self._camera.look(QPointF(self._camera.to_scene(self._camera.middle).x(), y), zoom)
        self.zoom_changed.emit(self.zoom)

    def sees_cut(self, cut: CutMark) -> bool:
        """Whether a cut's place along the flow is in view, above the legend."""
        turn = self._content.picture.turn if self._content else Turn()
        seen = turn.rect(self.seen)
        return seen.top() <= cut.y <= seen.bottom()

    @property
    def height_seen(self) -> float:
        """The scene height in the middle of the viewport."""
        return self._camera.to_scene(self._camera.middle).y()

    @property
    def seen(self) -> QRectF:
        """The part of the scene in view, above the legend."""
        room = self._room
        corners = (self._camera.to_scene(room.topLeft()), self._camera.to_scene(room.bottomRight()))
        return QRectF(*corners)

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return self._camera.zoom

    @property
    def _room(self) -> QRectF:
        """The viewport without the legend's strip."""
        viewport = QRectF(self.viewport().rect())
        return viewport.adjusted(0, 0, 0, -self.legend_box().height())

    def legend_box(self) -> QRectF:
        """The strip of the viewport that the legend takes, empty without one."""
        raise NotImplementedError

    def _place(self, ratio: float = 0.0) -> Place:
        """What a frame shows now, `ratio` device pixels for each of the viewport's."""
        port = self.viewport()
        return Place(port.size(), ratio or port.devicePixelRatioF(), self.viewportTransform())

    def _exact(self) -> None:
        """The frame is exact again after a gesture."""
        self.viewport().update()

    def hurry(self) -> None:
        """The picture is being moved: frames may come before all of them is painted."""
        self._painting.hurry()

    @property
    def is_hurried(self) -> bool:
        """Whether the frame on the screen may not be exact yet."""
        return self._painting.is_hurried

    def paint_slice(self) -> None:
        """What happens between two events while the frame is not exact: some work on it."""
        if self._painting.is_hurried:
            self._painting.advance()

    def scrollContentsBy(self, across: int, down: int) -> None:
        super().scrollContentsBy(across, down)
        self.view_changed.emit()

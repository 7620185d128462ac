"""The canvas widget: shows a graph, tells what is done to it. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.anchor import anchor_of, put_back
from visualizer.ui.canvas.backdrop import Backdrop
from visualizer.ui.canvas.camera import Camera
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.interactions import Drag, Keys, Wheel
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.overlay import Overlay
from visualizer.ui.canvas.pointing import Pointer
from visualizer.ui.theme import LIGHT, Theme


class CanvasView(QGraphicsView):
    """Bars, ribbons and groups of a ShownGraph with pan, zoom, hover and selection.

    Signals carry the id of a bar or group, "" for empty ground. `fold_requested` asks to open
    or close one module, `fold_all_requested` everything below it; `key_step` is "up", "down",
    "left" or "right". Selecting is up to the receiver: it calls `set_selected`.
    """

    item_clicked = Signal(str)
    fold_requested = Signal(str)
    fold_all_requested = Signal(str)
    item_hovered = Signal(str)
    context_requested = Signal(str, QPoint)
    files_dropped = Signal(list)
    key_step = Signal(str)
    zoom_changed = Signal(float)

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: Marks | None = None
        self._content: Content | None = None
        self._pointer: Pointer | None = None
        self._legend: Legend | None = None
        self._whole = False
        self._camera = Camera(self)
        self._backdrop = Backdrop()
        self._overlay = Overlay()
        self._drag, self._wheel, self._keys = Drag(self), Wheel(self), Keys(self)
        self.setScene(QGraphicsScene(self))
        self._set_up_view()
        self._set_up_access()

    def _set_up_view(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    def _set_up_access(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network graph")
        self.setAccessibleDescription(
            "Layers from top to bottom, each as wide as its activations. Arrow keys walk along "
            "the edges, plus and minus open and close modules, F fits the picture."
        )

    # What to show

    def show_graph(self, shown: ShownGraph | None, keep_view: bool = False) -> None:
        """Show another picture, fitted; with `keep_view` what the user looks at stays where it
        is, at the same zoom."""
        anchor = None
        if keep_view and self._content is not None:
            looked_at = self._overlay.hovered or self._overlay.selected
            anchor = anchor_of(self._content.picture, self._camera, looked_at)
        self._content = Content.of(shown, self._theme, self._marks) if shown else None
        self._overlay.content_changed()
        self._content_changed()
        if self._content is None:
            return
        self._camera.watch(self._content.picture.bounds)
        if anchor is None or not put_back(self._content.picture, self._camera, anchor):
            self._fit(whole=False)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._rebuild()

    def set_marks(
        self, marks: Mapping[str, QColor | None] | Marks | None, legend: str = ""
    ) -> None:
        """Colour bars by id over their family's colour; None takes the overlay away."""
        self._marks = marks if marks is None or isinstance(marks, Marks) else Marks(marks, legend)
        self._rebuild()

    def set_selected(self, item: str | None) -> None:
        """Outline a bar or group and its ribbons; None or "" outlines nothing."""
        self._overlay.selected = item or ""
        self.viewport().update()

    def set_matches(self, ids: Iterable[str]) -> None:
        """Mark search hits."""
        self._overlay.set_matches(ids)
        self.viewport().update()

    @property
    def shown(self) -> ShownGraph | None:
        """The graph on the screen."""
        return self._content.picture.shown if self._content else None

    @property
    def content(self) -> Content | None:
        """What is painted now."""
        return self._content

    @property
    def marks(self) -> Marks | None:
        """The colours laid over bars."""
        return self._marks

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return self._camera.zoom

    def _rebuild(self) -> None:
        if self._content is not None:
            self._content = Content(self._content.picture, self._theme, self._marks)
        before = self._room
        self._content_changed()
        self._fit_again(before)

    def _content_changed(self) -> None:
        collapsed = self._legend.collapsed if self._legend else False
        self._legend, self._pointer = None, None
        if self._content is not None:
            self._pointer = Pointer(self._content, self._camera)
            scale = self._content.picture.shown.scale
            self._legend = Legend(scale, self._content.families(), self._theme, self._marks)
            self._legend.collapsed = collapsed
        self._backdrop.forget()
        self.viewport().update()

    # Where to look

    def fit(self) -> None:
        """Show everything, labels included, as large as it goes; of a graph so tall that its
        rows would be dust, the top."""
        self._fit(whole=False)

    def fit_next(self) -> None:
        """Fit, and asked for once more show the whole of a graph that is too tall."""
        self._fit(whole=self._camera.fitted and not self._whole)

    def _fit(self, whole: bool) -> None:
        self._whole = whole
        if self._content is not None:
            self._camera.fit(self._content, self._room, whole)
            self.zoom_changed.emit(self.zoom)

    def _fit_again(self, before: QRectF) -> None:
        """Fit what was fitted into the room `before`, should the legend have other rows now."""
        if self._camera.fitted and self._room != before:
            self._fit(self._whole)

    @property
    def _room(self) -> QRectF:
        """The viewport without the legend's strip."""
        viewport = QRectF(self.viewport().rect())
        return viewport.adjusted(0, 0, 0, -self.legend_box().height())

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

    def center_on_item(self, item: str) -> None:
        """Bring a bar or group into view; what is seen whole already does not move."""
        rect = self._content.picture.rect_of(item) if self._content else None
        if rect is not None and not self._camera.seen.contains(rect):
            self._camera.fitted = False
            self._camera.bring(rect.center(), self._camera.middle)

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The kept frame: ground, frames, ribbons and bars."""
        viewport = self.viewport()
        frame = self._backdrop.updated(
            viewport.size(), painter.device().devicePixelRatioF(), self.viewportTransform(),
            self._theme.color("ground"), self._render,
        )  # fmt: skip
        painter.save()
        painter.resetTransform()
        painter.drawPixmap(0, 0, frame)
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Text, selection, hover, and the legend below."""
        if self._content is None or self._legend is None:
            return
        seen = self._camera.seen
        self._overlay.paint(painter, self._content, seen, self.zoom)
        self._content.texts.paint(painter, seen, self.zoom)
        painter.save()
        painter.resetTransform()
        self._legend.paint(painter, self.legend_box(), self.zoom)
        painter.restore()

    def legend_box(self) -> QRectF:
        """Where the legend is in the viewport; empty while nothing is shown."""
        if self._legend is None:
            return QRectF()
        return self._legend.strip(QRectF(self.viewport().rect()), self.zoom)

    def _render(self, painter: QPainter, part: QRect) -> None:
        if self._content is None:
            return
        transform = self.viewportTransform()
        inverse, _ = transform.inverted()
        painter.setTransform(transform)
        self._content.paint_shapes(painter, inverse.mapRect(QRectF(part)), self.zoom)

    # What gestures ask for

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """A click at viewport point `at`."""
        if self._on_legend(at):
            return
        item = self.item_at(at)
        if item and modifiers & Qt.KeyboardModifier.AltModifier:
            self.fold_all_requested.emit(item)
        elif self._pointer is not None and self._pointer.on_sign(at, item):
            self.fold_requested.emit(item)
        else:
            self.item_clicked.emit(item)

    def _on_legend(self, at: QPointF) -> bool:
        """A click on the legend folds it down to the scale, or opens it."""
        if self._legend is None or not self.legend_box().contains(at):
            return False
        before = self._room
        self._legend.collapsed = not self._legend.collapsed
        self._fit_again(before)
        self.viewport().update()
        return True

    def ask_fold(self, opening: bool) -> None:
        """Open the selected module, or close it (or the one around the selected bar)."""
        if self._content is None or not self._overlay.selected:
            return
        picture, item = self._content.picture, self._overlay.selected
        if opening:
            target = item if picture.is_folded(item) else ""
        else:
            target = item if item in picture.group_numbers else picture.group_around(item)
        if target:
            self.fold_requested.emit(target)

    def clear(self) -> None:
        """Esc: nothing is selected any more."""
        self.item_clicked.emit("")

    def step(self, direction: str) -> None:
        """An arrow key."""
        self.key_step.emit(direction)

    def item_at(self, at: QPointF) -> str:
        """The bar, label or group frame at a viewport point, "" for empty ground."""
        return self._pointer.item_at(at) if self._pointer else ""

    def tooltip(self, at: QPointF) -> str:
        """The essentials of what is at a viewport point, "" for empty ground."""
        return self._pointer.tooltip(at) if self._pointer else ""

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._drag.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag.move(event):
            closed = Qt.CursorShape.ClosedHandCursor
            self.viewport().setCursor(closed if self._drag.panning else Qt.CursorShape.ArrowCursor)
        else:
            self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag.release(event)
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self.item_at(event.position())
        if self._content is not None and self._content.picture.can_fold(item):
            self.fold_requested.emit(item)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel.turn(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._camera.fitted:
            self._fit(self._whole)
        else:
            self._camera.widen()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_requested.emit(self._overlay.selected, event.globalPos())
        else:
            self.context_requested.emit(self.item_at(QPointF(event.pos())), event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip(QPointF(event.pos())), self)
            return True
        if isinstance(event, QNativeGestureEvent) and self._wheel.pinch(event):
            return True
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files_dropped.emit(paths)

    def _hover(self, at: QPointF | None) -> None:
        item, ribbon = "", None
        if self._pointer is not None and at is not None:
            item = self._pointer.item_at(at)
            ribbon = None if item else self._pointer.ribbon_at(at)
        if (item, ribbon) == (self._overlay.hovered, self._overlay.ribbon):
            return
        if item != self._overlay.hovered:
            self.item_hovered.emit(item)
        self._overlay.hovered, self._overlay.ribbon = item, ribbon
        self.viewport().update()

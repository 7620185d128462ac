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
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView, QToolTip, QWidget

from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.backdrop import Backdrop
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.interactions import Drag, Keys, Wheel
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.overlay import Overlay
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.theme import LIGHT, Theme

_MARGIN = 24.0
_CLOSEST = 8.0
_FURTHEST = 0.002
_FIT_CLOSEST = 1.5
_LEGEND_CORNER = 12.0


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
        self._legend: Legend | None = None
        self._legend_box = QRectF()
        self._fitted = True
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
        """Show another picture. With `keep_view` what the user looks at stays where it is."""
        anchor = self._anchor() if keep_view else None
        self._content = Content.of(shown, self._theme, self._marks) if shown else None
        self._overlay.content_changed()
        self._overlay.hovered = ""
        self._content_changed()
        self._widen_scene()
        if keep_view and not self._fitted:
            self._put_back(anchor)
        else:
            self.fit()

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
    def content(self) -> Content | None:
        """What is painted now."""
        return self._content

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return float(self.transform().m11())

    def _rebuild(self) -> None:
        if self._content is not None:
            self._content = Content(self._content.picture, self._theme, self._marks)
        self._content_changed()

    def _content_changed(self) -> None:
        collapsed = self._legend.collapsed if self._legend else False
        self._legend = None
        if self._content is not None:
            scale = self._content.picture.shown.scale
            self._legend = Legend(scale, self._content.families(), self._theme, self._marks)
            self._legend.collapsed = collapsed
        self._backdrop.forget()
        self.viewport().update()

    # Where to look

    def fit(self) -> None:
        """Show everything, labels included, as large as it goes."""
        self._fitted = True
        if self._content is None:
            return
        scale = self._scale_to_fit(self._content.picture.bounds)
        for _ in range(2):
            extent = self._content.extent(scale)
            scale = self._scale_to_fit(extent)
        self._look_at(extent.center(), scale)

    def actual_size(self) -> None:
        """100 %: one scene pixel is one screen pixel."""
        self.zoom_by(1.0 / self.zoom)

    def zoom_by(self, factor: float, around: QPointF | None = None) -> None:
        """Enlarge by `factor`, keeping the viewport point `around` (its middle) in place."""
        target = min(max(self.zoom * factor, self._furthest()), _CLOSEST)
        spot = around if around is not None else QRectF(self.viewport().rect()).center()
        before = self._to_scene(spot)
        self._fitted = False
        self.setTransform(QTransform.fromScale(target, target))
        self._widen_scene()
        self._scroll_scene_to(before, spot)
        self.zoom_changed.emit(target)

    def scroll_by(self, step: QPoint) -> None:
        """Move the picture by so many screen pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() - step.x())
        down.setValue(down.value() - step.y())

    def center_on_item(self, item: str) -> None:
        """Bring a bar or group into view; what is seen already does not move."""
        rect = self._content.picture.rect_of(item) if self._content else None
        if rect is None or self._seen().contains(rect):
            return
        self._fitted = False
        self._scroll_scene_to(rect.center(), QRectF(self.viewport().rect()).center())

    def _scale_to_fit(self, area: QRectF) -> float:
        room = self.viewport().rect()
        across = max(room.width() - 2 * _MARGIN, 1.0) / max(area.width(), 1.0)
        down = max(room.height() - 2 * _MARGIN, 1.0) / max(area.height(), 1.0)
        return float(min(max(min(across, down), _FURTHEST), _FIT_CLOSEST))

    def _furthest(self) -> float:
        if self._content is None:
            return _FURTHEST
        return min(self._scale_to_fit(self._content.picture.bounds) / 2, 1.0)

    def _look_at(self, point: QPointF, scale: float) -> None:
        self.setTransform(QTransform.fromScale(scale, scale))
        self._widen_scene()
        self._scroll_scene_to(point, QRectF(self.viewport().rect()).center())
        self.zoom_changed.emit(scale)

    def _widen_scene(self) -> None:
        """Ground around the picture, so that any part of it can be panned anywhere."""
        if self._content is not None:
            across = self.viewport().width() / self.zoom
            down = self.viewport().height() / self.zoom
            bounds = self._content.picture.bounds
            self.setSceneRect(bounds.adjusted(-across, -down, across, down))

    def _to_scene(self, spot: QPointF) -> QPointF:
        inverse, _ = self.viewportTransform().inverted()
        return inverse.map(spot)

    def _scroll_scene_to(self, point: QPointF, spot: QPointF) -> None:
        """Put scene `point` at viewport `spot`, to the nearest whole pixel."""
        off = self.viewportTransform().map(point) - spot
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + round(off.x()))
        down.setValue(down.value() + round(off.y()))

    def _anchor(self) -> tuple[str, QPointF] | None:
        """The item that must not move: the selected one, else the one nearest to the middle."""
        if self._content is None:
            return None
        picture, middle = self._content.picture, self._seen().center()
        chosen = self._overlay.hovered or self._overlay.selected
        if picture.rect_of(chosen) is None:
            chosen = picture.nearest(middle)
        rect = picture.rect_of(chosen)
        return (chosen, self.viewportTransform().map(_top(rect))) if rect is not None else None

    def _put_back(self, anchor: tuple[str, QPointF] | None) -> None:
        rect = self._content.picture.rect_of(anchor[0]) if self._content and anchor else None
        if anchor is not None and rect is not None:
            self._scroll_scene_to(_top(rect), anchor[1])

    def _seen(self) -> QRectF:
        """The part of the scene that is in the viewport."""
        inverse, _ = self.viewportTransform().inverted()
        return inverse.mapRect(QRectF(self.viewport().rect()))

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
        """Text, selection, hover, and the legend in its corner."""
        if self._content is None or self._legend is None:
            return
        seen = self._seen()
        self._overlay.paint(painter, self._content, seen, self.zoom)
        self._content.texts.paint(painter, seen, self.zoom)
        painter.save()
        painter.resetTransform()
        corner = QPointF(_LEGEND_CORNER, self.viewport().height() - _LEGEND_CORNER)
        self._legend_box = self._legend.paint(painter, corner, self.zoom)
        painter.restore()

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
        if self._legend is not None and self._legend_box.contains(at):
            self._legend.collapsed = not self._legend.collapsed
            self.viewport().update()
            return
        item = self.item_at(at)
        if item and modifiers & Qt.KeyboardModifier.AltModifier:
            self.fold_all_requested.emit(item)
        elif self._sign_at(at, item):
            self.fold_requested.emit(item)
        else:
            self.item_clicked.emit(item)

    def ask_fold(self, opening: bool) -> None:
        """Open the selected module, or close it (or the one around the selected bar)."""
        if self._content is None or not self._overlay.selected:
            return
        picture, item = self._content.picture, self._overlay.selected
        if opening and self._is_folded(item):
            self.fold_requested.emit(item)
        elif not opening:
            group = item if item in picture.group_numbers else picture.group_around(item)
            if group:
                self.fold_requested.emit(group)

    def clear(self) -> None:
        """Esc: nothing is selected any more."""
        self.item_clicked.emit("")

    def step(self, direction: str) -> None:
        """An arrow key."""
        self.key_step.emit(direction)

    def item_at(self, at: QPointF) -> str:
        """The bar, label or group frame at a viewport point, "" for empty ground."""
        if self._content is None:
            return ""
        return self._content.item_at(self._to_scene(at), self._seen(), self.zoom)

    def _is_folded(self, item: str) -> bool:
        if self._content is None or item not in self._content.picture.bar_numbers:
            return False
        return self._content.picture.bars[self._content.picture.bar_numbers[item]].folded

    def _sign_at(self, at: QPointF, item: str) -> bool:
        """Whether the point is on the plus or minus of `item`."""
        if self._content is None:
            return False
        picture, point = self._content.picture, self._to_scene(at)
        if item in picture.group_numbers:
            return picture.handle_rect(picture.group_numbers[item]).contains(point)
        if not self._is_folded(item):
            return False
        return picture.plus_rect(picture.bar_numbers[item]).contains(point)

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
        if self._is_folded(item) or (self._content and item in self._content.picture.group_numbers):
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
        if self._fitted:
            self.fit()
        else:
            self._widen_scene()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self.context_requested.emit(self._overlay.selected, event.globalPos())
        else:
            self.context_requested.emit(self.item_at(QPointF(event.pos())), event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._tooltip(QPointF(event.pos())), self)
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
        item = self.item_at(at) if at is not None else ""
        ribbon = None
        if self._content is not None and at is not None and not item:
            ribbon = self._content.picture.ribbon_at(self._to_scene(at))
        if (item, ribbon) == (self._overlay.hovered, self._overlay.ribbon):
            return
        if item != self._overlay.hovered:
            self.item_hovered.emit(item)
        self._overlay.hovered, self._overlay.ribbon = item, ribbon
        self.viewport().update()

    def _tooltip(self, at: QPointF) -> str:
        if self._content is None:
            return ""
        picture, item = self._content.picture, self.item_at(at)
        if item in picture.bar_numbers:
            bar = picture.bars[picture.bar_numbers[item]]
            return bar.tooltip or f"{bar.label}\n{bar.detail}"
        if item in picture.group_numbers:
            return picture.groups[picture.group_numbers[item]].title
        number = picture.ribbon_at(self._to_scene(at))
        if number is None:
            return ""
        ribbon = picture.ribbons[number]
        return f"{ribbon.source} → {ribbon.target}\n{ribbon.detail}"


def _top(rect: QRectF) -> QPointF:
    return QPointF(rect.center().x(), rect.top())

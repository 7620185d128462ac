"""A graphics view whose mouse, keys, wheel, pinch and drops are read as gestures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGraphicsView, QToolTip, QWidget

from visualizer.ui.canvas.interactions import Drag, Keys, Surface, Wheel


class GestureView(QGraphicsView):
    """Turns Qt's events into gestures; what they do is filled in: the methods of `Surface`,
    and those below.

    `context_requested` has the item ("" for empty ground) and the global place a menu is asked
    at, `files_dropped` the paths dropped on the view.
    """

    context_requested = Signal(str, QPoint)
    files_dropped = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)

    def listen(self, surface: Surface) -> None:
        """Let gestures act on `surface`, the view itself."""
        self._drag, self._wheel, self._keys = Drag(surface), Wheel(surface), Keys(surface)

    @property
    def wheel_moves(self) -> bool:
        """Whether the wheel alone moves the picture, and zooms with Ctrl."""
        return self._wheel.moves

    def set_wheel_moves(self, moves: bool) -> None:
        """What the wheel alone does: move the picture, or zoom."""
        self._wheel.moves = moves

    # Filled in

    def item_at(self, at: QPointF) -> str:
        """The bar, label or group frame at a viewport point, "" for empty ground."""
        raise NotImplementedError

    def tooltip(self, at: QPointF) -> str:
        """What to say about a viewport point, "" for nothing."""
        raise NotImplementedError

    def double_press(self, at: QPointF) -> None:
        """A double click."""
        raise NotImplementedError

    def hover(self, at: QPointF | None) -> None:
        """The mouse rests at a viewport point, or has left (None)."""
        raise NotImplementedError

    def item_for_keys(self) -> str:
        """The item that a menu opened with the keyboard is about."""
        raise NotImplementedError

    # Events

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._drag.press(event):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag.move(event):
            closed = Qt.CursorShape.ClosedHandCursor
            self.viewport().setCursor(closed if self._drag.panning else Qt.CursorShape.ArrowCursor)
        else:
            self.hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag.release(event)
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.double_press(event.position())

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel.turn(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._keys.press(event):
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.hover(None)
        super().leaveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keys = event.reason() == QContextMenuEvent.Reason.Keyboard
        item = self.item_for_keys() if by_keys else self.item_at(QPointF(event.pos()))
        self.context_requested.emit(item, event.globalPos())

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

"""Gestures on the canvas, one object each; they know the view only through what they ask of it."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QNativeGestureEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

_NOTCH = 120.0
_ZOOM_PER_NOTCH = 1.2
_KEY_ZOOM = 1.25

_ARROWS = {
    Qt.Key.Key_Up: "up", Qt.Key.Key_Down: "down",
    Qt.Key.Key_Left: "left", Qt.Key.Key_Right: "right",
}  # fmt: skip


class Surface(Protocol):
    """What gestures need of the view; `hurry` goes before whatever moves it."""

    def hurry(self) -> None: ...
    def scroll_by(self, step: QPoint) -> None: ...
    def zoom_by(self, factor: float, around: QPointF | None = None) -> None: ...
    def fit_all(self) -> None: ...
    def actual_size(self) -> None: ...
    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None: ...
    def ask_fold(self, opening: bool) -> None: ...
    def clear(self) -> None: ...
    def step(self, direction: str) -> None: ...


class Drag:
    """Press, and either pan or click: below the system's drag distance it is a click."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self._pressed: QPoint | None = None
        self._last = QPoint()
        self.panning = False

    def press(self, event: QMouseEvent) -> bool:
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            return False
        self._pressed = self._last = event.position().toPoint()
        return True

    def move(self, event: QMouseEvent) -> bool:
        """Pan when the button is held; returns whether it was."""
        if self._pressed is None:
            return False
        here = event.position().toPoint()
        far = (here - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        if far or self.panning:
            self.panning = True
            self._surface.hurry()
            self._surface.scroll_by(here - self._last)
            self._last = here
        return True

    def release(self, event: QMouseEvent) -> bool:
        if self._pressed is None:
            return False
        clicked = not self.panning and event.button() == Qt.MouseButton.LeftButton
        self._pressed, self.panning = None, False
        if clicked:
            self._surface.press(event.position(), event.modifiers())
        return True


class Wheel:
    """Wheel and pinch zoom to the cursor; with Shift the wheel moves the picture sideways. When
    `moves`, the wheel alone moves it, and zooms with Ctrl."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface
        self.moves = False

    def turn(self, event: QWheelEvent) -> None:
        turned, held = event.angleDelta(), event.modifiers()
        self._surface.hurry()
        if held & Qt.KeyboardModifier.ShiftModifier:
            self._surface.scroll_by(QPoint(turned.y() or turned.x(), 0))
        elif self.moves and not held & Qt.KeyboardModifier.ControlModifier:
            self._surface.scroll_by(event.pixelDelta() or turned)
        else:
            notches = turned.y() / _NOTCH
            self._surface.zoom_by(_ZOOM_PER_NOTCH**notches, event.position())
        event.accept()

    def pinch(self, event: QNativeGestureEvent) -> bool:
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._surface.hurry()
        self._surface.zoom_by(1.0 + event.value(), event.position())
        return True


class Keys:
    """The keyboard: fit, zoom, fold, clear, walk."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key means; returns False for keys that mean nothing here."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._zoom(event)
        return self._walk(event) or self._fold(event) or self._look(event)

    def _zoom(self, event: QKeyEvent) -> bool:
        if event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self._zoom_quickly(_KEY_ZOOM)
        elif event.key() == Qt.Key.Key_Minus:
            self._zoom_quickly(1 / _KEY_ZOOM)
        elif event.key() == Qt.Key.Key_0:
            self._surface.actual_size()
        else:
            return False
        return True

    def _zoom_quickly(self, factor: float) -> None:
        self._surface.hurry()
        self._surface.zoom_by(factor)

    def _walk(self, event: QKeyEvent) -> bool:
        direction = _ARROWS.get(Qt.Key(event.key()))
        if direction is not None:
            self._surface.step(direction)
        return direction is not None

    def _fold(self, event: QKeyEvent) -> bool:
        opening = event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Return)
        closing = event.key() == Qt.Key.Key_Minus
        if opening or closing:
            self._surface.ask_fold(opening)
        return opening or closing

    def _look(self, event: QKeyEvent) -> bool:
        shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.key() in (Qt.Key.Key_F, Qt.Key.Key_Space):
            self._surface.fit_all()
        elif event.key() == Qt.Key.Key_Escape:
            self._surface.clear()
        elif event.key() == Qt.Key.Key_Backspace and shifted:
            self._surface.actual_size()
        else:
            return False
        return True

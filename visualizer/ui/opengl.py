"""The canvas drawn with OpenGL where that is wanted and works; else without, and a line says why.

A driver may take the whole program down while a context is made. That it is being tried is
therefore written down first: a program that finds this when it starts draws without OpenGL.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QImage, QOffscreenSurface, QOpenGLContext, QPainter, QSurfaceFormat
from PySide6.QtWidgets import QWidget

from visualizer.ui.canvas import CanvasView
from visualizer.ui.settings import Settings

KEY = "canvas/opengl"
PATIENCE = 3000  # milliseconds, in which the first frame is to be there
_SAMPLES, _STENCIL_BITS = 4, 8
_INSTEAD = "Drawing without OpenGL"


class OpenGLDrawing(QObject):
    """Gives the canvas a viewport of OpenGL; `tell` gets a line when that does not work.

    The setting is "on", "off", or "trying" from before the first context until the first frame.
    """

    def __init__(self, canvas: CanvasView, settings: Settings, tell: Callable[[str], None]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._settings = settings
        self._tell = tell
        self._wanted = False
        self._drawing = False
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(PATIENCE)
        self._late.timeout.connect(lambda: self._give_up("no frame was drawn"))
        canvas.installEventFilter(self)

    @property
    def wanted(self) -> bool:
        """Whether the canvas is, or once it is shown will be, drawn with OpenGL."""
        return self._wanted

    @property
    def drawing(self) -> bool:
        """Whether it has been seen to draw."""
        return self._drawing

    def restore(self) -> None:
        """As it was left; without OpenGL where the program died of that."""
        left = self._settings.text(KEY, "off", ("on", "off", "trying"))
        if left == "trying":
            self._settings.set(KEY, "off")
            self._tell(f"{_INSTEAD}: the program ended while that was being switched on.")
        elif left == "on":
            self.switch(True)

    def switch(self, wanted: bool) -> None:
        """Draw with OpenGL or without, now and the next time."""
        self._settings.set(KEY, "on" if wanted else "off")
        self._wanted = wanted
        if not wanted:
            self._back()
        elif self._canvas.isVisible():
            self._soon(self._try)

    def close(self) -> None:
        """The program ends in good order: what is being tried has not brought it down."""
        self._late.stop()
        if self._wanted:
            self._settings.set(KEY, "on")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and self._wanted:
            self._soon(self._try)
        return False

    def _soon(self, do: Callable[[], None]) -> None:
        """When nobody is in the middle of using the viewport that may be replaced."""
        QTimer.singleShot(0, self, do)

    @property
    def _is_replaced(self) -> bool:
        return type(self._canvas.viewport()) is not QWidget

    def _try(self) -> None:
        if not self._wanted or self._is_replaced:
            return
        self._settings.set(KEY, "trying")
        self._settings.write()
        if reason := why_not():
            self._give_up(reason)
            return
        port = _viewport(self._canvas)
        port.frameSwapped.connect(self._first_frame)  # type: ignore[attr-defined]
        self._canvas.replace_viewport(port)
        self._late.start()

    def _first_frame(self) -> None:
        if self._late.isActive():
            self._late.stop()
            self._soon(self._look)

    def _look(self) -> None:
        """At the first frame."""
        if not self._wanted or not self._is_replaced:
            return
        frame = self._canvas.viewport().grabFramebuffer()  # type: ignore[attr-defined]
        if self._canvas.content is not None and _is_plain(frame):
            self._give_up("its frames stay empty")
            return
        self._drawing = True
        self._settings.set(KEY, "on")
        self._settings.write()

    def _give_up(self, reason: str) -> None:
        self._wanted = False
        self._settings.set(KEY, "off")
        self._back()
        self._tell(f"{_INSTEAD}: {reason}.")

    def _back(self) -> None:
        self._late.stop()
        self._drawing = False
        if self._is_replaced:
            self._canvas.replace_viewport(QWidget())


def why_not() -> str:
    """Why no OpenGL can be had here; "" where it can."""
    context, surface = QOpenGLContext(), QOffscreenSurface()
    context.setFormat(_format())
    if not context.create():
        return "this display gives no OpenGL context"
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return "the OpenGL context of this display cannot be used"
    context.doneCurrent()
    return ""


def _format() -> QSurfaceFormat:
    wanted = QSurfaceFormat()
    wanted.setSamples(_SAMPLES)
    wanted.setStencilBufferSize(_STENCIL_BITS)
    return wanted


def _viewport(canvas: CanvasView) -> QWidget:
    from PySide6.QtOpenGLWidgets import QOpenGLWidget  # loaded when it is wanted only

    class Port(QOpenGLWidget):
        """The canvas paints on it by itself, but for grabbed frames, as of a screenshot."""

        def paintGL(self) -> None:
            ratio = self.devicePixelRatioF()
            drawn = QImage(self.size() * ratio, QImage.Format.Format_RGB32)
            drawn.setDevicePixelRatio(ratio)
            painter = QPainter(drawn)
            canvas.render(painter)
            painter.end()
            painter = QPainter(self)
            painter.drawImage(0, 0, drawn)  # in one: smoothed frames are grabbed half done
            painter.end()

    port = Port()
    port.setFormat(_format())
    return port


def _is_plain(image: QImage) -> bool:
    """Whether a frame is of one colour: black, or whatever was there before."""
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(plain.constBits(), np.uint32)
    return not pixels.size or bool((pixels == pixels[0]).all())

"""`python tests/ui/opengl_tried.py SETTINGS`: draws with OpenGL and tells how that went.

Prints `opengl: SHARE` of the pixels that differ from a canvas drawn without, after panning,
zooming, selecting and going back, or `raster: REASON` where there is no OpenGL.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from PySide6.QtCore import QPoint, QSettings
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from tests.ui import samples
from visualizer.app import qt_application
from visualizer.ui.canvas import CanvasView
from visualizer.ui.opengl import OpenGLDrawing
from visualizer.ui.settings import Settings


def main() -> None:
    qt = qt_application()
    told: list[str] = []
    view = CanvasView()
    view.resize(900, 600)
    view.show_graph(samples.long_chain(300, columns=4))
    view.show()
    qt.processEvents()
    settings = Settings(QSettings(sys.argv[1], QSettings.Format.IniFormat))
    drawing = OpenGLDrawing(view, settings, told.append)
    drawing.switch(True)
    until = time.monotonic() + 30
    while not drawing.drawing and not told and time.monotonic() < until:
        qt.processEvents()
    if told:
        print("raster:", told[0])
        return
    assert drawing.drawing
    view.zoom_by(2.0)
    view.scroll_by(QPoint(30, 40))
    assert view.shown is not None
    view.set_selected(view.shown.bars[150].id)
    with_opengl, grabbed = _on_screen(qt, view), _pixels(view.grab().toImage())
    drawing.switch(False)
    without = _on_screen(qt, view)
    assert np.abs(grabbed - without).max(axis=-1).mean() < 1
    print("opengl:", (np.abs(with_opengl - without).max(axis=-1) > 48).mean())


def _on_screen(qt: QApplication, view: CanvasView) -> np.ndarray:
    """What is to be seen when it rests."""
    until = time.monotonic() + 1
    while view.is_hurried or time.monotonic() < until:
        qt.processEvents()
    return _pixels(qt.primaryScreen().grabWindow(view.winId()).toImage())


def _pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(plain.constBits(), np.uint8).reshape(plain.height(), -1, 4)
    return rows[..., :3].astype(int)


if __name__ == "__main__":
    main()

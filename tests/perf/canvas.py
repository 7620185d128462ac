"""Frame time of the canvas: panning with the whole of a large graph in view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter

from tests.perf.networks import fully_expanded
from tests.perf.table import Row, median_seconds
from visualizer.app import qt_application
from visualizer.layout.placement import lay_out
from visualizer.session.resolve import picture
from visualizer.ui.canvas import CanvasView

SIZE = (1600, 1000)


def rows() -> list[Row]:
    """Milliseconds a frame, offscreen raster, the whole of about a thousand nodes in view."""
    application = qt_application()
    drafted = fully_expanded("swin_b")
    shown = picture(drafted, lay_out(drafted.request))
    view = CanvasView()
    view.resize(*SIZE)
    view.show_graph(shown)
    view.show()
    application.processEvents()
    found = []
    size = f"{len(shown.bars)} nodes, {len(shown.ribbons)} ribbons"
    for words, gesture in (("panning", _pan), ("zooming, all painted anew", _zoom)):
        view.fit()
        seconds = median_seconds(lambda gesture=gesture: _frame(view, gesture), 31, 3)
        found.append(Row(f"canvas frame while {words}", 1000 * seconds, "ms", 16.0, size))
    view.close()
    return found


def _pan(view: CanvasView) -> None:
    view.scroll_by(QPoint(0, 3))


def _zoom(view: CanvasView) -> None:
    view.zoom_by(1.002)


def _frame(view: CanvasView, gesture: Callable[[CanvasView], None]) -> None:
    gesture(view)
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.render(painter)
    painter.end()

"""Frame time of the canvas: panning with the whole of a large graph in view."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from tests.perf.networks import fully_expanded
from tests.perf.table import Row, median_seconds
from visualizer.layout.placement import lay_out
from visualizer.session.resolve import picture
from visualizer.ui.canvas import CanvasView

SIZE = (1600, 1000)


def rows() -> list[Row]:
    """Milliseconds a frame, offscreen raster, about a thousand nodes."""
    application = QApplication.instance() or QApplication([])
    drafted = fully_expanded("swin_b")
    shown = picture(drafted, lay_out(drafted.request))
    view = CanvasView()
    view.resize(*SIZE)
    view.show_graph(shown)
    view.show()
    application.processEvents()
    found = []
    for words, zoom in (("whole graph in view", 1.0), ("zoomed in 8×", 8.0)):
        view.fit()
        view.zoom_by(zoom)
        seconds = median_seconds(lambda: _frame(view), repeats=31, warm_up=3)
        aim = 16.0 if zoom == 1.0 else None
        found.append(
            Row(f"canvas frame while panning, {words}", 1000 * seconds, "ms", aim,
                f"{len(shown.bars)} nodes, {len(shown.ribbons)} ribbons")
        )  # fmt: skip
    view.close()
    return found


def _frame(view: CanvasView) -> None:
    view.scroll_by(QPoint(0, 3))
    image = QImage(*SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    view.render(painter)
    painter.end()

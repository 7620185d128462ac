"""The canvas at 1,000, 5,000 and 20,000 nodes: frames while the user moves it, clicks, memory.

Times are those of one processor with no GPU: a gesture, the frame that follows it, and the slice
of the next exact frame that is painted before the next gesture.
"""

from __future__ import annotations

import pickle
import statistics
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication

from tests.perf.networks import blocks, expanded, traced
from tests.perf.table import ROOT, Row, cpu_seconds, least_cpu_seconds
from visualizer.app import qt_application
from visualizer.layout.model import Flow
from visualizer.layout.placement import lay_out
from visualizer.session.resolve import picture
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.labels import place_labels
from visualizer.ui.canvas.picture import Picture

SIZE = (1600, 1000)
AIMS = {1_000: 16.0, 5_000: 16.0, 20_000: 33.0}  # ms: 60 frames a second, 30 with 20,000
TURNED = 5_000  # nodes of the picture in which data flows to the right
FLOWS: tuple[Flow, ...] = ("down", "right")
LABELLED = ("densenet121", "resnet152")
VIEWS = (("all in view", None), ("half out", 0.15), ("in", 1.0))
FRAMES = 40
TURN = 20  # frames in one direction
_MOUSE, _NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def rows() -> list[Row]:
    """Milliseconds a frame and a click, kilobytes a node."""
    qt_application()
    view, found = blank_view(), []
    pictures = {nodes: drawn(nodes) for nodes in AIMS}
    for nodes, shown in pictures.items():
        view.show_graph(shown)
        for words, zoom in VIEWS:
            found += _frames(view, nodes, words, zoom)
        found.append(_click(view, nodes))
    view.show_graph(drawn(TURNED, "right"))
    for words, zoom in VIEWS:
        found += _frames(view, TURNED, f"to the right, {words}", zoom)
    view.close()
    labels = [_labels(name, flow) for name in LABELLED for flow in FLOWS]
    return [*found, *labels, _memory(pictures)]


def _labels(name: str, flow: Flow) -> Row:
    """All labels of a network seen whole, placed for the first time."""
    drafted = expanded(traced(name), flow)
    shown = Picture(picture(drafted, lay_out(drafted.request)))
    bounds = shown.bounds
    scale = min(SIZE[0] / bounds.width(), SIZE[1] / bounds.height())

    def place(zoom: float) -> int:
        return len(place_labels(shown, bounds, zoom))

    place(scale * 0.99)  # texts are measured once
    count = place(scale)
    spent = 1000 * least_cpu_seconds([lambda: place(scale)] * 5)
    return Row(f"{name}, data flows {flow}: labels placed", spent, "ms", None, f"{count} labels")


def _memory(pictures: dict[int, ShownGraph]) -> Row:
    fewest, most = min(pictures), max(pictures)
    with TemporaryDirectory() as folder:
        files = [Path(folder) / f"{nodes}.pickle" for nodes in (fewest, most)]
        for file, nodes in zip(files, (fewest, most), strict=True):
            file.write_bytes(pickle.dumps(pictures[nodes]))
        command = [sys.executable, "-m", "tests.perf.canvas_memory", *map(str, files)]
        told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    how = f"{most:,} nodes instead of {fewest:,}"
    return Row("canvas: memory for each node", float(told.stdout), "KB", 2.0, how)


@cache
def drawn(nodes: int, flow: Flow = "down") -> ShownGraph:
    """Transformer blocks with every op a bar, in columns."""
    drafted = expanded(blocks(nodes), flow)
    return picture(drafted, lay_out(drafted.request))


def blank_view() -> CanvasView:
    """A canvas on the screen that shows nothing yet."""
    view = CanvasView()
    view.resize(*SIZE)
    view.show()
    view.item_clicked.connect(view.set_selected)
    QApplication.processEvents()
    return view


def _frames(view: CanvasView, nodes: int, words: str, zoom: float | None) -> list[Row]:
    made = []
    for name, gesture in (("panning", _pan), ("zooming", _zoom)):
        look(view, zoom)
        paint(view)
        spent = [_frame(view, gesture, number) for number in range(FRAMES)]
        slowest = f"19 in 20 under {np.quantile(spent, 0.95):.0f} ms"
        title = f"{nodes:,} nodes, {words}: frame while {name}"
        made.append(Row(title, statistics.median(spent), "ms", AIMS[nodes], slowest))
        while view.is_hurried:
            view.paint_slice()
    return made


def _frame(view: CanvasView, gesture: Callable[[CanvasView, int], None], number: int) -> float:
    def everything() -> None:
        gesture(view, 1 if number % (2 * TURN) < TURN else -1)
        paint(view)
        view.paint_slice()

    return 1000 * cpu_seconds(everything)


def _pan(view: CanvasView, way: int) -> None:
    view.hurry()
    view.scroll_by(QPoint(3 * way, 11 * way))


def _zoom(view: CanvasView, way: int) -> None:
    at = QPointF(SIZE[0] / 2, SIZE[1] / 2)
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, 15 * way), Qt.MouseButton.NoButton, _NO_KEY,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def _click(view: CanvasView, nodes: int) -> Row:
    """From the button's release on a bar to the frame that outlines it."""
    look(view, 0.3)
    paint(view)
    bar = view.content.picture.nearest(view.seen.center()) if view.content else ""
    rect = view.content.picture.rect_of(bar) if view.content else None
    assert rect is not None
    at = QPointF(view.viewportTransform().map(rect.center()))

    def click() -> None:
        view.set_selected("")
        for kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonRelease):
            event = QMouseEvent(kind, at, at, _MOUSE, _MOUSE, _NO_KEY)
            QApplication.sendEvent(view.viewport(), event)
        paint(view)

    spent = statistics.median(1000 * cpu_seconds(click) for _ in range(5))
    return Row(f"{nodes:,} nodes: click to highlighted", spent, "ms", 50.0, "median of 5")


def look(view: CanvasView, zoom: float | None) -> None:
    """At all of the picture, or its middle at a zoom."""
    view.fit()
    view.fit_all()
    if zoom is not None:
        view.zoom_by(zoom / view.zoom)


def paint(view: CanvasView) -> None:
    """A frame, as the screen would have it."""
    painter = QPainter(_screen())
    view.render(painter)
    painter.end()


@cache
def _screen() -> QImage:
    return QImage(*SIZE, QImage.Format.Format_RGB32)

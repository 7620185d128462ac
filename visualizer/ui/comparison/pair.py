"""Two silhouettes beside one another: on one scale, at one zoom, moving up and down together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from visualizer.costs.units import human_count
from visualizer.session.comparison import Comparison
from visualizer.session.network import OpenNetwork
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.view import CanvasView
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.panels.parts import ElidedText
from visualizer.ui.theme import Theme

_SIDES = (0, 1)
_SMALLEST, _EQUAL = 180, 1000


class SilhouettePair(QWidget):
    """`picked` has the side (0: left) and the bar or group clicked, "" for the ground;
    `fold_requested` the side and the module to open or close."""

    picked = Signal(int, str)
    fold_requested = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.canvases = (CanvasView(), CanvasView())
        self.titles = (
            ElidedText(Qt.TextElideMode.ElideRight),
            ElidedText(Qt.TextElideMode.ElideRight),
        )
        self._following = False
        self._offset = 0.0  # how much deeper the right one looks
        self._fitted = False  # and not moved by the user since
        self._sizes: list[QSize] = []
        self._build()
        for side, canvas in enumerate(self.canvases):
            canvas.setMinimumWidth(_SMALLEST)
            canvas.setAcceptDrops(False)
            canvas.item_clicked.connect(partial(self.picked.emit, side))
            canvas.fold_requested.connect(partial(self.fold_requested.emit, side))
            canvas.view_changed.connect(partial(self._moved, side))

    def show_names(self, comparison: Comparison | None, theme: Theme) -> None:
        """Title both canvases."""
        for side, title in enumerate(self.titles):
            color = side_color(side, theme).name()
            title.setStyleSheet(f"color: {color}; font-weight: 600;")
            if comparison is not None:
                name, network = comparison.names[side], comparison.networks[side]
                title.setText(f"{name}   {_essentials(network)}")
                where = ("Left", "Right")[side]
                self.canvases[side].setAccessibleName(f"{where} network: {name}")

    def show_graph(self, side: int, shown: ShownGraph, keep_view: bool) -> None:
        """Draw one side; the first time both are seen from their tops."""
        with self._quiet():
            self.canvases[side].show_graph(shown, keep_view=keep_view)
        if not keep_view:
            self.fit()

    def show_marks(self, side: int, marks: Marks | None) -> None:
        with self._quiet():
            self.canvases[side].set_marks(marks)

    def set_theme(self, theme: Theme) -> None:
        with self._quiet():
            for canvas in self.canvases:
                canvas.set_theme(theme)

    def fit(self) -> None:
        """Show both from the top, as large as the larger one goes."""
        drawn = [canvas for canvas in self.canvases if canvas.shown is not None]
        if not drawn:
            return
        with self._quiet():
            for canvas in drawn:
                canvas.fit()
            lead = min(drawn, key=lambda canvas: canvas.zoom)
            for canvas in drawn:
                if canvas is not lead:
                    canvas.look_at_height(lead.height_seen, lead.zoom)
        self._offset, self._fitted, self._sizes = 0.0, True, self._sizes_now()

    def select(self, items: tuple[str | None, str | None]) -> None:
        """Outline a bar on each side and bring both into view; None outlines nothing."""
        with self._quiet():
            for canvas, item in zip(self.canvases, items, strict=True):
                canvas.set_selected(item)
                if item:
                    canvas.center_on_item(item)
        self._offset = self.canvases[1].height_seen - self.canvases[0].height_seen
        self._fitted = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    @property
    def zooms(self) -> tuple[float, float]:
        """Screen pixels per scene pixel, left and right: the same once both are drawn."""
        return self.canvases[0].zoom, self.canvases[1].zoom

    def _build(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        for canvas, title in zip(self.canvases, self.titles, strict=True):
            holder = QWidget()
            column = QVBoxLayout(holder)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(0)
            title.setContentsMargins(12, 6, 8, 6)
            column.addWidget(title)
            column.addWidget(canvas, 1)
            self.splitter.addWidget(holder)
            self.splitter.setStretchFactor(self.splitter.count() - 1, 1)
        self.splitter.setSizes([_EQUAL, _EQUAL])
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.splitter)

    def _moved(self, side: int) -> None:
        """The user moved or zoomed one: the other goes along. What is fitted stays so in a
        window of another size."""
        if self._following:
            return
        if self._fitted and self._sizes != self._sizes_now():
            QTimer.singleShot(0, self, self.fit)
            return
        self._fitted = False
        lead, other = self.canvases[side], self.canvases[1 - side]
        if lead.shown is None or other.shown is None:
            return
        off = self._offset if side == 0 else -self._offset
        with self._quiet():
            other.look_at_height(lead.height_seen + off, lead.zoom)

    def _sizes_now(self) -> list[QSize]:
        return [canvas.viewport().size() for canvas in self.canvases]

    @contextmanager
    def _quiet(self) -> Iterator[None]:
        """What moves in here is not followed."""
        before, self._following = self._following, True
        try:
            yield
        finally:
            self._following = before


def _essentials(network: OpenNetwork) -> str:
    totals = network.report.totals
    return f"{human_count(totals.params)} params  ·  {human_count(totals.macs)} MACs"

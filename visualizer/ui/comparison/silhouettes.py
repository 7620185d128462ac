"""Silhouettes beside one another: on one scale, at one zoom, moving up and down together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import msgspec
from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from visualizer.costs.units import human_count
from visualizer.graph.families import FAMILY_TITLES
from visualizer.session.comparison import Comparison
from visualizer.session.network import OpenNetwork
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.view import CanvasView
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.panels.legend_line import LegendLine
from visualizer.ui.panels.parts import ElidedText
from visualizer.ui.theme import Theme

_EQUAL = 1000
_ROOM_FOR_NAMES = 320  # pixels
_SMALLEST = (180, 130)  # of two, and of more


class Silhouettes(QWidget):
    """`picked` has the side (0: leftmost) and the bar or group clicked, "" for the ground;
    `fold_requested` the side and the module to open or close; `removed` the side to take out."""

    picked = Signal(int, str)
    fold_requested = Signal(int, str)
    removed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[_Column] = []
        self._shown: dict[int, ShownGraph] = {}
        self._named = True
        self._theme: Theme | None = None
        self._following = False
        self._offsets: list[float] = []  # how much deeper each looks than the first
        self._fitted = False  # and not moved by the user since
        self._sizes: list[QSize] = []
        self._build()

    @property
    def canvases(self) -> tuple[CanvasView, ...]:
        return tuple(column.canvas for column in self._columns)

    def show_names(self, comparison: Comparison | None, theme: Theme) -> None:
        """Title a canvas for each network; there are as many as there are networks."""
        if comparison is None:
            return
        self._have(len(comparison.networks), theme)
        for side, column in enumerate(self._columns):
            column.title.setStyleSheet(
                f"color: {side_color(side, theme).name()}; font-weight: 600;"
            )
            name, network = comparison.names[side], comparison.networks[side]
            several = len(self._columns) > 2
            column.title.setText(name if several else f"{name}   {_essentials(network)}")
            column.title.setToolTip(f"{network.source.text}: {_essentials(network)}")
            column.canvas.setAccessibleName(f"Network {side + 1}: {name}")
            column.close_button.setVisible(several)
            column.close_button.setToolTip(f"Compare without {name}")

    def show_graph(self, side: int, shown: ShownGraph, keep_view: bool) -> None:
        """Draw one side; the first time all are seen from their tops."""
        self._shown[side] = shown
        with self._quiet():
            self.canvases[side].show_graph(self._drawn(shown), keep_view=keep_view)
        if not keep_view:
            self.fit()
        self._show_legend()

    def show_marks(self, side: int, marks: Marks | None) -> None:
        with self._quiet():
            self.canvases[side].set_marks(marks)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        with self._quiet():
            for canvas in self.canvases:
                canvas.set_theme(theme)
        self._show_legend()

    def fit(self) -> None:
        """Show all from the top, as large as the largest one goes."""
        self._name_if_wide()
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
                    canvas.center_across()
        self._offsets = [0.0] * len(self._columns)
        self._fitted, self._sizes = True, self._sizes_now()

    def select(self, items: Sequence[str | None]) -> None:
        """Outline a bar on each side and bring all into view; None outlines nothing."""
        with self._quiet():
            for canvas, item in zip(self.canvases, items, strict=True):
                canvas.set_selected(item)
                if item:
                    canvas.center_on_item(item)
        seen = [canvas.height_seen for canvas in self.canvases]
        self._offsets = [height - seen[0] for height in seen]
        self._fitted = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._name_if_wide()
        self.fit()

    @property
    def zooms(self) -> tuple[float, ...]:
        """Screen pixels per scene pixel: the same once all are drawn."""
        return tuple(canvas.zoom for canvas in self.canvases)

    def _build(self) -> None:
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.splitter, 1)
        self.legend = LegendLine()
        self.legend.setContentsMargins(12, 5, 8, 6)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.legend.hide()
        outer.addWidget(self.legend)

    def _have(self, count: int, theme: Theme) -> None:
        """Have as many canvases as networks, all as wide as one another. More than two have one
        legend together."""
        self._shown.clear()
        if count == len(self._columns):
            return
        while len(self._columns) > count:
            last = self._columns.pop()
            last.setParent(None)
            last.deleteLater()
        while len(self._columns) < count:
            self._add_column(len(self._columns), theme)
        self.legend.setVisible(count > 2)
        for number, column in enumerate(self._columns):
            column.canvas.show_legend(count <= 2)
            column.canvas.setMinimumWidth(_SMALLEST[count > 2])
            self.splitter.setStretchFactor(number, 1)
        self.splitter.setSizes([_EQUAL] * count)
        self._offsets = [0.0] * count

    def _add_column(self, side: int, theme: Theme) -> None:
        column = _Column()
        column.canvas.set_theme(theme)
        column.canvas.item_clicked.connect(partial(self.picked.emit, side))
        column.canvas.fold_requested.connect(partial(self.fold_requested.emit, side))
        column.canvas.view_changed.connect(partial(self._moved, side))
        column.close_button.clicked.connect(lambda: self.removed.emit(side))
        self._columns.append(column)
        self.splitter.addWidget(column)

    def _drawn(self, shown: ShownGraph) -> ShownGraph:
        """A picture without its names where columns are too narrow for bars and names; tooltips
        have them still."""
        if self._named:
            return shown
        bars = (msgspec.structs.replace(bar, label="", detail="") for bar in shown.bars)
        groups = (msgspec.structs.replace(group, title="") for group in shown.groups)
        return msgspec.structs.replace(shown, bars=tuple(bars), groups=tuple(groups))

    def _name_if_wide(self) -> None:
        """Write names as soon as there is room for them, leave them out where there is not."""
        narrowest = min((canvas.width() for canvas in self.canvases), default=0)
        named = len(self._columns) <= 2 or narrowest >= _ROOM_FOR_NAMES
        if named == self._named:
            return
        self._named = named
        with self._quiet():
            for side, shown in self._shown.items():
                self.canvases[side].show_graph(self._drawn(shown), keep_view=True)

    def _show_legend(self) -> None:
        """What the colours mean in any of the pictures, and that their scale is one."""
        if self._theme is None or len(self._columns) <= 2:
            return
        there = {bar.family for shown in self._shown.values() for bar in shown.bars}
        scale = next((f"width: {shown.scale.mode}" for shown in self._shown.values()), "")
        entries = [
            ("■", self._theme.families[family], title)
            for family, title in FAMILY_TITLES.items()
            if family in there
        ]
        one_scale = ("━", self._theme.secondary, f"{scale}, one scale for all")
        self.legend.show_entries([one_scale, *entries], self._theme.secondary)

    def _moved(self, side: int) -> None:
        """The user moved or zoomed one: the others go along. What is fitted stays so in a
        window of another size."""
        if self._following:
            return
        if self._sizes != self._sizes_now():
            self._name_if_wide()
        if self._fitted and self._sizes != self._sizes_now():
            QTimer.singleShot(0, self, self.fit)
            return
        self._fitted = False
        lead = self.canvases[side]
        if lead.shown is None:
            return
        with self._quiet():
            for other, canvas in enumerate(self.canvases):
                if other != side and canvas.shown is not None:
                    off = self._offsets[other] - self._offsets[side]
                    canvas.look_at_height(lead.height_seen + off, lead.zoom)

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


class _Column(QWidget):
    """A title, a button that takes the network out, and its canvas."""

    def __init__(self) -> None:
        super().__init__()
        self.canvas = CanvasView()
        self.canvas.setAcceptDrops(False)
        self.title = ElidedText(Qt.TextElideMode.ElideRight)
        self.close_button = QToolButton()
        self.close_button.setText("✕")
        self.close_button.setAutoRaise(True)
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 8, 6)
        head.setSpacing(4)
        head.addWidget(self.title, 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.canvas, 1)


def _essentials(network: OpenNetwork) -> str:
    totals = network.report.totals
    return f"{human_count(totals.params)} params  ·  {human_count(totals.macs)} MACs"

"""A chart with one column a layer or step, to point at, click and walk through with arrow keys.

Imports pyqtgraph: import this module when a chart is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.ui.panels.cost_axes import Ticks, axis_name, count_ticks
from visualizer.ui.panels.cut_axes import AXIS_HEIGHT, placed_labels
from visualizer.ui.theme import Theme, canvas_font

_FONT = 11
_LEFT_AXIS, _RIGHT_MARGIN, _TOP_MARGIN = 52, 8, 6
_BEHIND = -20
_THINNEST_BAND = 5  # pixels
_MOST_NAMES = 400
_NEVER_FITS = float("inf")
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class ColumnPlot(QWidget):
    """Axes, bands and gestures; what stands in the columns is drawn by `paint`: fill it in.

    `pointed` has the number of the column under the cursor, -1 for none; `picked` that of the
    column clicked, or walked to with the arrow keys, Home and End.
    """

    pointed = Signal(int)
    picked = Signal(int)

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__()
        self.theme = theme
        self._names: Sequence[str] = ()
        self._first: Sequence[int] = ()
        self._widths: list[float] = []
        self._highest = self._top = 1.0
        self._ticks: Callable[[float], Ticks] = count_ticks
        self._room_above = 0
        self._marked: Collection[int] = ()
        self._pointed: int | None = None
        self._marked_band: Any = None
        self._pointed_band: Any = None
        self._build(title)

    # ------------------------------------------------------------------ to fill in

    def paint(self) -> None:
        """Draw the columns with `put`; called with the axes in place."""
        raise NotImplementedError

    def height_of(self, number: int) -> float:
        """How high column `number` reaches, in the units of the axis."""
        raise NotImplementedError

    # ------------------------------------------------------------------ what is shown

    def show_columns(
        self,
        names: Sequence[str],
        first: Sequence[int],
        highest: float,
        ticks: Callable[[float], Ticks],
        room_above: int = 0,
    ) -> None:
        """Draw anew: a column for each name, none above `highest`, with some pixels left free.

        `first` are named before others; `ticks` has those of an axis from 0 up.
        """
        self._names, self._first = [axis_name(name) for name in names], first
        self._widths = self._measured()
        self._highest, self._ticks, self._room_above = max(highest, 1e-9), ticks, room_above
        self._pointed = None
        self.plot.setXRange(-0.5, max(len(names), 1) - 0.5, padding=0)
        self._set_height()
        self.redraw()

    def redraw(self) -> None:
        """Draw the same in the colours of now."""
        self.plot.clear()
        self._marked_band = self._band(self.theme.color("accent", 0.22))
        self._pointed_band = self._band(self.theme.color("faint", 0.22))
        if self._names:
            self.paint()
        self._show_names()
        self.mark(self._marked)
        self.point(self._pointed)

    def mark(self, numbers: Collection[int]) -> None:
        """Show these columns as the selected ones."""
        self._marked = numbers
        self._place(self._marked_band, sorted(numbers))
        self._show_names()

    def point(self, number: int | None) -> None:
        """Show one column as that under the cursor, or none."""
        self._pointed = number
        self._place(self._pointed_band, [] if number is None else [number])

    def restyle(self, theme: Theme) -> None:
        """Draw everything in the colours of `theme`."""
        self.theme = theme
        self.plot.setBackground(theme.color("ground"))
        self.setStyleSheet(
            "ColumnPlot { border: 1px solid transparent; border-radius: 6px; }"
            f"ColumnPlot:focus {{ border-color: {theme.accent}; }}"
        )
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("strong_border"))
            axis.setTextPen(theme.color("secondary"))
            axis.setTickFont(canvas_font(_FONT))
        self.redraw()

    def place_of(self, number: int) -> QPointF:
        """Where column `number` ends at the top, in this widget's pixels."""
        scene = self._view.mapViewToScene(QPointF(number, self.height_of(number)))
        return QPointF(self.plot.mapTo(self, self.plot.mapFromScene(scene)))

    def put(self, item: Any) -> None:
        """Add something drawn."""
        self.plot.addItem(item, ignoreBounds=True)

    # ------------------------------------------------------------------ construction

    def _build(self, title: str) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(title)
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setFrameStyle(0)
        self.plot.setMinimumSize(60, 40)
        self.plot.getPlotItem().layout.setContentsMargins(0, _TOP_MARGIN, _RIGHT_MARGIN, 0)
        self.plot.showGrid(y=True, alpha=0.18)
        self._view = self.plot.getPlotItem().vb
        self.plot.getAxis("left").setWidth(_LEFT_AXIS)
        bottom = self.plot.getAxis("bottom")
        bottom.setHeight(AXIS_HEIGHT)
        bottom.setStyle(tickLength=-3, hideOverlappingLabels=False)  # they are placed here
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.addWidget(self.plot)

    def _set_height(self) -> None:
        """Leave the pixels above free that were asked for, however low the chart is."""
        pixels = max(self.height() - AXIS_HEIGHT - _TOP_MARGIN, 2 * self._room_above, 1)
        self._top = self._highest * pixels / (pixels - self._room_above)
        self.plot.setYRange(0, self._top, padding=0)
        self.plot.getAxis("left").setTicks([self._ticks(self._top)])

    def _band(self, color: Any) -> Any:
        band = pyqtgraph.BarGraphItem(x=[], height=[], width=1.0, brush=color, pen=None)
        band.setZValue(_BEHIND)
        self.put(band)
        return band

    def _place(self, band: Any, numbers: list[int]) -> None:
        """Put a band over columns, hidden for none."""
        if band is not None:
            inside = [number for number in numbers if number < len(self._names)]
            band.setVisible(bool(inside))
            if inside:
                first, last = _runs(inside)
                thinnest = _THINNEST_BAND * len(self._names) / self._room()
                band.setOpts(
                    x=(first + last) / 2, height=np.full(len(first), self._top),
                    width=np.maximum(last - first + 1, thinnest),
                )  # fmt: skip

    def _measured(self) -> list[float]:
        """Widths of the names in pixels; of very many, only some may be shown."""
        metrics = QFontMetricsF(canvas_font(_FONT))
        every = -(-len(self._names) // _MOST_NAMES) if self._names else 1
        wanted = {*range(0, len(self._names), every), *self._first, *self._marked}
        return [
            metrics.horizontalAdvance(name) if number in wanted else _NEVER_FITS
            for number, name in enumerate(self._names)
        ]

    def _show_names(self) -> None:
        """Name as many columns below the axis as there is room for, the selected ones first."""
        names = self._names
        marked = min(self._marked, default=len(names))
        first = [number for number in (marked, *self._first) if number < len(names)]
        if first and self._widths[first[0]] == _NEVER_FITS:
            self._widths = self._measured()
        placed = placed_labels(self._widths, self._room() / max(len(names), 1), first)
        self.plot.getAxis("bottom").setTicks([[(number, names[number]) for number in placed]])

    def _room(self) -> float:
        """Pixels of the x axis."""
        return float(max(1, self.width() - _LEFT_AXIS - _RIGHT_MARGIN))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._set_height()
        self.mark(self._marked)

    # ------------------------------------------------------------------ what the user does

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk from the selected column to its neighbour, or to an end."""
        last = len(self._names) - 1
        if event.key() in _STEPS and last >= 0:
            step = _STEPS[Qt.Key(event.key())]
            start = min(self._marked) if self._marked else -1 if step > 0 else last + 1
            self.picked.emit(min(max(start + step, 0), last))
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and last >= 0:
            self.picked.emit(0 if event.key() == Qt.Key.Key_Home else last)
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(-1)
        return super().eventFilter(watched, event)

    def _moved(self, where: QPointF) -> None:
        number = self._column_at(where)
        self.pointed.emit(-1 if number is None else number)

    def _clicked(self, event: Any) -> None:
        number = self._column_at(event.scenePos())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(number)

    def _column_at(self, where: QPointF) -> int | None:
        """The column a place of the scene is in; the axis' names belong to theirs."""
        number = round(self._view.mapSceneToView(where).x())
        return number if 0 <= number < len(self._names) else None


def _runs(numbers: list[int]) -> tuple[Any, Any]:
    """First and last of each run of neighbours in sorted numbers."""
    found = np.array(numbers)
    gaps = np.flatnonzero(np.diff(found) > 1)
    return found[np.r_[0, gaps + 1]], found[np.r_[gaps, len(found) - 1]]

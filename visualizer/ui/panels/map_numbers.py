"""A layer's numbers: statistics, histogram, and vectors as a plot."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QVBoxLayout, QWidget

from visualizer.costs.units import percent
from visualizer.session.maps import Floats, Statistics, histogram
from visualizer.ui.panels.parts import text_of, theme_now
from visualizer.ui.theme import Theme

_BINS = 64
_HISTOGRAM_HEIGHTS = (46, 120)


def statistics_rows(numbers: Statistics) -> list[tuple[str, str, str]]:
    """Label, value and explanation of each statistic."""
    rows = [
        ("Range", f"{numbers.low:.3g} … {numbers.high:.3g}", "Least and largest number"),
        ("Mean", f"{numbers.mean:.3g}", "Mean of all numbers"),
        ("Zeros", percent(numbers.zeros), "Share of numbers that are exactly 0"),
    ]
    if numbers.dead is not None:
        dead = f"{numbers.dead:,} of {numbers.channels:,}"
        rows.append(("Dead", dead, "Channels that are 0 everywhere on this picture"))
    if numbers.not_finite:
        rows.append(("Not finite", f"{numbers.not_finite:,}", "Infinite or not a number"))
    return rows


class StatisticsView(QWidget):
    """Range, mean, share of zeros, dead channels, and the histogram below them."""

    def __init__(self) -> None:
        super().__init__()
        self._plot: Any = None
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        words = QVBoxLayout()
        words.addLayout(self._grid)
        words.addStretch(0)
        self._box = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(4)
        self._box.addLayout(words)

    def stand(self, upright: bool) -> None:
        """The histogram below the statistics, or beside them."""
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._box.setDirection(down if upright else across)
        self._box.setSpacing(4 if upright else 18)

    def show_statistics(self, numbers: Statistics, array: Floats) -> None:
        """Show the numbers of `array` and its histogram."""
        self._show_rows(statistics_rows(numbers))
        if self._plot is None:
            self._plot = _plot()
            self._plot.setMinimumHeight(_HISTOGRAM_HEIGHTS[0])
            self._plot.setMaximumHeight(_HISTOGRAM_HEIGHTS[1])
            self._plot.hideAxis("left")
            self._plot.setToolTip("Histogram of all numbers; the height is logarithmic")
            self._box.addWidget(self._plot, 1, Qt.AlignmentFlag.AlignTop)
        _draw_histogram(self._plot, array)

    def clear(self) -> None:
        self._show_rows([])
        if self._plot is not None:
            self._plot.clear()

    def restyle(self, theme: Theme) -> None:
        if self._plot is not None:
            _dress(self._plot, theme)

    def _show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, (label, value, why) in enumerate(rows):
            name, figure = text_of(label, "secondary"), text_of(value)
            for widget in (name, figure):
                widget.setToolTip(why)
            figure.setAlignment(Qt.AlignmentFlag.AlignRight)
            self._grid.addWidget(name, number, 0)
            self._grid.addWidget(figure, number, 1)


class VectorPlot(QWidget):
    """A vector (C,) as steps over its index; `pointed` says which value is under the cursor."""

    pointed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._plot: Any = None
        self._vector: Floats = np.zeros(0, np.float32)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_vector(self, vector: Floats) -> None:
        self._vector = vector
        if self._plot is None:
            self._plot = _plot()
            self._plot.scene().sigMouseMoved.connect(self._moved)
            self._column.addWidget(self._plot)
        self._plot.clear()
        edges = np.arange(len(vector) + 1) - 0.5
        self._plot.addItem(_steps(edges, np.nan_to_num(vector)))
        self._plot.autoRange()

    def restyle(self, theme: Theme) -> None:
        if self._plot is not None:
            _dress(self._plot, theme)
            self.show_vector(self._vector)

    def _moved(self, where: Any) -> None:
        place = round(self._plot.plotItem.vb.mapSceneToView(where).x())
        inside = 0 <= place < len(self._vector)
        text = f"element {place}: {float(self._vector[place]):.4g}" if inside else ""
        self.pointed.emit(text)


def _plot() -> Any:
    import pyqtgraph  # imported late: it takes a third of a second

    plot = pyqtgraph.PlotWidget()
    plot.setAccessibleName("Values of the map")
    plot.setMenuEnabled(False)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    _dress(plot, theme_now())
    return plot


def _dress(plot: Any, theme: Theme) -> None:
    plot.setBackground(None)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.setPen(theme.color("strong_border"))
        axis.setTextPen(theme.color("secondary"))


def _draw_histogram(plot: Any, array: Floats) -> None:
    plot.clear()
    if np.isfinite(array).any():
        counts, edges = histogram(array, _BINS)
        plot.addItem(_steps(edges, np.log10(counts + 1.0)))
        plot.autoRange(padding=0.02)


def _steps(edges: Any, heights: Any) -> Any:
    import pyqtgraph

    accent = QColor(theme_now().accent)
    fill = theme_now().color("accent", 0.35)
    return pyqtgraph.PlotCurveItem(
        edges, heights, stepMode="center", fillLevel=0, brush=fill, pen=accent
    )

"""One trend chart: a bar a layer. Imports pyqtgraph: import it when a chart is shown."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pyqtgraph
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from visualizer.costs.trends import Quantity, Trends
from visualizer.costs.units import human_bytes, human_count
from visualizer.ui.panels.column_plot import ColumnPlot
from visualizer.ui.panels.cost_axes import Ticks, byte_ticks, count_ticks, layer_name, share_ticks
from visualizer.ui.theme import Theme, canvas_font

View = Literal["layer", "cumulative", "share"]

_LINE_OF_TEXT, _HALF_A_TICK = 17, 7  # pixels above the highest bar
_BAR, _BAR_OF_MANY, _MANY = 0.76, 1.0, 120
_BEFORE = 0.3  # opacity of what earlier layers add up to
_MARKS = 10


class BarChart(ColumnPlot):
    """Memory, parameters or MACs of each layer, what they add up to, or their shares.

    The highest bar has its number; a cross stands for what is unknown.
    """

    def __init__(self, theme: Theme, quantity: Quantity, title: str) -> None:
        super().__init__(theme, title)
        self.quantity = quantity
        self._found: Trends | None = None
        self._view_as: View = "layer"
        self._tops = np.zeros(0)
        self._bottoms = np.zeros(0)
        self.restyle(theme)

    def show_trends(self, found: Trends, view: View) -> None:
        """Draw the bars of a network in one of the views."""
        self._found, self._view_as = found, view
        values = np.array([bar.value(self.quantity) or 0 for bar in found.bars], float)
        whole = found.totals[self.quantity]
        if view != "layer":
            values = values / whole if whole else values
        self._tops = np.cumsum(values) if view == "cumulative" else values
        self._bottoms = self._tops - values
        highest = 1.0 if view == "cumulative" else float(max(values, default=0.0))
        above = _LINE_OF_TEXT if view != "cumulative" else _HALF_A_TICK
        half = found.half(self.quantity)
        first = [*([int(np.argmax(values))] if len(values) else []), *([half] if half else [])]
        self.show_columns(
            [layer_name(bar.node, bar.kind) for bar in found.bars],
            first,
            highest,
            self._ticks_to,
            above,
        )

    def height_of(self, number: int) -> float:
        return float(self._tops[number])

    def paint(self) -> None:
        if self._found is None:
            return
        if self._view_as == "cumulative":
            self._paint_half()
            self._paint_bars(
                self._bottoms > 0, 0.0, self._bottoms, self.theme.color("faint", _BEFORE)
            )
        families = np.array([bar.family for bar in self._found.bars])
        heights = self._tops - self._bottoms
        for family in dict.fromkeys(bar.family for bar in self._found.bars):
            chosen = (families == family) & (heights > 0)
            self._paint_bars(chosen, self._bottoms, heights, self.theme.family(family))
        self._paint_unknown()
        if self._view_as != "cumulative":
            self._paint_highest()

    def _paint_bars(self, chosen: Any, bottoms: Any, heights: Any, color: QColor) -> None:
        """The chosen bars as one item: thousands of brushes would take a second."""
        if chosen.any():
            bottoms = np.broadcast_to(bottoms, heights.shape)
            bars = pyqtgraph.BarGraphItem(
                x=np.flatnonzero(chosen), y0=bottoms[chosen], height=heights[chosen],
                width=_BAR_OF_MANY if len(chosen) > _MANY else _BAR, brush=color, pen=None,
            )  # fmt: skip
            self.put(bars)

    def _paint_half(self) -> None:
        """A dashed line where half of the total is reached."""
        pen = pyqtgraph.mkPen(self.theme.color("secondary"), width=1, style=Qt.PenStyle.DashLine)
        self.put(pyqtgraph.InfiniteLine(0.5, angle=0, pen=pen))

    def _paint_unknown(self) -> None:
        bars = enumerate(self._found.bars if self._found else ())
        unknown = [n for n, bar in bars if bar.value(self.quantity) is None]
        places = [0.03 * self._top for _ in unknown]
        crosses = pyqtgraph.ScatterPlotItem(
            unknown, places, symbol="x", size=8, pen=None, brush=self.theme.color("warning")
        )
        crosses.setZValue(_MARKS)
        self.put(crosses)

    def _paint_highest(self) -> None:
        number = int(np.argmax(self._tops)) if len(self._tops) else 0
        if not len(self._tops) or not self._tops[number]:
            return
        side = (
            0.0
            if number < len(self._tops) / 6
            else 1.0
            if number > 5 / 6 * len(self._tops)
            else 0.5
        )
        word = pyqtgraph.TextItem(self._worded(number), self.theme.color("text"), anchor=(side, 1))
        word.setFont(canvas_font(11))
        word.setPos(number + (side - 0.5) * _BAR, self._tops[number])
        self.put(word)

    def _worded(self, number: int) -> str:
        value = float(self._tops[number])
        if self._view_as == "share":
            return f"{100 * value:.1f} %"
        return human_bytes(round(value)) if self.quantity == "memory" else human_count(round(value))

    def _ticks_to(self, top: float) -> Ticks:
        if self._view_as != "layer":
            return share_ticks(top)
        return byte_ticks(top) if self.quantity == "memory" else count_ticks(top)

"""Memory over time as filled steps. Imports pyqtgraph: import it when the chart is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import Qt

from visualizer.costs.timeline import Timeline
from visualizer.costs.units import human_bytes
from visualizer.ui.panels.column_plot import ColumnPlot
from visualizer.ui.panels.cost_axes import byte_ticks
from visualizer.ui.theme import Theme, canvas_font

_LINE_OF_TEXT = 17  # pixels above the highest step
_MARKS = 10


class TimelineChart(ColumnPlot):
    """What is alive while each op runs, what eager PyTorch holds, and where the peak is."""

    def __init__(self, theme: Theme, title: str) -> None:
        super().__init__(theme, title)
        self._timeline: Timeline | None = None
        self._base = 0
        self.restyle(theme)

    def show_timeline(self, timeline: Timeline, on_parameters: bool) -> None:
        """Draw a timeline, from 0 or on top of the parameters and buffers."""
        self._timeline = timeline
        self._base = timeline.fixed_bytes if on_parameters else 0
        highest = self._base + max(timeline.held, default=0)
        peak = timeline.peak
        first = [0 if peak is None else peak, 0, len(timeline.nodes) - 1]
        self.show_columns(timeline.nodes, first, highest, byte_ticks, _LINE_OF_TEXT)

    def height_of(self, number: int) -> float:
        return float(self._base + (self._timeline.alive[number] if self._timeline else 0))

    def paint(self) -> None:
        if self._timeline is None:
            return
        theme, base = self.theme, float(self._base)
        if base:
            self._steps([base] * len(self._timeline.nodes), 0, brush=theme.color("faint", 0.3))
        heights = np.array(self._timeline.alive, float) + base
        self._steps(heights, base, brush=theme.color("accent", 0.25))
        held = pyqtgraph.mkPen(theme.color("secondary"), width=1, style=Qt.PenStyle.DashLine)
        self._steps(np.array(self._timeline.held, float) + base, pen=held)
        self._steps(heights, pen=pyqtgraph.mkPen(theme.color("accent"), width=1.5))
        self._paint_peak(self._timeline)

    def _steps(
        self, heights: Sequence[float] | Any, fill: float | None = None, **look: Any
    ) -> None:
        edges = np.arange(len(heights) + 1) - 0.5
        area = {"fillLevel": fill, "pen": None} if fill is not None else {}
        self.put(
            pyqtgraph.PlotCurveItem(
                edges, np.asarray(heights, float), stepMode="center", antialias=True, **area, **look
            )
        )

    def _paint_peak(self, timeline: Timeline) -> None:
        """A mark on the highest step, with its bytes and its op beside it."""
        peak = timeline.peak
        if peak is None:
            return
        height = self.height_of(peak)
        mark = pyqtgraph.ScatterPlotItem(
            [peak], [height], symbol="t", size=11, brush=self.theme.color("accent"),
            pen=pyqtgraph.mkPen(self.theme.color("ground"), width=1.5),
        )  # fmt: skip
        mark.setZValue(_MARKS)
        self.put(mark)
        text = f" peak {human_bytes(timeline.alive[peak])} in {timeline.nodes[peak]} "
        right = peak > len(timeline.nodes) / 2
        word = pyqtgraph.TextItem(text, self.theme.color("text"), anchor=(float(right), 1))
        word.setFont(canvas_font(11))
        word.setPos(peak, self._base + max(timeline.held))
        self.put(word)

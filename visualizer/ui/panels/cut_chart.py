"""The cut profile as a chart. Imports pyqtgraph: import this module when a chart is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.bottlenecks import CutProfile, Finding
from visualizer.ui.panels.cut_axes import AXIS_HEIGHT, linear_ticks, log_ticks, placed_labels
from visualizer.ui.panels.cut_words import (
    SYMBOL_SIZES,
    SYMBOLS,
    label_of,
    minimum_color,
    severity_color,
)
from visualizer.ui.theme import Theme, canvas_font

_FONT = 11
_LEFT_AXIS, _RIGHT_MARGIN = 50, 14
_ROOM_ABOVE = 0.16
_BEHIND, _LINES, _MARKS = -20, 0, 10


class CutChart(QWidget):
    """Steps as high as the cuts are wide, from input to output.

    `pointed` has the number of the cut under the cursor, -1 for none; `picked` that of the
    cut clicked.
    """

    pointed = Signal(int)
    picked = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._profile: CutProfile | None = None
        self._findings: tuple[Finding, ...] = ()
        self._logarithmic = True
        self._marked: int | None = None
        self._pointed: int | None = None
        self._selected_band: Any = None
        self._pointed_band: Any = None
        self._bottom, self._top = 0.0, 1.0
        self.setAccessibleName("Cut profile: how many numbers can pass, from input to output")
        self._build()
        self.restyle(theme)

    # ------------------------------------------------------------------ what is shown

    def show_profile(
        self, profile: CutProfile, findings: tuple[Finding, ...], logarithmic: bool
    ) -> None:
        """Draw a profile that has cuts."""
        self._profile, self._findings, self._logarithmic = profile, findings, logarithmic
        self._pointed = None
        self._draw()

    def mark(self, number: int | None) -> None:
        """Show cut `number` as the selected one, or none."""
        self._marked = number
        _place(self._selected_band, number)

    def point(self, number: int | None) -> None:
        """Show cut `number` as the one under the cursor, or none."""
        self._pointed = number
        _place(self._pointed_band, number)

    def restyle(self, theme: Theme) -> None:
        """Draw everything in the colours of `theme`."""
        self._theme = theme
        self.plot.setBackground(theme.color("ground"))
        for side in ("left", "bottom"):
            axis = self.plot.getAxis(side)
            axis.setPen(theme.color("strong_border"))
            axis.setTextPen(theme.color("secondary"))
            axis.setTickFont(canvas_font(_FONT))
        self._draw()

    def top_of(self, number: int) -> QPointF:
        """Where the step of a cut is highest, in this widget's pixels."""
        scene = self._view.mapViewToScene(QPointF(number, self._heights()[number]))
        return QPointF(self.plot.mapFromScene(scene))

    # ------------------------------------------------------------------ construction

    def _build(self) -> None:
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Widths of all cuts")
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setFrameStyle(0)
        self.plot.getPlotItem().layout.setContentsMargins(0, 6, _RIGHT_MARGIN, 0)
        self._view = self.plot.getPlotItem().vb
        self.plot.getAxis("left").setWidth(_LEFT_AXIS)
        bottom = self.plot.getAxis("bottom")
        bottom.setHeight(AXIS_HEIGHT)
        bottom.setStyle(tickLength=-3)
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)

    def _draw(self) -> None:
        self.plot.clear()
        self._selected_band = self._pointed_band = None
        if self._profile is None or not self._profile.cuts:
            return
        self._set_range()
        self._draw_bands(self._profile)
        self._draw_lines(self._profile)
        self._draw_findings()
        self._show_labels()
        self.mark(self._marked)
        self.point(self._pointed)

    def _draw_bands(self, profile: CutProfile) -> None:
        theme = self._theme
        split, end = profile.final + 0.5, len(profile.cuts) - 0.5
        if split < end:
            self._band(theme.color("faint", 0.13), split, end)
            for text, right in (("body\u00a0\u00a0", split), ("head", end)):
                self._word(text, right)
        self._selected_band = self._band(theme.color("accent", 0.22))
        self._pointed_band = self._band(theme.color("faint", 0.2))

    def _band(self, color: Any, left: float = 0, right: float = 0) -> Any:
        band = pyqtgraph.LinearRegionItem((left, right), movable=False, brush=color, pen=None)
        for line in band.lines:
            line.hide()
        band.setZValue(_BEHIND)
        self.plot.addItem(band, ignoreBounds=True)
        return band

    def _word(self, text: str, right: float) -> None:
        """A quiet word at the chart's top, ending at `right`."""
        word = pyqtgraph.TextItem(text, color=self._theme.color("secondary"), anchor=(1, 0))
        word.setFont(canvas_font(10))
        word.setPos(right, self._top)
        self.plot.addItem(word, ignoreBounds=True)

    def _draw_lines(self, profile: CutProfile) -> None:
        theme = self._theme
        heights, narrowest = self._heights(), self._scaled(profile.running_minimum)
        fill = theme.color("accent", 0.2)
        self._steps(heights, pen=None, fillLevel=self._bottom, brush=fill)
        self._steps(heights, pen=pyqtgraph.mkPen(theme.color("accent"), width=1.5))
        self._steps(narrowest, pen=pyqtgraph.mkPen(minimum_color(theme), width=2))
        pen = pyqtgraph.mkPen(theme.color("secondary"), width=1, style=Qt.PenStyle.DashLine)
        height = self._scaled((profile.cuts[0].width,))[0]
        line = pyqtgraph.InfiniteLine(height, angle=0, pen=pen)
        line.setZValue(_LINES)
        self.plot.addItem(line, ignoreBounds=True)

    def _steps(self, heights: Any, **look: Any) -> None:
        edges = np.arange(len(heights) + 1) - 0.5
        curve = pyqtgraph.PlotCurveItem(edges, heights, stepMode="center", antialias=True, **look)
        curve.setZValue(_LINES)
        self.plot.addItem(curve, ignoreBounds=True)

    def _draw_findings(self) -> None:
        heights = self._heights()
        spots = [
            {
                "pos": (finding.cut, heights[finding.cut]),
                "symbol": SYMBOLS[finding.severity],
                "size": SYMBOL_SIZES[finding.severity],
                "brush": severity_color(finding.severity, self._theme),
                "pen": pyqtgraph.mkPen(self._theme.color("ground"), width=1.5),
            }
            for finding in reversed(self._findings)  # the worst on top
        ]
        points = pyqtgraph.ScatterPlotItem(spots, pxMode=True, antialias=True)
        points.setZValue(_MARKS)
        self.plot.addItem(points, ignoreBounds=True)

    # ------------------------------------------------------------------ axes

    def _scaled(self, widths: Iterable[int]) -> Any:
        """Heights of widths on the chart's scale; a logarithm starts at a width of 1."""
        values = np.fromiter(widths, float)
        return np.log10(np.maximum(values, 1.0)) if self._logarithmic else values

    def _heights(self) -> Any:
        return self._scaled(cut.width for cut in self._profile.cuts) if self._profile else []

    def _set_range(self) -> None:
        heights = self._heights()
        low, high = float(heights.min()), float(heights.max())
        self._bottom = max(low - max(0.15 * (high - low), 0.3), 0.0) if self._logarithmic else 0.0
        self._top = high + _ROOM_ABOVE * max(high - self._bottom, 1e-9)
        self.plot.setXRange(-0.5, len(heights) - 0.5, padding=0)
        self.plot.setYRange(self._bottom, self._top, padding=0)
        ticks = log_ticks if self._logarithmic else linear_ticks
        self.plot.getAxis("left").setTicks([ticks(self._bottom, self._top)])
        self.plot.showGrid(y=True, alpha=0.18)

    def _show_labels(self) -> None:
        """Name as many cuts below the axis as there is room for, findings first."""
        if self._profile is None or not self._profile.cuts:
            return
        cuts = self._profile.cuts
        names = [label_of(cut) for cut in cuts]
        metrics = QFontMetricsF(canvas_font(_FONT))
        step = self._room() / len(cuts)
        first = [*(finding.cut for finding in self._findings), 0, len(cuts) - 1]
        placed = placed_labels([metrics.horizontalAdvance(name) for name in names], step, first)
        self.plot.getAxis("bottom").setTicks([[(number, names[number]) for number in placed]])

    def _room(self) -> float:
        """Pixels of the chart's x axis."""
        return float(max(1, self.width() - _LEFT_AXIS - _RIGHT_MARGIN))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_labels()

    # ------------------------------------------------------------------ what the user does

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(-1)
        return super().eventFilter(watched, event)

    def _moved(self, where: QPointF) -> None:
        number = self._cut_at(where)
        self.pointed.emit(-1 if number is None else number)

    def _clicked(self, event: Any) -> None:
        number = self._cut_at(event.scenePos())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(number)

    def _cut_at(self, where: QPointF) -> int | None:
        """The cut whose column a place of the scene is in; the axis' names belong to it."""
        if self._profile is None:
            return None
        number = round(self._view.mapSceneToView(where).x())
        return number if 0 <= number < len(self._profile.cuts) else None


def _place(band: Any, number: int | None) -> None:
    """Put a band over the column of a cut; hidden for none."""
    if band is not None:
        band.setVisible(number is not None)
        if number is not None:
            band.setRegion((number - 0.5, number + 0.5))

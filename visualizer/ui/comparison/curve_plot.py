"""Rising lines in one chart, one a network. Imports pyqtgraph: import it when a chart is shown."""

from __future__ import annotations

from typing import Any

import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.costs.depth_curves import DepthCurve
from visualizer.costs.trends import Quantity
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.panels.cost_axes import byte_ticks, count_ticks, share_ticks
from visualizer.ui.theme import Theme, canvas_font

_FONT = 11
_WIDTH = 2.2
_LEFT_AXIS, _BOTTOM_AXIS = 56, 22
_QUARTERS = [(0.0, "0 %"), (0.25, "25 %"), (0.5, "50 %"), (0.75, "75 %"), (1.0, "100 %")]


class CurvePlot(QWidget):
    """`pointed` has the depth under the cursor (0..1; -1 for none), `picked` the side and the op
    of the nearer line where it was clicked."""

    pointed = Signal(float)
    picked = Signal(int, str)

    def __init__(self, theme: Theme, title: str, quantity: Quantity) -> None:
        super().__init__()
        self.quantity = quantity
        self.curves: tuple[DepthCurve, ...] = ()
        self.heights: tuple[tuple[float, ...], ...] = ()
        self._shares = False
        self._theme = theme
        self.setAccessibleName(title)
        self._build()
        self.restyle(theme)

    def show_curves(self, curves: tuple[DepthCurve, ...], shares: bool) -> None:
        """Draw a line a network: sums, or shares of each network's own total."""
        self.curves, self._shares = curves, shares
        self.heights = tuple(
            curve.shares if shares else tuple(map(float, curve.sums)) for curve in curves
        )
        self._have_lines(len(curves))
        for item, curve, heights in zip(self._lines, curves, self.heights, strict=True):
            item.setData(curve.depths, heights)
        highest = max((heights[-1] for heights in self.heights), default=1.0) or 1.0
        self.plot.setYRange(0, 1.06 * highest, padding=0)
        made = byte_ticks if self.quantity == "memory" else count_ticks
        ticks = share_ticks(1.0) if shares else made(highest)
        self.plot.getAxis("left").setTicks([ticks])

    def restyle(self, theme: Theme) -> None:
        self.plot.setBackground(theme.color("ground"))
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.color("border"))
            axis.setTextPen(theme.color("secondary"))
            axis.setTickFont(canvas_font(_FONT))
        self._theme = theme
        self._color_lines()
        self._cursor.setPen(theme.color("strong_border"))

    def _build(self) -> None:
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Curves over the depth")
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setAntialiasing(True)
        self.plot.showGrid(y=True, alpha=0.16)
        self.plot.setXRange(-0.02, 1.04, padding=0)
        self.plot.getAxis("left").setWidth(_LEFT_AXIS)
        self.plot.getAxis("bottom").setHeight(_BOTTOM_AXIS)
        self.plot.getAxis("bottom").setTicks([_QUARTERS])
        self.plot.getAxis("bottom").setStyle(hideOverlappingLabels=False)
        self._lines: list[Any] = []
        self._cursor = pyqtgraph.InfiniteLine(angle=90)
        self._cursor.hide()
        self.plot.addItem(self._cursor)
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        self.plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)

    def _have_lines(self, count: int) -> None:
        while len(self._lines) > count:
            self.plot.removeItem(self._lines.pop())
        while len(self._lines) < count:
            self._lines.append(pyqtgraph.PlotDataItem(antialias=True))
            self.plot.addItem(self._lines[-1])
        self._color_lines()

    def _color_lines(self) -> None:
        for side, item in enumerate(self._lines):
            pen = QPen(side_color(side, self._theme), _WIDTH)
            pen.setCosmetic(True)
            item.setPen(pen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._cursor.hide()
            self.pointed.emit(-1.0)
        return super().eventFilter(watched, event)

    def _moved(self, where: QPointF) -> None:
        depth = self._place(where)[0]
        self._cursor.setPos(depth)
        self._cursor.show()
        self.pointed.emit(depth)

    def _clicked(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.curves:
            self.pick(*self._place(event.scenePos()))

    def pick(self, depth: float, height: float) -> None:
        """Tell the op of the line that is nearer to a height at a depth."""
        found = []
        for side, (curve, heights) in enumerate(zip(self.curves, self.heights, strict=True)):
            if curve.nodes:
                step = min(int(depth * len(curve.nodes)), len(curve.nodes) - 1)
                found.append((abs(heights[step + 1] - height), side, curve.nodes[step]))
        if found:
            _, side, node = min(found)
            self.picked.emit(side, node)

    def _place(self, where: QPointF) -> tuple[float, float]:
        point = self.plot.getPlotItem().vb.mapSceneToView(where)
        return min(max(point.x(), 0.0), 1.0), point.y()

"""Networks as dots: MACs across, parameters or accuracy up. Imports pyqtgraph: import it late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import log10
from typing import Literal, cast

import msgspec
import pyqtgraph
from PySide6.QtCore import QEvent, QObject, QPointF, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.costs.published import Published, advised_for, frontier
from visualizer.ui.canvas.marks import heat_color
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.comparison.label_places import Spot, anchor_for, covered
from visualizer.ui.panels.cut_axes import log_ticks
from visualizer.ui.theme import Theme, canvas_font

Upwards = Literal["params", "top1"]

LEAST, MOST = 55.0, 89.0  # top-1 in percent at the ends of the colours
_FONT = 11
_SMALLEST, _GROWTH = 7.0, 9.0
_NEAR = 14.0  # pixels
_HALO = 0.5
_PADDING = 3.0
_NAMED = (
    "alexnet", "vgg16", "googlenet", "resnet18", "resnet50", "mobilenet_v2",
    "shufflenet_v2_x1_0", "vit_b_16", "squeezenet1_1",
)  # fmt: skip
_LEFT_AXIS, _BOTTOM_AXIS = 52, 40


class OwnNetwork(msgspec.Struct, frozen=True):
    """A network that is compared: its own figures; `top1` where its name is a published one's."""

    name: str
    params: int
    macs: int
    top1: float | None = None


class AccuracyPlot(QWidget):
    """`pointed` has the number of the entry under the cursor, -1 for none."""

    pointed = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.entries: tuple[Published, ...] = ()
        self.own: tuple[OwnNetwork, ...] = ()
        self.upwards: Upwards = "params"
        self._taken: list[Spot] = []  # where no name should stand
        self._range = (0.0, 1.0, 0.0, 1.0)  # left, right, low, high, in the axes' units
        self.setAccessibleName("Published accuracy of known networks")
        self._build()
        self.restyle(theme)

    def show_entries(
        self, entries: Sequence[Published], own: Sequence[OwnNetwork], upwards: Upwards
    ) -> None:
        """Draw a dot a network, and a ring around those that are compared."""
        self.entries, self.own, self.upwards = tuple(entries), tuple(own), upwards
        self._draw()

    def restyle(self, theme: Theme) -> None:
        self._theme = theme
        self.plot.setBackground(theme.color("ground"))
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(theme.color("border"))
            axis.setTextPen(theme.color("secondary"))
            axis.setTickFont(canvas_font(_FONT))
        self._draw()

    def _build(self) -> None:
        self.plot = pyqtgraph.PlotWidget()
        self.plot.setAccessibleName("Published accuracies")
        self.plot.setMenuEnabled(False)
        self.plot.setMouseEnabled(False, False)
        self.plot.hideButtons()
        self.plot.setAntialiasing(True)
        self.plot.showGrid(x=True, y=True, alpha=0.14)
        self.plot.getAxis("left").setWidth(_LEFT_AXIS)
        self.plot.getAxis("bottom").setHeight(_BOTTOM_AXIS)
        self.plot.scene().sigMouseMoved.connect(self._moved)
        self.plot.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.plot)

    # ------------------------------------------------------------------ drawing

    def _draw(self) -> None:
        self.plot.clear()
        if not self.entries:
            return
        self._draw_axes()
        if self.upwards == "top1":
            self._draw_frontier()
        shares = [accuracy_share(entry.top1) for entry in self.entries]
        colors = [heat_color(share, self._theme) for share in shares]
        places = [self.place_of(entry) for entry in self.entries]
        self.plot.addItem(
            pyqtgraph.ScatterPlotItem(
                x=[x for x, _ in places], y=[y for _, y in places],
                size=[_SMALLEST + _GROWTH * share for share in shares],
                brush=[pyqtgraph.mkBrush(color) for color in colors],
                pen=[self._outline(entry) for entry in self.entries],
            )
        )  # fmt: skip
        self._taken = [self._spot(place) for place in places]
        for side, network in enumerate(self.own):
            self._draw_own(side, network)
        ringed = {network.name for network in self.own}
        for entry, place in zip(self.entries, places, strict=True):
            if entry.network in _NAMED and entry.network not in ringed:
                self._write(entry.network, place, self._theme.color("secondary"))

    def _outline(self, entry: Published) -> QPen:
        """Dark around the families that the lecture advises."""
        advised = bool(advised_for(entry.network))
        color = self._theme.color("text" if advised else "ground")
        return cast(QPen, pyqtgraph.mkPen(color, width=1.6 if advised else 1.0))

    def _draw_axes(self) -> None:
        """Both from the published networks and the compared ones, with room for names."""
        places = [self.place_of(entry) for entry in self.entries]
        places += [self.place_of(network) for network in self.own]
        known = [(x, y) for x, y in places if y == y]
        across, up = [x for x, _ in known], [y for _, y in known]
        left, right = min(across) - 0.15, max(across) + 0.35
        room = 0.07 * (max(up) - min(up) or 1.0)
        low, high = min(up) - room, max(up) + room
        self._range = (left, right, low, high)
        self.plot.setXRange(left, right, padding=0)
        self.plot.setYRange(low, high, padding=0)
        self.plot.getAxis("bottom").setTicks([log_ticks(left, right)])
        self.plot.setLabel("bottom", "MACs", color=self._theme.secondary)
        ticks = log_ticks(low, high)
        if self.upwards == "top1":
            ticks = [(float(p), f"{p} %") for p in range(40, 101, 5) if low <= p <= high]
        self.plot.getAxis("left").setTicks([ticks])
        title = "Parameters" if self.upwards == "params" else "Top-1 accuracy"
        self.plot.setLabel("left", title, color=self._theme.secondary)

    def _draw_frontier(self) -> None:
        best = [self.place_of(entry) for entry in frontier(self.entries)]
        pen = pyqtgraph.mkPen(self._theme.color("strong_border"), width=1.5)
        line = pyqtgraph.PlotDataItem([x for x, _ in best], [y for _, y in best], pen=pen)
        self.plot.addItem(line)

    def _draw_own(self, side: int, network: OwnNetwork) -> None:
        x, y = self.place_of(network)
        if y != y:
            return
        color = side_color(side, self._theme)
        pen = QPen(color, 2.4)
        pen.setCosmetic(True)
        ring = pyqtgraph.ScatterPlotItem(x=[x], y=[y], size=22, brush=None, pen=pen)
        ring.setZValue(10)
        self.plot.addItem(ring)
        self._write(network.name, (x, y), color, bold=True)

    def _write(
        self, text: str, place: tuple[float, float], color: QColor, bold: bool = False
    ) -> None:
        font = canvas_font(_FONT + bold)
        font.setBold(bold)
        metrics = QFontMetricsF(font)
        size = (metrics.horizontalAdvance(text) + 2 * _PADDING, metrics.height() + 2 * _PADDING)
        spot = self._spot(place)
        anchor = anchor_for(spot, size, self._taken, self._room())
        self._taken += covered(spot, size, anchor)
        halo = pyqtgraph.mkBrush(self._theme.color("ground", _HALO))
        label = pyqtgraph.TextItem(text, color=color, anchor=anchor, fill=halo)
        label.setFont(font)
        label.setPos(*place)
        label.setZValue(11 if bold else 5)
        self.plot.addItem(label)

    def _room(self) -> tuple[float, float]:
        """Pixels between the axes."""
        return max(self.width() - _LEFT_AXIS, 1.0), max(self.height() - _BOTTOM_AXIS, 1.0)

    def _spot(self, place: tuple[float, float]) -> tuple[float, float]:
        """Pixels, from the left and from the top, of a place in the axes' units."""
        (left, right, low, high), (width, height) = self._range, self._room()
        across, up = (place[0] - left) / (right - left), (place[1] - low) / (high - low)
        return across * width, (1 - up) * height

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()  # names find other free places

    def place_of(self, network: Published | OwnNetwork) -> tuple[float, float]:
        """Where a network stands, in the axes' units; not a number for an unknown accuracy."""
        upwards: dict[Upwards, Callable[[], float]] = {
            "params": lambda: log10(max(network.params, 1)),
            "top1": lambda: network.top1 if network.top1 is not None else float("nan"),
        }
        return log10(max(network.macs, 1)), upwards[self.upwards]()

    # ------------------------------------------------------------------ pointing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(-1)
        return super().eventFilter(watched, event)

    def _moved(self, where: QPointF) -> None:
        view = self.plot.getPlotItem().vb
        spots = [view.mapViewToScene(QPointF(*self.place_of(entry))) for entry in self.entries]
        away = [(spot - where).manhattanLength() for spot in spots]
        nearest = min(range(len(away)), key=away.__getitem__, default=-1)
        self.pointed.emit(nearest if nearest >= 0 and away[nearest] <= _NEAR else -1)


def accuracy_share(top1: float) -> float:
    """Where an accuracy stands on the ramp of colours, 0..1."""
    return min(max((top1 - LEAST) / (MOST - LEAST), 0.0), 1.0)

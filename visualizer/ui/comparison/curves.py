"""How memory, parameters and MACs of all networks add up with depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout

from visualizer.costs.depth_curves import DepthCurve
from visualizer.costs.trends import QUANTITIES, Quantity
from visualizer.costs.units import human_bytes, human_count, percent
from visualizer.session.comparison import Comparison
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.panels.parts import ElidedText, Panel, colored, theme_now
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.comparison.curve_plot import CurvePlot

_TITLES: dict[Quantity, str] = {
    "memory": "Memory of outputs", "params": "Parameters", "macs": "MACs",
}  # fmt: skip
_MEANING = (
    "Across: share of the layers. Up: the sum so far. Half: the depth by which half is spent."
)


class CurvesPage(Panel):
    """Three charts with a line a network; `picked` has the side and the op clicked."""

    picked = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.charts: dict[Quantity, CurvePlot] = {}
        self.sentences: dict[Quantity, QLabel] = {}
        self._comparison: Comparison | None = None
        self.shares = QCheckBox("As share of each network's own total")
        self.shares.setToolTip("Each curve ends at 100 %: where along its depth a network spends")
        self.shares.clicked.connect(self._draw)
        self.reading = ElidedText(Qt.TextElideMode.ElideRight)
        self.reading.setText(_MEANING)
        self._build()
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Draw the curves of all networks."""
        self._comparison = comparison
        self._draw()

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"CurvesPage {{ background: {theme.ground}; }}")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.reading.setStyleSheet(f"color: {theme.secondary}; font-size: 11px;")
        for chart in self.charts.values():
            chart.restyle(theme)
        self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 14, 2)
        head.addWidget(self.shares)
        head.addStretch(1)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(8, 0, 8, 0)
        self._grid.setVerticalSpacing(0)
        for number, quantity in enumerate(QUANTITIES):
            label = QLabel()
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setContentsMargins(8, 4, 8, 0)
            label.setWordWrap(True)
            self.sentences[quantity] = label
            self._grid.addWidget(label, 2 * number, 0)
            self._grid.setRowStretch(2 * number + 1, 1)
        self.reading.setContentsMargins(16, 2, 14, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(self._grid, 1)
        column.addWidget(self.reading)

    def _need_charts(self) -> None:
        if self.charts:
            return
        from visualizer.ui.comparison.curve_plot import CurvePlot  # late: a third of a second

        for number, quantity in enumerate(QUANTITIES):
            chart = CurvePlot(theme_now(), _TITLES[quantity], quantity)
            chart.picked.connect(self.picked)
            chart.pointed.connect(lambda at, which=quantity: self._point(which, at))
            self.charts[quantity] = chart
            self._grid.addWidget(chart, 2 * number + 1, 0)

    def _draw(self) -> None:
        """Nothing is drawn, nor imported for it, while the page cannot be seen."""
        if self._comparison is None or not self.isVisible():
            return
        self._need_charts()
        theme = theme_now()
        for quantity, chart in self.charts.items():
            curves = self._comparison.curves[quantity]
            chart.show_curves(curves, self.shares.isChecked())
            title = colored(_TITLES[quantity], theme.text, 12)
            self.sentences[quantity].setText(f"<b>{title}</b> &nbsp; {self._halves(curves, theme)}")
            chart.setAccessibleDescription(
                "; ".join(map(_half_text, self._comparison.names, curves))
            )

    def _halves(self, curves: tuple[DepthCurve, ...], theme: Theme) -> str:
        """By which depth half is spent, each in its network's colour; of more than two without
        their names, which stand above in the same colours."""
        assert self._comparison is not None
        several = len(curves) > 2
        told = " · ".join(
            colored(_half_text("" if several else name, curve), side_color(side, theme).name(), 11)
            for side, (name, curve) in enumerate(zip(self._comparison.names, curves, strict=True))
        )
        return colored("half by ", theme.secondary, 11) + told if several else told

    def _point(self, quantity: Quantity, depth: float) -> None:
        """Say below what all have spent at the depth pointed at; what it all means for -1."""
        if self._comparison is None or depth < 0:
            self.reading.setText(_MEANING)
            return
        said = human_bytes if quantity == "memory" else human_count
        told = []
        curves = self._comparison.curves[quantity]
        for name, curve in zip(self._comparison.names, curves, strict=True):
            step = max(n for n, at in enumerate(curve.depths) if at <= depth + 1e-9)
            layer = f" with {curve.nodes[step - 1]}" if step else ""
            told.append(f"{name}: {said(curve.sums[step])} ({percent(curve.shares[step])}){layer}")
        self.reading.setText("   ·   ".join(told))


def _half_text(name: str, curve: DepthCurve) -> str:
    """`alexnet: half by 25 %`; without a name `25 %`."""
    half = curve.half_at
    share = "none" if half is None else f"{round(100 * half)} %"
    if not name:
        return share
    return f"{name}: {share}" if half is None else f"{name}: half by {share}"

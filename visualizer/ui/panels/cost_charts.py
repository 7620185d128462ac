"""Where memory, parameters and MACs go, layer by layer, and memory in use over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.costs.timeline import Timeline, memory_timeline
from visualizer.costs.trend_words import (
    macs_sentence,
    memory_sentence,
    params_sentence,
    timeline_sentence,
)
from visualizer.costs.trends import QUANTITIES, Quantity, Trends, cost_trends
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.cost_head import CostsHead, View
from visualizer.ui.panels.cost_words import (
    EMPTY,
    TITLES,
    bar_card,
    family_legend,
    heading,
    meaning_text,
    step_card,
    timeline_legend,
    timeline_meaning,
    title_of,
)
from visualizer.ui.panels.cut_axes import AXIS_HEIGHT
from visualizer.ui.panels.parts import ElidedText, Panel
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.panels.column_plot import ColumnPlot
    from visualizer.ui.panels.cost_bars import BarChart
    from visualizer.ui.panels.cost_bars import View as BarView
    from visualizer.ui.panels.cost_timeline import TimelineChart

_SENTENCES = {"memory": memory_sentence, "params": params_sentence, "macs": macs_sentence}
_AWAY = 14


class CostsPanel(Panel):
    """Three bar charts side by side, or the memory timeline; `selected` has the op clicked.

    `marked` are the numbers of the selected bars, or steps of the timeline.
    """

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.charts: dict[Quantity, BarChart] = {}
        self.timeline_chart: TimelineChart | None = None
        self.view: View = "layer"
        self.marked: tuple[int, ...] = ()
        self._network: OpenNetwork | None = None
        self._found: Trends | None = None
        self._timeline: Timeline | None = None
        self._item = ""
        self.head = CostsHead()
        self.head.view_chosen.connect(lambda view: self.show_view(cast(View, view)))
        self.head.ops_box.clicked.connect(self._change_ops)
        self.head.parameters_box.clicked.connect(self._draw)
        self._build_body()
        self.dress()
        self.show_network(None)

    # ------------------------------------------------------------------ what is shown

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the costs of `network`, or say what would stand here."""
        self._network, self._found, self._timeline = network, None, None
        self._item, self.marked = "", ()
        self.card.hide()
        for widget in (self.head, self._pages, self._meaning):
            widget.setVisible(network is not None)
        self.hint.setVisible(network is None)
        self._draw()

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same network; view and selection stay."""
        self._network, self._found, self._timeline = network, None, None
        self.card.hide()
        self._draw()

    def select(self, item: str) -> None:
        """Accent the bars or steps of op or module `item`; nothing is emitted."""
        self._item = item
        self._mark()

    def show_view(self, view: View) -> None:
        """Switch between the bars' views and the timeline."""
        self.view = view
        self.head.show_view(view)
        self.point(-1)
        self._draw()

    def point(self, number: int) -> None:
        """Tell about bar or step `number` beside it, in all charts; about none for -1."""
        for chart in self._shown():
            chart.point(number if number >= 0 else None)
        text = self._card_text(number) if number >= 0 else ""
        self.card.setVisible(bool(text))
        if text:
            self.card.setText(text)
            self._place_card(number)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"CostsPanel {{ background: {theme.ground}; }}")
        self._meaning.setStyleSheet(f"color: {theme.secondary}; font-size: 11px;")
        self.hint.setStyleSheet(f"color: {theme.secondary};")
        self.card.setStyleSheet(
            f"background: {theme.raised}; border: 1px solid {theme.strong_border};"
            " border-radius: 6px; padding: 5px 8px;"
        )
        self.head.restyle(theme)
        for chart in self._made():
            chart.restyle(theme)
        self._draw()

    # ------------------------------------------------------------------ construction

    def _build_body(self) -> None:
        self.hint = QLabel(EMPTY)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(24, 8, 24, 8)
        self.sentences = {quantity: _sentence() for quantity in QUANTITIES}
        self.timeline_text = _sentence()
        self._bars_page, self._time_page = QWidget(), QWidget()
        self._grid = QGridLayout(self._bars_page)
        self._grid.setContentsMargins(6, 0, 6, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(0)
        self._grid.setRowStretch(1, 1)
        for column, quantity in enumerate(QUANTITIES):
            self._grid.setColumnStretch(column, 1)
            self._grid.addWidget(self.sentences[quantity], 0, column)
        self._time_column = QVBoxLayout(self._time_page)
        self._time_column.setContentsMargins(6, 0, 6, 0)
        self._time_column.setSpacing(0)
        self._time_column.addWidget(self.timeline_text)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._bars_page)
        self._pages.addWidget(self._time_page)
        self._meaning = ElidedText(Qt.TextElideMode.ElideRight)
        self._meaning.setContentsMargins(14, 0, 14, 5)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        outer.addWidget(self.head)
        outer.addWidget(self.hint, 1)
        outer.addWidget(self._pages, 1)
        outer.addWidget(self._meaning)
        self.card = QLabel(self)
        self.card.setTextFormat(Qt.TextFormat.RichText)
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _need_charts(self, theme: Theme) -> None:
        if self.charts:
            return
        from visualizer.ui.panels.cost_bars import BarChart  # late: a third of a second
        from visualizer.ui.panels.cost_timeline import TimelineChart

        self.charts = {quantity: BarChart(theme, quantity, TITLES[quantity]) for quantity in TITLES}
        self.timeline_chart = TimelineChart(theme, "Memory over time")
        for column, chart in enumerate(self.charts.values()):
            self._grid.addWidget(chart, 1, column)
        self._time_column.addWidget(self.timeline_chart, 1)
        for made in self._made():
            made.pointed.connect(self.point)
            made.picked.connect(self._pick)
        self.card.raise_()

    # ------------------------------------------------------------------ drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        """Nothing is worked out, and nothing imported for it, while the panel's tab is hidden."""
        if self._network is None or self.theme is None or not self.isVisible():
            return
        self._need_charts(self.theme)
        over_time = self.view == "time"
        self._pages.setCurrentWidget(self._time_page if over_time else self._bars_page)
        if over_time:
            self._draw_timeline(self._network, self.theme)
        else:
            self._draw_bars(self._network, self.theme)
        self._mark()

    def _draw_bars(self, network: OpenNetwork, theme: Theme) -> None:
        if self._found is None:
            every_op = self.head.ops_box.isChecked()
            found = cost_trends(network.graph, network.report, every_op, network.hosts)
            self._found = found.told_in(network.settings.headline)
        for quantity, chart in self.charts.items():
            sentence = _SENTENCES[quantity](self._found)
            title = title_of(quantity, self._found)
            _tell(self.sentences[quantity], chart, title, sentence, theme)
            chart.show_trends(self._found, cast("BarView", self.view))
        self.head.legend.show_entries(family_legend(self._found, theme), theme.secondary)
        self._meaning.setText(meaning_text(self._found, network.settings.counting))

    def _draw_timeline(self, network: OpenNetwork, theme: Theme) -> None:
        if self._timeline is None:
            self._timeline = memory_timeline(network.graph, network.report)
        on_parameters = self.head.parameters_box.isChecked()
        if self.timeline_chart is not None:
            sentence = timeline_sentence(self._timeline)
            _tell(self.timeline_text, self.timeline_chart, "Memory over time", sentence, theme)
            self.timeline_chart.show_timeline(self._timeline, on_parameters)
        legend = timeline_legend(on_parameters, self._timeline.watched, theme)
        self.head.legend.show_entries(legend, theme.secondary)
        self._meaning.setText(timeline_meaning(self._timeline.watched))

    def _mark(self) -> None:
        self.marked = self._numbers_of(self._item)
        for chart in self._shown():
            chart.mark(self.marked)

    def _numbers_of(self, item: str) -> tuple[int, ...]:
        """The bars or steps that an op belongs to, or that stand for the ops of a module."""
        if self._network is None or not item:
            return ()
        group = self._network.hierarchy.groups.get(item)
        wanted = {item} if group is None else set(group.nodes)
        return tuple(n for n, members in enumerate(self._members()) if wanted.intersection(members))

    def _members(self) -> list[tuple[str, ...]]:
        if self.view == "time":
            return [(node,) for node in self._timeline.nodes] if self._timeline else []
        return [bar.members for bar in self._found.bars] if self._found else []

    # ------------------------------------------------------------------ what the user does

    def _change_ops(self) -> None:
        self._found = None
        self._draw()

    def _pick(self, number: int) -> None:
        members = self._members()
        if 0 <= number < len(members):
            self.select(members[number][0])
            self.selected.emit(members[number][0])

    # ------------------------------------------------------------------ the card

    def _card_text(self, number: int) -> str:
        if self._network is None or self.theme is None or number >= len(self._members()):
            return ""
        if self.view == "time" and self._timeline is not None:
            return step_card(self._timeline, self._network.graph, number, self.theme)
        return bar_card(self._found, number, self.theme) if self._found is not None else ""

    def _place_card(self, number: int) -> None:
        """Beside the column, on the side with more room, and above the names of the axis."""
        chart = self._pointed_chart()
        if chart is None:
            return
        top = chart.mapTo(self, chart.place_of(number).toPoint())
        self.card.adjustSize()
        size = self.card.size()
        left = top.x() + _AWAY if top.x() < self.width() / 2 else top.x() - _AWAY - size.width()
        lowest = self._pages.geometry().bottom() - AXIS_HEIGHT - size.height()
        down = max(min(top.y() - size.height() // 2, lowest), 2)
        self.card.move(QPoint(max(min(left, self.width() - size.width() - 4), 4), down))

    def _pointed_chart(self) -> ColumnPlot | None:
        """The chart under the cursor, else the first."""
        shown = self._shown()
        return next((chart for chart in shown if chart.underMouse()), shown[0] if shown else None)

    def _made(self) -> list[ColumnPlot]:
        last = [self.timeline_chart] if self.timeline_chart is not None else []
        return [*self.charts.values(), *last]

    def _shown(self) -> list[ColumnPlot]:
        """The charts of the present view."""
        if self.view != "time":
            return list(self.charts.values())
        return [self.timeline_chart] if self.timeline_chart is not None else []


def _sentence() -> QLabel:
    """A label of one or two lines above a chart."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.RichText)
    label.setWordWrap(True)
    label.setContentsMargins(8, 2, 8, 0)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def _tell(label: QLabel, chart: ColumnPlot, title: str, sentence: str, theme: Theme) -> None:
    label.setText(heading(title, sentence, theme))
    label.setToolTip(sentence)
    chart.setAccessibleDescription(sentence)

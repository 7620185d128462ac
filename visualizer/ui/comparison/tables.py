"""Tables of the comparison: costs by grid, and what changed between two versions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

from visualizer.costs.comparison import CostChange, GridCost
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.graph.model import shape_text
from visualizer.session.comparison import Comparison
from visualizer.ui.comparison.colors import (
    CHANGE_MEANINGS,
    CHANGE_WORDS,
    change_color,
    change_legend,
    side_color,
)
from visualizer.ui.panels.legend_line import LegendLine
from visualizer.ui.panels.parts import Panel, text_of, theme_now
from visualizer.ui.panels.table_export import offer_export
from visualizer.ui.theme import Theme

_GRID_COLUMNS = ("Grid", "Network", "Layers", "MACs", "Parameters", "Memory")
_GRID_TIPS = (
    "Height × width of what an op gives; what gives no grid, such as dense layers, comes last",
    "", "Convolutions and linear layers", "Multiply-adds on this grid",
    "Weights and biases of the ops on this grid", "Outputs of the ops on this grid",
)  # fmt: skip
_CHANGE_COLUMNS = ("Change", "Left", "Right", "MACs", "Parameters", "Activations", "What")
_CHANGE_TIPS = (
    "What became of the op", "Its name in the left network", "Its name in the right network",
    "More (+) or fewer (−) MACs, right against left", "More or fewer parameters",
    "More or less memory of outputs", "What is different about it",
)  # fmt: skip
_NO_GRID = "no grid"
_UNRELATED = (
    "These two share too few layers to be versions of one network.\n"
    "Compare, for example, resnet18 with resnet34, or your model with the version you changed."
)
_NOTHING = "Nothing changed: every layer of the one is in the other, at the same cost."
_NUMBERS = ("Layers", "MACs", "Parameters", "Memory", "Activations")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class GridsPage(Panel):
    """Costs of both networks on every grid, the finest first."""

    def __init__(self) -> None:
        super().__init__()
        self.table = _table(_GRID_COLUMNS, _GRID_TIPS, "Costs by grid")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._comparison: Comparison | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table)
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the costs of two networks by grid."""
        self._comparison = comparison
        self._fill()

    def restyle(self, theme: Theme) -> None:
        self._fill()

    def _fill(self) -> None:
        if self._comparison is None:
            return
        lines = [
            (number, row.grid, side, cost)
            for number, row in enumerate(self._comparison.grids)
            for side, cost in enumerate(row.costs)
            if cost != GridCost()
        ]
        self.table.setRowCount(len(lines))
        for line, (number, grid, side, cost) in enumerate(lines):
            again = line > 0 and lines[line - 1][0] == number
            title = "" if again else "×".join(map(str, grid)) or _NO_GRID
            self._fill_line(line, title, side, cost)
            self._shade(line, odd=number % 2 == 1)
        self.table.resizeColumnsToContents()
        self.table.horizontalHeader().setStretchLastSection(False)
        self.table.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)

    def _fill_line(self, line: int, title: str, side: int, cost: GridCost) -> None:
        assert self._comparison is not None
        color = side_color(side, theme_now())
        _put(self.table, line, 0, title)
        _put(self.table, line, 1, self._comparison.names[side], color=color)
        for column, text in enumerate(_grid_cells(cost), 2):
            _put(self.table, line, column, text, right=True)

    def _shade(self, line: int, odd: bool) -> None:
        """The networks on one grid belong together."""
        for column in range(self.table.columnCount()):
            item = self.table.item(line, column)
            if item is not None:
                item.setBackground(theme_now().color("window" if odd else "ground"))


class ChangesPage(Panel):
    """The ops that changed, with what it costs; `picked` has the op's name left and right."""

    picked = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.changes: tuple[CostChange, ...] = ()
        self._comparison: Comparison | None = None
        self.sum_text = text_of("", "secondary")
        self.sum_text.setWordWrap(True)
        self.sum_text.setContentsMargins(14, 10, 14, 8)
        self.legend = LegendLine()
        self.legend.setContentsMargins(14, 0, 14, 8)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(28, 0, 28, 0)
        self.table = _table(_CHANGE_COLUMNS, _CHANGE_TIPS, "What changed")
        self.table.currentCellChanged.connect(lambda row, *_: self._pick(row))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sum_text)
        column.addWidget(self.legend)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show what changed from the left network to the right one."""
        self._comparison = comparison
        self._fill()

    def select(self, side: int, item: str) -> None:
        """Mark the row of an op of one side; nothing is emitted."""
        pairs = [(each.match.before, each.match.after)[side] for each in self.changes]
        row = pairs.index(item) if item in pairs else -1
        self.table.blockSignals(True)
        self.table.setCurrentCell(row, 0)
        self.table.blockSignals(False)

    def restyle(self, theme: Theme) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"ChangesPage {{ background: {theme.ground}; }}")
        self.empty.setStyleSheet(f"color: {theme.secondary};")
        self._fill()

    def _fill(self) -> None:
        if self._comparison is None:
            return
        found = self._comparison.changes
        self.changes = tuple(change for change in found or () if change.matters)
        self.empty.setText(_UNRELATED if found is None else _NOTHING)
        self.empty.setVisible(not self.changes)
        self.table.setVisible(bool(self.changes))
        self.legend.setVisible(bool(self.changes))
        self.legend.show_entries(change_legend(theme_now()), theme_now().secondary)
        self.sum_text.setVisible(found is not None)
        self.sum_text.setText(changes_sentence(found or ()))
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.changes))
        for row, change in enumerate(self.changes):
            self._fill_row(row, change)
        self.table.setCurrentCell(-1, -1)
        self.table.blockSignals(False)
        self.table.resizeColumnsToContents()

    def _fill_row(self, row: int, change: CostChange) -> None:
        match, theme = change.match, theme_now()
        color = change_color(match.change, theme)
        _put(self.table, row, 0, CHANGE_WORDS[match.change], CHANGE_MEANINGS[match.change], color)
        _put(self.table, row, 1, match.before or "–")
        _put(self.table, row, 2, match.after or "–")
        for column, delta in enumerate((change.macs, change.params, change.activation_bytes), 3):
            said = human_bytes if column == 5 else human_count
            tip = f"{delta:+,}" if delta else "no change"
            _put(self.table, row, column, signed(delta, said), tip, right=True)
        what = match.what or self._alone(change)
        _put(self.table, row, 6, "; ".join(what), "\n".join(what))

    def _alone(self, change: CostChange) -> tuple[str, ...]:
        """What an op is that only one of the networks has."""
        assert self._comparison is not None
        side, name = int(not change.match.before), change.match.before or change.match.after
        node = self._comparison.networks[side].graph.by_id[name]
        return (f"{node.kind} → {shape_text(node.output)}" if node.outputs else node.kind,)

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self.changes):
            match = self.changes[row].match
            self.picked.emit(match.before, match.after)


def changes_sentence(changes: Sequence[CostChange]) -> str:
    """How many ops became what, and what all of it costs."""
    counts = {kind: sum(c.match.change == kind for c in changes) for kind in CHANGE_WORDS}
    told = [f"{exact(count)} {CHANGE_WORDS[kind]}" for kind, count in counts.items() if count]
    macs = signed(sum(change.macs for change in changes), human_count)
    params = signed(sum(change.params for change in changes), human_count)
    return f"{', '.join(told)}. In all {macs} MACs and {params} parameters, right against left."


def signed(delta: int, said: object) -> str:
    """`+1.20 M`, `−304`, or 0."""
    assert callable(said)
    sign = "+" if delta > 0 else "−"
    return f"{sign}{said(abs(delta))}" if delta else "0"


def _grid_cells(cost: GridCost) -> tuple[str, ...]:
    return (
        exact(cost.layers), human_count(cost.macs), human_count(cost.params),
        human_bytes(cost.activation_bytes),
    )  # fmt: skip


def _table(columns: Sequence[str], tips: Sequence[str], name: str) -> QTableWidget:
    table = QTableWidget(0, len(columns))
    table.setAccessibleName(name)
    for number, (title, tip) in enumerate(zip(columns, tips, strict=True)):
        item = QTableWidgetItem(title)
        item.setToolTip(tip)
        item.setTextAlignment(_RIGHT if title in _NUMBERS else _LEFT)
        table.setHorizontalHeaderItem(number, item)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)
    table.horizontalHeader().setStretchLastSection(True)
    table.verticalHeader().setDefaultSectionSize(24)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    offer_export(table, name.lower().replace(" ", "-"))
    return table


def _put(
    table: QTableWidget, row: int, column: int, text: str, tip: str = "",
    color: QColor | None = None, right: bool = False,
) -> None:  # fmt: skip
    item = QTableWidgetItem(text)
    item.setToolTip(tip or text)
    if color is not None:
        item.setForeground(color)
    if right:
        item.setTextAlignment(_RIGHT)
    table.setItem(row, column, item)

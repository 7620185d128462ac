"""Costs of all networks on grids of each size."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QVBoxLayout,
)

from visualizer.costs.comparison import GridCost
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.session.comparison import Comparison
from visualizer.ui.comparison.colors import side_color
from visualizer.ui.comparison.plain_table import plain_table, put, set_columns
from visualizer.ui.panels.parts import Panel, text_of, theme_now
from visualizer.ui.theme import Theme


class _Quantity(msgspec.Struct, frozen=True):
    """One cost of a grid: how it is called, explained and said."""

    title: str
    about: str
    of: Callable[[GridCost], int]
    said: Callable[[int], str]


_QUANTITIES = (
    _Quantity("MACs", "multiply-adds on this grid", lambda cost: cost.macs, human_count),
    _Quantity(
        "Parameters", "weights and biases of the ops on this grid",
        lambda cost: cost.params, human_count,
    ),
    _Quantity(
        "Memory", "outputs of the ops on this grid",
        lambda cost: cost.activation_bytes, human_bytes,
    ),
    _Quantity("Layers", "convolutions and linear layers", lambda cost: cost.layers, exact),
)  # fmt: skip
_EVERYTHING = "Everything"
_GRID_TIP = "Height × width of what an op gives; what gives no grid, such as dense layers, is last"
_NO_GRID, _SUM = "no grid", "In all"


class GridsPage(Panel):
    """A row a grid, the finest first: a column a network for the chosen cost, or a line a network
    with everything, which two are first shown with."""

    def __init__(self) -> None:
        super().__init__()
        self.table = plain_table(("Grid",), (_GRID_TIP,), "Costs by grid")
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box = QComboBox()
        self.box.setAccessibleName("What the columns show")
        self.box.addItems([_EVERYTHING, *(quantity.title for quantity in _QUANTITIES)])
        self.box.activated.connect(self._fill)
        self.about = text_of("", "secondary")
        self._comparison: Comparison | None = None
        head = QHBoxLayout()
        head.setContentsMargins(14, 10, 14, 8)
        head.setSpacing(10)
        head.addWidget(self.box)
        head.addWidget(self.about, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table)
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show the costs of the networks by grid."""
        before = len(self._comparison.networks) if self._comparison else 2
        now = len(comparison.networks)
        if (before > 2) != (now > 2):
            self.box.setCurrentIndex(int(now > 2))
        self._comparison = comparison
        self._fill()

    def restyle(self, theme: Theme) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"GridsPage {{ background: {theme.ground}; }}")
        self._fill()

    def _fill(self) -> None:
        if self._comparison is None:
            return
        self.table.clear()
        if self.box.currentIndex() == 0:
            self._fill_lines(self._comparison)
        else:
            self._fill_columns(self._comparison, _QUANTITIES[self.box.currentIndex() - 1])

    # ------------------------------------------------------------------ a column a network

    def _fill_columns(self, comparison: Comparison, quantity: _Quantity) -> None:
        self.about.setText(f"{quantity.about}, and their share of the network's own")
        titles, tips = ("Grid", *comparison.names), (_GRID_TIP, *comparison.names)
        set_columns(self.table, titles, tips)
        costs = [[quantity.of(cost) for cost in row.costs] for row in comparison.grids]
        sums = [sum(column) for column in zip(*costs, strict=True)]
        self.table.setRowCount(len(costs) + 1)
        for line, (row, values) in enumerate(zip(comparison.grids, costs, strict=True)):
            put(self.table, line, 0, _grid_text(row.grid))
            self._put_values(line, values, sums, quantity)
        put(self.table, len(costs), 0, _SUM)
        self._put_values(len(costs), sums, sums, quantity, bold=True)
        self._shade_alternating()
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def _put_values(
        self, line: int, values: list[int], sums: list[int], quantity: _Quantity, bold: bool = False
    ) -> None:
        for side, (value, whole) in enumerate(zip(values, sums, strict=True)):
            share = f"  {100 * value / whole:.0f} %" if value and not bold else ""
            text = f"{quantity.said(value)}{share}" if value else "–"
            tip, color = f"{exact(value)} {quantity.title}", self._header_color(side)
            put(self.table, line, 1 + side, text, tip, color if bold else None, right=True)
            item = self.table.item(line, 1 + side)
            if bold and item is not None:
                font = item.font()
                font.setBold(True)
                item.setFont(font)

    def _header_color(self, side: int) -> QColor:
        color = side_color(side, theme_now())
        item = self.table.horizontalHeaderItem(1 + side)
        if item is not None:
            item.setForeground(color)
        return color

    def _shade_alternating(self) -> None:
        for line in range(self.table.rowCount()):
            self._shade(line, odd=line % 2 == 1)

    # ------------------------------------------------------------------ a line a network

    def _fill_lines(self, comparison: Comparison) -> None:
        self.about.setText("A line for each network that has ops on the grid")
        titles = ("Grid", "Network", *(quantity.title for quantity in _QUANTITIES))
        tips = (_GRID_TIP, "", *(quantity.about for quantity in _QUANTITIES))
        set_columns(self.table, titles, tips)
        lines = [
            (number, row.grid, side, cost)
            for number, row in enumerate(comparison.grids)
            for side, cost in enumerate(row.costs)
            if cost != GridCost()
        ]
        self.table.setRowCount(len(lines))
        for line, (number, grid, side, cost) in enumerate(lines):
            again = line > 0 and lines[line - 1][0] == number
            put(self.table, line, 0, "" if again else _grid_text(grid))
            put(self.table, line, 1, comparison.names[side], color=side_color(side, theme_now()))
            for column, quantity in enumerate(_QUANTITIES, 2):
                put(self.table, line, column, quantity.said(quantity.of(cost)), right=True)
            self._shade(line, odd=number % 2 == 1)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.resizeColumnsToContents()

    def _shade(self, line: int, odd: bool) -> None:
        """The networks on one grid belong together."""
        for column in range(self.table.columnCount()):
            item = self.table.item(line, column)
            if item is not None:
                item.setBackground(theme_now().color("window" if odd else "ground"))


def _grid_text(grid: tuple[int, ...]) -> str:
    return "×".join(map(str, grid)) or _NO_GRID

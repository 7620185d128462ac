"""Tables that only show: cells of text, numbers at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QTableWidget, QTableWidgetItem

from visualizer.ui.panels.row_table import LOW_ROW_HEIGHT, read_by_rows
from visualizer.ui.panels.table_export import offer_export

_TEXTS = ("Grid", "Network", "Change", "Left", "Right", "What")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def plain_table(columns: Sequence[str], tips: Sequence[str], name: str) -> QTableWidget:
    """An empty table that only shows, with its menu that copies and exports."""
    table = QTableWidget()
    read_by_rows(table, name, LOW_ROW_HEIGHT, single=True)
    set_columns(table, columns, tips)
    table.horizontalHeader().setStretchLastSection(True)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    offer_export(table, name.lower().replace(" ", "-"))
    return table


def set_columns(table: QTableWidget, columns: Sequence[str], tips: Sequence[str]) -> None:
    """Give it these columns; numbers stand at the right."""
    table.setColumnCount(len(columns))
    for number, (title, tip) in enumerate(zip(columns, tips, strict=True)):
        item = QTableWidgetItem(title)
        item.setToolTip(tip)
        item.setTextAlignment(_LEFT if title in _TEXTS else _RIGHT)
        table.setHorizontalHeaderItem(number, item)


def put(
    table: QTableWidget, row: int, column: int, text: str, tip: str = "",
    color: QColor | None = None, right: bool = False,
) -> None:  # fmt: skip
    """Write a cell."""
    item = QTableWidgetItem(text)
    item.setToolTip(tip or text)
    if color is not None:
        item.setForeground(color)
    if right:
        item.setTextAlignment(_RIGHT)
    table.setItem(row, column, item)

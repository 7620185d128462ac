"""How every table here behaves: read by rows, no grid, names elided in their middle."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

ROW_HEIGHT = 27
LOW_ROW_HEIGHT = 24


def read_by_rows(
    table: QTableView, name: str, row_height: int = ROW_HEIGHT, single: bool = False
) -> None:
    """Give `table` the house's habits; `name` is what a screen reader calls it, and `single`
    lets only one row be selected."""
    table.setAccessibleName(name)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    if single:
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setMinimumSectionSize(min(row_height, ROW_HEIGHT))
    table.verticalHeader().setDefaultSectionSize(row_height)
    table.horizontalHeader().setHighlightSections(False)

"""The list of what autograd saves, by part of the network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from visualizer.costs.checkpointing import SavedBy
from visualizer.costs.units import human_bytes, percent
from visualizer.ui.models.roles import ID_ROLE, SHARE_ROLE
from visualizer.ui.panels.row_table import read_by_rows
from visualizer.ui.panels.share_delegate import ShareDelegate
from visualizer.ui.panels.table_export import offer_export

_COLUMNS = ("Part of the network", "Saved", "Share")
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_NUMBERS = 110
_UNKNOWN = "ops that run only in training"


class SavedTable(QTableWidget):
    """One row a part, most first; `chosen` has the part whose row was selected."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(0, len(_COLUMNS))
        read_by_rows(self, "What autograd saves, by part of the network", single=True)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setItemDelegate(ShareDelegate(self))
        offer_export(self, "training-memory")
        self._build_header()
        self.itemSelectionChanged.connect(self._row_chosen)

    def _build_header(self) -> None:
        header = self.horizontalHeader()
        for column, title in enumerate(_COLUMNS):
            item = QTableWidgetItem(title)
            item.setTextAlignment(_RIGHT if column else _LEFT)
            self.setHorizontalHeaderItem(column, item)
            self.setColumnWidth(column, _NUMBERS)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)

    def show_parts(self, parts: Sequence[SavedBy]) -> None:
        """Fill in the rows; the one that is selected stays selected."""
        self.blockSignals(True)
        self.setRowCount(len(parts))
        for row, part in enumerate(parts):
            cells = (part.item or _UNKNOWN, human_bytes(part.bytes), percent(part.share))
            for column, text in enumerate(cells):
                self.setItem(row, column, _cell(part, text, column))
        self.blockSignals(False)

    def _row_chosen(self) -> None:
        items = self.selectedItems()
        if items and (part := items[0].data(ID_ROLE)):
            self.chosen.emit(part)


def _cell(part: SavedBy, text: str, column: int) -> QTableWidgetItem:
    item = QTableWidgetItem(text)
    item.setData(ID_ROLE, part.item)
    if column:
        item.setTextAlignment(_RIGHT)
    if column == len(_COLUMNS) - 1:
        item.setData(SHARE_ROLE, part.share)
    return item

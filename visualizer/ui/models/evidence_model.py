"""Small tables of evidence: texts with bars, every row about one layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.ui.models.roles import ID_ROLE, SHARE_ROLE

Index = QModelIndex | QPersistentModelIndex
_MIDDLE = Qt.AlignmentFlag.AlignVCenter
_NOWHERE = QModelIndex()


@dataclass(frozen=True)
class Column:
    """A column's title and what it means; `words` stand left, numbers right."""

    title: str
    meaning: str
    words: bool = False


@dataclass(frozen=True)
class Cell:
    """A text, a bar of `share` (0..1) under it, and what the text means in full."""

    text: str
    share: float | None = None
    meaning: str = ""


@dataclass(frozen=True)
class Row:
    """One line about the op `node`."""

    node: str
    cells: tuple[Cell, ...]


class EvidenceModel(QAbstractTableModel):
    """Rows of cells under fixed columns."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def row_of(self, node: str) -> int:
        """The first row about an op; -1 for none."""
        return next((n for n, row in enumerate(self.rows) if row.node == node), -1)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        cell = row.cells[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.meaning or self.columns[index.column()].meaning
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(index.column())
        return {SHARE_ROLE: cell.share, ID_ROLE: row.node}.get(role)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self.columns[section]
        known: dict[int, Any] = {
            Qt.ItemDataRole.DisplayRole: column.title,
            Qt.ItemDataRole.ToolTipRole: column.meaning,
            Qt.ItemDataRole.TextAlignmentRole: self._alignment(section),
        }
        return known.get(role)

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        left = self.columns[column].words
        return _MIDDLE | (Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight)

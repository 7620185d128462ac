"""The tensors of a file as a Qt item model: one row a tensor, texts made when they are seen."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.costs.units import exact, human_bytes
from visualizer.engine.saved import SavedTensor

Index = QModelIndex | QPersistentModelIndex

TITLES = ("Tensor", "Shape", "Dtype", "Numbers", "Memory")
SORT_ROLE = int(Qt.ItemDataRole.UserRole)
_NOWHERE = QModelIndex()
_FIRST_NUMBER = 3
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TensorModel(QAbstractTableModel):
    """`SORT_ROLE` has the values to sort by: numbers as numbers, the file's order for names."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tensors: tuple[SavedTensor, ...] = ()

    def show_tensors(self, tensors: tuple[SavedTensor, ...]) -> None:
        self.beginResetModel()
        self._tensors = tensors
        self.endResetModel()

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._tensors)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        tensor, column = self._tensors[index.row()], index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _texts(tensor)[column]
            case Qt.ItemDataRole.ToolTipRole if column == 0:
                return tensor.name
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _ if role == SORT_ROLE:
                return self._sort_value(index.row(), column)
        return None

    def _sort_value(self, row: int, column: int) -> Any:
        tensor = self._tensors[row]
        # Qt's integers end at 64 bits.
        values = (row, tensor.shape, tensor.dtype, float(tensor.numbers), float(tensor.nbytes))
        return _texts(tensor)[column] if column == 1 else values[column]


def _texts(tensor: SavedTensor) -> tuple[str, ...]:
    shape = "×".join(map(str, tensor.shape)) or "a number"
    return (tensor.name, shape, tensor.dtype, exact(tensor.numbers), human_bytes(tensor.nbytes))


def _alignment(column: int) -> Qt.AlignmentFlag:
    return _RIGHT if column >= _FIRST_NUMBER else _LEFT

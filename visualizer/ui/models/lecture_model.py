"""The lecture's table as a Qt item model."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.costs import Derivation, LayerCost
from visualizer.costs.lecture_table import (
    COLUMNS,
    LectureRow,
    Preset,
    cell_note,
    lecture_cells,
    lecture_rows,
    table_with_words,
)
from visualizer.costs.text_table import TextTable
from visualizer.session.derivations import (
    QUANTITY_OF_COLUMN,
    board_text,
    input_text,
    lines_about,
)
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.roles import ID_ROLE, MISPRINT_ROLE, REMARK_ROLE

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()
_WORDS = ("Layer", "Node", "Slide")
_KINDS = {MISPRINT_ROLE: "misprint", REMARK_ROLE: "remark"}
_MEANINGS = {
    "Layer": "Counted as in the lecture: a pool is called after the convolution before it",
    "C": "Channels of the input",
    "H/W": "Height and width of the input",
    "Filters": "As many as the output has channels",
    "C out": "Channels of the output: for a convolution its filters, a pool keeps them",
    "H/W out": "(W − K + 2P)/S + 1, rounded down",
    "Memory (KB)": "C·H·W·4 bytes / 1024: the output of one image in float32",
    "Params (k)": "C_out·C_in·K·K + C_out; the slide prints fully connected layers without bias",
    "Flop (M)": "Output numbers times what each takes; 1 flop = 1 multiply-add (MAC), "
    "pooling counted",
}


class LectureModel(QAbstractTableModel):
    """One row a convolution, pool, flatten or fully connected layer; `preset` says how its
    numbers are written."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: OpenNetwork | None = None
        self.rows: tuple[LectureRow, ...] = ()
        self.preset: Preset = "lecture"

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the layers of `network`, or nothing."""
        self.beginResetModel()
        self._network = network
        self.rows = lecture_rows(network.graph, network.report) if network else ()
        self.endResetModel()

    def choose(self, preset: Preset) -> None:
        """Write the numbers in another way."""
        self.beginResetModel()
        self.preset = preset
        self.endResetModel()

    def row_of(self, node: str) -> int:
        """The row of an op; -1 when it has none."""
        return next((number for number, row in enumerate(self.rows) if row.node == node), -1)

    def text_table(self) -> TextTable:
        """Titles and cells, for the clipboard and for files, with what is said of them."""
        titles, cells = table_with_words(self.rows, self.preset)
        return TextTable(titles, tuple(column not in _WORDS for column in titles), tuple(cells))

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return _MEANINGS.get(COLUMNS[section])
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return lecture_cells(row, self.preset)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                "\n".join(filter(None, (self.board(row, column), self.note(row, column)))) or None
            )
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role in _KINDS:
            about = row.slide_cell(column)
            return about is not None and about.kind == _KINDS[role]
        return row.node if role == ID_ROLE else None

    def lines(self, row: LectureRow, column: str) -> tuple[Derivation, ...]:
        """How the number in a cell comes about."""
        return lines_about(self._layer(row), QUANTITY_OF_COLUMN.get(column, ""))

    def board(self, row: LectureRow, column: str) -> str:
        """The same in plain text; for the input's cells where it comes from."""
        if self._network is not None and QUANTITY_OF_COLUMN.get(column) == "input":
            return input_text(self._network.graph, row.node)
        return board_text(self._layer(row), column)

    def note(self, row: LectureRow, column: str) -> str:
        """What the lecture, its slides or notes of it say otherwise; "" where they do not."""
        about = row.slide_cell(column)
        note = cell_note(row, about) if about else row.bias_note(column, self.preset)
        return f"{note[:1].upper()}{note[1:]}." if note else ""

    def _layer(self, row: LectureRow) -> LayerCost | None:
        return self._network.report.layers.get(row.node) if self._network else None


def _alignment(column: int) -> Qt.AlignmentFlag:
    left = COLUMNS[column] in _WORDS
    side = Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter

"""The table of the lecture "CNN Architectures" for the open network."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Signal
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import (
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from visualizer.costs import Totals
from visualizer.costs.lecture_table import COLUMNS, LectureRow, Preset, lecture_totals
from visualizer.session.derivations import QUANTITY_OF_COLUMN
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.lecture_model import LectureModel
from visualizer.ui.models.roles import MISPRINT_ROLE, REMARK_ROLE
from visualizer.ui.panels.parts import theme_now
from visualizer.ui.panels.row_table import read_by_rows

_CORNER = 8
_WIDTHS = {
    "Layer": 62, "Node": 100, "H/W": 52, "Filters": 60, "Kernel": 62, "Stride": 58, "Pad": 44,
    "H/W out": 72, "Memory (KB)": 107, "Params (k)": 92, "Flop (M)": 80,
}  # fmt: skip
_USUAL_WIDTH, _WIDEST = 56, 190
_NONE = "No network is open."


class LectureTable(QWidget):
    """Rows to read beside the lecture; `selected` has the op of the row picked,
    `derivation_wanted` the quantity of the cell picked in it, after which comes `cell_picked`;
    `summary` says what they add up to."""

    selected = Signal(str)
    derivation_wanted = Signal(str)
    cell_picked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.model = LectureModel(self)
        self._totals: Totals | None = None
        self._telling = True
        self._build()
        self.show_network(None)

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the layers of `network`, or nothing."""
        self._totals = network.report.totals if network else None
        self.model.show_network(network)
        self._fit_columns()

    def _fit_columns(self) -> None:
        """Make names and numbers readable that are longer than most."""
        header = self.table.horizontalHeader()
        for number, column in enumerate(COLUMNS):
            usual = _WIDTHS.get(column, _USUAL_WIDTH)
            header.resizeSection(
                number, min(max(usual, self.table.sizeHintForColumn(number)), _WIDEST)
            )

    @property
    def summary(self) -> str:
        """What is to be said of the cell picked, or else the sums of the table."""
        return self.note or self.sums

    @property
    def sums(self) -> str:
        """What the rows add up to."""
        if self._totals is None:
            return _NONE
        return "  ·  ".join(lecture_totals(self.model.rows, self._totals))

    @property
    def note(self) -> str:
        """`fc6, Params (k): ...` for the cell picked, where the lecture says otherwise."""
        picked = self.picked
        if picked is None:
            return ""
        row, column = picked
        note = self.model.note(row, column)
        return f"{row.name}, {column}: {note}" if note else ""

    @property
    def picked(self) -> tuple[LectureRow, str] | None:
        """Row and column of the cell picked, None before one is."""
        index = self.table.currentIndex()
        if not index.isValid() or not 0 <= index.row() < len(self.model.rows):
            return None
        return self.model.rows[index.row()], COLUMNS[index.column()]

    @property
    def marks(self) -> str:
        """How many cells there is something to say of; "" for none."""
        kinds = [cell.kind for row in self.model.rows for cell in row.slide]
        wrong, remarks = kinds.count("misprint"), kinds.count("remark")
        parts = [
            f"{wrong} {'cell' if wrong == 1 else 'cells'} misprinted on the slide" if wrong else "",
            f"{remarks} with a remark" if wrong and remarks else
            f"{remarks} {'cell' if remarks == 1 else 'cells'} with a remark" if remarks else "",
        ]  # fmt: skip
        told = ", ".join(filter(None, parts))
        return f"{told}: click what is marked." if told else ""

    def choose(self, preset: Preset) -> None:
        """Write the numbers rounded as on the slide, or exact."""
        row = self.table.currentIndex().row()
        self.model.choose(preset)
        self._mark(row)

    def select(self, node: str) -> None:
        """Mark the row of op `node` and bring it into view; nothing is emitted."""
        self._mark(self.model.row_of(node))

    def _build(self) -> None:
        self.table = QTableView()
        self.table.setModel(self.model)
        read_by_rows(self.table, "The lecture's table of layers")
        self.table.setItemDelegate(_Delegate(self.table))
        self.table.selectionModel().currentChanged.connect(self._cell_changed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def _mark(self, row: int) -> None:
        self._telling = False
        if row < 0:
            self.table.selectionModel().clear()
        elif row != self.table.currentIndex().row() or not self.table.selectedIndexes():
            self.table.selectRow(row)
            self.table.scrollTo(self.model.index(row, 0))
        self._telling = True

    def _cell_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if not self._telling or not current.isValid():
            return
        if current.row() != before.row():
            self.selected.emit(self.model.rows[current.row()].node)
        self.derivation_wanted.emit(QUANTITY_OF_COLUMN.get(COLUMNS[current.column()], ""))
        self.cell_picked.emit()


class _Delegate(QStyledItemDelegate):
    """Cells that the slide prints otherwise stand on a warning's ground; cells of which there is
    something else to say have a corner in the accent's colour."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if index.data(MISPRINT_ROLE):
            painter.fillRect(option.rect, theme_now().color("warning", 0.28))
        super().paint(painter, option, index)
        if index.data(REMARK_ROLE):
            painter.fillPath(_corner(QRectF(option.rect)), theme_now().color("accent"))

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        option.font.setBold(bool(index.data(MISPRINT_ROLE)))


def _corner(area: QRectF) -> QPainterPath:
    """A small triangle in the upper right corner, as spreadsheets mark a note."""
    path = QPainterPath(area.topRight())
    path.lineTo(area.right() - _CORNER, area.top())
    path.lineTo(area.right(), area.top() + _CORNER)
    path.closeSubpath()
    return path

"""The convolutions that could be factorized as a Qt item model: one row a convolution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.bottlenecks.factorization import Alternative, Candidate, Factorization
from visualizer.bottlenecks.factorization.recipes import sides
from visualizer.bottlenecks.factorization.wording import none_text, saving_text, why_none
from visualizer.costs.units import exact, human_count, percent
from visualizer.ui.models.roles import ID_ROLE, SHARE_ROLE

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()
_LEAST_SHARE = 0.0005


class Line(NamedTuple):
    """A convolution, its place in the network, and its best form (None: none saves)."""

    number: int
    candidate: Candidate
    best: Alternative | None
    proposed_only: bool
    saved_of_network: float


class Column(NamedTuple):
    title: str
    text: Callable[[Line], str]
    key: Callable[[Line], Any]
    width: int
    tooltip: str
    numeric: bool = False
    share: Callable[[Line], float] | None = None


def _kernel(line: Line) -> str:
    conv = line.candidate.conv
    if not line.candidate.site.is_strided:
        return conv.kernel_text
    stride = conv.stride[0] if len(set(conv.stride)) == 1 else sides(conv.stride)
    return f"{conv.kernel_text}/{stride}"


def _channels(line: Line) -> str:
    conv = line.candidate.conv
    return f"{conv.c_in} → {conv.c_out}"


def _saving(line: Line) -> float:
    return line.best.saving if line.best is not None else 0.0


def _network_share(line: Line) -> str:
    if line.best is None:
        return "–"
    share = line.saved_of_network
    return "<0.1 %" if share < _LEAST_SHARE else percent(share)


def _best_title(line: Line) -> str:
    if line.best is not None:
        return line.best.title
    return none_text(line.candidate, line.proposed_only)


COLUMNS = (
    Column(
        "Layer", lambda line: line.candidate.conv.node,
        lambda line: line.number, 104,
        "Convolutions with a kernel larger than 1, in order of execution",
    ),
    Column(
        "Kernel", _kernel, lambda line: line.candidate.conv.kernel, 82,
        "Sides of the kernel, and /2 for a stride of 2",
    ),
    Column(
        "Best form", _best_title, _best_title, 122,
        "What it would best be made of, among the forms that count",
    ),
    Column(
        "Saves", lambda line: percent(_saving(line)) if line.best else "–", _saving, 66,
        "Share of the layer's own MACs that the best form saves", numeric=True, share=_saving,
    ),
    Column(
        "Of network", _network_share,
        lambda line: line.saved_of_network, 96,
        "Share of the whole network's MACs that it saves", numeric=True,
        share=lambda line: line.saved_of_network,
    ),
    Column(
        "MACs", lambda line: human_count(line.candidate.conv.macs),
        lambda line: line.candidate.conv.macs, 82,
        "1 MAC = a multiplication and an addition; what the lecture calls a flop", numeric=True,
    ),
    Column(
        "Channels", _channels, lambda line: line.candidate.conv.c_in, 92,
        "C_in → C_out: channels it reads and gives",
    ),
    Column(
        "Grid", lambda line: sides(line.candidate.conv.grid_out),
        lambda line: line.candidate.conv.grid_out, 88, "Positions of its output",
    ),
)  # fmt: skip


class FactorTableModel(QAbstractTableModel):
    """The rows keep their sorting when what they show changes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[Line] = []
        self._sorting: tuple[int, Qt.SortOrder] = (-1, Qt.SortOrder.AscendingOrder)

    def show(self, found: Factorization | None, proposed_only: bool) -> None:
        """Show all convolutions of `found` with their best form, or nothing."""
        lines = _lines(found, proposed_only) if found is not None else []
        same = [line.candidate.conv.node for line in lines] == self._nodes_in_order()
        if not same:
            self.beginResetModel()
            self._lines = self._sorted(lines)
            self.endResetModel()
        elif lines:
            self._replace({line.number: line for line in lines})

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """By value; equal ones in order of execution. Column -1: all in order of execution."""
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        nodes = [self.node_at(index.row()) for index in before]
        self._sorting = (column, order)
        self._lines = self._sorted(self._lines)
        places = zip(nodes, before, strict=True)
        after = [self.index(self.row_of(node), index.column()) for node, index in places]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def node_at(self, row: int) -> str:
        return self._lines[row].candidate.conv.node

    def row_of(self, node: str) -> int:
        """The row of a convolution; -1 for any other node."""
        rows = (n for n, line in enumerate(self._lines) if line.candidate.conv.node == node)
        return next(rows, -1)

    def _nodes_in_order(self) -> list[str]:
        lines = sorted(self._lines, key=lambda line: line.number)
        return [line.candidate.conv.node for line in lines]

    def _replace(self, lines: dict[int, Line]) -> None:
        self._lines = [lines[line.number] for line in self._lines]
        last = self.index(len(self._lines) - 1, len(COLUMNS) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def _sorted(self, lines: list[Line]) -> list[Line]:
        column, order = self._sorting
        ordered = sorted(lines, key=lambda line: line.number)
        if column >= 0:
            falling = order == Qt.SortOrder.DescendingOrder
            ordered.sort(key=COLUMNS[column].key, reverse=falling)
        return ordered

    # ------------------------------------------------------------------ Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._lines)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(line)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tooltip(line)
        if role == SHARE_ROLE:
            return column.share(line) if column.share is not None and line.best else None
        return line.candidate.conv.node if role == ID_ROLE else None


def _lines(found: Factorization, proposed_only: bool) -> list[Line]:
    lines = []
    for number, candidate in enumerate(found.candidates):
        best = candidate.best(proposed_only)
        share = found.share(best.saved_macs) if best is not None else 0.0
        lines.append(Line(number, candidate, best, proposed_only, share))
    return lines


def _tooltip(line: Line) -> str:
    conv = line.candidate.conv
    what = f"{conv.node}: {exact(conv.macs)} MACs"
    if line.best is None:
        return f"{what}\n{why_none(line.candidate, line.proposed_only)}"
    return f"{what}; {line.best.title} {saving_text(line.best)}"


def _alignment(column: Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

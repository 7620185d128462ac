"""The layer table as a Qt item model: one row an executed op, texts made when they are seen."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.costs.text_table import TextTable
from visualizer.session.derivations import board_text
from visualizer.session.labels import RUNS_IN_TRAINING
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.layer_columns import COLUMNS, TITLES, Line, SortKey
from visualizer.ui.models.roles import ID_ROLE, SHARE_ROLE, TRAINING_ROLE

Index = QModelIndex | QPersistentModelIndex

_NOWHERE = QModelIndex()
_SHARES = {"Params": "params", "MACs": "macs", "FLOPs": "macs", "Memory": "activations"}


class LayerTableModel(QAbstractTableModel):
    """Sorts and filters by reordering line numbers; no text is made for rows not on screen."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: OpenNetwork | None = None
        self._lines: list[Line] = []
        self._line_of: dict[str, int] = {}
        self._kept: frozenset[str] | None = None
        self._order: list[int] = []
        self._row_of: dict[int, int] = {}
        self._sorting = (0, Qt.SortOrder.AscendingOrder)
        self._keys: dict[int, list[SortKey]] = {}

    # ------------------------------------------------------------------ what is shown

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show every op of `network`, or nothing; the sorting stays."""
        self.beginResetModel()
        self._network = network
        self._lines = _lines(network) if network else []
        self._line_of = {line.node.id: place for place, line in enumerate(self._lines)}
        self._kept = None
        self._keys = {}
        self._arrange()
        self.endResetModel()

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same ops; sorting and filter stay."""
        self._network = network
        self._lines = _lines(network)
        self._keys = {}
        self.sort(*self._sorting)

    def narrow(self, nodes: Iterable[str] | None) -> None:
        """Show only the ops in `nodes`; None shows all."""
        self.beginResetModel()
        self._kept = None if nodes is None else frozenset(nodes)
        self._arrange()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Numbers by value, names naturally; what is unknown comes last either way."""
        if column < 0:
            return
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        lines = [self._order[index.row()] for index in before]
        self._sorting = (column, order)
        self._arrange()
        after = [
            self.index(self._row_of[line], index.column())
            for line, index in zip(lines, before, strict=True)
        ]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    @property
    def total(self) -> int:
        """How many ops the network has, shown or not."""
        return len(self._lines)

    def shown(self) -> list[Line]:
        """The lines on screen, from the top."""
        return [self._lines[place] for place in self._order]

    def node_at(self, row: int) -> str:
        return self._lines[self._order[row]].node.id

    def row_of(self, node: str) -> int:
        """The row of an op; -1 when it is not shown."""
        place = self._line_of.get(node, -1)
        return self._row_of.get(place, -1)

    def text_table(self, rows: Iterable[int]) -> TextTable:
        """The exact values of rows, for the clipboard and for files."""
        lines = (self._lines[self._order[row]] for row in rows)
        cells = tuple(tuple(column.exact(line) for column in COLUMNS) for line in lines)
        return TextTable(TITLES, tuple(column.numeric for column in COLUMNS), cells)

    def _arrange(self) -> None:
        column, order = self._sorting
        keys = self._keys_of(column)
        places = [p for p, line in enumerate(self._lines) if self._keeps(line)]
        unknown = [p for p in places if _is_unknown(keys[p])]
        known = [p for p in places if not _is_unknown(keys[p])]
        falling = order == Qt.SortOrder.DescendingOrder
        known.sort(key=keys.__getitem__, reverse=falling)
        self._order = known + unknown
        self._row_of = {place: row for row, place in enumerate(self._order)}

    def _keys_of(self, column: int) -> list[SortKey]:
        if column not in self._keys:
            self._keys[column] = [COLUMNS[column].key(line) for line in self._lines]
        return self._keys[column]

    def _keeps(self, line: Line) -> bool:
        return self._kept is None or line.node.id in self._kept

    # ------------------------------------------------------------------ Qt's questions

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._order)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].tooltip
        return _alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self._lines[self._order[index.row()]], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(line)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            board = board_text(line.layer, column.title)
            text = "\n".join(filter(None, (_tooltip(line, index.column()), board)))
            return f"{text}\n{RUNS_IN_TRAINING}" if line.node.training_only else text
        if role == TRAINING_ROLE:
            return line.node.training_only
        if role == SHARE_ROLE:
            return self._share(line, column.title)
        return line.node.id if role == ID_ROLE else None

    def _share(self, line: Line, title: str) -> float | None:
        measure = _SHARES.get(title)
        if measure is None or self._network is None or line.layer is None:
            return None
        share: float | None = getattr(self._network.report.share(line.node.id), measure)
        return share or None


def _is_unknown(key: SortKey) -> bool:
    return isinstance(key, float) and math.isnan(key)


def _lines(network: OpenNetwork) -> list[Line]:
    layers = network.report.layers
    ops = (node for node in network.graph.nodes if node.op != "input")
    return [
        Line(number, node, layers.get(node.id), network.graph)
        for number, node in enumerate(ops, start=1)
    ]


def _tooltip(line: Line, column: int) -> str:
    exact = COLUMNS[column].exact(line)
    if exact.isdigit() and TITLES[column] == "Memory":
        sharing = line.graph.sharing(line.node)
        return "\n".join(filter(None, (f"{int(exact):,} bytes", sharing)))
    if exact.isdigit():
        return f"{int(exact):,} {TITLES[column]}"
    if line.layer is not None and line.layer.cost.note and exact == "unknown":
        return line.layer.cost.note
    return exact


def _alignment(column: int) -> Qt.AlignmentFlag:
    numeric = COLUMNS[column].numeric
    side = Qt.AlignmentFlag.AlignRight if numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

"""The module tree as a Qt item model: groups and ops, in execution order, with their costs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from visualizer.costs.settings import HEADLINES
from visualizer.costs.units import human_count, percent
from visualizer.graph import ROOT, shape_text
from visualizer.session.labels import RUNS_IN_TRAINING
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.roles import ID_ROLE, MATCH_ROLE, SHARE_ROLE, TRAINING_ROLE

Index = QModelIndex | QPersistentModelIndex

NAME, KIND, OUTPUT, PARAMS, MACS = range(5)
TITLES = ("Name", "Type", "Output", "Params", "MACs")
NUMBERS = (PARAMS, MACS)

_NOWHERE = QModelIndex()


class Sums(msgspec.Struct):
    """Parameters and MACs below a tree item; `unknown` counts ops without a formula."""

    params: int = 0
    macs: int = 0
    unknown: int = 0


def sums_by_item(network: OpenNetwork) -> dict[str, Sums]:
    """Costs of every op and, summed, of every group. Pooling stands apart, as in the totals; a
    head that runs only in training is in no sum but its own."""
    sums = {item: Sums() for item in (*network.graph.by_id, *network.hierarchy.groups)}
    parents = network.hierarchy.parent_of
    for node, layer in network.report.layers.items():
        item: str | None = node
        while item is not None:
            if item not in sums or (layer.training_only and not network.head_of(item)):
                break  # not shown, or around a head: summed without it
            below = sums[item]
            below.params += layer.params
            below.unknown += layer.macs is None
            if item == node or not layer.pooling:
                below.macs += layer.macs or 0
            item = parents.get(item)
    return sums


class ModuleTreeModel(QAbstractItemModel):
    """Rows can be narrowed to the items that matter (`narrow`); ids are the session's."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._network: OpenNetwork | None = None
        self._sums: dict[str, Sums] = {}
        self._children: dict[str, list[str]] = {}
        self._place: dict[str, tuple[str, int]] = {}
        self._ids: list[str] = []
        self._number: dict[str, int] = {}
        self._matches: frozenset[str] = frozenset()

    # ------------------------------------------------------------------ what is shown

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show all of `network`, or nothing."""
        self.beginResetModel()
        self._network = network
        self._sums = sums_by_item(network) if network else {}
        self._matches = frozenset()
        self._arrange(None)
        self.endResetModel()

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same items; what is open and narrowed stays."""
        self._network = network
        self._sums = sums_by_item(network)
        last = self.index(self.rowCount() - 1, MACS)
        self.dataChanged.emit(self.index(0, NAME), last)
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, MACS, MACS)

    def narrow(self, matches: Iterable[str] | None) -> None:
        """Show only `matches`, what is around them and what is inside them; None shows all."""
        self.beginResetModel()
        self._matches = frozenset(matches or ())
        self._arrange(None if matches is None else self._with_relatives(self._matches))
        self.endResetModel()

    def index_of(self, item: str, column: int = NAME) -> QModelIndex:
        """Where `item` is; an invalid index when it is not shown."""
        if item not in self._place:
            return QModelIndex()
        _, row = self._place[item]
        return self.createIndex(row, column, self._number[item])

    def item_at(self, index: Index) -> str:
        """The node or group id of a row; the root's for an invalid index."""
        return self._ids[index.internalId()] if index.isValid() else ROOT

    def is_group(self, item: str) -> bool:
        return self._network is not None and item in self._network.hierarchy.groups

    def _with_relatives(self, matches: frozenset[str]) -> set[str]:
        assert self._network is not None
        hierarchy = self._network.hierarchy
        kept: set[str] = set(matches)
        for item in matches:
            kept.update(hierarchy.ancestors(item))
            if item in hierarchy.groups:
                kept.update(hierarchy.walk(item))
        return kept

    def _arrange(self, kept: set[str] | None) -> None:
        groups = self._network.hierarchy.groups if self._network else {}
        self._children = {
            group.id: [m for m in group.members if kept is None or m in kept]
            for group in groups.values()
        }
        self._place = {
            member: (group, row)
            for group, members in self._children.items()
            for row, member in enumerate(members)
        }
        self._ids = list(self._place)
        self._number = {item: number for number, item in enumerate(self._ids)}

    # ------------------------------------------------------------------ Qt's questions

    def index(self, row: int, column: int, parent: Index = _NOWHERE) -> QModelIndex:
        children = self._children.get(self.item_at(parent), [])
        if not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, column, self._number[children[row]])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        if not index.isValid():
            return QModelIndex()
        group, _ = self._place[self.item_at(index)]
        return self.index_of(group)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        if parent.isValid() and parent.column() != NAME:
            return 0
        return len(self._children.get(self.item_at(parent), ()))

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        return len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._title(section)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._network is None:
            return None
        item, column = self.item_at(index), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(item, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(item, column)
        if role == SHARE_ROLE:
            return self.share(item, column)
        if role == TRAINING_ROLE:
            return self._only_trains(item)
        if role == MATCH_ROLE:
            return item in self._matches
        return item if role == ID_ROLE else None

    # ------------------------------------------------------------------ texts

    def _title(self, column: int) -> str:
        if column == MACS and self._network is not None:
            return HEADLINES[self._network.settings.headline]
        return TITLES[column]

    def share(self, item: str, column: int) -> float | None:
        """Share of the network's parameters or MACs, 0..1; None where there is none to tell."""
        if column not in NUMBERS or self._network is None or self._only_trains(item):
            return None
        totals, sums = self._network.report.totals, self._sums[item]
        whole = totals.params if column == PARAMS else totals.macs
        value = sums.params if column == PARAMS else sums.macs
        return value / whole if whole and value and not self._is_pooling(item) else None

    def _only_trains(self, item: str) -> bool:
        return self._network is not None and bool(self._network.head_of(item))

    def _is_pooling(self, item: str) -> bool:
        assert self._network is not None
        layer = self._network.report.layers.get(item)
        return layer is not None and layer.pooling

    def _text(self, item: str, column: int) -> str:
        if column in NUMBERS:
            return self._number_text(item, column)
        assert self._network is not None
        node, group = self._network.graph.by_id.get(item), self._network.hierarchy.groups.get(item)
        if column == NAME:
            return item.rpartition(".")[2]
        if node is not None:
            return node.kind if column == KIND else shape_text(node.output)
        assert group is not None
        return group.type_name if column == KIND else self._group_output(item)

    def _group_output(self, group: str) -> str:
        """What the last op inside puts out."""
        assert self._network is not None
        last = self._network.hierarchy.groups[group].nodes[-1]
        return shape_text(self._network.graph.by_id[last].output)

    def _number_text(self, item: str, column: int) -> str:
        """Nothing where nothing is meant; "unknown" and "≥" where ops have no formula."""
        sums = self._sums[item]
        if column == PARAMS:
            return short_count(sums.params) if sums.params else "–"
        if sums.unknown:
            return f"≥ {self._arithmetic(sums)}" if sums.macs else "unknown"
        return self._arithmetic(sums) if sums.macs else "–"

    def _arithmetic(self, sums: Sums) -> str:
        assert self._network is not None
        return short_count(self._network.settings.arithmetic(sums.macs))

    def _tooltip(self, item: str, column: int) -> str:
        sums = self._sums[item]
        if column not in NUMBERS:
            text = f"{item}\n{self._text(item, KIND)} → {self._text(item, OUTPUT)}"
            return f"{text}\n{RUNS_IN_TRAINING}" if self._only_trains(item) else text
        assert self._network is not None
        settings = self._network.settings
        value = f"{settings.arithmetic(sums.macs):,} {HEADLINES[settings.headline]}"
        if column == PARAMS:
            value = f"{sums.params:,} {TITLES[column]}"
        if column == MACS and sums.unknown:
            value += f" and {sums.unknown:,} without a cost formula"
        share = self.share(item, column)
        return value if share is None else f"{value}, {percent(share)} of the network"


def short_count(number: int) -> str:
    """Three digits that matter, for narrow columns: `72.9 M`, `420 k`, `64`."""
    value, _, unit = human_count(number).partition(" ")
    if not unit:
        return value
    decimals = 2 - (len(value.partition(".")[0]) - 1)
    return f"{float(value):.{decimals}f} {unit}"


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter

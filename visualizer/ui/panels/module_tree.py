"""The module tree: the network as its author wrote it, with the cost of every part."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHeaderView, QLabel, QTreeView, QVBoxLayout

from visualizer.graph.search import SearchIndex
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.tree_model import KIND, MACS, NAME, OUTPUT, PARAMS, ModuleTreeModel
from visualizer.ui.panels.parts import Panel
from visualizer.ui.panels.row_menu import RowMenu
from visualizer.ui.panels.search_box import SearchBox
from visualizer.ui.panels.share_delegate import NameDelegate, ShareDelegate
from visualizer.ui.theme import Theme

_WIDTHS = {NAME: 90, KIND: 90, PARAMS: 68, MACS: 68, OUTPUT: 92}
_ROOM_FOR_TYPE, _ROOM_FOR_OUTPUT = 360, 440
_MOST_EXPANDED = 400
_NARROWEST = 240  # a name, its parameters and its MACs


class ModuleTreePanel(Panel):
    """`selected` when the user picks a row, `fold_toggled` (group id) on a double click,
    `menu_asked` with an id and a global place, `searched` with the ids, of nodes and groups, that
    match (none when the search is empty)."""

    selected = Signal(str)
    fold_toggled = Signal(str)
    menu_asked = Signal(str, QPoint)
    searched = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self.model = ModuleTreeModel(self)
        self._network: OpenNetwork | None = None
        self._index: SearchIndex | None = None
        self._matches: list[str] = []
        self._current = ""
        self._telling = True
        self._build_search()
        self._build_tree()
        self._arrange()
        self.dress()

    # ------------------------------------------------------------------ what is shown

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show `network` from the start, or nothing."""
        self._network = network
        self._index = SearchIndex(network.graph, network.hierarchy) if network else None
        self._current = ""
        self.search.forget()
        self._matches = []
        self.status.hide()
        self.model.show_network(network)
        self.tree.expandToDepth(0)

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same network; what is open, found and selected stays."""
        self._network = network
        self.model.show_costs(network)

    def select(self, item: str) -> None:
        """Mark the row of `item`, opening what is around it; nothing is emitted."""
        self._current = item
        index = self.model.index_of(item)
        self._telling = False
        if index.isValid():
            self.tree.setCurrentIndex(index)
            self.tree.scrollTo(index)
        else:
            self.tree.selectionModel().clear()
        self._telling = True

    def expand_below(self, item: str) -> None:
        """Show all rows below `item`."""
        self.tree.expandRecursively(self.model.index_of(item))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Names get what room there is; a narrow panel does without the output shapes, a
        very narrow one has the types beside the names."""
        super().resizeEvent(event)
        self.tree.setColumnHidden(KIND, self.width() < _ROOM_FOR_TYPE)
        self.tree.setColumnHidden(OUTPUT, self.width() < _ROOM_FOR_OUTPUT)
        self.tree.setColumnWidth(KIND, max(_WIDTHS[KIND], self.width() // 4))

    def restyle(self, theme: Theme) -> None:
        self.status.setStyleSheet(f"color: {theme.secondary}; padding: 2px 10px 4px 10px;")
        self.tree.viewport().update()

    def focus_search(self) -> None:
        """Put the cursor into the search box, its text selected."""
        self.search.setFocus()
        self.search.selectAll()

    # ------------------------------------------------------------------ construction

    def _build_search(self) -> None:
        self.search = SearchBox("Search: conv  op:linear  shape:*x7x7 …", "Search the network")
        self.search.asked.connect(self._search)
        self.search.returnPressed.connect(self.next_match)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.hide()

    def _build_tree(self) -> None:
        self.tree = QTreeView()
        self.tree.setAccessibleName("Modules, with parameters and MACs")
        self.tree.setModel(self.model)
        self.tree.setItemDelegate(ShareDelegate(self.tree))
        self.tree.setItemDelegateForColumn(NAME, NameDelegate(self.tree))
        self.tree.setUniformRowHeights(True)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setIndentation(14)
        self.tree.setAllColumnsShowFocus(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideRight)
        RowMenu(self.tree).asked.connect(self._ask_menu)
        self.tree.doubleClicked.connect(self._double_clicked)
        self.tree.selectionModel().currentRowChanged.connect(self._row_changed)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for place, (column, width) in enumerate(_WIDTHS.items()):
            header.moveSection(header.visualIndex(column), place)
            header.resizeSection(column, width)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        top = QVBoxLayout()
        top.setContentsMargins(8, 6, 8, 6)
        top.addWidget(self.search)
        column.addLayout(top)
        column.addWidget(self.status)
        column.addWidget(self.tree, 1)
        self.setMinimumWidth(_NARROWEST)

    # ------------------------------------------------------------------ searching

    def next_match(self) -> None:
        """Select the match after the current row, from the first again after the last."""
        self._step(1)

    def previous_match(self) -> None:
        """Select the match before the current row, from the last again before the first."""
        self._step(-1)

    def _step(self, step: int) -> None:
        self.search.ask_now()
        if not self._matches:
            return
        start = -1 if step > 0 else 0
        at = self._matches.index(self._current) if self._current in self._matches else start
        self.selected.emit(self._pick(self._matches[(at + step) % len(self._matches)]))

    def _pick(self, item: str) -> str:
        self.select(item)
        return item

    def _search(self, text: str) -> None:
        if self._index is None:
            return
        query = self._index.parse(text)
        wanted = bool(query.terms)
        self._matches = self._index.find(text) if wanted else []
        self.model.narrow(self._matches if wanted else None)
        self._open_matches(wanted)
        self._say_how_many(query.hint, wanted)
        self.select(self._current)
        self.searched.emit(self._matches)

    def _open_matches(self, wanted: bool) -> None:
        """Open what is around the matches; all of a large network is not opened at once."""
        if not wanted:
            self.tree.expandToDepth(0)
        elif len(self._matches) <= _MOST_EXPANDED:
            for item in self._matches:
                self.tree.scrollTo(self.model.index_of(item))
            self.tree.scrollToTop()

    def _say_how_many(self, hint: str, wanted: bool) -> None:
        count = len(self._matches)
        found = "no match" if not count else "1 match" if count == 1 else f"{count:,} matches"
        self.status.setText(f"{found} – {hint}" if hint else found)
        self.status.setVisible(wanted)

    # ------------------------------------------------------------------ what the user does

    def _row_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        if self._telling and current.isValid():
            self._current = self.model.item_at(current)
            self.selected.emit(self._current)

    def _double_clicked(self, index: QModelIndex) -> None:
        item = self.model.item_at(index)
        if self.model.is_group(item):
            first = index.siblingAtColumn(NAME)
            self.tree.setExpanded(first, not self.tree.isExpanded(first))
            self.fold_toggled.emit(item)

    def _ask_menu(self, index: QModelIndex, at: QPoint) -> None:
        self.menu_asked.emit(self.model.item_at(index), at)

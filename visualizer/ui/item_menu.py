"""The menu of a layer or module: the same on the canvas, in the tree and in the table."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QMenu

from visualizer.graph import shape_text
from visualizer.session.network import OpenNetwork
from visualizer.session.session import Session
from visualizer.ui.commands import Commands
from visualizer.ui.inputs_editor import InputsEditor
from visualizer.ui.opener import Opener
from visualizer.ui.window import MainWindow


class ItemMenu(QObject):
    """Selects what was clicked, and offers what can be done with it."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        commands: Commands,
        opener: Opener,
        inputs: InputsEditor,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._commands = commands
        self._opener = opener
        self._inputs = inputs
        window.canvas.context_requested.connect(self.show)
        window.module_tree.menu_asked.connect(self.show_in_tree)
        window.layer_table.menu_asked.connect(self.show)

    def show(self, item: str, at: QPoint) -> None:
        """Select a layer or module and open its menu at a global place."""
        if item and self._session.state.network is not None:
            self._menu_of(item).exec(at)

    def show_in_tree(self, item: str, at: QPoint) -> None:
        """The same with what can be done with the rows of the tree."""
        if self._session.state.network is not None:
            menu, tree = self._menu_of(item), self._window.module_tree
            menu.addSeparator()
            menu.addAction("Expand all rows below", partial(tree.expand_below, item))
            menu.addAction("Collapse the tree", tree.tree.collapseAll)
            menu.exec(at)

    def _menu_of(self, item: str) -> QMenu:
        before = self._session.history.before(item)
        self._commands.select(item)
        return self.menu_for(item, before)

    def menu_for(self, item: str, before: str = "") -> QMenu:
        """What can be done with the selected `item`, `before` having been selected first."""
        network = self._session.state.network
        assert network is not None
        menu = QMenu(self._window)
        self._add_looking(menu, item)
        self._add_folding(menu, network, item)
        self._add_questions(menu, network, item)
        self._add_lineage(menu, item, before)
        self._add_copying(menu, network, item)
        return menu

    def _add_looking(self, menu: QMenu, item: str) -> None:
        menu.addAction("Bring into view", partial(self._commands.select_and_reveal, item))
        marked = item in self._session.state.bookmarks
        menu.addAction("Remove bookmark" if marked else "Bookmark", self._session.bookmarks.toggle)
        menu.addSeparator()

    def _add_folding(self, menu: QMenu, network: OpenNetwork, item: str) -> None:
        if network.group(item) is None:
            return
        folding, opened = self._session.folding, item in self._session.state.expanded
        menu.addAction("Fold" if opened else "Unfold", partial(folding.toggle, item))
        menu.addAction("Unfold or fold everything inside", partial(folding.toggle_all, item))
        menu.addSeparator()

    def _add_questions(self, menu: QMenu, network: OpenNetwork, item: str) -> None:
        """Why it is a bottleneck or not, once that is known; its maps, and what is cheaper."""
        window, narrowing = self._window, self._session.state.narrowing
        if narrowing is not None and (answer := narrowing.explained(item)) is not None:
            negation = "" if answer.is_bottleneck else "not "
            menu.addAction(f"Why is this {negation}a bottleneck?", self._commands.explain)
        menu.addAction("Show feature maps", self._opener.run)
        if _holds_convolution(network, item):
            menu.addAction("Factorize", window.inspector.factorize_requested.emit)
        if network.graph.by_id.get(item) in network.graph.inputs:
            menu.addAction("Change inputs…", self._inputs.edit)

    def _add_lineage(self, menu: QMenu, item: str, before: str) -> None:
        """What is told apart from the rest: starting from the item, or from the last selection."""
        lineage = self._session.lineage
        menu.addSeparator()
        menu.addAction("What it depends on", partial(lineage.show, "upstream"))
        menu.addAction("What depends on it", partial(lineage.show, "downstream"))
        if before:
            menu.addAction(f"Paths from {before}", partial(lineage.show_paths, before, item))
        menu.addSeparator()

    def _add_copying(self, menu: QMenu, network: OpenNetwork, item: str) -> None:
        clipboard = QApplication.clipboard()
        menu.addAction("Copy name", lambda: clipboard.setText(item))
        shape = _shape(network, item)
        if shape:
            menu.addAction(f"Copy shape {shape}", lambda: clipboard.setText(shape))


def _nodes(network: OpenNetwork, item: str) -> tuple[str, ...]:
    group = network.group(item)
    return group.nodes if group is not None else (item,)


def _holds_convolution(network: OpenNetwork, item: str) -> bool:
    by_id = network.graph.by_id
    return any(by_id[node].op.startswith("conv") for node in _nodes(network, item))


def _shape(network: OpenNetwork, item: str) -> str:
    """What leaves the last op of it, with the batch."""
    outputs = network.graph.by_id[_nodes(network, item)[-1]].outputs
    return shape_text(outputs[0], batch=True) if outputs else ""

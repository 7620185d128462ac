"""Menus and shortcuts: every command of the window, each a QAction in one of six menus."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from visualizer.resources import resource
from visualizer.session.session import Session
from visualizer.ui.commands import Commands
from visualizer.ui.dialogs import KeyHelpDialog, OpenSourceDialog, PreprocessingDialog, show_about
from visualizer.ui.exporting import Exporter
from visualizer.ui.inputs_editor import InputsEditor
from visualizer.ui.item_menu import ItemMenu
from visualizer.ui.menu_action import add_action
from visualizer.ui.opener import PICTURE_SUFFIXES, Opener
from visualizer.ui.training_presenter import TrainingPresenter
from visualizer.ui.view_choices import ViewChoices
from visualizer.ui.view_menu import ViewMenu
from visualizer.ui.window import MainWindow

_PICTURE_FILTER = f"Pictures ({' '.join('*' + suffix for suffix in PICTURE_SUFFIXES)})"
_MOST_RECENT = 9
_NODE_DATA_FILTER = "Node data of Model Explorer, or a table (*.json *.csv)"
_REPORT_FILTERS = {
    "HTML page, all in one file (*.html)": ".html",
    "Markdown for GitHub, drawings beside it (*.md)": ".md",
}


class Actions(QObject):
    """Builds the menu bar; `accuracies_wanted` asks for what known networks achieve,
    `trust_forgotten` for all files to be asked about."""

    accuracies_wanted = Signal()
    trust_forgotten = Signal()

    def __init__(
        self,
        window: MainWindow,
        commands: Commands,
        opener: Opener,
        choices: ViewChoices,
        session: Session,
        exporter: Exporter,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._opener = opener
        self._session = session
        self._exporter = exporter
        self.training = TrainingPresenter(window, session, commands.select_and_reveal)
        self.inputs = InputsEditor(window, session)
        self.item_menu = ItemMenu(window, session, commands, opener, self.inputs)
        self._build_file_menu()
        self.view = ViewMenu(self._menu("&View"), window, choices, session)
        self._build_go_menu()
        self._build_model_menu()
        self._build_run_menu()
        self._build_help_menu()
        window.feature_maps.picture_requested.connect(self.open_picture)
        window.feature_maps.demo_picture_requested.connect(self.run_sample_picture)
        window.start_page.open_requested.connect(self.open_source)

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _build_file_menu(self) -> None:
        menu = self._menu("&File")
        add_action(menu, "&Open…", self.open_source, QKeySequence.StandardKey.Open)
        add_action(menu, "Open &picture…", self.open_picture, "Ctrl+Shift+O")
        add_action(menu, "&Numbers for the layers…", self.open_node_data)
        self._build_recent_menu(menu)
        add_action(menu, "&Close the network", self._session.opening.close, "Ctrl+W")
        add_action(menu, "&Reload", self._session.opening.retry, "F5")
        menu.addSeparator()
        export = self._exporter
        add_action(menu, "&Export…", partial(export.ask, ".png"), "Ctrl+E", "Ctrl+Shift+E")
        add_action(menu, "Export as S&VG…", partial(export.ask, ".svg"), "Ctrl+Alt+E")
        add_action(menu, "&Copy what is seen", export.copy, "Ctrl+Shift+C")
        add_action(menu, "&Save report…", self.save_report, "Ctrl+Shift+S")
        menu.addSeparator()
        add_action(menu, "&Quit", self._window.close, QKeySequence.StandardKey.Quit)

    def _build_recent_menu(self, parent: QMenu) -> None:
        """The networks opened last, with the keys Ctrl+1 to 9."""
        menu = parent.addMenu("Open &again")
        again = [
            add_action(menu, "", partial(self._opener.open_recent, number), f"Ctrl+{number + 1}")
            for number in range(_MOST_RECENT)
        ]

        def refresh() -> None:
            recent = self._opener.recent()
            for number, action in enumerate(again):
                action.setVisible(number < len(recent))
                action.setText(recent[number] if number < len(recent) else "")

        menu.aboutToShow.connect(refresh)

    def _build_go_menu(self) -> None:
        menu, lineage = self._menu("&Go"), self._session.lineage
        tree = self._window.module_tree
        add_action(menu, "&Back", self._commands.go_back, QKeySequence.StandardKey.Back)
        add_action(menu, "&Forward", self._commands.go_forward, QKeySequence.StandardKey.Forward)
        add_action(menu, "&Up to the module around", self._commands.go_up, "Backspace")
        menu.addSeparator()
        add_action(menu, "&Find…", tree.focus_search, QKeySequence.StandardKey.Find)
        add_action(menu, "&Next match", tree.next_match, "F3")
        add_action(menu, "&Previous match", tree.previous_match, "Shift+F3")
        menu.addSeparator()
        add_action(menu, "What it &depends on", partial(lineage.show, "upstream"), "Ctrl+Up")
        add_action(menu, "What depends &on it", partial(lineage.show, "downstream"), "Ctrl+Down")
        add_action(menu, "B&oth", partial(lineage.show, "both"))
        add_action(menu, "Show all layers &alike again", lineage.clear)
        menu.addSeparator()
        add_action(menu, "Boo&kmark", self._session.bookmarks.toggle, "Ctrl+Shift+B")

    def _build_model_menu(self) -> None:
        menu, folding = self._menu("&Model"), self._session.folding
        add_action(menu, "&Unfold selected", folding.open_selected)
        add_action(menu, "&Fold selected", folding.fold_selected)
        add_action(menu, "Unfold &everything", folding.toggle_all, "Ctrl+U")
        depths = menu.addMenu("Unfold to &depth")
        for depth in range(6):
            add_action(depths, f"{depth}", partial(folding.to_depth, depth), f"Ctrl+Alt+{depth}")
        menu.addSeparator()
        add_action(menu, "&Inputs…", self.inputs.edit, "Ctrl+I")
        add_action(menu, "&Costs for…", self._window.toolbar.costs.open_form, "Ctrl+B")
        fused = add_action(menu, "Draw &norms and activations with their layer", self._toggle_fused)
        fused.setCheckable(True)
        fused.setChecked(self._session.state.fused)
        menu.addSeparator()
        add_action(menu, "&Training memory…", self.training.show, "Ctrl+M")
        add_action(menu, "&Compare with…", self.compare_with, "Ctrl+D")

    def _build_run_menu(self) -> None:
        menu = self._menu("&Run")
        add_action(menu, "&Run on the picture", self._opener.run, "Ctrl+R")
        add_action(menu, "Run on the &sample picture", self.run_sample_picture)
        add_action(menu, "&Preprocessing…", self.edit_preprocessing)
        menu.addSeparator()
        add_action(menu, "&Cancel", self._session.cancel, "Ctrl+.")

    def _build_help_menu(self) -> None:
        menu = self._menu("&Help")
        add_action(menu, "&Keys", lambda: KeyHelpDialog(self._window).exec(), "?", "F1")
        add_action(menu, "&Why two 3×3 replace a 5×5 (Fig 1)…", self.explain_mini_network)
        add_action(menu, "Which &architecture?", self.accuracies_wanted.emit)
        menu.addSeparator()
        add_action(menu, "Forget &trusted files", self.trust_forgotten.emit)
        add_action(menu, "&About", lambda: show_about(self._window))

    # ------------------------------------------------------------------ commands

    def show_theme(self, choice: str) -> None:
        """In the menu, and in dialogs that stay open."""
        self.training.restyle()
        self.view.show_theme(choice)

    def open_source(self) -> None:
        """Ask what to open, and open it."""
        dialog = OpenSourceDialog(self._window, self._window.toolbar.known_sources())
        if dialog.exec():
            self._session.opening.open_text(dialog.source(), dialog.weights(), dialog.inputs())

    def compare_with(self, add: bool = False) -> None:
        """Ask for another network, and compare the open one with it, or with `add` those that
        are compared with it too."""
        network = self._session.state.network
        if network is None:
            self._window.message_bar.show_text("Open a network first, then compare it.", "warning")
            return
        parent = QApplication.activeWindow() or self._window
        known = self._window.toolbar.known_sources()
        compared = self._session.state.comparison
        names = " and ".join(compared.names) if add and compared else network.source.text
        dialog = OpenSourceDialog(parent, known, compared=names)
        if dialog.exec():
            asked = (dialog.source(), dialog.weights(), dialog.inputs(), add)
            self._session.comparing.compare_text(*asked)

    def open_picture(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open picture", "", _PICTURE_FILTER)
        if path:
            self._opener.open_files([path])

    def open_node_data(self) -> None:
        """Ask for a file of numbers, and colour the layers by them."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Numbers for the layers", "", _NODE_DATA_FILTER
        )
        if path:
            self._opener.open_node_data(Path(path))

    def run_sample_picture(self) -> None:
        """Run on the photograph that comes with the program."""
        self._opener.open_files([str(resource("sample", "chelsea.png"))])

    def save_report(self) -> None:
        """Ask where to, and write a report of the open network, drawn as it is folded now."""
        network = self._session.state.network
        if network is None:
            self._window.message_bar.show_text(
                "Open a network first, then save its report.", "warning"
            )
            return
        chosen, kind = QFileDialog.getSaveFileName(
            self._window, "Save report", f"{network.graph.name}-report.html",
            ";;".join(_REPORT_FILTERS), next(iter(_REPORT_FILTERS)),
        )  # fmt: skip
        if chosen:
            target = Path(chosen)
            suffix = _REPORT_FILTERS.get(kind, ".html")
            self._commands.save_report(target if target.suffix else target.with_suffix(suffix))

    def edit_preprocessing(self) -> None:
        """Change how pictures become inputs, and run again."""
        state = self._session.state
        own = state.network.preprocessing if state.network else None
        current = state.preprocessing or own
        if current is None:
            self._window.message_bar.show_text(
                "Open a network that takes pictures first.", "warning"
            )
            return
        dialog = PreprocessingDialog(self._window, current, own or current)
        if dialog.exec():
            state.preprocessing = dialog.preprocessing()
            if state.picture:
                self._session.live.run()

    def explain_mini_network(self) -> None:
        """Show Fig 1 in motion, in a window beside this one; one is enough."""
        from visualizer.ui.dialogs.mini_network import MiniNetworkDialog  # late: rarely asked for

        dialog = self._window.findChild(MiniNetworkDialog) or MiniNetworkDialog(self._window)
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    def _toggle_fused(self) -> None:
        self._session.state.fused = not self._session.state.fused

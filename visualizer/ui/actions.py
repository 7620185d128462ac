"""Menus and shortcuts: every command of the window, each a QAction in one of six menus."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from visualizer.resources import resource
from visualizer.session.session import Session
from visualizer.session.shown import ColumnMode
from visualizer.ui.commands import PICTURE_SUFFIXES, Commands
from visualizer.ui.dialogs import KeyHelpDialog, OpenSourceDialog, PreprocessingDialog, show_about
from visualizer.ui.exporting import Exporter
from visualizer.ui.inputs_editor import InputsEditor
from visualizer.ui.item_menu import ItemMenu
from visualizer.ui.training_presenter import TrainingPresenter
from visualizer.ui.window import MainWindow

_PICTURE_FILTER = f"Pictures ({' '.join('*' + suffix for suffix in PICTURE_SUFFIXES)})"
_MOST_RECENT = 9
_NODE_DATA_FILTER = "Node data of Model Explorer, or a table (*.json *.csv)"
_REPORT_FILTERS = {
    "HTML page, all in one file (*.html)": ".html",
    "Markdown for GitHub, drawings beside it (*.md)": ".md",
}


class Actions(QObject):
    """Builds the menu bar; `theme_chosen` has "system", "light" or "dark", `accuracies_wanted`
    asks for what known networks achieve, `trust_forgotten` for all files to be asked about."""

    theme_chosen = Signal(str)
    accuracies_wanted = Signal()
    trust_forgotten = Signal()

    def __init__(
        self, window: MainWindow, commands: Commands, session: Session, exporter: Exporter
    ) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._session = session
        self._exporter = exporter
        self.training = TrainingPresenter(window, session, commands.select_and_reveal)
        self.inputs = InputsEditor(window, session)
        self.item_menu = ItemMenu(window, session, commands, self.inputs)
        self._build_file_menu()
        self._build_view_menu()
        self._build_go_menu()
        self._build_model_menu()
        self._build_run_menu()
        self._build_help_menu()
        window.feature_maps.picture_requested.connect(self.open_picture)
        window.feature_maps.demo_picture_requested.connect(self.run_sample_picture)
        window.start_page.open_requested.connect(self.open_source)

    def _menu(self, title: str) -> QMenu:
        return self._window.menuBar().addMenu(title)

    def _add(
        self,
        menu: QMenu,
        text: str,
        do: Callable[[], object],
        *shortcuts: str | QKeySequence.StandardKey,
    ) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
        action.triggered.connect(lambda _=False: do())
        menu.addAction(action)
        return action

    def _build_file_menu(self) -> None:
        menu = self._menu("&File")
        self._add(menu, "&Open…", self.open_source, QKeySequence.StandardKey.Open)
        self._add(menu, "Open &picture…", self.open_picture, "Ctrl+Shift+O")
        self._add(menu, "&Numbers for the layers…", self.open_node_data)
        self._build_recent_menu(menu)
        self._add(menu, "&Close the network", self._session.opening.close, "Ctrl+W")
        self._add(menu, "&Reload", self._session.opening.retry, "F5")
        menu.addSeparator()
        export = self._exporter
        self._add(menu, "&Export…", partial(export.ask, ".png"), "Ctrl+E", "Ctrl+Shift+E")
        self._add(menu, "Export as S&VG…", partial(export.ask, ".svg"), "Ctrl+Alt+E")
        self._add(menu, "&Copy what is seen", export.copy, "Ctrl+Shift+C")
        self._add(menu, "&Save report…", self.save_report, "Ctrl+Shift+S")
        menu.addSeparator()
        self._add(menu, "&Quit", self._window.close, QKeySequence.StandardKey.Quit)

    def _build_recent_menu(self, parent: QMenu) -> None:
        """The networks opened last, with the keys Ctrl+1 to 9."""
        menu = parent.addMenu("Open &again")
        again = [
            self._add(menu, "", partial(self._commands.open_recent, number), f"Ctrl+{number + 1}")
            for number in range(_MOST_RECENT)
        ]

        def refresh() -> None:
            recent = self._commands.recent()
            for number, action in enumerate(again):
                action.setVisible(number < len(recent))
                action.setText(recent[number] if number < len(recent) else "")

        menu.aboutToShow.connect(refresh)

    def _build_view_menu(self) -> None:
        menu, canvas = self._menu("&View"), self._window.canvas
        self._add(menu, "&Fit", canvas.fit)
        self._add(menu, "Zoom &in", lambda: canvas.zoom_by(1.25), QKeySequence.StandardKey.ZoomIn)
        self._add(menu, "Zoom &out", lambda: canvas.zoom_by(0.8), QKeySequence.StandardKey.ZoomOut)
        menu.addSeparator()
        window = self._window
        for dock in (window.tree_dock, window.inspector_dock, *window.bottom_docks):
            menu.addAction(dock.toggleViewAction())
        self.strip = self._add(menu, "Profile &beside the canvas", self._toggle_strip)
        self.strip.setCheckable(True)
        self.strip.setChecked(window.drawing.wants_strip)
        self._build_canvas_actions(menu)
        self._add(menu, "&Lecture table in a window", window.layer_table.open_lecture)
        menu.addSeparator()
        self._build_heads_action(menu)
        self._build_flow_action(menu)
        self._build_columns_menu(menu)
        self._build_animate_action(menu)
        self._build_opengl_action(menu)
        self._build_repeats_action(menu)
        self._build_theme_menu(menu)
        self._add(menu, "Full &screen", self._toggle_full_screen, "F11")

    def _build_canvas_actions(self, menu: QMenu) -> None:
        """How one finds one's way on the canvas. M alone must not be taken from the lists, which
        jump to names that begin with what is typed."""
        canvas, commands = self._window.canvas, self._commands
        minimap = self._add(menu, "&Minimap", lambda: commands.show_minimap(minimap.isChecked()))
        minimap.setShortcut("M")
        minimap.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        canvas.addAction(minimap)
        minimap.setCheckable(True)
        minimap.setChecked(canvas.minimap.wanted)
        wheel = self._add(
            menu, "&Wheel moves, Ctrl+wheel zooms",
            lambda: commands.let_wheel_move(wheel.isChecked()),
        )  # fmt: skip
        wheel.setCheckable(True)
        wheel.setChecked(canvas.wheel_moves)

    def _build_heads_action(self, menu: QMenu) -> None:
        state = self._session.state
        heads = self._add(menu, "Training-only &heads", self._commands.toggle_training_heads)
        heads.setToolTip("Auxiliary classifiers, drawn dashed: they run only in training")
        heads.setCheckable(True)
        heads.setChecked(state.training_heads)
        state.events.training_heads.connect(lambda shown: heads.setChecked(shown))

    def _build_flow_action(self, menu: QMenu) -> None:
        state = self._session.state
        flow = self._add(
            menu, "Flow left to &right", lambda: self._commands.flow_right(flow.isChecked()),
            "Ctrl+K",
        )  # fmt: skip
        flow.setToolTip("Bars stand upright, as high as their activations")
        flow.setCheckable(True)
        menu.aboutToShow.connect(lambda: flow.setChecked(state.flow == "right"))
        state.events.flow.connect(lambda way: flow.setChecked(way == "right"))

    def _build_columns_menu(self, parent: QMenu) -> None:
        menu, group = parent.addMenu("&Columns"), QActionGroup(self)
        menu.setToolTipsVisible(True)
        state = self._session.state
        choices: tuple[tuple[ColumnMode, str, str], ...] = (
            ("auto", "&Automatic", "A drawing too long for the window goes on beside itself"),
            ("one", "&One column", "The profile can stand beside it"),
        )
        modes: dict[str, QAction] = {}
        for mode, text, tip in choices:
            modes[mode] = self._add(menu, text, partial(self._commands.choose_columns, mode))
            modes[mode].setToolTip(tip)
            modes[mode].setCheckable(True)
            group.addAction(modes[mode])
        menu.aboutToShow.connect(lambda: modes[state.columns].setChecked(True))

    def _build_animate_action(self, menu: QMenu) -> None:
        animate = self._add(
            menu, "&Animate", lambda: self._commands.let_animate(animate.isChecked())
        )
        animate.setToolTip("What opens and closes is seen to move; large drawings never do")
        animate.setCheckable(True)
        animate.setChecked(self._window.canvas.animated)

    def _build_opengl_action(self, menu: QMenu) -> None:
        drawing = self._commands.opengl
        opengl = self._add(menu, "Draw with Open&GL", lambda: drawing.switch(opengl.isChecked()))
        opengl.setToolTip("Drawn by the graphics card, for very large windows and drawings")
        opengl.setCheckable(True)
        menu.aboutToShow.connect(lambda: opengl.setChecked(drawing.wanted))

    def _build_repeats_action(self, menu: QMenu) -> None:
        state = self._session.state
        once = self._add(menu, "&Repeats once", self._commands.toggle_repeats)
        once.setToolTip("Modules that are built alike and feed each other as one bar: ×12")
        once.setCheckable(True)

        def refresh() -> None:
            network = state.shown_network
            once.setEnabled(network is not None and bool(network.repeats))
            once.setChecked(state.drawn_network is not network)

        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(refresh)

    def _build_theme_menu(self, parent: QMenu) -> None:
        menu = parent.addMenu("&Theme")
        group = QActionGroup(self)
        self._themes: dict[str, QAction] = {}
        for key, text in (("system", "As the &system"), ("light", "&Light"), ("dark", "&Dark")):
            action = self._add(menu, text, partial(self.theme_chosen.emit, key))
            action.setCheckable(True)
            group.addAction(action)
            self._themes[key] = action

    def _build_go_menu(self) -> None:
        menu, lineage = self._menu("&Go"), self._session.lineage
        tree = self._window.module_tree
        self._add(menu, "&Back", self._commands.go_back, QKeySequence.StandardKey.Back)
        self._add(menu, "&Forward", self._commands.go_forward, QKeySequence.StandardKey.Forward)
        self._add(menu, "&Up to the module around", self._commands.go_up, "Backspace")
        menu.addSeparator()
        self._add(menu, "&Find…", tree.focus_search, QKeySequence.StandardKey.Find)
        self._add(menu, "&Next match", tree.next_match, "F3")
        self._add(menu, "&Previous match", tree.previous_match, "Shift+F3")
        menu.addSeparator()
        self._add(menu, "What it &depends on", partial(lineage.show, "upstream"), "Ctrl+Up")
        self._add(menu, "What depends &on it", partial(lineage.show, "downstream"), "Ctrl+Down")
        self._add(menu, "B&oth", partial(lineage.show, "both"))
        self._add(menu, "Show all layers &alike again", lineage.clear)
        menu.addSeparator()
        self._add(menu, "Boo&kmark", self._session.bookmarks.toggle, "Ctrl+Shift+B")

    def _build_model_menu(self) -> None:
        menu, folding = self._menu("&Model"), self._session.folding
        self._add(menu, "&Unfold selected", folding.open_selected)
        self._add(menu, "&Fold selected", folding.fold_selected)
        self._add(menu, "Unfold &everything", folding.toggle_all, "Ctrl+U")
        depths = menu.addMenu("Unfold to &depth")
        for depth in range(6):
            self._add(depths, f"{depth}", partial(folding.to_depth, depth), f"Ctrl+Alt+{depth}")
        menu.addSeparator()
        self._add(menu, "&Inputs…", self.inputs.edit, "Ctrl+I")
        self._add(menu, "&Costs for…", self._window.toolbar.costs.open_form, "Ctrl+B")
        fused = self._add(menu, "Draw &norms and activations with their layer", self._toggle_fused)
        fused.setCheckable(True)
        fused.setChecked(self._session.state.fused)
        menu.addSeparator()
        self._add(menu, "&Training memory…", self.training.show, "Ctrl+M")
        self._add(menu, "&Compare with…", self.compare_with, "Ctrl+D")

    def _build_run_menu(self) -> None:
        menu = self._menu("&Run")
        self._add(menu, "&Run on the picture", self._commands.run, "Ctrl+R")
        self._add(menu, "Run on the &sample picture", self.run_sample_picture)
        self._add(menu, "&Preprocessing…", self.edit_preprocessing)
        menu.addSeparator()
        self._add(menu, "&Cancel", self._session.cancel, "Ctrl+.")

    def _build_help_menu(self) -> None:
        menu = self._menu("&Help")
        self._add(menu, "&Keys", lambda: KeyHelpDialog(self._window).exec(), "?", "F1")
        self._add(menu, "&Why two 3×3 replace a 5×5 (Fig 1)…", self.explain_mini_network)
        self._add(menu, "Which &architecture?", self.accuracies_wanted.emit)
        menu.addSeparator()
        self._add(menu, "Forget &trusted files", self.trust_forgotten.emit)
        self._add(menu, "&About", lambda: show_about(self._window))

    # ------------------------------------------------------------------ commands

    def show_theme(self, choice: str) -> None:
        self.training.restyle()
        self._themes[choice].setChecked(True)

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
            self._commands.open_files([path])

    def open_node_data(self) -> None:
        """Ask for a file of numbers, and colour the layers by them."""
        path, _ = QFileDialog.getOpenFileName(
            self._window, "Numbers for the layers", "", _NODE_DATA_FILTER
        )
        if path:
            self._commands.open_node_data(Path(path))

    def run_sample_picture(self) -> None:
        """Run on the photograph that comes with the program."""
        self._commands.open_files([str(resource("sample", "chelsea.png"))])

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

    def _toggle_strip(self) -> None:
        self._commands.show_strip(self.strip.isChecked())

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

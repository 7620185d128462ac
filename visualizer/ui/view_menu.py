"""The menu View: fitting and zooming, what is shown, and how networks are drawn."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu

from visualizer.session.session import Session
from visualizer.session.shown import ColumnMode
from visualizer.ui.menu_action import add_action
from visualizer.ui.view_choices import ViewChoices
from visualizer.ui.window import MainWindow


class ViewMenu(QObject):
    """Fills `menu`; `theme_chosen` has "system", "light" or "dark"."""

    theme_chosen = Signal(str)

    def __init__(
        self, menu: QMenu, window: MainWindow, choices: ViewChoices, session: Session
    ) -> None:
        super().__init__(window)
        self._window = window
        self._choices = choices
        self._session = session
        self._build(menu)

    def _build(self, menu: QMenu) -> None:
        canvas = self._window.canvas
        add_action(menu, "&Fit", canvas.fit_all)
        add_action(menu, "Zoom &in", lambda: canvas.zoom_by(1.25), QKeySequence.StandardKey.ZoomIn)
        add_action(menu, "Zoom &out", lambda: canvas.zoom_by(0.8), QKeySequence.StandardKey.ZoomOut)
        menu.addSeparator()
        window = self._window
        for dock in (window.tree_dock, window.inspector_dock, *window.bottom_docks):
            menu.addAction(dock.toggleViewAction())
        self.strip = add_action(menu, "Profile &beside the canvas", self._toggle_strip)
        self.strip.setCheckable(True)
        self.strip.setChecked(window.drawing.wants_strip)
        self._build_canvas_actions(menu)
        add_action(menu, "&Lecture table in a window", window.layer_table.open_lecture)
        menu.addSeparator()
        self._build_heads_action(menu)
        self._build_flow_action(menu)
        self._build_columns_menu(menu)
        self._build_animate_action(menu)
        self._build_opengl_action(menu)
        self._build_repeats_action(menu)
        self._build_theme_menu(menu)
        add_action(menu, "Full &screen", self._toggle_full_screen, "F11")

    def _build_canvas_actions(self, menu: QMenu) -> None:
        """How one finds one's way on the canvas. M alone must not be taken from the lists, which
        jump to names that begin with what is typed."""
        canvas, choices = self._window.canvas, self._choices
        minimap = add_action(menu, "&Minimap", lambda: choices.show_minimap(minimap.isChecked()))
        minimap.setShortcut("M")
        minimap.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        canvas.addAction(minimap)
        minimap.setCheckable(True)
        minimap.setChecked(canvas.minimap.wanted)
        wheel = add_action(
            menu, "&Wheel moves, Ctrl+wheel zooms",
            lambda: choices.let_wheel_move(wheel.isChecked()),
        )  # fmt: skip
        wheel.setCheckable(True)
        wheel.setChecked(canvas.wheel_moves)

    def _build_heads_action(self, menu: QMenu) -> None:
        state = self._session.state
        heads = add_action(menu, "Training-only &heads", self._choices.toggle_training_heads)
        heads.setToolTip("Auxiliary classifiers, drawn dashed: they run only in training")
        heads.setCheckable(True)
        heads.setChecked(state.training_heads)
        state.events.training_heads.connect(lambda shown: heads.setChecked(shown))

    def _build_flow_action(self, menu: QMenu) -> None:
        state = self._session.state
        flow = add_action(
            menu, "Flow left to &right", lambda: self._choices.flow_right(flow.isChecked()),
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
            modes[mode] = add_action(menu, text, partial(self._choices.choose_columns, mode))
            modes[mode].setToolTip(tip)
            modes[mode].setCheckable(True)
            group.addAction(modes[mode])
        menu.aboutToShow.connect(lambda: modes[state.columns].setChecked(True))

    def _build_animate_action(self, menu: QMenu) -> None:
        animate = add_action(
            menu, "&Animate", lambda: self._choices.let_animate(animate.isChecked())
        )
        animate.setToolTip("What opens and closes is seen to move; large drawings never do")
        animate.setCheckable(True)
        animate.setChecked(self._window.canvas.animated)

    def _build_opengl_action(self, menu: QMenu) -> None:
        drawing = self._choices.opengl
        opengl = add_action(menu, "Draw with Open&GL", lambda: drawing.switch(opengl.isChecked()))
        opengl.setToolTip("Drawn by the graphics card, for very large windows and drawings")
        opengl.setCheckable(True)
        menu.aboutToShow.connect(lambda: opengl.setChecked(drawing.wanted))

    def _build_repeats_action(self, menu: QMenu) -> None:
        state = self._session.state
        once = add_action(menu, "&Repeats once", self._choices.toggle_repeats)
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
            action = add_action(menu, text, partial(self.theme_chosen.emit, key))
            action.setCheckable(True)
            group.addAction(action)
            self._themes[key] = action

    def show_theme(self, choice: str) -> None:
        self._themes[choice].setChecked(True)

    def _toggle_strip(self) -> None:
        self._choices.show_strip(self.strip.isChecked())

    def _toggle_full_screen(self) -> None:
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

"""How networks are drawn, as the user chose it, now and the next time."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QObject

from visualizer.session.session import Session
from visualizer.session.shown import ColumnMode, WidthMode
from visualizer.session.state import Message
from visualizer.ui.opengl import OpenGLDrawing
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow


class ViewChoices(QObject):
    """Takes each choice to the state or the canvas, and keeps it in the settings."""

    def __init__(self, window: MainWindow, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        self.opengl = OpenGLDrawing(window.canvas, settings, self._warn)
        window.toolbar.width_chosen.connect(self.choose_width)

    def choose_width(self, mode: str) -> None:
        self._session.state.width_mode = cast(WidthMode, mode)
        self._settings.set("canvas/width", mode)

    def show_strip(self, wanted: bool) -> None:
        """Whether the cut profile stands beside the canvas, now and the next time."""
        self._window.drawing.show_strip(wanted)
        self._settings.set("canvas/profile", "on" if wanted else "off")

    def show_minimap(self, wanted: bool) -> None:
        """Whether a picture that does not fit has a minimap, now and the next time."""
        self._window.canvas.show_minimap(wanted)
        self._settings.set("canvas/minimap", "on" if wanted else "off")

    def let_wheel_move(self, moves: bool) -> None:
        """Whether the wheel alone moves the drawing or zooms, now and the next time."""
        self._window.canvas.set_wheel_moves(moves)
        self._settings.set("canvas/wheel", "moves" if moves else "zooms")

    def choose_columns(self, mode: ColumnMode) -> None:
        """Wrap long drawings into columns or not, now and the next time."""
        self._session.state.columns = mode
        self._settings.set("view/columns", mode)

    def flow_right(self, right: bool) -> None:
        """Let data flow to the right, or down, now and the next time."""
        self._session.state.flow = "right" if right else "down"
        self._settings.set("view/flow", self._session.state.flow)

    def let_animate(self, animate: bool) -> None:
        """Whether folding is seen as a movement, now and the next time."""
        self._window.canvas.set_animated(animate)
        self._settings.set("view/animate", "on" if animate else "off")

    def toggle_repeats(self) -> None:
        """Show modules that are built alike once, or each of them; now and the next time."""
        state = self._session.state
        once = state.drawn_network is state.shown_network
        state.repeats = once
        self._settings.set("view/repeats", "once" if once else "each")

    def toggle_training_heads(self) -> None:
        """Show or leave out auxiliary heads; one that is left out is not selected any more."""
        state = self._session.state
        network, shown = state.network, not state.training_heads
        if network is not None and not shown and network.head_of(state.selection):
            state.selection = ""
        state.training_heads = shown
        self._settings.set("view/training-heads", "shown" if shown else "hidden")

    def _warn(self, text: str) -> None:
        self._window.log.append(text)
        self._session.state.message = Message(text, "warning")

"""Changing what a network is traced for: from menu and inspector, or where opening has failed."""

from __future__ import annotations

from PySide6.QtCore import QObject

from visualizer.session.session import Session
from visualizer.sources import InputSpec, ModelSource
from visualizer.ui.window import MainWindow


class InputsEditor(QObject):
    """Shows the dialog, and has the network traced for what was said in it."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        window.message_bar.inputs_requested.connect(self.give)
        window.inspector.inputs_requested.connect(self.edit)

    def edit(self) -> None:
        """Change the inputs of the open network."""
        network = self._session.state.network
        if network is None:
            words = "Open a network first, then change its inputs."
            self._window.message_bar.show_text(words, "warning")
            return
        self._ask(network.source, network.graph.name, network.plain.inputs)

    def give(self) -> None:
        """Give inputs to the network that could not be opened for want of them."""
        source, message = self._session.opening.asked_source, self._session.state.message
        if source is not None and message is not None and message.inputs is not None:
            self._ask(source, source.text, message.inputs)

    def _ask(self, source: ModelSource, name: str, inputs: tuple[InputSpec, ...]) -> None:
        from visualizer.ui.dialogs.inputs import InputsDialog  # late: rarely asked for

        opening = self._session.opening
        dialog = InputsDialog(self._window, name, inputs, opening.inferred(source))
        if dialog.exec():
            opening.give_inputs(source, dialog.inputs())

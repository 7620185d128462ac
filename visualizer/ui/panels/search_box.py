"""The line in which networks are searched; the tree and the table have one each."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from visualizer.graph.search import FIELDS

_TYPING_PAUSE_MS = 120
_HELP = (
    "Words are found in names, ops, types and shapes.\n"
    "Fields narrow the search: op:conv2d  type:Conv2d  kernel:5  shape:64x56x56\n"
    f"All fields: {', '.join(FIELDS)}, and any attribute: ceil_mode:true.\n"
    "* stands for anything; a regular expression stands between slashes: /conv[23]$/\n"
    "Esc shows everything again."
)


class SearchBox(QLineEdit):
    """`asked` has the text once the user pauses; Esc clears it."""

    asked = Signal(str)

    def __init__(self, placeholder: str, name: str) -> None:
        super().__init__()
        self.setPlaceholderText(placeholder)
        self.setToolTip(_HELP)
        self.setClearButtonEnabled(True)
        self.setAccessibleName(name)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_PAUSE_MS)
        self._pause.timeout.connect(lambda: self.asked.emit(self.text()))
        self.textChanged.connect(lambda _: self._pause.start())

    def ask_now(self) -> None:
        """Do not wait for the pause, if one is running."""
        if self._pause.isActive():
            self._pause.stop()
            self.asked.emit(self.text())

    def forget(self) -> None:
        """Empty the box without asking anything."""
        self.clear()
        self._pause.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.ask_now()
        else:
            super().keyPressEvent(event)

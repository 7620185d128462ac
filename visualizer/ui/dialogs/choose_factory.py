"""Asked before a Python file is run: may it, and what in it builds the network."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

_WIDTH = 460
_QUESTION = "Which function or class builds the network?"
_HELP = "Values for its arguments go behind its name, as in build(width=2)."
_EMPTY = re.compile(r"(\w+)=\s*[,)]")
_NONE = "Nothing in it looks like one: write a name that it has."


def choose_factory(parent: QWidget, path: Path, names: Sequence[str]) -> str:
    """The function or class that the user wants called, "" when the file is not to be run."""
    dialog = FactoryDialog(parent, path, names)
    agreed = dialog.exec() == QDialog.DialogCode.Accepted
    dialog.deleteLater()
    return dialog.chosen if agreed else ""


class FactoryDialog(QDialog):
    """`names` are what the file offers, the likeliest first; others can be written."""

    def __init__(self, parent: QWidget | None, path: Path, names: Sequence[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Open {path.name}")
        self._build(names)
        self._arrange(path, bool(names))
        self.choice.currentTextChanged.connect(self._check)
        self._check()

    @property
    def chosen(self) -> str:
        """As written: `build` or `build(width=2)`."""
        return self.choice.currentText().strip()

    def _build(self, names: Sequence[str]) -> None:
        self.choice = QComboBox()
        self.choice.setEditable(True)
        self.choice.addItems(list(names))
        self.choice.setAccessibleName(_QUESTION)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.open_button = self.buttons.button(kinds.Ok)
        self.open_button.setText("Run and open")
        self.open_button.setProperty("primary", True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self, path: Path, offers: bool) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(8)
        column.addWidget(QLabel(_QUESTION))
        column.addWidget(self.choice)
        self._usual = _HELP if offers else f"{_NONE} {_HELP}"
        self.help = _quiet(self._usual)
        column.addWidget(self.help)
        column.addSpacing(6)
        column.addWidget(_quiet(f"Opening {path.name} runs its code, in a process of its own."))
        column.addSpacing(4)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)

    def _check(self) -> None:
        """What is offered with arguments, as `Net(width=)`, waits for their values."""
        empty = _EMPTY.search(self.chosen)
        self.help.setText(f"Write a value behind {empty[1]}=." if empty else self._usual)
        self.open_button.setEnabled(bool(self.chosen) and not empty)


def _quiet(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("role", "secondary")
    return label

"""The log: what the worker said, line by line."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QTextOption
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from visualizer.ui.panels.parts import mono_font, tool_button

_MOST_LINES = 5000


class LogPanel(QWidget):
    """Plain lines, the newest in view; the oldest go when there are very many."""

    def __init__(self) -> None:
        super().__init__()
        self.lines = QPlainTextEdit()
        self.lines.setReadOnly(True)
        self.lines.setMaximumBlockCount(_MOST_LINES)
        self.lines.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.lines.setFont(mono_font(12))
        self.lines.setPlaceholderText("What the worker process says appears here.")
        self.lines.setAccessibleName("Log")
        copy, clear = tool_button("", "Copy the log", "Copy"), tool_button("", "Empty it", "Clear")
        copy.clicked.connect(self.copy_all)
        clear.clicked.connect(self.clear)
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 4, 8, 4)
        tools.addStretch(1)
        tools.addWidget(copy)
        tools.addWidget(clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.lines, 1)

    def append(self, text: str) -> None:
        """Add a line, or several."""
        self.lines.appendPlainText(text.rstrip("\n"))

    def text(self) -> str:
        """All lines."""
        return self.lines.toPlainText()

    def copy_all(self) -> None:
        """Put the whole log on the clipboard."""
        QGuiApplication.clipboard().setText(self.text())

    def clear(self) -> None:
        """Forget all lines."""
        self.lines.clear()

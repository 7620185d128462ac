"""The title of a dock, with buttons large enough to hit."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLabel, QToolButton, QWidget

from visualizer.ui.panels.parts import tool_button

_ICON = QSize(16, 16)


class DockTitle(QWidget):
    """Dragged like any title bar; floats its dock and closes it (View brings it back)."""

    def __init__(self, dock: QDockWidget) -> None:
        super().__init__(dock)
        label = QLabel(dock.windowTitle())
        label.setObjectName("dockTitle")
        self.float_button = _button("float", f"Float {dock.windowTitle()}, and back")
        self.close_button = _button("close", f"Close {dock.windowTitle()} (View opens it again)")
        self.float_button.clicked.connect(lambda: dock.setFloating(not dock.isFloating()))
        self.close_button.clicked.connect(dock.close)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 3, 6, 3)
        row.setSpacing(2)
        row.addWidget(label, 1)
        row.addWidget(self.float_button)
        row.addWidget(self.close_button)


def _button(name: str, tooltip: str) -> QToolButton:
    button = tool_button(name, tooltip)
    button.setObjectName("dockButton")
    button.setIconSize(_ICON)
    return button

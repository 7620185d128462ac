"""A command in a menu, with its keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu


def add_action(
    menu: QMenu, text: str, do: Callable[[], object], *shortcuts: str | QKeySequence.StandardKey
) -> QAction:
    """Have `menu` call `do`, also by the `shortcuts` anywhere in its window."""
    action = QAction(text, menu)
    action.setShortcuts([QKeySequence(shortcut) for shortcut in shortcuts])
    action.triggered.connect(lambda _=False: do())
    menu.addAction(action)
    return action

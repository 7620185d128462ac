"""Where the menu of a row is asked for: at the mouse, or below the current row by the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Signal
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractItemView


class RowMenu(QObject):
    """`asked` has the row's index and the global place of the menu."""

    asked = Signal(QModelIndex, QPoint)

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)
        view.viewport().installEventFilter(self)

    def eventFilter(self, _: QObject, event: QEvent) -> bool:
        if not isinstance(event, QContextMenuEvent):
            return False
        view = self._view
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = view.currentIndex()
            at = view.viewport().mapToGlobal(view.visualRect(index).bottomLeft())
        else:
            at = event.globalPos()
            index = view.indexAt(view.viewport().mapFromGlobal(at))
        if index.isValid():
            self.asked.emit(index, at)
        return True

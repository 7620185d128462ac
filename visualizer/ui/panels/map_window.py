"""One feature map in a window of its own, large beside the program's window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from visualizer.session.maps import Bytes, Floats
from visualizer.ui.panels.map_closeup import MapCloseup
from visualizer.ui.panels.map_image import ColorMap

_SHARE = 0.7


class MapWindow(QDialog):
    """Stays open while others are worked in; arrows step through the channels, Esc closes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapWindow")
        self.setModal(False)
        self._about = ""
        self.closeup = MapCloseup(closes_on_click=False)
        self.line = QLabel()
        self.line.setProperty("role", "secondary")
        self.closeup.pointed.connect(lambda text: self.line.setText(text or self._about))
        self.closeup.closed.connect(self.close)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.addWidget(self.closeup, 1)
        column.addWidget(self.line)
        outer = parent.window()
        self.resize(round(outer.width() * _SHARE), round(outer.height() * _SHARE))

    def show_map(
        self, values: Floats, levels: Bytes, color_map: ColorMap, stretched: bool, about: str
    ) -> None:
        """Show one (H, W) map as MapCloseup does, with a line `about` it under it."""
        self._about = about
        self.line.setText(about)
        self.closeup.show_map(values, levels, color_map, stretched)

    def open(self) -> None:
        """Show the window in front of the others, the keyboard on the map."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.closeup.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Z:
            self.close()
        else:
            super().keyPressEvent(event)

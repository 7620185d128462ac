"""What cards in a list have in common: they can be chosen with mouse and keyboard, and marked."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame

from visualizer.ui.panels.parts import FlowText
from visualizer.ui.theme import Theme


class ChoiceCard(QFrame):
    """A rounded card with a stripe in `color`; `chosen` when it is clicked or Return pressed."""

    chosen = Signal()

    def __init__(self, color: QColor, theme: Theme) -> None:
        super().__init__()
        self.marked = False
        self._color = color
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def mark(self, marked: bool) -> None:
        """Draw the card as the selected one, or not."""
        self.marked = marked
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, lit = self._theme, self.marked or self.hasFocus()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        painter.setPen(QPen(theme.color("accent" if lit else "border"), 1.5 if lit else 1.0))
        painter.setBrush(theme.color("accent_soft" if self.marked else "ground"))
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._color)
        painter.drawRoundedRect(QRectF(6, 10, 4, area.height() - 20), 2, 2)


class ClickText(FlowText):
    """Text to select with the mouse; `clicked` when it was only clicked, and on no link."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        busy = self.textCursor().hasSelection() or self.anchorAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and not busy:
            self.clicked.emit()

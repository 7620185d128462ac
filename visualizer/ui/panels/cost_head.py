"""The line above the cost charts: which view, the legend, and what else to show."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QHBoxLayout, QToolButton, QWidget

from visualizer.ui.panels.legend_line import LegendLine
from visualizer.ui.panels.parts import tool_button
from visualizer.ui.theme import Theme

View = Literal["layer", "cumulative", "share", "time"]

_VIEWS: tuple[tuple[View, str, str], ...] = (
    ("layer", "Per layer", "What each layer takes"),
    ("cumulative", "Cumulative", "What all layers up to each one take, as part of the whole"),
    ("share", "Share", "Each layer's part of the whole"),
    ("time", "Memory over time", "Activation memory in use while each op runs"),
)


class CostsHead(QWidget):
    """`view_chosen` has the view whose button was pressed; the boxes are the panel's to hear."""

    view_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.legend = LegendLine()
        self.ops_box = _check_box(
            "All ops", "Show every executed op, not only layers with weights and pooling"
        )
        self.parameters_box = _check_box(
            "Add parameters", "Draw on top of parameters and buffers, which are there all the time"
        )
        self.views = {view: self._view_button(view, text, why) for view, text, why in _VIEWS}
        self._arrange()
        self.show_view("layer")

    def show_view(self, view: View) -> None:
        """Show `view` as the chosen one, with the box that goes with it."""
        self.views[view].setChecked(True)
        self.ops_box.setVisible(view != "time")
        self.parameters_box.setVisible(view == "time")

    def restyle(self, theme: Theme) -> None:
        """Wear the colours of `theme`."""
        for button in self.views.values():
            button.setStyleSheet("font-size: 11px; padding: 2px 7px;")
        for box in (self.ops_box, self.parameters_box):
            box.setStyleSheet(f"font-size: 11px; color: {theme.text}; margin-left: 10px;")

    def _view_button(self, view: View, text: str, why: str) -> QToolButton:
        button = tool_button("", why, text)
        button.setCheckable(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: self.view_chosen.emit(view))
        return button

    def _arrange(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 4, 12, 0)
        line.setSpacing(4)
        group = QButtonGroup(self)
        for button in self.views.values():
            group.addButton(button)
            line.addWidget(button)
        line.addWidget(self.legend, 1)
        line.addWidget(self.ops_box)
        line.addWidget(self.parameters_box)


def _check_box(text: str, why: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(why)
    box.setAccessibleDescription(why)
    return box

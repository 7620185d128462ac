"""The inspector: what the selected layer is, what it costs, and how each number came about."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspection import Inspection, Row, inspect
from visualizer.ui.panels.inspector_cards import (
    card,
    cost_tiles,
    derivation_text,
    header,
    link_row,
    note_text,
    rows_text,
    warning_text,
)
from visualizer.ui.panels.parts import FlowText, Panel
from visualizer.ui.theme import Theme

NARROWEST = 280
_EMPTY = "Open a network to see what it costs."


class InspectorPanel(Panel):
    """Cards about the selected node or group, or about the network when nothing is selected."""

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._network: OpenNetwork | None = None
        self._item = ""
        self.inspection: Inspection | None = None
        self._build()
        self.dress()

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the overview of `network`; None empties the panel."""
        self._network = network
        self._item = ""
        self._show()

    def select(self, item: str) -> None:
        """Show the node or group `item`; anything else shows the overview. Emits nothing."""
        if item != self._item:
            self._item = item
            self._show()

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea {{ background: {theme.window}; border: none; }}"
            f"QWidget#cards {{ background: {theme.window}; }}"
            f"QFrame#card {{ background: {theme.ground}; border: 1px solid {theme.border};"
            " border-radius: 8px; }"
        )
        self._show()

    def _build(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)
        self.setMinimumWidth(NARROWEST)

    def _show(self) -> None:
        theme = self.theme
        if theme is None:
            return
        self.inspection = inspect(self._network, self._item) if self._network else None
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()  # not at once: a click on one of its links may have brought us here
        self._scroll.setWidget(self._cards(theme))

    def _cards(self, theme: Theme) -> QWidget:
        holder = QWidget()
        holder.setObjectName("cards")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(10)
        if self.inspection is None:
            column.addWidget(note_text((_EMPTY,), theme))
        else:
            for widget in self._card_list(self.inspection, theme):
                column.addWidget(widget)
        column.addStretch(1)
        for text in holder.findChildren(FlowText):
            text.anchorClicked.connect(self._follow)
        return holder

    def _card_list(self, shown: Inspection, theme: Theme) -> list[QFrame]:
        """The cards that have something to say, in the order they are read."""
        parts: list[tuple[str, list[QWidget]]] = [
            ("", [header(shown, theme)]),
            ("", [warning_text(shown.warnings, theme)] if shown.warnings else []),
            ("Shapes", [rows_text(shown.flow, theme, beside=True)] if shown.flow else []),
            ("Costs", [cost_tiles(shown, theme)] if shown.quantities else []),
            ("Derivation", [derivation_text(d, theme) for d in shown.derivations]),
            ("Most MACs", [link_row(link, theme) for link in shown.links]),
            ("Memory" if shown.id else "Memory and origin", _table(shown.facts, theme)),
            ("Receptive field", _table(shown.receptive_field, theme)),
            ("Parameters", _table(shown.parameters, theme)),
            ("Attributes", _table(shown.attributes, theme, labels=45)),
            ("Notes", [note_text(shown.notes, theme)] if shown.notes else []),
            ("Source", [note_text((shown.source_line,), theme)] if shown.source_line else []),
        ]
        return [card(title, widgets, theme) for title, widgets in parts if widgets]

    def _follow(self, url: QUrl) -> None:
        """A link selects (`select:ID`) or copies (`copy:TEXT`)."""
        action, _, value = url.toString(QUrl.ComponentFormattingOption.FullyDecoded).partition(":")
        if action == "copy":
            QGuiApplication.clipboard().setText(value)
        elif action == "select":
            self.selected.emit(value)


def _table(rows: tuple[Row, ...], theme: Theme, labels: int = 34) -> list[QWidget]:
    return [rows_text(rows, theme, labels=labels)] if rows else []

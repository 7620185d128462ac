"""Principles 2 to 4 of the open network: evidence to look at, and what scaling would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout

from visualizer.bottlenecks.principles import Hint, Principles
from visualizer.ui.panels.parts import Panel
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.panels.principle_cards import PrincipleCards

_EMPTY = (
    "Open a network to see how many activations each tile of its grids has, which convolutions "
    "work on cheap embeddings, and how its arithmetic is balanced."
)


class PrinciplesPanel(Panel):
    """The cards of a network's principles; `selected` has the op of the row or hint chosen.

    The cards are made when the panel is first seen: the window opens sooner without.
    """

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.cards: PrincipleCards | None = None
        self._principles: Principles | None = None
        self._hints: tuple[Hint, ...] = ()
        self._item = ""
        self.empty = QLabel(_EMPTY)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setWordWrap(True)
        self.empty.setContentsMargins(24, 8, 24, 8)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self.empty)
        self.dress()

    def show_principles(self, principles: Principles | None, hints: tuple[Hint, ...]) -> None:
        """Show the evidence of a network; None for one that is not open or not worked out."""
        if principles is not None and principles == self._principles:
            return  # its cuts were judged or counted anew: nothing changed here
        self._principles, self._hints = principles, hints
        self._show()

    def select(self, item: str) -> None:
        """Mark the rows about op `item`; nothing is emitted."""
        self._item = item
        if self.cards is not None:
            self.cards.select(item)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"PrinciplesPanel {{ background: {theme.ground}; }}")
        self.empty.setStyleSheet(f"color: {theme.secondary};")
        if self.cards is not None:
            self.cards.restyle(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self.cards is None:
            self._show()

    def _show(self) -> None:
        principles, shown = self._principles, self._principles is not None
        self.empty.setVisible(not shown)
        if principles is not None and (self.isVisible() or self.cards is not None):
            cards = self._need_cards()
            cards.show_principles(principles, self._hints)
            cards.select(self._item)
        if self.cards is not None:
            self.cards.setVisible(shown)

    def _need_cards(self) -> PrincipleCards:
        if self.cards is None:
            from visualizer.ui.panels.principle_cards import PrincipleCards  # late: see above

            self.cards = PrincipleCards()
            self.cards.selected.connect(self.selected)
            self._column.addWidget(self.cards)
            if self.theme is not None:
                self.cards.restyle(self.theme)
        return self.cards

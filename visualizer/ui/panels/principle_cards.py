"""The cards of the principles panel, and how they stand beside and below each other."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QWidget

from visualizer.bottlenecks.principles import CAVEAT, Hint, Principles
from visualizer.ui.panels.evidence_card import EvidenceCard
from visualizer.ui.panels.parts import FlowText, colored
from visualizer.ui.panels.principle_rows import (
    BALANCE_COLUMNS,
    EMBEDDING_COLUMNS,
    TILE_COLUMNS,
    balance_rows,
    balance_summary,
    embedding_rows,
    embeddings_summary,
    tile_rows,
    tiles_summary,
)
from visualizer.ui.panels.scaling_explorer import ScalingExplorer
from visualizer.ui.theme import Theme

_SMALL = 11
_TILES = (
    "2 · Activations per tile",
    "Principle 2: higher-dimensional representations are easier to process locally. A tile is "
    "one cell of the grid, so that its activations are the channels there.",
)
_EMBEDDINGS = (
    "3 · Cheap embeddings",
    "Principle 3: spatial aggregation can be done over lower-dimensional embeddings without much "
    "loss: a 1×1 first reduces the channels a larger filter adds up.",
)
_BALANCE = (
    "4 · Width and depth",
    "Principle 4: balance the number of filters per stage and the depth of the network.",
)
# (room for it, columns, their stretch): the cards stand in one row, two or four.
_ARRANGEMENTS = ((1680, 4, (24, 37, 23, 26)), (760, 2, (5, 7)), (0, 1, (1,)))
_MOST_COLUMNS = 4


class PrincipleCards(QScrollArea):
    """A card for each principle and the scaling explorer; `selected` has the op of the row or
    hint that was chosen."""

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._columns = 0
        self.setAccessibleName("Principles 2 to 4, and what scaling would cost")
        self.tiles = EvidenceCard(*_TILES, TILE_COLUMNS, stretches=(1, 2))
        self.embeddings = EvidenceCard(
            *_EMBEDDINGS, EMBEDDING_COLUMNS, stretches=(0,), scrolls=True
        )
        self.balance = EvidenceCard(*_BALANCE, BALANCE_COLUMNS, stretches=(1,))
        self.explorer = ScalingExplorer()
        self.caveat = FlowText()
        self._build()
        self._arrange()
        for card in self._evidence:
            card.selected.connect(self.selected)

    @property
    def _evidence(self) -> tuple[EvidenceCard, ...]:
        return self.tiles, self.embeddings, self.balance

    def show_principles(self, found: Principles, hints: tuple[Hint, ...]) -> None:
        """Show the evidence of a network, and the hints with what they are about."""
        tiles, embeddings, balance = found.tiles, found.embeddings, found.balance
        self.tiles.show_evidence(tile_rows(tiles), tiles_summary(tiles), _about(2, hints))
        self.embeddings.show_evidence(
            embedding_rows(embeddings), embeddings_summary(embeddings), _about(3, hints)
        )
        self.balance.show_evidence(
            balance_rows(balance), balance_summary(balance), _about(4, hints)
        )
        self.explorer.show_amounts(found.now)
        self.verticalScrollBar().setValue(0)

    def select(self, item: str) -> None:
        """Mark the rows about op `item`; nothing is emitted."""
        for card in self._evidence:
            card.select(item)

    def restyle(self, theme: Theme) -> None:
        """Wear the colours of the theme."""
        self.setStyleSheet(
            f"QScrollArea, QWidget#cards {{ background: {theme.window}; border: none; }}"
        )
        self.caveat.setHtml(colored(CAVEAT, theme.secondary, _SMALL))
        for card in (*self._evidence, self.explorer):
            card.restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _build(self) -> None:
        holder = QWidget()
        holder.setObjectName("cards")
        self._grid = QGridLayout(holder)
        self._grid.setContentsMargins(10, 8, 10, 10)
        self._grid.setSpacing(8)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(holder)

    def _arrange(self) -> None:
        """As many cards side by side as there is room for."""
        _, columns, stretches = next(a for a in _ARRANGEMENTS if self.width() >= a[0])
        if columns == self._columns:
            return
        self._columns = columns
        cards = (*self._evidence, self.explorer)
        for number, card in enumerate(cards):
            self._grid.addWidget(card, number // columns, number % columns)
        rows = -(-len(cards) // columns)
        self._grid.addWidget(self.caveat, rows, 0, 1, columns)
        for column in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(column, stretches[column] if column < columns else 0)
        below = len(cards) + 1  # takes what the cards leave
        self._grid.setRowStretch(below, 1)


def _about(principle: int, hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
    return tuple(hint for hint in hints if hint.principle == principle)

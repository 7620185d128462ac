"""The grid reductions: how each one works, and what the other ways would cost, side by side."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from visualizer.bottlenecks.reductions import BINDING, KIND_TITLES, Reduction
from visualizer.ui.panels.choice_card import ChoiceCard, ClickText
from visualizer.ui.panels.parts import Chip, ElidedText, FlowText, Panel, colored, text_of
from visualizer.ui.panels.reduction_sketch import SketchLayout
from visualizer.ui.panels.reduction_tiles import Tile, faces_of
from visualizer.ui.theme import Theme

_SMALL, _NORMAL, _TITLE = 11, 12, 13
_TEXT_WIDTH, _AROUND = 210, 52
_TOGETHER = re.compile(r"(?<=\d) (?=%|[kMGT]\b)")
_EMPTY = (
    "Open a network to see where its grid gets smaller.",
    "Here will stand every reduction, from input to output: how it works, how many numbers get "
    "through, and what pooling before or after a convolution, or both side by side, would cost.",
)
_NONE = (
    "The grid gets no smaller.",
    "No layer in the body of this network halves the number of positions; pooling before a "
    "classifier does not count.",
)


class ReductionsPanel(Panel):
    """A card for every reduction; `selected` has the layer that makes the smaller grid."""

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[ReductionCard] = []
        self._reductions: tuple[Reduction, ...] | None = None
        self._item = ""
        self._stale = True
        self._build()
        self.dress()

    def show_reductions(self, reductions: tuple[Reduction, ...] | None) -> None:
        """Show the reductions in order; None for a network that is not open or not judged."""
        self._reductions = reductions
        self._show()
        self._scroll.verticalScrollBar().setValue(0)

    def select(self, item: str) -> None:
        """Mark the reduction that layer or module `item` belongs to; nothing is emitted."""
        self._item = item
        self._mark()

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea, QWidget#cards {{ background: {theme.window}; border: none; }}"
        )
        self._show()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self._show()

    def _build(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Grid reductions")
        self._scroll.setAccessibleName("Grid reductions, from input to output")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setAccessibleName("Grid reductions")
        # Only now is known where the cards are: they are as tall as their wrapped texts.
        self._scroll.verticalScrollBar().rangeChanged.connect(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)

    def _show(self) -> None:
        """Build the cards, but only when somebody looks: most never open this tab."""
        theme = self.theme
        self._stale = not self.isVisible()
        if theme is None or self._stale:
            return
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()  # not at once: a click on one of its cards may have brought us here
        self._scroll.setWidget(self._content(theme))
        self._mark()

    def _content(self, theme: Theme) -> QWidget:
        holder = QWidget()
        holder.setObjectName("cards")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 5, 10, 8)
        column.setSpacing(6)
        self.cards = [self._card(found, theme) for found in self._reductions or ()]
        if self.cards:
            column.addWidget(FlowText(colored(_legend(len(self.cards)), theme.secondary, _SMALL)))
        else:
            column.addWidget(_hint(_EMPTY if self._reductions is None else _NONE, theme))
        for card in self.cards:
            column.addWidget(card)
        column.addStretch(1)
        return holder

    def _card(self, reduction: Reduction, theme: Theme) -> ReductionCard:
        card = ReductionCard(reduction, theme)
        card.chosen.connect(lambda: self.selected.emit(reduction.node))
        return card

    def _mark(self) -> None:
        for card in self.cards:
            card.mark(belongs(card.reduction, self._item))
        self._reveal()

    def _reveal(self) -> None:
        for card in self.cards:
            if card.marked:
                self._scroll.ensureWidgetVisible(card, 0, 6)


class ReductionCard(ChoiceCard):
    """One reduction: what it is, the variants as silhouettes on one scale, and what to make
    of them."""

    def __init__(self, reduction: Reduction, theme: Theme) -> None:
        super().__init__(_stripe(reduction, theme), theme)
        self.reduction = reduction
        title = KIND_TITLES[reduction.kind]
        self.setAccessibleName(f"{reduction.name}, {reduction.shape.text}: {title}")
        self.setAccessibleDescription(f"{reduction.words} {reduction.advice}")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 7, 14, 7)
        column.setSpacing(4)
        column.addLayout(self._head())
        self._fill_body()
        column.addLayout(self._body)

    def _head(self) -> QHBoxLayout:
        reduction, theme = self.reduction, self._theme
        chip = Chip(KIND_TITLES[reduction.kind], self._color)
        chip.setToolTip(reduction.words)
        name = ElidedText()
        name.setText(reduction.name)
        sizes = text_of(reduction.shape.text)
        sizes.setToolTip("Grid × channels before and after, of one example")
        for label in (name, sizes):
            label.setStyleSheet(f"font-size: {_TITLE}px; font-weight: 600; color: {theme.text};")
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(chip)
        line.addWidget(name)
        line.addWidget(sizes)
        line.addStretch(1)
        self.caption = self._caption()
        line.addWidget(self.caption)
        return line

    def _caption(self) -> ElidedText:
        """What the variants were worked out for."""
        wanted = self.reduction.wanted
        caption = ElidedText(Qt.TextElideMode.ElideRight)
        doubled = wanted.channels_out != self.reduction.shape.channels_out
        aim = f", to {wanted.channels_out} channels" if doubled else ""
        caption.setText(f"alternatives: {wanted.kernel_text} kernel{aim}")
        caption.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        caption.setStyleSheet(f"font-size: {_SMALL}px; color: {self._theme.secondary};")
        return caption

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The words stand beside the tiles where there is room, else below them."""
        super().resizeEvent(event)
        beside = self.tiles_row.minimumSize().width() + _TEXT_WIDTH + _AROUND <= self.width()
        self.caption.setVisible(beside)  # the tiles' tooltips say it too
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.LeftToRight if beside else directions.TopToBottom)

    def _fill_body(self) -> None:
        faces = faces_of(self.reduction)
        layouts = [SketchLayout(face.sketch) for face in faces]
        self.tiles = [
            Tile(face, layout, layouts, self._theme)
            for face, layout in zip(faces, layouts, strict=True)
        ]
        self.tiles_row = QHBoxLayout()
        self.tiles_row.setSpacing(4)
        for tile in self.tiles:
            self.tiles_row.addWidget(tile)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(10)
        self._body.addLayout(self.tiles_row, 10 * len(self.tiles))
        self._body.addWidget(self._text(), 18, Qt.AlignmentFlag.AlignTop)

    def _text(self) -> ClickText:
        text, theme = self.reduction, self._theme
        words = colored(text.words, theme.secondary, _NORMAL)
        advice = colored(_TOGETHER.sub("\u00a0", text.advice), theme.text, _NORMAL)
        shown = ClickText(
            f'<p style="margin:0 0 5px 0;line-height:108%">{words}</p>'
            f'<p style="margin:0;line-height:108%">{advice}</p>'
        )
        shown.clicked.connect(self.chosen)
        return shown


def belongs(reduction: Reduction, item: str) -> bool:
    """Whether a layer or module is part of a reduction."""
    inside = item.startswith(f"{reduction.name}.")
    return item != "" and (item in reduction.nodes or item == reduction.name or inside)


def _stripe(reduction: Reduction, theme: Theme) -> QColor:
    """Red for a bottleneck, amber for a mild one, the pools' colour for what is clean or not
    what limits the network."""
    if reduction.narrowness not in BINDING:
        return theme.family("pool")
    return theme.color("waist" if reduction.narrowness == "bottleneck" else "warning")


def _legend(count: int) -> str:
    reductions = "1 reduction" if count == 1 else f"{count} reductions"
    return (
        f"{reductions}  ·  bars are as wide as their numbers, on one scale in each card  ·  red: "
        "narrower than its output and all before  ·  outlined: what this network has"
    )


def _hint(words: tuple[str, str], theme: Theme) -> FlowText:
    headline, explanation = words
    return FlowText(
        f'<p style="margin:6px 4px 4px 4px;font-size:{_TITLE}px"><b>{escape(headline)}</b></p>'
        f'<p style="margin:0 4px">{colored(explanation, theme.secondary, _NORMAL)}</p>'
    )

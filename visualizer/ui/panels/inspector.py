"""The inspector: what the selected layer is, what it costs, and how each number came about."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.bottlenecks import Explanation
from visualizer.session.derivations import Quantity, is_about
from visualizer.session.network import Narrowing, OpenNetwork
from visualizer.ui.panels.inspection import Inspection, Row, inspect
from visualizer.ui.panels.inspector_answer import answer_widgets
from visualizer.ui.panels.inspector_cards import (
    FACTORIZE_LINK,
    INPUTS_LINK,
    card,
    cost_tiles,
    derivation_text,
    header,
    inputs_link,
    link_row,
    note_text,
    rows_text,
    warning_text,
)
from visualizer.ui.panels.parts import FlowText, Panel
from visualizer.ui.panels.smoothing_card import TITLE, SmoothingKeeper
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.panels.inspector_lecture import LectureKeeper

NARROWEST = 280
_AROUND = 90  # pixels of the other derivations, to be seen with the one pointed out
ANSWER = "Bottleneck?"
FIELD = "Receptive field"
LECTURE = "In the lecture"
_EMPTY = "Open a network to see what it costs."


class InspectorPanel(Panel):
    """Cards about the selected node or group, or about the network when nothing is selected."""

    selected = Signal(str)
    factorize_requested = Signal()
    inputs_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._network: OpenNetwork | None = None
        self._item = ""
        self._narrowing: Narrowing | None = None
        self._cut: int | None = None
        self._answer: QFrame | None = None
        self._quantity: Quantity = ""
        self._pointed: QWidget | None = None
        self.smoothing = SmoothingKeeper()
        self.inspection: Inspection | None = None
        self._build()
        self.dress()

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the overview of `network`; None empties the panel."""
        self._network = network
        self._item = ""
        self.smoothing.forget()
        self._show()

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same network; what is shown, and how far down, stays."""
        self._network = network
        bar = self._scroll.verticalScrollBar()
        place = bar.value()
        self._show()
        self._scroll.widget().adjustSize()  # type: ignore[union-attr]
        bar.setValue(place)

    def show_narrowing(self, narrowing: Narrowing | None) -> None:
        """Answer from now on whether the selected layer is a bottleneck; None: not known yet."""
        self._narrowing = narrowing
        if self._item:
            self._show()

    def show_cut(self, number: int | None) -> None:
        """Answer for cut `number` of the profile while its node is shown; None for no cut."""
        before, self._cut = self._told(), number
        if self._item and self._told() != before:
            self._show()

    def _told(self) -> Explanation | None:
        """Why what is shown is a bottleneck or is not; None when nothing can be said."""
        if self._narrowing is None:
            return None
        known = self._cut is not None and self._cut < len(self._narrowing.profile.cuts)
        return self._narrowing.explained(self._item, self._cut if known else None)

    def reveal_answer(self) -> None:
        """Scroll to the card about the bottleneck, where there is one."""
        self._reveal(self._answer)

    def _reveal(self, part: QWidget | None, around: int = 10) -> None:
        if part is not None:
            content: QWidget = self._scroll.widget()  # type: ignore[assignment]
            content.layout().activate()  # type: ignore[union-attr]
            # Its end first, for where a part is taller than the panel its beginning is to be seen.
            self._scroll.ensureWidgetVisible(part, 0, around)
            top = part.mapTo(content, QPoint()).y()
            self._scroll.ensureVisible(0, top, 0, around)

    def _reveal_pointed(self) -> None:
        """Once the new cards have their heights, which depend on their widths."""
        QTimer.singleShot(0, self, lambda: self._reveal(self._pointed, _AROUND))

    def select(self, item: str) -> None:
        """Show the node or group `item`; anything else shows the overview. Emits nothing."""
        if item != self._item:
            self._item = item
            self._show()
            self._reveal_pointed()

    def point_out(self, quantity: Quantity) -> None:
        """Mark how `quantity` comes about and bring it into view; "" marks nothing."""
        if quantity != self._quantity:
            self._quantity = quantity
            self._show()
        self._reveal_pointed()

    @property
    def pointed_text(self) -> str:
        """The derivation that is marked, as plain text; "" when none is."""
        return self._pointed.toPlainText() if isinstance(self._pointed, FlowText) else ""

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea {{ background: {theme.window}; border: none; }}"
            f"QWidget#cards {{ background: {theme.window}; }}"
            f"QFrame#card {{ background: {theme.ground}; border: 1px solid {theme.border};"
            " border-radius: 8px; }"
        )
        self._show()

    @cached_property
    def lecture(self) -> LectureKeeper:
        """What the lecture says; imported with the first network."""
        from visualizer.ui.panels.inspector_lecture import LectureKeeper

        return LectureKeeper()

    def _build(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("About the selection")
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
        self._pointed = None
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
            ("Only in training", [note_text((note,), theme) for note in shown.training]),
            ("", [warning_text(shown.warnings, theme)] if shown.warnings else []),
            ("Shapes", self._shapes(shown, theme)),
            ("Costs", [cost_tiles(shown, theme)] if shown.quantities else []),
            (ANSWER, self._answered(theme)),
            (TITLE, self.smoothing.widgets(shown, theme)),
            ("Derivation", self._derived(shown, theme)),
            ("Most MACs", [link_row(link, theme) for link in shown.links]),
            (LECTURE, self.lecture.widgets(self._network, shown.id, theme)),
            ("Memory" if shown.id else "Memory and origin", _table(shown.facts, theme)),
            (FIELD, _table(shown.receptive_field, theme)),
            ("Parameters", _table(shown.parameters, theme)),
            ("Attributes", _table(shown.attributes, theme, labels=45)),
            ("Notes", [note_text(shown.notes, theme)] if shown.notes else []),
            ("Source", [note_text((shown.source_line,), theme)] if shown.source_line else []),
        ]
        titled = [(title, card(title, widgets, theme)) for title, widgets in parts if widgets]
        if self._quantity == "field":
            self._pointed = next((shown for title, shown in titled if title == FIELD), None)
        self._answer = next((shown for title, shown in titled if title == ANSWER), None)
        return [shown for _, shown in titled]

    def _shapes(self, shown: Inspection, theme: Theme) -> list[QWidget]:
        """What flows in and out; what goes into the network can be changed."""
        if not shown.flow:
            return []
        rows = rows_text(shown.flow, theme, beside=True)
        node = self._network.graph.by_id.get(shown.id) if self._network is not None else None
        is_about_inputs = not shown.id or (node is not None and node.op == "input")
        said = [note_text((shown.assumed,), theme)] if shown.assumed else []
        return [rows, *said, inputs_link(theme)] if is_about_inputs else [rows]

    def _derived(self, shown: Inspection, theme: Theme) -> list[QWidget]:
        """All derivations, what is asked for marked."""
        wanted = [is_about(line, self._quantity) for line in shown.derivations]
        texts: list[QWidget] = [
            derivation_text(line, theme, marked)
            for line, marked in zip(shown.derivations, wanted, strict=True)
        ]
        marks = [text for text, marked in zip(texts, wanted, strict=True) if marked]
        self._pointed = marks[-1] if marks else None
        return texts

    def _answered(self, theme: Theme) -> list[QWidget]:
        """Why the selected layer or module is a bottleneck, or why it is not."""
        answer = self._told()
        return answer_widgets(answer, theme) if answer is not None else []

    def _follow(self, url: QUrl) -> None:
        """A link selects (`select:ID`), copies (`copy:TEXT`), asks for the Factorize tab or for
        other inputs."""
        action, _, value = url.toString(QUrl.ComponentFormattingOption.FullyDecoded).partition(":")
        if action == "copy":
            QGuiApplication.clipboard().setText(value)
        elif action == "select":
            self.selected.emit(value)
        elif url.toString() == FACTORIZE_LINK:
            self.factorize_requested.emit()
        elif url.toString() == INPUTS_LINK:
            self.inputs_requested.emit()


def _table(rows: tuple[Row, ...], theme: Theme, labels: int = 34) -> list[QWidget]:
    return [rows_text(rows, theme, labels=labels)] if rows else []

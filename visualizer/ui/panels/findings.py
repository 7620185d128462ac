"""The findings: where the network narrows, why that is said, and what would open it."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.bottlenecks import DEFAULTS, CutProfile, Finding, Thresholds
from visualizer.bottlenecks.findings import cut_at
from visualizer.bottlenecks.principles import CAVEAT, Hint
from visualizer.bottlenecks.wording import parting_note, place
from visualizer.costs.units import exact
from visualizer.ui.dialogs.thresholds import ThresholdsDialog
from visualizer.ui.panels.cut_words import NO_FLOW
from visualizer.ui.panels.finding_cards import EvidenceCard, FindingCard, HintCard
from visualizer.ui.panels.findings_head import FindingsHead, counts
from visualizer.ui.panels.parts import FlowText, Panel, colored
from visualizer.ui.theme import Theme

_SMALL, _NORMAL, _TITLE = 11, 12, 13
_EMPTY = (
    "Open a network to see where it narrows.",
    "Here will stand, the worst first, the places where fewer numbers can pass than are computed "
    "from them afterwards, with the evidence and what would open them.",
)
_FILTERED = ("Nothing of this kind.", "Choose “All” above to see the other findings and hints.")


class FindingsPanel(Panel):
    """A card for every finding, then one for every hint.

    `selected` has the node that stands for what was chosen, `cut_chosen` before it the number
    of the cut that a finding is about, `thresholds_changed` the limits that findings shall be
    judged by from now on.
    """

    selected = Signal(str)
    cut_chosen = Signal(int)
    thresholds_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[FindingCard] = []
        self.hint_cards: list[HintCard] = []
        self.dialog: ThresholdsDialog | None = None
        self._profile: CutProfile | None = None
        self._findings: tuple[Finding, ...] = ()
        self._hints: tuple[Hint, ...] = ()
        self._thresholds = DEFAULTS
        self._cut: int | None = None
        self._node = ""
        self._build()
        self.dress()

    def show_bottlenecks(
        self,
        profile: CutProfile | None,
        findings: tuple[Finding, ...],
        hints: tuple[Hint, ...] = (),
    ) -> None:
        """Show findings and hints in their order; None for a network that is not open or not
        judged. Cards of a network that is shown already stay where they are scrolled to."""
        at_top = profile is not self._profile
        if not at_top and (findings, hints) == (self._findings, self._hints):
            return  # other thresholds, the same judgement
        self._profile, self._findings, self._hints = profile, findings, hints
        self._cut = None if at_top else self._cut
        self._show()
        if at_top:
            self._scroll.verticalScrollBar().setValue(0)

    def show_thresholds(self, thresholds: Thresholds) -> None:
        """Show which limits the findings are judged by."""
        self._thresholds = thresholds
        self.head.show_thresholds(thresholds)
        self.head.show_counts(self._findings, self._hints)
        if self.dialog is not None:
            self.dialog.show_thresholds(thresholds)

    def select(self, item: str) -> None:
        """Mark the hints about node `item` and bring the first into view; nothing is emitted."""
        self._node = item
        self._mark()

    def show_cut(self, number: int | None) -> None:
        """Mark the card of the finding about cut `number`, if there is one."""
        self._cut = number
        self._mark()

    def open_thresholds(self) -> None:
        """Show the limits beside the findings, to be moved while these follow."""
        if self.dialog is None:
            self.dialog = ThresholdsDialog(self)
            self.dialog.changed.connect(self.thresholds_changed)
        self.dialog.show_thresholds(self._thresholds)
        self.dialog.show_counts(counts(self._findings), self._profile is not None)
        self.dialog.show()
        self.dialog.raise_()

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea, QWidget#cards {{ background: {theme.window}; border: none; }}"
        )
        self._show()

    def _build(self) -> None:
        self.head = FindingsHead()
        self.head.filtered.connect(self._show)
        self.head.thresholds_asked.connect(self.open_thresholds)
        self.head.reset_asked.connect(lambda: self.thresholds_changed.emit(DEFAULTS))
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Findings")
        self._scroll.setAccessibleName("Findings and hints, the worst first")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Only now is known where the cards are: they are as tall as their wrapped texts.
        self._scroll.verticalScrollBar().rangeChanged.connect(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._scroll, 1)

    def _show(self) -> None:
        theme = self.theme
        if theme is None:
            return
        self.head.setVisible(self._profile is not None)
        self.head.show_counts(self._findings, self._hints)
        if self.dialog is not None:
            self.dialog.show_counts(counts(self._findings), self._profile is not None)
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()  # not at once: a click on one of its cards may have brought us here
        self._scroll.setWidget(self._content(theme))
        self._mark()

    def _content(self, theme: Theme) -> QWidget:
        holder = QWidget()
        holder.setObjectName("cards")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 6, 10, 10)
        column.setSpacing(8)
        self._make_cards(theme)
        for widget in self._listed(theme):
            column.addWidget(widget)
        column.addStretch(1)
        return holder

    def _make_cards(self, theme: Theme) -> None:
        self.cards, self.hint_cards = [], []
        if self._profile is None:
            return
        wanted = self.head.filter.accepts
        for finding in filter(wanted, self._findings):
            where = place(cut_at(self._profile, finding))
            self.cards.append(FindingCard(finding, where, theme))
        self.hint_cards = [HintCard(hint, theme) for hint in filter(wanted, self._hints)]
        for card in self.cards:
            card.chosen.connect(lambda about=card.finding: self._choose(about))
        for hint in self.hint_cards:
            hint.chosen.connect(lambda about=hint.hint: self._choose_hint(about))

    def _listed(self, theme: Theme) -> list[QWidget]:
        """All that stands below each other, words where there are no cards included."""
        said: list[QWidget] = [*self.cards]
        if not self._findings:
            said = [_hint(self._silence(), theme)]
        if self.hint_cards:
            said += [FlowText(colored(CAVEAT, theme.secondary, _SMALL)), *self.hint_cards]
        return said or [_hint(_FILTERED, theme)]

    def _choose(self, finding: Finding) -> None:
        if not finding.output:
            self.cut_chosen.emit(finding.cut)
        self.selected.emit(finding.node)

    def _choose_hint(self, hint: Hint) -> None:
        self._node = hint.node
        self._mark()
        self.selected.emit(hint.node)

    def _mark(self) -> None:
        for card in self.cards:
            about = card.finding
            marked = about.node == self._node if about.output else about.cut == self._cut
            card.mark(marked)
        for hint in self.hint_cards:
            hint.mark(bool(self._node) and hint.hint.node == self._node)
        self._reveal()

    def _reveal(self) -> None:
        cards: list[EvidenceCard] = [*self.cards, *self.hint_cards]
        marked = next((card for card in cards if card.marked), None)
        if marked is not None:
            self._scroll.ensureWidgetVisible(marked, 0, 6)

    def _silence(self) -> tuple[str, str]:
        """Headline and explanation where there is no finding."""
        if self._profile is None:
            return _EMPTY
        if not self._profile.cuts:
            return "Nothing to judge.", NO_FLOW
        narrowest = min(self._profile.body, key=lambda cut: cut.width)
        return "No narrow place found.", (
            "Nowhere does this network pass on much less than it computes afterwards. Its "
            f"narrowest place before the head is {place(narrowest)}: {exact(narrowest.width)} "
            f"{self._profile.unit} of one example pass there. {parting_note(self._profile)}"
        )


def _hint(words: tuple[str, str], theme: Theme) -> FlowText:
    headline, explanation = words
    return FlowText(
        f'<p style="margin:6px 4px 4px 4px;font-size:{_TITLE}px"><b>{escape(headline)}</b></p>'
        f'<p style="margin:0 4px">{colored(explanation, theme.secondary, _NORMAL)}</p>'
    )

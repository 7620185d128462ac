"""The findings: where the network narrows, why that is said, and what would open it."""

from __future__ import annotations

import re
from collections import Counter
from html import escape

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks import CutProfile, Finding
from visualizer.bottlenecks.findings import SEVERITIES
from visualizer.bottlenecks.wording import place
from visualizer.costs.units import exact
from visualizer.ui.panels.cut_words import (
    MEANINGS,
    NO_FLOW,
    cut_of,
    deciding_ratios,
    ratio_text,
    severity_color,
)
from visualizer.ui.panels.parts import Chip, FlowText, Panel, ShareBar, colored
from visualizer.ui.theme import Theme

_SMALL, _NORMAL, _TITLE = 11, 12, 13
_RATIOS_WIDTH = 168
_TOGETHER = re.compile(r"(?<=\d) (?=%|[kMGT] )|(?<=[βνλ]) (?==)|(?<==) (?=\d)")
_EARLY = "Less than a third of the arithmetic is done: all the rest has to make do with this."
_BY_DESIGN = "A linear 1×1 layer makes this tensor on purpose, as in MobileNetV2."
_EMPTY = (
    "Open a network to see where it narrows.",
    "Here will stand, the worst first, the places where fewer numbers can pass than are computed "
    "from them afterwards, with the evidence and what would open them.",
)


class FindingsPanel(Panel):
    """A card for every finding; `selected` has the node that stands for the finding's cut."""

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[FindingCard] = []
        self._profile: CutProfile | None = None
        self._findings: tuple[Finding, ...] = ()
        self._cut: int | None = None
        self._build()
        self.dress()

    def show_bottlenecks(self, profile: CutProfile | None, findings: tuple[Finding, ...]) -> None:
        """Show the findings in their order; None for a network that is not open or not judged."""
        self._profile, self._findings = profile, findings
        self._cut = None
        self._show()
        self._scroll.verticalScrollBar().setValue(0)

    def select(self, item: str) -> None:
        """Mark the finding about node `item` and bring it into view; nothing is emitted."""
        if self._profile is not None:
            self._cut = cut_of(self._profile, self._findings, item, self._cut)
        self._mark()

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea, QWidget#cards {{ background: {theme.window}; border: none; }}"
        )
        self._show()

    def _build(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Only now is known where the cards are: they are as tall as their wrapped texts.
        self._scroll.verticalScrollBar().rangeChanged.connect(self._reveal)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._scroll)

    def _show(self) -> None:
        theme = self.theme
        if theme is None:
            return
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()  # not at once: a click on one of its cards may have brought us here
        self._scroll.setWidget(self._content(theme))
        self._mark()

    def _content(self, theme: Theme) -> QWidget:
        holder = QWidget()
        holder.setObjectName("cards")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(8)
        self.cards = []
        if self._profile is None or not self._findings:
            column.addWidget(_hint(self._silence(), theme))
        else:
            column.addWidget(FlowText(colored(summary(self._findings), theme.secondary, _SMALL)))
            self.cards = [self._card(self._profile, found, theme) for found in self._findings]
        for card in self.cards:
            column.addWidget(card)
        column.addStretch(1)
        return holder

    def _card(self, profile: CutProfile, finding: Finding, theme: Theme) -> FindingCard:
        card = FindingCard(finding, place(profile.cuts[finding.cut]), theme)
        card.chosen.connect(lambda: self._choose(finding))
        return card

    def _choose(self, finding: Finding) -> None:
        self._cut = finding.cut
        self._mark()
        self.selected.emit(finding.node)

    def _mark(self) -> None:
        for card in self.cards:
            card.mark(card.finding.cut == self._cut)
        self._reveal()

    def _reveal(self) -> None:
        for card in self.cards:
            if card.marked:
                self._scroll.ensureWidgetVisible(card, 0, 6)

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
            f"{self._profile.unit} of one example pass there."
        )


class FindingCard(QFrame):
    """One finding; `chosen` when it is clicked or Return is pressed on it."""

    chosen = Signal()

    def __init__(self, finding: Finding, where: str, theme: Theme) -> None:
        super().__init__()
        self.finding = finding
        self.marked = False
        self._theme = theme
        self._color = severity_color(finding.severity, theme)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(f"{finding.severity}: {finding.title}, {where}")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 9, 14, 11)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(6)
        grid.addLayout(self._head(where), 0, 0, 1, 2)
        for column, text in enumerate((self._evidence(), self._suggestion())):
            grid.addWidget(text, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
        grid.addWidget(_ratios(finding, self._color, theme), 0, 2, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(1, 1)

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

    def _head(self, where: str) -> QHBoxLayout:
        finding, theme = self.finding, self._theme
        title = f'<span style="font-size:{_TITLE}px;font-weight:600">{escape(_title(finding))}'
        link = (
            f'<a href="select:" style="color:{theme.accent};font-size:{_NORMAL}px;'
            f'text-decoration:none">{escape(where)}</a>'
        )
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(Chip(finding.severity, self._color))
        line.addWidget(self._prose(f"{title}</span> &nbsp; {link}"), 1)
        for said, word, why in (
            (finding.early, "early", _EARLY), (finding.by_design, "by design", _BY_DESIGN),
        ):  # fmt: skip
            if said:
                tag = Chip(word, theme.color("strong_border"))
                tag.setToolTip(why)
                line.addWidget(tag)
        return line

    def _evidence(self) -> FlowText:
        return self._prose(_paragraph(self.finding.evidence, self._theme))

    def _suggestion(self) -> FlowText:
        head = colored("Suggestion", self._theme.secondary, _NORMAL)
        return self._prose(
            _paragraph(self.finding.suggestion, self._theme, f"<b>{head}</b> &nbsp;")
        )

    def _prose(self, html: str) -> FlowText:
        text = _Prose(html)
        text.anchorClicked.connect(lambda _: self.chosen.emit())
        text.clicked.connect(self.chosen)
        return text


class _Prose(FlowText):
    """Text to select with the mouse; `clicked` when it was only clicked, and on no link."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        plain = not self.textCursor().hasSelection() and not self.anchorAt(
            event.position().toPoint()
        )
        if plain and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


def summary(findings: tuple[Finding, ...]) -> str:
    """How many findings of each severity there are, and what they are worth."""
    counts = Counter(finding.severity for finding in findings)
    said = "  ·  ".join(f"{counts[name]} {name}" for name in SEVERITIES if counts[name])
    return f"{said}  ·  hints with evidence, not verdicts: numbers are counted, not their content"


def _title(finding: Finding) -> str:
    """The title without what the tags beside it say."""
    title = finding.title
    if finding.by_design:
        title = title.partition(" (")[0]
    return title.removesuffix(", early") if finding.early else title


def _paragraph(text: str, theme: Theme, head: str = "") -> str:
    """Running text with air between its lines, and no line break between number and unit."""
    words = colored(_TOGETHER.sub("\u00a0", text), theme.text, _NORMAL)
    return f'<p style="line-height:112%;margin:0">{head}{words}</p>'


def _ratios(finding: Finding, color: QColor, theme: Theme) -> QWidget:
    """The ratios that decided, each as a number and a bar."""
    holder = QWidget()
    holder.setFixedWidth(_RATIOS_WIDTH)
    holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 2, 0, 0)
    column.setSpacing(3)
    for symbol, ratio in deciding_ratios(finding):
        number = f"<b>{colored(f'{symbol} = {ratio_text(ratio)}', theme.text, _NORMAL)}</b>"
        column.addWidget(QLabel(number))
        column.addWidget(ShareBar(ratio, color, theme.color("strong_border")))
        column.addWidget(QLabel(colored(MEANINGS[symbol], theme.secondary, _SMALL)))
        column.addSpacing(4)
    return holder


def _hint(words: tuple[str, str], theme: Theme) -> FlowText:
    headline, explanation = words
    return FlowText(
        f'<p style="margin:6px 4px 4px 4px;font-size:{_TITLE}px"><b>{escape(headline)}</b></p>'
        f'<p style="margin:0 4px">{colored(explanation, theme.secondary, _NORMAL)}</p>'
    )

"""Cards of the findings panel: one for every finding and one for every hint."""

from __future__ import annotations

import re
from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks import Finding
from visualizer.bottlenecks.principles import Hint
from visualizer.ui.panels.choice_card import ChoiceCard, ClickText
from visualizer.ui.panels.cut_words import (
    MEANINGS,
    deciding_ratios,
    ratio_text,
    severity_color,
)
from visualizer.ui.panels.parts import Chip, FlowText, ShareBar, colored
from visualizer.ui.theme import Theme

_NORMAL, _SMALL, _TITLE = 12, 11, 13
_RATIOS_WIDTH = 168
_TOGETHER = re.compile(r"(?<=\d) (?=%|[kMGT]\b)|(?<=[βνλ]) (?==)|(?<==) (?=\d)")
PRINCIPLES = {
    1: "Principle 1: avoid places through which too little can pass, above all early ones.",
    2: "Principle 2: more activations per grid cell are easier to process locally.",
    3: "Principle 3: channels can be reduced before a spatial convolution without losing much.",
    4: "Principle 4: width and depth should grow together.",
}
_EARLY = "Less than a third of the arithmetic is done: all the rest has to make do with this."
_BY_DESIGN = "A linear 1×1 layer makes this tensor on purpose, as in MobileNetV2."


class EvidenceCard(ChoiceCard):
    """Something found at a place, with evidence and what would change it.

    A kind of card fills in `tags` and, where numbers decided, `ratios`; it calls `fill` once.
    """

    def tags(self) -> list[tuple[str, str, QColor]]:
        """Words on coloured ground in front of the title, with what they mean."""
        raise NotImplementedError

    def marks(self) -> list[tuple[str, str]]:
        """Quiet words at the end of the title's line, with what they mean."""
        return []

    def ratios(self) -> list[tuple[str, float]]:
        """Symbols and values of the ratios that decided."""
        return []

    def fill(self, title: str, where: str, evidence: str, suggestion: str) -> None:
        """Lay out the words: evidence left, suggestion right of it, ratios at the edge."""
        self.setAccessibleName(f"{self.tags()[0][0]}: {title}, {where}")
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 9, 14, 11)
        grid.setHorizontalSpacing(22)
        grid.setVerticalSpacing(6)
        grid.addLayout(self._head(title, where), 0, 0, 1, 2)
        for column, text in enumerate((self._evidence(evidence), self._suggestion(suggestion))):
            grid.addWidget(text, 1, column, Qt.AlignmentFlag.AlignTop)
            grid.setColumnStretch(column, 1)
        if ratios := self.ratios():
            side = _ratios(ratios, self._color, self._theme)
            grid.addWidget(side, 0, 2, 2, 1, Qt.AlignmentFlag.AlignTop)
        grid.setRowStretch(1, 1)

    def _head(self, title: str, where: str) -> QHBoxLayout:
        theme = self._theme
        words = f'<span style="font-size:{_TITLE}px;font-weight:600">{escape(title)}</span>'
        link = (
            f'<a href="select:" style="color:{theme.accent};font-size:{_NORMAL}px;'
            f'text-decoration:none">{escape(where)}</a>'
        )
        line = QHBoxLayout()
        line.setSpacing(8)
        for word, why, color in self.tags():
            line.addWidget(_chip(word, why, color))
        line.addWidget(self._prose(f"{words} &nbsp; {link}"), 1)
        for word, why in self.marks():
            line.addWidget(_chip(word, why, theme.color("strong_border")))
        return line

    def _evidence(self, text: str) -> FlowText:
        return self._prose(_paragraph(text, self._theme))

    def _suggestion(self, text: str) -> FlowText:
        head = colored("Suggestion", self._theme.secondary, _NORMAL)
        return self._prose(_paragraph(text, self._theme, f"<b>{head}</b> &nbsp;"))

    def _prose(self, html: str) -> FlowText:
        text = ClickText(html)
        text.anchorClicked.connect(lambda _: self.chosen.emit())
        text.clicked.connect(self.chosen)
        return text


class FindingCard(EvidenceCard):
    """One finding about principle 1."""

    def __init__(self, finding: Finding, where: str, theme: Theme) -> None:
        super().__init__(severity_color(finding.severity, theme), theme)
        self.finding = finding
        self.fill(_title(finding), where, finding.evidence, finding.suggestion)

    def tags(self) -> list[tuple[str, str, QColor]]:
        return [(self.finding.severity, PRINCIPLES[1], self._color)]

    def marks(self) -> list[tuple[str, str]]:
        said = (
            (self.finding.early, "early", _EARLY),
            (self.finding.by_design, "by design", _BY_DESIGN),
        )
        return [(word, why) for holds, word, why in said if holds]

    def ratios(self) -> list[tuple[str, float]]:
        return deciding_ratios(self.finding)


class HintCard(EvidenceCard):
    """One hint about the principles 2 to 4."""

    def __init__(self, hint: Hint, theme: Theme) -> None:
        super().__init__(severity_color("info", theme), theme)
        self.hint = hint
        self.fill(hint.title, hint.node, hint.evidence, hint.suggestion)

    def tags(self) -> list[tuple[str, str, QColor]]:
        number = self.hint.principle
        return [(f"principle {number}", PRINCIPLES[number], self._color)]


def _chip(word: str, why: str, color: QColor) -> Chip:
    chip = Chip(word, color)
    chip.setToolTip(why)
    return chip


def _title(finding: Finding) -> str:
    """The title without what the tags beside it say."""
    title = finding.title
    if finding.by_design:
        title = title.partition(" (")[0]
    return title.removesuffix(", early") if finding.early else title


def _paragraph(text: str, theme: Theme, head: str = "") -> str:
    """Running text with air between its lines, and no line break between number and unit."""
    words = colored(_TOGETHER.sub("\u00a0", text), theme.text, _NORMAL)
    words = words.replace(". Or ", ".<br>Or ")
    return f'<p style="line-height:112%;margin:0">{head}{words}</p>'


def _ratios(ratios: list[tuple[str, float]], color: QColor, theme: Theme) -> QWidget:
    """The ratios that decided, each as a number and a bar."""
    holder = QWidget()
    holder.setFixedWidth(_RATIOS_WIDTH)
    holder.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
    column = QVBoxLayout(holder)
    column.setContentsMargins(0, 2, 0, 0)
    column.setSpacing(3)
    for symbol, ratio in ratios:
        number = f"<b>{colored(f'{symbol} = {ratio_text(ratio)}', theme.text, _NORMAL)}</b>"
        column.addWidget(QLabel(number))
        column.addWidget(ShareBar(ratio, color, theme.color("strong_border")))
        column.addWidget(QLabel(colored(MEANINGS[symbol], theme.secondary, _SMALL)))
        column.addSpacing(4)
    return holder

"""The line above the cards: how many there are, which are shown, and the thresholds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QWidget

from visualizer.bottlenecks import DEFAULTS, Finding, Thresholds
from visualizer.bottlenecks.findings import SEVERITIES
from visualizer.bottlenecks.principles import Hint
from visualizer.ui.panels.parts import ElidedText

_WORTH = "evidence, not verdicts: numbers are counted, not their content"
_CHANGED = "thresholds changed"


class Filter(msgspec.Struct, frozen=True):
    """Which cards are shown: `accepts` is asked about every finding and hint."""

    title: str
    accepts: Callable[[Finding | Hint], bool]


FILTERS = (
    Filter("All", lambda _: True),
    Filter("Extreme and moderate", lambda about: about.severity in ("extreme", "moderate")),
    Filter("Principle 1: bottlenecks", lambda about: about.principle == 1),
    Filter("Principle 2: tiles", lambda about: about.principle == 2),
    Filter("Principle 3: embeddings", lambda about: about.principle == 3),
    Filter("Principle 4: balance", lambda about: about.principle == 4),
)


class FindingsHead(QWidget):
    """`filtered` when other cards are wanted, `thresholds_asked` when the limits are."""

    filtered = Signal()
    thresholds_asked = Signal()
    reset_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._changed = False
        self.words = ElidedText(Qt.TextElideMode.ElideRight)
        self.words.setProperty("role", "secondary")
        self.filter_box = QComboBox()
        self.filter_box.addItems([each.title for each in FILTERS])
        self.filter_box.setAccessibleName("Which findings and hints to show")
        self.filter_box.setToolTip(self.filter_box.accessibleName())
        self.filter_box.currentIndexChanged.connect(lambda _: self.filtered.emit())
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("The thresholds were changed: judge by the defaults again")
        self.reset.clicked.connect(self.reset_asked)
        self.thresholds = QPushButton("Thresholds…")
        self.thresholds.setToolTip("From which ratios on a narrow place is a finding")
        self.thresholds.clicked.connect(self.thresholds_asked)
        self._build()
        self.show_thresholds(DEFAULTS)

    @property
    def filter(self) -> Filter:
        """The one that is chosen."""
        return FILTERS[self.filter_box.currentIndex()]

    def show_counts(self, findings: tuple[Finding, ...], hints: tuple[Hint, ...]) -> None:
        """Say how many cards there are."""
        self.words.setText(summary(findings, hints, self._changed))

    def show_thresholds(self, thresholds: Thresholds) -> None:
        """Say so when they are not the defaults."""
        self._changed = thresholds != DEFAULTS
        self.reset.setVisible(self._changed)

    def _build(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(14, 5, 10, 1)
        line.setSpacing(8)
        line.addWidget(self.words, 1)
        for widget in (self.filter_box, self.thresholds, self.reset):
            line.addWidget(widget)


def counts(findings: tuple[Finding, ...]) -> list[str]:
    """`1 extreme`, `2 mild`: how many findings of each severity there are."""
    found = Counter(finding.severity for finding in findings)
    return [f"{found[name]} {name}" for name in SEVERITIES if found[name]]


def summary(findings: tuple[Finding, ...], hints: tuple[Hint, ...], changed: bool = False) -> str:
    """How many findings and hints there are, and what they are worth; `changed`: the findings
    are judged by other thresholds than the defaults."""
    about = f"{len(hints)} {'hint' if len(hints) == 1 else 'hints'}"
    said = [*counts(findings), *([about] if hints else [])]
    first, last = [_CHANGED] if changed else [], [_WORTH] if said else []
    return "  ·  ".join([*first, *said, *last])

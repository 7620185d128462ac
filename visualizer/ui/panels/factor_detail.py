"""One convolution with all its forms, and the width between their factors to try out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks.factorization import Alternative, Candidate, Kind
from visualizer.bottlenecks.factorization.builders import widths_between
from visualizer.bottlenecks.factorization.wording import BETWEEN
from visualizer.costs.units import exact
from visualizer.ui.panels.factor_cards import FactorCard
from visualizer.ui.panels.parts import ElidedText, FlowText, colored, tool_button
from visualizer.ui.theme import Theme

_SMALL = 11
_ROOMY = 380
_LEAST_SLIDER, _SLIDER = 48, 110
_MID = (
    "m: channels between the factors of this convolution, for all its forms.\n"
    "Usual are equal steps from C_in to C_out, √(C_in·C_out) for two factors, and a quarter of\n"
    "that for a bottleneck. More of them cost more, and may get dearer than the original."
)
_RESET = "Back to the usual width of each form"


class FactorDetail(QWidget):
    """`mid_chosen` has a width between the factors, None for the usual one."""

    mid_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[FactorCard] = []
        self._candidate: Candidate | None = None
        self._kinds: list[Kind] = []
        self._theme: Theme | None = None
        self._telling = True
        self._build_head()
        self._build_cards()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._head)
        column.addWidget(self.forms, 1)

    def show_candidate(self, candidate: Candidate | None, best: Alternative | None) -> None:
        """Show a convolution, `best` marked; the cards stay where only the width changed."""
        before, self._candidate = self._candidate, candidate
        if candidate is None or self._theme is None:
            return
        if before is None or before.conv != candidate.conv or not self.cards:
            self._kinds = _in_order(candidate)
            self._make_cards(self._theme)
        self._fill_cards(candidate, best)
        self._show_width(candidate)

    def restyle(self, theme: Theme) -> None:
        """New cards in the colours of `theme`; the caller shows the candidate again."""
        self._theme = theme
        self.cards = []
        self.setStyleSheet(
            f"QScrollArea, QWidget#forms {{ background: {theme.window}; border: none; }}"
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    # ------------------------------------------------------------------ construction

    def _build_head(self) -> None:
        self.name = ElidedText()
        self.name.setProperty("role", "heading")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Channels between the factors")
        self.slider.setMinimumWidth(_LEAST_SLIDER)
        self.slider.setMaximumWidth(_SLIDER)
        self.slider.valueChanged.connect(self._slid)
        self.width_text = QLabel()
        self.width_text.setMinimumWidth(66)
        self.width_text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.reset_button = tool_button("", _RESET, "Usual")
        self.reset_button.clicked.connect(lambda: self.mid_chosen.emit(None))
        for widget in (self.slider, self.width_text):
            widget.setToolTip(_MID)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(12, 5, 10, 5)
        self._head.setSpacing(8)
        self._head.addWidget(self.name, 1)
        self._head.addWidget(self.width_text)
        self._head.addWidget(self.slider, 1)
        self._head.addWidget(self.reset_button)

    def _build_cards(self) -> None:
        self.forms = QScrollArea()
        self.forms.setAccessibleName("Forms of the convolution")
        self.forms.setAccessibleName("What the chosen convolution can be made of")
        self.forms.setWidgetResizable(True)
        self.forms.setFrameShape(QFrame.Shape.NoFrame)
        self.forms.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def _make_cards(self, theme: Theme) -> None:
        holder = QWidget()
        holder.setObjectName("forms")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 2, 10, 10)
        column.setSpacing(6)
        self.cards = [FactorCard(theme) for _ in range(len(self._kinds) + 1)]
        for card in self.cards:
            column.addWidget(card)
        column.addWidget(FlowText(colored(BETWEEN, theme.secondary, _SMALL)))
        column.addStretch(1)
        if (old := self.forms.takeWidget()) is not None:
            old.deleteLater()
        self.forms.setWidget(holder)
        self._make_room()

    def _make_room(self) -> None:
        for card in self.cards:
            card.set_roomy(self.width() >= _ROOMY)

    # ------------------------------------------------------------------ what is shown

    def _fill_cards(self, candidate: Candidate, best: Alternative | None) -> None:
        widths = (width for option in candidate.alternatives for width in option.widths)
        most = max(candidate.conv.c_in, candidate.conv.c_out, *widths)
        original, *others = self.cards
        original.show_original(candidate, most)
        by_kind = {option.kind: option for option in candidate.options}
        for card, kind in zip(others, self._kinds, strict=True):
            card.show_option(candidate, by_kind[kind], most, by_kind[kind] is best)

    def _show_width(self, candidate: Candidate) -> None:
        groups, conv = candidate.site.groups, candidate.conv
        usual = widths_between(candidate.site, 2, None)[0]
        mid = widths_between(candidate.site, 2, candidate.mid)[0]
        self._telling = False
        self.slider.setRange(1, max(2, 2 * max(conv.c_in, conv.c_out) // groups))
        self.slider.setPageStep(max(1, usual // groups // 8))
        self.slider.setValue(mid // groups)
        self._telling = True
        self.name.setText(conv.node)
        self.width_text.setText(f"m = {exact(mid)}")
        self.reset_button.setEnabled(candidate.mid is not None)

    def _slid(self, steps: int) -> None:
        if self._telling and self._candidate is not None:
            self.mid_chosen.emit(steps * self._candidate.site.groups)


def _in_order(candidate: Candidate) -> list[Kind]:
    """What is proposed, what is possible, what is not; kept while the width is tried out."""
    possible = sorted(candidate.alternatives, key=lambda option: not option.is_proposed)
    kinds = [option.kind for option in possible]
    return kinds + [option.kind for option in candidate.inapplicable]

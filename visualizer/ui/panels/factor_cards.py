"""Cards of the Factorize panel: the convolution as it is, and one for each of its forms."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel

from visualizer.bottlenecks.factorization import Alternative, Candidate, Option
from visualizer.bottlenecks.factorization.recipes import sides
from visualizer.bottlenecks.factorization.wording import (
    change_text,
    memory_text,
    nonlinear_text,
    saving_text,
    seen_text,
    spent_text,
    stride_text,
    widths_text,
)
from visualizer.costs.units import exact, human_count
from visualizer.ui.panels.factor_picture import FactorPicture
from visualizer.ui.panels.parts import ElidedText, FlowText, ShareBar, colored
from visualizer.ui.theme import Theme

_TITLE, _NORMAL, _SMALL, _SAVING = 13, 12, 11, 15
_BAR = 52
_SYMBOLS = (
    "1 MAC = a multiplication and an addition; the lecture's flop. Weights are without bias.\n"
    "“sees”: how far the inputs of one output number reach.\n"
    "Activations: H·W·m numbers between the factors have to be kept.\n"
    "m: channels between the factors; C_out: channels of the output."
)


class FactorCard(QFrame):
    """Picture, words and saving of one form; `show_option` again when the width changes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._best = False
        self._drawn = True
        self._roomy = True
        self.picture = FactorPicture(theme)
        self.words = FlowText()
        self.saving = QLabel()
        self.title = ElidedText(Qt.TextElideMode.ElideRight)
        self.bar = ShareBar(None, theme.color("success"), theme.color("border"))
        self._arrange()

    def show_original(self, candidate: Candidate, most: int) -> None:
        """The convolution as it is."""
        site, conv = candidate.site, candidate.conv
        self.picture.show_factors((conv.c_in, conv.c_out), (conv.kernel_text,), most, False)
        facts = (
            f"{exact(conv.c_in)} → {exact(conv.c_out)}", f"{human_count(site.macs)} MACs",
            f"{human_count(site.weights)} weights", f"sees {sides(site.seen)}",
        )  # fmt: skip
        self._say("as it is", facts, [], faint=False)
        self.words.setToolTip(_exact_text(site.macs, site.weights))
        self.saving.hide()
        self.bar.hide()
        self.setAccessibleName(f"{conv.node} as it is: {exact(site.macs)} MACs")

    def show_option(self, candidate: Candidate, option: Option, most: int, best: bool) -> None:
        """One form with its costs; the `best` one has a coloured edge."""
        self._best = best
        if isinstance(option, Alternative):
            self._show_alternative(candidate, option, most)
        else:
            self._drawn = False
            self.set_roomy(self._roomy)
            self.saving.hide()
            self.bar.hide()
            self._say(option.title, (), [f"Impossible: {option.reason}."], faint=True)
            self.setAccessibleName(f"{option.title}: impossible, {option.reason}")
        self.update()

    def set_roomy(self, roomy: bool) -> None:
        """Without room the words come without the picture."""
        self._roomy = roomy
        self.picture.setVisible(self._drawn and roomy)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        edge = "accent" if self._best else "border"
        painter.setPen(QPen(self._theme.color(edge), 1.5 if self._best else 1.0))
        painter.setBrush(self._theme.color("ground"))
        painter.drawRoundedRect(area, 8, 8)

    # ------------------------------------------------------------------ construction

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title, 1)
        head.addWidget(self.bar)
        head.addWidget(self.saving)
        self.bar.setFixedWidth(_BAR)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 7, 12, 8)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.picture, 0, 0, 2, 1, top)
        grid.addLayout(head, 0, 1)
        grid.addWidget(self.words, 1, 1, top)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(1, 1)

    def _show_alternative(self, candidate: Candidate, option: Alternative, most: int) -> None:
        site, faint = candidate.site, not option.is_proposed
        kernels = tuple(factor.kernel_text for factor in option.factors)
        self.picture.show_factors(option.widths, kernels, most, faint)
        facts = (
            widths_text(option), f"{human_count(option.macs)} MACs",
            f"{human_count(option.weights)} weights", seen_text(site, option), memory_text(option),
            nonlinear_text(option),
        )  # fmt: skip
        notes = [f"Not proposed: {option.discouraged}."] if faint else []
        if stride := stride_text(site, option):
            notes.append(f"{stride[0].upper()}{stride[1:]}.")
        self._say(option.title, facts, [*notes, spent_text(site, option)], faint)
        self.words.setToolTip(_exact_text(option.macs, option.weights))
        self._show_saving(option)
        proposed = "proposed" if option.is_proposed else f"not proposed, {option.discouraged}"
        self.setAccessibleName(f"{option.title}: {saving_text(option)}, {proposed}")

    def _say(self, title: str, facts: tuple[str, ...], notes: list[str], faint: bool) -> None:
        theme = self._theme
        color = theme.secondary if faint else theme.text
        self.title.setText(title)
        self.title.setStyleSheet(f"color: {color}; font-size: {_TITLE}px; font-weight: 600;")
        lines = [colored(_unbroken(facts), color, _NORMAL)] if facts else []
        lines += [colored(note, theme.secondary, _SMALL) for note in notes]
        self.words.setHtml("<br>".join(lines))

    def _show_saving(self, option: Alternative) -> None:
        theme, dearer = self._theme, option.saved_macs < 0
        role = "warning" if dearer else "success" if option.is_proposed else "secondary"
        self.saving.setText(change_text(option))
        self.saving.setToolTip(f"MACs against the original: it {saving_text(option)}.")
        self.saving.setStyleSheet(
            f"color: {getattr(theme, role)}; font-size: {_SAVING}px; font-weight: 600;"
        )
        self.bar.show_share(abs(option.saving) or None, theme.color(role))


def _unbroken(facts: tuple[str, ...]) -> str:
    """The facts in a row, each on one line as a whole."""
    return " · ".join(fact.replace(" ", "\u00a0") for fact in facts)


def _exact_text(macs: int, weights: int) -> str:
    return f"{exact(macs)} MACs, {exact(weights)} weights\n{_SYMBOLS}"

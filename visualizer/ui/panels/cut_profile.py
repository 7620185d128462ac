"""The cut profile: how many numbers can pass at each cut, from the input to the output."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from visualizer.bottlenecks import CutProfile, Finding
from visualizer.bottlenecks.findings import SEVERITIES
from visualizer.bottlenecks.tensors import Unit
from visualizer.bottlenecks.wording import parting_note, place
from visualizer.ui.panels.cut_axes import AXIS_HEIGHT
from visualizer.ui.panels.cut_words import (
    GLYPHS,
    NO_FLOW,
    cut_rows,
    minimum_color,
    severity_color,
)
from visualizer.ui.panels.parts import ElidedText, Panel, colored, tool_button
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.panels.cut_chart import CutChart

_SMALL, _NORMAL = 11, 12
_AWAY = 16
_EMPTY = (
    "Open a network to see its cut profile: how many numbers can pass at each place that all "
    "its data goes through."
)
_MEANING = (
    "{Unit} of one example that can pass at each cut, that is, where all data must go through; "
    "what comes later holds no more than the narrowest cut so far let pass."
)


class CutProfilePanel(Panel):
    """The chart, its legend, scale and unit; `picked` has the number of the cut that was
    clicked, `unit_chosen` "numbers" or "bytes".

    `marked` is the number of the selected cut, None for none.
    """

    picked = Signal(int)
    unit_chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.chart: CutChart | None = None
        self._profile: CutProfile | None = None
        self._findings: tuple[Finding, ...] = ()
        self.marked: int | None = None
        self._build_head()
        self._build_body()
        self.dress()
        self.show_bottlenecks(None, ())

    # ------------------------------------------------------------------ what is shown

    def show_bottlenecks(self, profile: CutProfile | None, findings: tuple[Finding, ...]) -> None:
        """Show a profile with its findings; None for a network that is not open or not judged."""
        self._profile, self._findings, self.marked = profile, findings, None
        shown = profile is not None and bool(profile.cuts)
        for widget in (self._head, self._meaning):
            widget.setVisible(shown)
        self.hint.setVisible(not shown)
        self.hint.setText(_EMPTY if profile is None else NO_FLOW)
        self.card.hide()
        if profile is not None and shown:
            meaning = _MEANING.format(Unit=profile.unit.capitalize())
            self._meaning.setText(f"{parting_note(profile)} {meaning}".strip())
            self._draw()
        if self.chart is not None:
            self.chart.setVisible(shown)

    def show_cut(self, number: int | None) -> None:
        """Mark cut `number` as the selected one, or none; nothing is emitted."""
        self.marked = number
        self._mark()

    def show_unit(self, unit: Unit) -> None:
        """Show what cuts are wanted in; the chart has it as soon as it is worked out."""
        self.bytes_button.setChecked(unit == "bytes")
        self.numbers_button.setChecked(unit == "numbers")

    def point(self, number: int) -> None:
        """Tell about cut `number` beside its step, or about none (-1)."""
        if self.chart is None or self._profile is None:
            return
        self.chart.point(number if number >= 0 else None)
        self.card.setVisible(number >= 0)
        if number >= 0 and self.theme is not None:
            self.card.setText(card_text(self._profile, self._findings, number, self.theme))
            self._place_card(number)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"CutProfilePanel {{ background: {theme.ground}; }}")
        self._meaning.setStyleSheet(f"color: {theme.secondary}; font-size: {_SMALL}px;")
        self.hint.setStyleSheet(f"color: {theme.secondary};")
        self.card.setStyleSheet(
            f"background: {theme.raised}; border: 1px solid {theme.strong_border};"
            " border-radius: 6px; padding: 5px 8px;"
        )
        for button in self._buttons:
            button.setStyleSheet(f"font-size: {_SMALL}px; padding: 2px 7px;")
        if self.chart is not None:
            self.chart.restyle(theme)
            self.point(-1)
        self._show_legend()

    # ------------------------------------------------------------------ construction

    def _build_head(self) -> None:
        self.legend = QLabel()
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self._build_buttons()
        self._head = QWidget()
        line = QHBoxLayout(self._head)
        line.setContentsMargins(14, 4, 12, 0)
        line.setSpacing(4)
        line.addWidget(self.legend, 1)
        for number, button in enumerate(self._buttons):
            line.addSpacing(10 if number == 2 else 0)
            line.addWidget(button)

    def _build_buttons(self) -> None:
        self.numbers_button = _choice("Numbers", "Count activations: how many numbers can pass")
        self.bytes_button = _choice("Bytes", "Count memory: numbers times the size of their dtype")
        self.log_button = _choice("Log", "Logarithmic: equal steps are equal ratios")
        self.linear_button = _choice("Linear", "Linear: heights are proportional")
        units = ((self.numbers_button, "numbers"), (self.bytes_button, "bytes"))
        for button, unit in units:
            button.clicked.connect(partial(self._choose_unit, unit))
        scales = (self.log_button, self.linear_button)
        for button in scales:
            button.clicked.connect(self._draw)
        self._buttons = (self.numbers_button, self.bytes_button, *scales)
        for pair in (self._buttons[:2], self._buttons[2:]):
            group = QButtonGroup(self)
            for button in pair:
                group.addButton(button)
            pair[0].setChecked(True)

    def _choose_unit(self, unit: str) -> None:
        self.unit_chosen.emit(unit)

    def _build_body(self) -> None:
        self.hint = QLabel()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(24, 8, 24, 8)
        self._meaning = ElidedText(Qt.TextElideMode.ElideRight)
        self._meaning.setContentsMargins(14, 0, 14, 5)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addWidget(self._head)
        self._column.addWidget(self.hint, 1)
        self._column.addWidget(self._meaning)
        self.card = QLabel(self)
        self.card.setTextFormat(Qt.TextFormat.RichText)
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def _need_chart(self) -> None:
        if self.chart is None and self.theme is not None:
            from visualizer.ui.panels.cut_chart import CutChart  # late: a third of a second

            self.chart = CutChart(self.theme)
            self.chart.pointed.connect(self.point)
            self.chart.picked.connect(self._pick)
            self._column.insertWidget(1, self.chart, 1)
            self.card.raise_()

    # ------------------------------------------------------------------ drawing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        """Nothing is drawn, and nothing imported for it, while the panel's tab is hidden."""
        if self._profile is None or not self._profile.cuts or not self.isVisible():
            return
        self._need_chart()
        if self.chart is not None:
            logarithmic = self.log_button.isChecked()
            self.chart.show_profile(self._profile, self._findings, logarithmic)
            self._mark()
            self._show_legend()

    def _mark(self) -> None:
        if self.chart is not None:
            self.chart.mark(self.marked)

    def _show_legend(self) -> None:
        if self.theme is not None:
            self.legend.setText(legend_text(self._findings, self.theme))

    def _place_card(self, number: int) -> None:
        """Beside the step, on the side with more room, and above the names of the axis."""
        if self.chart is None:
            return
        top = self.chart.mapTo(self, self.chart.top_of(number).toPoint())
        self.card.adjustSize()
        size, area = self.card.size(), self.chart.geometry()
        left = top.x() + _AWAY if top.x() < self.width() / 2 else top.x() - _AWAY - size.width()
        lowest = area.bottom() - AXIS_HEIGHT - size.height()
        down = max(min(max(top.y() - size.height() // 2, area.top()), lowest), 2)
        self.card.move(QPoint(max(left, 4), down))

    def _pick(self, number: int) -> None:
        if self._profile is not None:
            self.picked.emit(number)


def _choice(text: str, why: str) -> QToolButton:
    """One of two buttons of which one is pressed."""
    button = tool_button("", why, text)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def legend_text(findings: tuple[Finding, ...], theme: Theme) -> str:
    """The lines and the symbols that the chart has, in one line of HTML."""
    entries = [
        ("━━", theme.accent, "can pass here"),
        ("━━", minimum_color(theme).name(), "narrowest so far"),
        ("╌╌", theme.secondary, "input"),
    ]
    present = {finding.severity for finding in findings}
    for severity in SEVERITIES:
        if severity in present:
            entries.append((GLYPHS[severity], severity_color(severity, theme).name(), severity))
    return " &nbsp;&nbsp; ".join(
        f"{colored(glyph, color, _NORMAL)}&nbsp;{colored(text, theme.secondary, _SMALL)}"
        for glyph, color, text in entries
    )


def card_text(profile: CutProfile, findings: tuple[Finding, ...], number: int, theme: Theme) -> str:
    """What is known about a cut, and what was found there."""
    rows = "".join(
        f'<tr><td style="padding-right:8px">{colored(symbol, theme.secondary, _SMALL)}</td>'
        f'<td align="right" style="padding-right:8px"><b>{colored(value, theme.text, _SMALL)}</b>'
        f"</td><td>{colored(remark, theme.secondary, _SMALL)}</td></tr>"
        for symbol, value, remark in cut_rows(profile, number)
    )
    name = f'<b style="font-size:{_NORMAL}px">{escape(place(profile.cuts[number]))}</b>'
    found = "".join(
        f"<br>{colored(f'{GLYPHS[f.severity]} {f.severity}', _worded(f, theme), _SMALL)}"
        f" {colored(f.title, theme.text, _SMALL)}"
        for f in findings
        if f.cut == number
    )
    return f"{name}{found}<table cellspacing='0' cellpadding='0'>{rows}</table>"


def _worded(finding: Finding, theme: Theme) -> str:
    return severity_color(finding.severity, theme).name()

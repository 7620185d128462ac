"""Which architecture? What known networks cost and achieve, with the lecture's advice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QLinearGradient, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.costs.published import (
    ADVICE,
    ADVICE_SOURCE,
    Published,
    Recipe,
    advised_for,
    chosen,
)
from visualizer.costs.units import human_count
from visualizer.session.comparison import Comparison
from visualizer.session.network import OpenNetwork
from visualizer.ui.canvas.marks import heat_ramp
from visualizer.ui.panels.parts import FlowText, Panel, colored, text_of, theme_now
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.comparison.accuracy_plot import AccuracyPlot, OwnNetwork, Upwards

_RAMP = (96, 9)
_SIZE = (900, 660)
_WAITING = "Looking up the published accuracies …"
_HINT = (
    "Point at a dot to read it. Larger: more accurate. "
    "Outlined: the families that the lecture advises."
)
_LINE = "On the line: nothing as cheap is more accurate."
_SOURCE = (
    "ImageNet-1K top-1 as torchvision publishes it for its weights, with their MACs and "
    "parameters. Other training or a larger picture changes accuracy too, not only the network."
)
_UPWARDS = (("Parameters, MACs", "params"), ("Accuracy, MACs", "top1"))
_RECIPES = (("First weights", "first"), ("Best weights", "best"))
_RECIPE_TIP = (
    "First: mostly trained alike, so that networks are compared. Best: newer training, larger "
    "pictures or more data, so that what can be had is compared."
)


class AccuracyPanel(Panel):
    """A scatter of published networks, those that are compared ringed, and the advice.

    `wanted` asks for the published figures when the panel is first seen.
    """

    wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.plot: AccuracyPlot | None = None
        self._entries: tuple[Published, ...] = ()
        self._networks: tuple[tuple[str, OpenNetwork], ...] = ()
        self._build()
        self.dress()

    def show_published(self, entries: tuple[Published, ...]) -> None:
        """Take the published figures."""
        self._entries = entries
        self._draw()

    def show_networks(self, networks: Sequence[tuple[str, OpenNetwork]]) -> None:
        """Ring these networks, at their own figures."""
        self._networks = tuple(networks)
        self._draw()

    def show_comparison(self, comparison: Comparison) -> None:
        """Ring those that are compared."""
        self.show_networks(tuple(zip(comparison.names, comparison.networks, strict=True)))

    def shown(self) -> tuple[Published, ...]:
        """The entries that are drawn: one a network."""
        return chosen(self._entries, cast(Recipe, self.recipe_box.currentData()))

    def restyle(self, theme: Theme) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(
            f"AccuracyPanel {{ background: {theme.ground}; }}"
            f"QFrame#advice {{ background: {theme.accent_soft}; border-radius: 8px; }}"
        )
        self.waiting.setStyleSheet(f"color: {theme.secondary};")
        self.advice.setHtml(_advice_html(theme))
        if self.plot is not None:
            self.plot.restyle(theme)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.wanted.emit()
        self._draw()

    # ------------------------------------------------------------------ construction

    def _build(self) -> None:
        self.upwards_box = _box(_UPWARDS, "What stands upwards")
        self.recipe_box = _box(_RECIPES, "Which weights")
        self.recipe_box.setToolTip(_RECIPE_TIP)
        for box in (self.upwards_box, self.recipe_box):
            box.currentIndexChanged.connect(lambda _: self._draw())
        self.waiting = QLabel(_WAITING)
        self.waiting.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.reading = text_of(_HINT, "secondary")
        self.reading.setWordWrap(True)
        self.reading.setMinimumHeight(2 * self.reading.fontMetrics().lineSpacing() + 2)
        self.reading.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._card = QFrame()
        self._card.setObjectName("advice")
        inside = QVBoxLayout(self._card)
        inside.setContentsMargins(12, 9, 12, 9)
        self.advice = FlowText()
        inside.addWidget(self.advice)
        source = text_of(_SOURCE, "secondary")
        source.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(14, 10, 14, 12)
        self._column.setSpacing(8)
        self._column.addLayout(self._head())
        self._column.addWidget(self.waiting, 1)
        for widget in (self.reading, self._card, source):
            self._column.addWidget(widget)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.upwards_box)
        head.addWidget(self.recipe_box)
        head.addStretch(1)
        head.addWidget(Ramp())
        return head

    # ------------------------------------------------------------------ drawing

    def _draw(self) -> None:
        """Nothing is drawn, nor imported for it, while the panel cannot be seen."""
        if not self.isVisible() or not self._entries:
            return
        from visualizer.ui.comparison.accuracy_plot import AccuracyPlot  # late: pyqtgraph

        if self.plot is None:
            self.plot = AccuracyPlot(theme_now())
            self.plot.pointed.connect(self._point)
            self._column.replaceWidget(self.waiting, self.plot)
            self._column.setStretchFactor(self.plot, 1)
            self.waiting.hide()
        upwards = cast("Upwards", self.upwards_box.currentData())
        self.plot.show_entries(self.shown(), self._own(), upwards)
        self._point(-1)

    def _own(self) -> list[OwnNetwork]:
        from visualizer.ui.comparison.accuracy_plot import OwnNetwork

        top1 = {entry.network: entry.top1 for entry in self.shown()}
        return [
            OwnNetwork(
                name, network.report.totals.params, network.report.totals.macs,
                top1.get(network.source.location) if network.source.kind == "torchvision" else None,
            )
            for name, network in self._networks
        ]  # fmt: skip

    def _point(self, number: int) -> None:
        if number < 0 or self.plot is None:
            on_line = self.upwards_box.currentData() == "top1"
            self.reading.setText(f"{_HINT} {_LINE}" if on_line else _HINT)
            return
        self.reading.setText(entry_text(self.plot.entries[number]))


class AccuracyDialog(QDialog):
    """The panel in a window of its own."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Which architecture?")
        self.panel = AccuracyPanel()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.resize(*_SIZE)


class Ramp(QWidget):
    """The colours from least to most accurate, with the accuracies at their ends."""

    def __init__(self) -> None:
        super().__init__()
        self.setToolTip("Colour and size of a dot: its top-1 accuracy")
        self.setAccessibleName("Colours: 55 to 89 % top-1")
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(_RAMP[0] + 2 * 36, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), theme_now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = _RAMP
        box = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
        gradient = QLinearGradient(box.topLeft(), box.topRight())
        colors = heat_ramp(theme)
        for number, color in enumerate(colors):
            gradient.setColorAt(number / (len(colors) - 1), color)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(box, 3, 3)
        painter.setPen(theme.color("secondary"))
        middle = Qt.AlignmentFlag.AlignVCenter
        whole = QRectF(self.rect())
        painter.drawText(whole, middle | Qt.AlignmentFlag.AlignLeft, "55 %")
        painter.drawText(whole, middle | Qt.AlignmentFlag.AlignRight, "89 %")


def entry_text(entry: Published) -> str:
    """All that is published of one network."""
    advised = advised_for(entry.network)
    hint = f" The lecture's choice for {advised}." if advised else ""
    side = f" at {entry.side}×{entry.side}" if entry.side else ""
    return (
        f"{entry.network}: {entry.top1:.1f} % top-1, {entry.top5:.1f} % top-5, "
        f"{human_count(entry.params)} parameters, {human_count(entry.macs)} MACs{side} "
        f"({entry.weights}).{hint}"
    )


def _advice_html(theme: Theme) -> str:
    lines = [
        f"<b>{colored(when, theme.text)}:</b> {colored(what, theme.text)}" for when, what in ADVICE
    ]
    return colored(ADVICE_SOURCE, theme.secondary, 11) + "<br>" + "<br>".join(lines)


def _box(choices: Sequence[tuple[str, str]], name: str) -> QComboBox:
    box = QComboBox()
    box.setAccessibleName(name)
    for title, value in choices:
        box.addItem(title, value)
    return box

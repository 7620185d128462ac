"""The scaling explorer: what more depth, width and resolution would cost."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks.principles.scaling import (
    TWICE_BY_BOTH,
    TWICE_BY_DEPTH,
    TWICE_BY_WIDTH,
    TWICE_THE_FILTERS,
    Amounts,
    Scale,
    compound,
)
from visualizer.costs.units import exact, human_count
from visualizer.ui.panels.evidence_card import Card, quiet
from visualizer.ui.panels.parts import (
    ShareBar,
    paint_share,
    theme_now,
    tool_button,
)

_STEPS = 64  # of a slider for each doubling
_DOUBLINGS = 2  # factors go from 1/4 to 4
_PHI_STEPS, _LARGEST_PHI = 10, 7
_SMALL = 11
_SIDE_BY_SIDE, _SLIDER_HEIGHT, _LEAST_SLIDER = 440, 20, 96
_NARROWEST = 330
_MEANING = (
    "What the network would take with more or less depth (d), width (w) and resolution (r): "
    "estimates, exact only where every layer scales alike"
)
_FACTORS = (
    ("depth", "Depth d", "d: how many times as many layers"),
    ("width", "Width w", "w: how many times as many channels in every layer"),
    ("resolution", "Resolution r", "r: how many times as many pixels per side of the input"),
)
_PHI = (
    "φ: EfficientNet's compound scaling: depth 1.2^φ, width 1.1^φ and resolution 1.15^φ together, "
    "about 2^φ times the MACs"
)
_PRESETS = (
    ("As it is", Scale(), "Back to the network as it is"),
    ("d ×2", TWICE_BY_DEPTH, "Twice the MACs by depth alone"),
    ("w ×1.41", TWICE_BY_WIDTH, "Twice the MACs by width alone"),
    ("d, w ×1.26", TWICE_BY_BOTH, "Twice the MACs by depth and width in parallel"),
    ("w ×2", TWICE_THE_FILTERS, "All filter banks doubled: four times MACs and parameters"),
)
_RESULTS = (
    ("macs", "MACs", "Multiply-accumulates of one pass, ~ d·w²·r²"),
    ("params", "Parameters", "Weights to learn and to store, ~ d·w²"),
    ("activations", "Activations", "Numbers computed in one pass, ~ d·w·r²"),
)


class ScalingExplorer(Card):
    """Sliders for `scale` and what `scale` would make of the network; `scaled` on each change.

    `phi` is set while the scale is EfficientNet's compound one.
    """

    scaled = Signal()

    def __init__(self) -> None:
        super().__init__("Scaling explorer", _MEANING)
        self.summary.setText("estimates against now")
        self.summary.setToolTip(_MEANING)
        self.scale = Scale()
        self.phi: float | None = 0.0
        self._now: Amounts | None = None
        self.results: dict[str, Result] = {}
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._body.setSpacing(8)
        self._body.addLayout(self._sliders(), 6)
        self._body.addLayout(self._results(), 5)
        self.column.addLayout(self._presets())
        self.column.addLayout(self._body)
        self.column.addStretch(1)
        self._show()

    def show_amounts(self, now: Amounts) -> None:
        """Start from what a network takes now."""
        self._now = now
        self.set_scale(Scale())

    def set_scale(self, scale: Scale, phi: float | None = None) -> None:
        """Scale by these factors; `phi` when they are compound."""
        self.scale = scale
        self.phi = 0.0 if scale == Scale() else phi
        self._show()
        self.scaled.emit()

    def restyle(self) -> None:
        """Draw the presets' outlines in the colours of the theme."""
        theme = theme_now()
        for button in self.presets:
            button.setStyleSheet(
                f"QToolButton {{ font-size: {_SMALL}px; padding: 2px 5px;"
                f" border: 1px solid {theme.border}; }}"
                f"QToolButton:hover, QToolButton:focus {{ border-color: {theme.accent}; }}"
            )

    def minimumSizeHint(self) -> QSize:
        """Side by side its parts need more room than one below the other: it has to let go of it
        to be arranged anew."""
        least = super().minimumSizeHint()
        return QSize(min(least.width(), _NARROWEST), least.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= _SIDE_BY_SIDE
        direction = QBoxLayout.Direction
        self._body.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._body.setSpacing(24 if wide else 8)

    # ------------------------------------------------------------------ construction

    def _presets(self) -> QHBoxLayout:
        line = QHBoxLayout()
        line.setSpacing(4)
        self.presets: list[QToolButton] = []
        for text, scale, meaning in _PRESETS:
            button = tool_button("", meaning, text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self._preset, scale))
            self.presets.append(button)
            line.addWidget(button)
        line.addStretch(1)
        return line

    def _preset(self, scale: Scale) -> None:
        self.set_scale(scale)

    def _sliders(self) -> QGridLayout:
        self.sliders: dict[str, QSlider] = {}
        self.values: dict[str, QLabel] = {}
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        reach = _STEPS * _DOUBLINGS
        for row, (name, text, meaning) in enumerate(_FACTORS):
            slid = partial(self._slid, name)
            self._add_slider(grid, row, name, text, meaning, (-reach, reach), slid)
        phi = (0, _LARGEST_PHI * _PHI_STEPS)
        self._add_slider(grid, len(_FACTORS), "phi", "Compound φ", _PHI, phi, self._slid_phi)
        grid.setColumnStretch(1, 1)
        return grid

    def _add_slider(
        self,
        grid: QGridLayout,
        row: int,
        name: str,
        text: str,
        meaning: str,
        reach: tuple[int, int],
        slid: Callable[[int], None],
    ) -> None:
        slider, value = QSlider(Qt.Orientation.Horizontal), QLabel()
        slider.setRange(*reach)
        slider.setPageStep(reach[1] // 8)
        slider.setMinimumSize(_LEAST_SLIDER, _SLIDER_HEIGHT)
        slider.setToolTip(meaning)
        slider.setAccessibleName(meaning)
        slider.valueChanged.connect(slid)
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setMinimumWidth(value.fontMetrics().horizontalAdvance("×0.000"))
        grid.addWidget(quiet(text, meaning), row, 0)
        grid.addWidget(slider, row, 1)
        grid.addWidget(value, row, 2)
        self.sliders[name], self.values[name] = slider, value

    def _results(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setContentsMargins(0, 3, 0, 0)
        column.setSpacing(4)
        for name, text, meaning in _RESULTS:
            self.results[name] = Result(text, meaning)
            column.addWidget(self.results[name])
        return column

    # ------------------------------------------------------------------ what happens

    def _slid(self, name: str, position: int) -> None:
        """Only this factor changes: the others keep their exact values."""
        self.set_scale(msgspec.structs.replace(self.scale, **{name: 2 ** (position / _STEPS)}))

    def _slid_phi(self, position: int) -> None:
        phi = position / _PHI_STEPS
        self.set_scale(compound(phi), phi)

    def _show(self) -> None:
        for name, slider in self.sliders.items():
            with QSignalBlocker(slider):
                slider.setValue(self._position(name))
        for name, _, _ in _FACTORS:
            self.values[name].setText(f"×{getattr(self.scale, name):.2f}")
        self.values["phi"].setText("–" if self.phi is None else f"{self.phi:.1f}")
        if self._now is not None:
            then = self.scale.applied(self._now)
            for name, result in self.results.items():
                result.show_numbers(getattr(self._now, name), getattr(then, name))

    def _position(self, name: str) -> int:
        if name == "phi":
            return round((self.phi or 0) * _PHI_STEPS)
        return round(_STEPS * math.log2(getattr(self.scale, name)))


class Result(QWidget):
    """One amount now and then: numbers, the factor, and two bars to compare."""

    def __init__(self, name: str, meaning: str) -> None:
        super().__init__()
        self._name = name
        self.setToolTip(meaning)
        self.text = QLabel()
        self.factor = QLabel()
        self._now, self._then = _Bar("faint"), _Bar("accent")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        grid.addWidget(quiet(name, meaning), 0, 0)
        grid.addWidget(self.text, 0, 1, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self.factor, 0, 2, Qt.AlignmentFlag.AlignRight)
        grid.addWidget(self._now, 1, 0, 1, 3)
        grid.addWidget(self._then, 2, 0, 1, 3)
        grid.setColumnStretch(1, 1)
        self.factor.setMinimumWidth(self.factor.fontMetrics().horizontalAdvance("×000.00"))
        self.factor.setAlignment(Qt.AlignmentFlag.AlignRight)

    def show_numbers(self, now: int, then: int) -> None:
        """Now, and what it would become."""
        largest = max(now, then, 1)
        self.text.setText(f"{human_count(now)} → {human_count(then)}")
        self.text.setToolTip(f"{exact(now)} now, about {exact(then)} then")
        self.factor.setText(f"×{then / now:.2f}" if now else "")
        self.setAccessibleName(f"{self._name}: {exact(now)} now, about {exact(then)} then")
        for bar, number in ((self._now, now), (self._then, then)):
            bar.share = number / largest
            bar.update()


class _Bar(ShareBar):
    """A bar in a colour of the theme that is worn now."""

    def __init__(self, role: str) -> None:
        theme = theme_now()
        super().__init__(0.0, theme.color(role), theme.color("border"))
        self._role = role

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = theme_now(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme.color(self._role), theme.color("border")
        paint_share(painter, QRectF(self.rect()), self.share, *colors)

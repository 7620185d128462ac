"""The dialog beside the findings that moves the limits they are judged by, with live effect."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks.thresholds import DEFAULTS, MEANINGS, Thresholds, with_threshold

_DECIMALS = 3
_STEP = 0.01
_STEPS = 1000
_WIDTH = 640
_SYMBOLS = {
    "β": "β: width of the place ÷ the narrowest place before it, the input included",
    "ν": "ν: width of the place ÷ the widest place after it",
    "λ": "λ: width of the place ÷ the smaller of the widest before and the widest after",
    "MACs": "share of the network's multiply-adds that are done by then",
}
_ABOUT = (
    "A narrow place is judged by ratios of how many numbers can pass. The smaller a limit, the "
    "fewer places are warned of. The findings follow at once, nothing is loaded again."
)


class ThresholdsDialog(QDialog):
    """One row a limit; `changed` has the Thresholds that are wanted."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Thresholds of the findings")
        self.setMinimumWidth(_WIDTH)
        self.boxes: dict[str, QDoubleSpinBox] = {}
        self.sliders: dict[str, QSlider] = {}
        self._thresholds = DEFAULTS
        self._build()
        self.show_thresholds(DEFAULTS)

    def show_thresholds(self, thresholds: Thresholds) -> None:
        """Put the limits into the fields; nothing is emitted."""
        self._thresholds = thresholds
        for name, box in self.boxes.items():
            value, slider = getattr(thresholds, name), self.sliders[name]
            for field in (box, slider):
                field.blockSignals(True)
            box.setValue(value)
            slider.setValue(round(value * _STEPS))
            for field in (box, slider):
                field.blockSignals(False)
        self.reset_button.setEnabled(thresholds != DEFAULTS)

    def show_counts(self, counts: list[str], judged: bool) -> None:
        """Say what is found with these limits; `judged`: there is a network to judge."""
        found = "  ·  ".join(counts) or "no finding"
        self.effect.setText(f"Now: {found}" if judged else "No network is open.")

    def _build(self) -> None:
        about = QLabel(_ABOUT)
        about.setWordWrap(True)
        about.setProperty("role", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(14)
        column.addWidget(about)
        column.addLayout(self._rows())
        self.effect = QLabel()
        self.effect.setProperty("role", "heading")
        column.addWidget(self.effect)
        column.addStretch(1)
        column.addWidget(self._buttons())

    def _rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(4, 1)
        group = ""
        for row, (name, meaning) in enumerate(MEANINGS.items()):
            first = QLabel(meaning.group if meaning.group != group else "")
            first.setStyleSheet("font-weight: 600;")
            group = meaning.group
            grid.addWidget(first, row, 0)
            symbol = QLabel(f"{meaning.symbol} {meaning.relation}")
            symbol.setToolTip(_SYMBOLS[meaning.symbol])
            grid.addWidget(symbol, row, 1)
            self._add_fields(grid, row, name)
            decides = QLabel(meaning.decides)
            decides.setProperty("role", "secondary")
            decides.setWordWrap(True)
            decides.setToolTip(meaning.reason)
            grid.addWidget(decides, row, 4)
        return grid

    def _add_fields(self, grid: QGridLayout, row: int, name: str) -> None:
        """A slider to sweep and a box to be exact, for the same limit."""
        meaning = MEANINGS[name]
        said = f"{meaning.group}: {meaning.symbol} {meaning.relation}, {meaning.decides}"
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, _STEPS)
        slider.setPageStep(_STEPS // 20)
        slider.setFixedWidth(110)
        slider.valueChanged.connect(lambda at: self._set(name, at / _STEPS))
        box = QDoubleSpinBox()
        box.setRange(0.0, 1.0)
        box.setDecimals(_DECIMALS)
        box.setSingleStep(_STEP)
        box.setKeyboardTracking(False)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.setFixedWidth(92)
        box.valueChanged.connect(partial(self._set, name))
        for column, field in ((2, slider), (3, box)):
            field.setAccessibleName(said)
            field.setToolTip(f"{_SYMBOLS[meaning.symbol]}\n{_default(name)}")
            grid.addWidget(field, row, column)
        self.boxes[name], self.sliders[name] = box, slider

    def _buttons(self) -> QDialogButtonBox:
        standard = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(standard.RestoreDefaults | standard.Close)
        self.reset_button = buttons.button(standard.RestoreDefaults)
        self.reset_button.setText("Reset")
        self.reset_button.clicked.connect(lambda: self.changed.emit(DEFAULTS))
        buttons.rejected.connect(self.close)
        for button in (self.reset_button, buttons.button(standard.Close)):
            button.setAutoDefault(False)  # Return in a field sets the limit, no more
        return buttons

    def _set(self, name: str, value: float) -> None:
        """Ask for one limit; the default where it is the default to as many decimals."""
        default = getattr(DEFAULTS, name)
        exact = default if round(default, _DECIMALS) == round(value, _DECIMALS) else value
        self.changed.emit(with_threshold(self._thresholds, name, exact))


def _default(name: str) -> str:
    return f"Default: {getattr(DEFAULTS, name):.3g}\n{MEANINGS[name].reason}".strip()

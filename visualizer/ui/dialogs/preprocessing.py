"""The dialog that shows, and changes, how a picture becomes the network's input."""

from __future__ import annotations

from typing import Literal

import msgspec
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from visualizer.sources import Preprocessing
from visualizer.ui.panels.parts import pad_editor

_INTERPOLATIONS: tuple[Literal["nearest", "bilinear", "bicubic"], ...] = (
    "nearest",
    "bilinear",
    "bicubic",
)
_LARGEST = 4096
CHANGED = "changed by hand"
_DECIMALS = 5


class PreprocessingDialog(QDialog):
    """Starts with `current`; Reset goes back to `own`, the network's."""

    def __init__(
        self, parent: QWidget | None, current: Preprocessing, own: Preprocessing | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Preprocessing")
        self._own = own or current
        self._start = current
        self._build_fields(len(current.mean))
        self._arrange()
        self.show_preprocessing(current)

    def preprocessing(self) -> Preprocessing:
        """What the fields say; its origin is kept while nothing was changed."""
        chosen = Preprocessing(
            resize=self.resize_box.value(),
            crop=(self.crop_height.value(), self.crop_width.value()),
            mean=tuple(box.value() for box in self.mean_boxes),
            std=tuple(box.value() for box in self.std_boxes),
            interpolation=_INTERPOLATIONS[self.interpolation_box.currentIndex()],
            origin=CHANGED,
        )
        for known in (self._own, self._start):
            if msgspec.structs.replace(chosen, origin=known.origin) == _rounded(known):
                return known
        return chosen

    def show_preprocessing(self, shown: Preprocessing) -> None:
        """Put numbers into the fields."""
        self.resize_box.setValue(shown.resize)
        self.crop_height.setValue(shown.crop[0])
        self.crop_width.setValue(shown.crop[1])
        self.interpolation_box.setCurrentIndex(_INTERPOLATIONS.index(shown.interpolation))
        for boxes, values in ((self.mean_boxes, shown.mean), (self.std_boxes, shown.std)):
            for box, value in zip(boxes, values, strict=True):
                box.setValue(value)
        self._show_origin()

    def _build_fields(self, channels: int) -> None:
        self.resize_box, self.crop_height, self.crop_width = (_pixels() for _ in range(3))
        self.resize_box.setToolTip("Length of the picture's shorter side")
        self.interpolation_box = QComboBox()
        self.interpolation_box.addItems(_INTERPOLATIONS)
        self.mean_boxes = [_decimal(-10.0) for _ in range(channels)]
        self.std_boxes = [_decimal(0.0001) for _ in range(channels)]
        self.crop_height.setAccessibleName("Height of the crop")
        self.crop_width.setAccessibleName("Width of the crop")
        for number, (mean, std) in enumerate(zip(self.mean_boxes, self.std_boxes, strict=True), 1):
            mean.setAccessibleName(f"Mean of channel {number}")
            std.setAccessibleName(f"Standard deviation of channel {number}")
        self.origin = QLabel()
        self.origin.setWordWrap(True)
        self.origin.setProperty("role", "secondary")
        for box in (self.resize_box, self.crop_height, self.crop_width):
            box.valueChanged.connect(lambda _: self._show_origin())
        for decimal in (*self.mean_boxes, *self.std_boxes):
            decimal.valueChanged.connect(lambda _: self._show_origin())
        self.interpolation_box.currentIndexChanged.connect(lambda _: self._show_origin())

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(9)
        form.addRow("Shorter side", self.resize_box)
        form.addRow("Crop, height × width", _row(self.crop_height, QLabel("×"), self.crop_width))
        form.addRow("Interpolation", self.interpolation_box)
        form.addRow("Mean", _row(*self.mean_boxes))
        form.addRow("Standard deviation", _row(*self.std_boxes))
        form.addRow("From", self.origin)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Reset)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.reset_button = buttons.button(kinds.Reset)
        self.reset_button.clicked.connect(lambda: self.show_preprocessing(self._own))
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(14)
        column.addLayout(form)
        column.addStretch(1)
        column.addWidget(buttons)

    def _show_origin(self) -> None:
        chosen = self.preprocessing()
        self.origin.setText(chosen.origin)
        self.reset_button.setEnabled(chosen != self._own)


def _rounded(shown: Preprocessing) -> Preprocessing:
    """As the fields can hold it."""
    mean = tuple(round(value, _DECIMALS) for value in shown.mean)
    std = tuple(round(value, _DECIMALS) for value in shown.std)
    return msgspec.structs.replace(shown, mean=mean, std=std)


def _pixels() -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, _LARGEST)
    box.setSuffix(" px")
    pad_editor(box)
    return box


def _decimal(least: float) -> QDoubleSpinBox:
    box = QDoubleSpinBox()
    box.setDecimals(_DECIMALS)
    box.setRange(least, 1000.0)
    box.setSingleStep(0.01)
    pad_editor(box)
    return box


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return row

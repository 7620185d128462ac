"""The dialog that asks how the drawing is written: format, part, ground and size."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from PySide6.QtCore import QSizeF
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from visualizer.ui.panels.parts import pad_editor

FORMATS = {
    ".png": "PNG picture",
    ".svg": "SVG drawing, with text that can be edited",
    ".pdf": "PDF, with text that can be searched",
    ".json": "JSON: the whole graph, all that is known of it",
    ".dot": "DOT for Graphviz, folded as it is shown",
    ".graphml": "GraphML for yEd and Gephi, folded as it is shown",
}
PICTURES = (".png", ".svg", ".pdf")
_GROUNDS = {"light": "White", "screen": "As on the screen"}
_PARTS = {False: "The whole drawing", True: "What is seen now"}


class ExportChoice(msgspec.Struct, frozen=True):
    """`suffix` of the file, `seen` only what is in view, `ground` "light" or "screen", `scale`
    PNG pixels a pixel of the drawing."""

    suffix: str
    seen: bool
    ground: str
    scale: float


class ExportDialog(QDialog):
    """`size_of(seen)` is how large the drawing is in its own pixels."""

    def __init__(self, parent: QWidget | None, suffix: str, size_of: Callable[[bool], QSizeF]):
        super().__init__(parent)
        self.setWindowTitle("Export the drawing")
        self._size_of = size_of
        self.format_box = _choices(FORMATS, "Format")
        self.part_box = _choices(_PARTS, "Part")
        self.ground_box = _choices(_GROUNDS, "Ground")
        self.scale_box = QDoubleSpinBox()
        self.scale_box.setRange(0.1, 20.0)
        self.scale_box.setSingleStep(0.5)
        self.scale_box.setValue(2.0)
        self.scale_box.setSuffix(" ×")
        self.scale_box.setAccessibleName("Scale")
        pad_editor(self.scale_box)
        self.size_text = QLabel()
        self.size_text.setProperty("role", "secondary")
        self._arrange()
        self.format_box.setCurrentIndex(self.format_box.findData(suffix))
        for box in (self.format_box, self.part_box):
            box.currentIndexChanged.connect(lambda _: self._refresh())
        self.scale_box.valueChanged.connect(lambda _: self._refresh())
        self._refresh()

    def choice(self) -> ExportChoice:
        """What the fields say."""
        return ExportChoice(
            self.format_box.currentData(), self.part_box.currentData(),
            self.ground_box.currentData(), self.scale_box.value(),
        )  # fmt: skip

    def _arrange(self) -> None:
        self._form = QFormLayout()
        self._form.setVerticalSpacing(9)
        self._form.addRow("Format", self.format_box)
        self._form.addRow("Part", self.part_box)
        self._form.addRow("Ground", self.ground_box)
        self._form.addRow("Scale", self.scale_box)
        self._form.addRow("", self.size_text)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Save | kinds.Cancel)
        buttons.button(kinds.Save).setText("Save as…")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addLayout(self._form)
        column.addStretch(1)
        column.addWidget(buttons)
        self.resize(440, 260)

    def _refresh(self) -> None:
        """Only what the format needs, and how large a picture becomes."""
        suffix: str = self.format_box.currentData()
        for box in (self.part_box, self.ground_box):
            self._form.setRowVisible(box, suffix in PICTURES)
        for only_png in (self.scale_box, self.size_text):
            self._form.setRowVisible(only_png, suffix == ".png")
        size = self._size_of(self.part_box.currentData()) * self.scale_box.value()
        self.size_text.setText(f"{round(size.width()):,} × {round(size.height()):,} pixels")


def _choices(entries: dict[str, str] | dict[bool, str], name: str) -> QComboBox:
    box = QComboBox()
    for key, text in entries.items():
        box.addItem(text, key)
    box.setAccessibleName(name)
    return box

"""What costs are shown for: the button in the tool bar, and what opens below it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QRadioButton,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from visualizer.costs.settings import (
    DTYPES,
    LARGEST_BATCH,
    LARGEST_SIDE,
    CostSettings,
    Counting,
    Headline,
    batch_of,
    resolution_of,
    settings_text,
)
from visualizer.graph.retyping import WEIGHT_ONLY, WEIGHT_PRECISIONS
from visualizer.sources import InputSpec

BATCHES = tuple(sorted({*(2**k for k in range(11)), *(3 * 2**k for k in range(9))}))
"""Where the slider stops: 1, 2, 3, 4, 6, 8, 12 ... 1024."""

_NO_BATCH = "The inputs of this network have no batch in common"
_ALL_PRECISION = "Weights, buffers and activations are all of this precision."
_WEIGHTS_ONLY = "Memory only: biases, norms and activations stay; scales are not counted."
_NARROWEST, _FORM_WIDTH = 64, 430


class CostSettingsForm(QFrame):
    """Everything that can be chosen; `chosen` has the settings, in bursts at most once a round
    of the event loop, however fast the slider is dragged."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("costSettings")
        self.setFixedWidth(_FORM_WIDTH)
        self.settings = CostSettings()
        self._inputs: tuple[InputSpec, ...] = ()
        self._telling = True
        self._burst = QTimer(self)
        self._burst.setSingleShot(True)
        self._burst.timeout.connect(lambda: self.chosen.emit(self.settings))
        self._build_fields()
        self._arrange()
        self._connect()

    def show_settings(self, settings: CostSettings, inputs: Sequence[InputSpec]) -> None:
        """Show `settings` of a network with `inputs` as opened, without telling anybody."""
        self._telling = False
        self.settings, self._inputs = settings, tuple(inputs)
        self._show_batch(settings.batch or batch_of(inputs))
        self._show_resolution(settings.resolution or resolution_of(inputs))
        own = next((spec.dtype for spec in inputs), "")
        self.dtype.setItemText(0, f"As opened ({own})" if own else "As opened")
        self.dtype.setCurrentIndex(max(0, self.dtype.findData(settings.dtype)))
        weights_only = settings.dtype in WEIGHT_PRECISIONS
        self.dtype_note.setText(_WEIGHTS_ONLY if weights_only else _ALL_PRECISION)
        self.dtype_note.setToolTip(f"Weight-only quantization: {WEIGHT_ONLY}")
        self.units[settings.headline].setChecked(True)
        for name, box in self.counted.items():
            box.setChecked(getattr(settings.counting, name))
        self.reset.setEnabled(settings != CostSettings())
        self._telling = True

    def _show_batch(self, batch: int | None) -> None:
        for field in (self.slider, self.batch):
            field.setEnabled(batch is not None)
            field.setToolTip("Examples in the input" if batch is not None else _NO_BATCH)
        if batch is not None:
            self.batch.setValue(batch)
            nearest = min(range(len(BATCHES)), key=lambda k: abs(BATCHES[k] - batch))
            self.slider.setValue(nearest)

    def _show_resolution(self, sides: tuple[int, int] | None) -> None:
        for field in (self.height_box, self.width_box):
            field.setEnabled(sides is not None)
        if sides is not None:
            self.height_box.setValue(sides[0])
            self.width_box.setValue(sides[1])

    # ------------------------------------------------------------------ construction

    def _build_fields(self) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(BATCHES) - 1)
        self.slider.setPageStep(2)
        self.slider.setAccessibleName("Batch size")
        self.batch = _number(LARGEST_BATCH, "Batch size, exactly")
        self.height_box = _number(LARGEST_SIDE, "Height of the input in pixels")
        self.width_box = _number(LARGEST_SIDE, "Width of the input in pixels")
        self.dtype = QComboBox()
        self.dtype.setAccessibleName("Precision")
        self.dtype.addItem("As opened", "")
        for dtype in DTYPES:
            quantized = dtype in WEIGHT_PRECISIONS
            self.dtype.addItem(f"{dtype} weights" if quantized else dtype, dtype)
        self.dtype_note = _small_text("")
        self.units: dict[Headline, QRadioButton] = {
            "macs": QRadioButton("MACs"), "flops": QRadioButton("FLOPs = 2 × MACs"),
        }  # fmt: skip
        self.units["macs"].setToolTip("A multiplication and the addition after it count once")
        self.units["flops"].setToolTip("The multiplication and the addition count one each")
        self._unit_group = QButtonGroup(self)
        for button in self.units.values():
            self._unit_group.addButton(button)
        self.counted = {
            "pooling": _box("Pooling", "C·H'·W' windows of K·K numbers, as in the lecture"),
            "norm": _box(
                "Norms",
                "Operations per element: batch norm 2 (1 without γ and β), other norms 5 (4), "
                "as fvcore counts them",
            ),
            "elementwise": _box(
                "Elementwise",
                "One per output element of an activation, addition or other elementwise op",
            ),
        }
        self.reset = QPushButton("Reset")
        self.reset.setToolTip("Costs of the network as it was opened")

    def _arrange(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(10)
        grid.setColumnStretch(1, 1)
        title = QLabel("Costs for")
        title.setProperty("role", "heading")
        grid.addWidget(title, 0, 0, 1, 2)
        rows: tuple[tuple[str, QLayout | QWidget], ...] = (
            ("Batch", _row(self.slider, self.batch)),
            ("Input", _row(self.height_box, QLabel("×"), self.width_box, QLabel("pixels"), None)),
            ("Precision", self.dtype),
            ("", self.dtype_note),
            ("Arithmetic in", _row(*self.units.values(), None)),
            ("Count also", _row(*self.counted.values(), None)),
            ("", _small_text("Otherwise these stand apart, in no total of MACs.")),
            ("", _row(None, self.reset)),
        )
        for place, (text, field) in enumerate(rows, start=1):
            if text:
                label = QLabel(text)
                label.setProperty("role", "secondary")
                grid.addWidget(label, place, 0)
            if isinstance(field, QLayout):
                grid.addLayout(field, place, 1)
            else:
                grid.addWidget(field, place, 1)

    def _connect(self) -> None:
        self.slider.valueChanged.connect(lambda k: self._choose(batch=BATCHES[k]))
        self.batch.valueChanged.connect(lambda batch: self._choose(batch=batch))
        pair = (self.height_box, self.width_box)
        for side, other in (pair, pair[::-1]):
            side.valueChanged.connect(lambda _, other=other: self._choose_resolution(other))
            side.editingFinished.connect(lambda other=other: self._choose_resolution(other))
        self.dtype.activated.connect(lambda _: self._choose(dtype=self.dtype.currentData()))
        for unit, button in self.units.items():
            button.clicked.connect(lambda _=False, unit=unit: self._choose(headline=unit))
        for box in self.counted.values():
            box.clicked.connect(lambda _=False: self._choose_counting())
        self.reset.clicked.connect(self._reset)

    # ------------------------------------------------------------------ what the user does

    def _choose(self, **changed: object) -> None:
        if self._telling:
            self._tell(msgspec.structs.replace(self.settings, **changed))

    def _choose_resolution(self, other: QSpinBox) -> None:
        """Both sides together: one that was left for the `other` waits until that is done."""
        sides = (self.height_box.value(), self.width_box.value())
        known = self.settings.resolution or resolution_of(self._inputs)
        if not other.hasFocus() and sides != known:
            self._choose(resolution=sides)

    def _choose_counting(self) -> None:
        chosen = {name: box.isChecked() for name, box in self.counted.items()}
        self._choose(counting=Counting(**chosen))

    def _reset(self) -> None:
        self._tell(CostSettings())

    def _tell(self, settings: CostSettings) -> None:
        self.show_settings(settings, self._inputs)
        self._burst.start()


class CostSettingsButton(QToolButton):
    """Says what costs are shown for; a click opens the form. `opened` before it appears."""

    opened = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("costSettingsButton")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.form = CostSettingsForm(self)
        self._whole = ""
        self.clicked.connect(self.open_form)
        self.show_settings(CostSettings(), ())

    def show_settings(self, settings: CostSettings, inputs: Sequence[InputSpec]) -> None:
        """Show `settings` of a network with `inputs` as opened; nothing is emitted."""
        self.form.show_settings(settings, inputs)
        self._whole = settings_text(settings, inputs) if inputs else "Costs"
        self.setToolTip(f"Costs are shown for: {self._whole} (click to change)")
        self.setAccessibleName(f"Costs for {self._whole}")
        self.setEnabled(bool(inputs))
        self.updateGeometry()
        self._elide()

    def open_form(self) -> None:
        """Open the form below the button, inside the window."""
        self.opened.emit()
        self.form.adjustSize()
        below = self.mapToGlobal(QPoint(0, self.height() + 4))
        right = self.window().mapToGlobal(QPoint(self.window().width(), 0)).x()
        self.form.move(min(below.x(), right - self.form.width() - 8), below.y())
        self.form.show()
        self.form.slider.setFocus()

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 28, self._tall())

    def minimumSizeHint(self) -> QSize:
        return QSize(_NARROWEST, self._tall())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _tall(self) -> int:
        return super().sizeHint().height()

    def _elide(self) -> None:
        room = max(self.width() - 20, 0)
        mode = Qt.TextElideMode.ElideRight
        self.setText(self.fontMetrics().elidedText(self._whole, mode, room))


def _number(largest: int, name: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, largest)
    box.setKeyboardTracking(False)  # a number half typed is not meant
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setMinimumWidth(84)
    box.setAlignment(Qt.AlignmentFlag.AlignRight)
    return box


def _box(text: str, tooltip: str) -> QCheckBox:
    box = QCheckBox(text)
    box.setToolTip(tooltip)
    return box


def _small_text(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "secondary")
    label.setWordWrap(True)
    label.setMinimumHeight(2 * label.fontMetrics().lineSpacing() if not text else 0)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def _row(*widgets: QWidget | None) -> QHBoxLayout:
    """The widgets beside each other; None stands for free room."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for widget in widgets:
        if widget is None:
            row.addStretch(1)
        else:
            row.addWidget(widget)
    return row

"""The dialog that shows, and changes, what a network is traced for: names, shapes and dtypes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from visualizer.sources import DTYPES, InputSpec, SourceError, parse_inputs, parse_shape
from visualizer.ui.panels.parts import tool_button

_WIDTH, _TALLEST = 560, 320
_HELP = (
    "Shapes begin with the batch: 1×3×224×224. A name is the argument of forward; without one, "
    "inputs are given by position. images.0 and images.1 are a list, batch.mask is in a dict. "
    "A packed sequence is sequences×steps×numbers: 4×12×80."
)
_FORMS = ("tensor", "packed sequence")
_NONE = "Without inputs here, they are found out from the network itself."


class InputsDialog(QDialog):
    """Starts with `inputs`. Reset shows those that were `inferred`, or none, which asks for it."""

    def __init__(
        self,
        parent: QWidget | None,
        network: str,
        inputs: Sequence[InputSpec],
        inferred: Sequence[InputSpec] = (),
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Inputs of {network}")
        self._inferred = tuple(inferred)
        self.rows = InputRows()
        self._build()
        self._arrange()
        self.rows.changed.connect(self._check)
        self.rows.show_inputs(inputs)
        self._check()

    def inputs(self) -> tuple[InputSpec, ...]:
        """What the rows say, none for: infer them; raises SourceError."""
        return self.rows.inputs()

    def _build(self) -> None:
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.add_button = QPushButton("Add input")
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(lambda: self.rows.add(InputSpec((1,))))
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.trace_button = self.buttons.button(kinds.Ok)
        self.trace_button.setText("Trace")
        self.trace_button.setProperty("primary", True)
        self.reset_button = self.buttons.addButton(
            "Reset to inferred", QDialogButtonBox.ButtonRole.ResetRole
        )
        self.reset_button.setAutoDefault(False)
        self.reset_button.clicked.connect(lambda: self.rows.show_inputs(self._inferred))
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        explanation = QLabel(_HELP)
        explanation.setWordWrap(True)
        explanation.setProperty("role", "secondary")
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Inputs")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self.rows)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addWidget(explanation)
        column.addWidget(self._scroll)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(_WIDTH)

    def _check(self) -> None:
        """Say what is wrong while it is typed, and have room for all rows."""
        problem = self._problem()
        self._say(problem or ("" if self.rows.count else _NONE), is_wrong=bool(problem))
        self.trace_button.setEnabled(not problem)
        self._scroll.setFixedHeight(min(self.rows.sizeHint().height() + 2, _TALLEST))
        # The labels wrap: only the layout knows how tall they are at this width.
        self.layout().activate()  # type: ignore[union-attr]
        needed = self.layout().totalHeightForWidth(max(self.width(), _WIDTH))  # type: ignore[union-attr]
        self.resize(max(self.width(), _WIDTH), needed)

    def _say(self, text: str, is_wrong: bool) -> None:
        self.problem.setText(text)
        self.problem.setProperty("role", "error" if is_wrong else "secondary")
        self.problem.style().unpolish(self.problem)
        self.problem.style().polish(self.problem)

    def _problem(self) -> str:
        try:
            self.inputs()
        except SourceError as error:
            return str(error)
        return ""


class InputRows(QWidget):
    """A line for each input: name, shape, dtype, and a button that removes it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 6, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 3)
        self._heads = [QLabel(title) for title in ("Name", "Shape", "Data type", "Given as")]
        for place, head in enumerate(self._heads):
            head.setProperty("role", "secondary")
            self._grid.addWidget(head, 0, place)
        self.lines: list[InputLine] = []
        self._next_row = 1

    @property
    def count(self) -> int:
        """How many inputs there are."""
        return len(self.lines)

    def inputs(self) -> tuple[InputSpec, ...]:
        """All of them, read; raises SourceError for the first that cannot be."""
        return parse_inputs(line.spec().text for line in self.lines)

    def show_inputs(self, inputs: Sequence[InputSpec]) -> None:
        """One line for each of `inputs`, in place of those before."""
        for line in list(self.lines):
            self._remove(line)
        for spec in inputs:
            self._append(spec)
        self._tell()

    def add(self, spec: InputSpec) -> None:
        """One more line, to be filled in."""
        self._append(spec)
        self._tell()
        self.lines[-1].name.setFocus()

    def _append(self, spec: InputSpec) -> None:
        line = InputLine(spec)
        for place, widget in enumerate(line.widgets):
            self._grid.addWidget(widget, self._next_row, place)
            widget.show()
        self._next_row += 1
        line.name.textChanged.connect(self._tell)
        line.shape.textChanged.connect(self._tell)
        line.dtype.currentIndexChanged.connect(self._tell)
        line.form.currentIndexChanged.connect(self._tell)
        line.remove.clicked.connect(lambda: self._remove(line, tell=True))
        self.lines.append(line)

    def _remove(self, line: InputLine, tell: bool = False) -> None:
        self.lines.remove(line)
        for widget in line.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        if tell:
            self._tell()

    def _tell(self) -> None:
        for head in self._heads:
            head.setVisible(bool(self.lines))
        self._grid.invalidate()
        self.changed.emit()


class InputLine:
    """The fields of one input."""

    def __init__(self, spec: InputSpec) -> None:
        self.name = QLineEdit(spec.name)
        self.name.setPlaceholderText("by position")
        self.name.setAccessibleName("Name of the argument")
        self.shape = QLineEdit("×".join(map(str, spec.shape)) or "scalar")
        self.shape.setPlaceholderText("1×3×224×224")
        self.shape.setAccessibleName("Shape")
        self.dtype = QComboBox()
        self.dtype.addItems([*dict.fromkeys((*DTYPES, spec.dtype))])
        self.dtype.setCurrentText(spec.dtype)
        self.dtype.setAccessibleName("Data type")
        self.form = QComboBox()
        self.form.addItems(_FORMS)
        self.form.setCurrentIndex(int(spec.packed))
        self.form.setAccessibleName("Given as")
        self.remove = tool_button("close", "Remove this input")
        self._first = spec

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """From left to right."""
        return self.name, self.shape, self.dtype, self.form, self.remove

    def spec(self) -> InputSpec:
        """What the fields say; raises SourceError for a shape that cannot be read."""
        shape = parse_shape(self.shape.text())
        is_packed = self.form.currentIndex() == 1
        is_same = (shape, is_packed) == (self._first.shape, self._first.packed)
        values = self._first.values if is_same else ()
        name, dtype = self.name.text().strip(), self.dtype.currentText()
        return InputSpec(shape, dtype, name, values, is_packed)

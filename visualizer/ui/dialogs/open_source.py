"""The dialog that asks what to open."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.sources import (
    MODEL_SUFFIXES,
    InputSpec,
    SourceError,
    parse_inputs,
    parse_source,
)
from visualizer.ui.panels.completion import SourceCompleter

_WEIGHTS = (
    ("As usual: trained for the demo, else random", None),
    ("Random weights (fast, enough for costs)", "none"),
    ("The publisher's trained weights", "default"),
    ("A weights file …", "file"),
)
_HELP = (
    "resnet50  ·  timm:convnext_tiny  ·  hf:config.json  ·  paper:fig10  ·  lecture:alexnet  ·  "
    "model.py:build  ·  model.py:build(width=2)  ·  package.module:factory  ·  demo  ·  "
    "a file: net.onnx, net.pt2, net.pt, weights.safetensors"
)
_FILES = " ".join((*(f"*{suffix}" for suffix in MODEL_SUFFIXES), "*.py", "config.json"))
_FILTERS = ";;".join(
    (
        f"Networks ({_FILES})",
        "ONNX (*.onnx)",
        "PyTorch (*.pt2 *.pt *.pth *.bin *.ckpt *.safetensors)",
        "Python (*.py)",
        "transformers config (config.json)",
        "All files (*)",
    )
)


class OpenSourceDialog(QDialog):
    """Source, weights and input shape; what cannot be read is said before anything is opened.

    `compared` names a network that what is opened is compared with.
    """

    def __init__(
        self, parent: QWidget | None = None, known: Iterable[str] = (), compared: str = ""
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(f"Compare {compared} with" if compared else "Open a network")
        self._build_fields(sorted(set(known)))
        self._build_buttons()
        if compared:
            self.open_button.setText("Compare")
        self._arrange()
        self._check()

    def source(self) -> str:
        """The source as typed."""
        return self.source_edit.text().strip()

    def weights(self) -> str | None:
        """ "none", "default", a file, or None for the source's own choice."""
        chosen: str | None = self.weights_box.currentData()
        return self.weights_edit.text().strip() or None if chosen == "file" else chosen

    def inputs(self) -> tuple[InputSpec, ...]:
        """The input shapes typed; empty means that they are inferred. Raises SourceError."""
        return parse_inputs(self.input_edit.text().split())

    def _build_fields(self, known: list[str]) -> None:
        self.source_edit = QLineEdit()
        self.source_edit.setPlaceholderText("resnet50")
        self.source_edit.setAccessibleName("Network")
        self.source_edit.setCompleter(SourceCompleter(known, self.source_edit))
        self.weights_box = QComboBox()
        for title, value in _WEIGHTS:
            self.weights_box.addItem(title, value)
        self.weights_edit = QLineEdit()
        self.weights_edit.setPlaceholderText("weights.pth")
        self.weights_edit.setAccessibleName("File with weights")
        self.input_edit = QLineEdit()
        self.input_edit.setPlaceholderText("found out by itself, or 1x3x224x224")
        self.input_edit.setToolTip(
            "Several inputs stand side by side: ids=1x128:int64 mask=1x128:int64.\n"
            "In a list they are numbered: images.0=3x224x224 images.1=3x200x300"
        )
        for edit in (self.source_edit, self.input_edit, self.weights_edit):
            edit.textChanged.connect(lambda _: self._check())
        self.weights_box.currentIndexChanged.connect(lambda _: self._check())

    def _build_buttons(self) -> None:
        self.file_button = QPushButton("File …")
        self.file_button.setToolTip(
            "A model file, a Python file or the config.json of transformers"
        )
        self.file_button.clicked.connect(self._choose_file)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setProperty("role", "error")
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Open | kinds.Cancel)
        self.open_button = self.buttons.button(kinds.Open)
        self.open_button.setProperty("primary", True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _arrange(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.source_edit, 1)
        line.addWidget(self.file_button)
        help_text = QLabel(_HELP)
        help_text.setWordWrap(True)
        help_text.setProperty("role", "secondary")
        form = QFormLayout()
        form.setVerticalSpacing(9)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Network", line)
        form.addRow("", help_text)
        form.addRow("Weights", self.weights_box)
        form.addRow("", self.weights_edit)
        form.addRow("Input", self.input_edit)
        self._form = form
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 14)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.problem)
        column.addStretch(1)
        column.addWidget(self.buttons)
        self.resize(540, self.sizeHint().height())

    def _choose_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Open a file", "", _FILTERS)
        if path:
            self.source_edit.setText(_source_of(path))
            self.source_edit.setFocus()

    def _check(self) -> None:
        """Say what is wrong, one line, while it is typed; nothing typed is not an error."""
        self._form.setRowVisible(self.weights_edit, self.weights_box.currentData() == "file")
        problem = self._problem() if self.source() else ""
        self.problem.setText(problem)
        self.open_button.setEnabled(bool(self.source()) and not problem)

    def _problem(self) -> str:
        try:
            parse_source(self.source(), self.weights())
            self.inputs()
        except SourceError as error:
            return str(error)
        missing = self.weights_box.currentData() == "file" and not self.weights_edit.text().strip()
        return "name the weights file" if missing else ""


def _source_of(path: str) -> str:
    """What is typed for a file; of a Python file the factory is still to be typed."""
    if path.endswith(".py"):
        return f"{path}:"
    return f"hf:{path}" if path.endswith("config.json") else path

"""The window beside the drawing that says what training needs, and what would fit."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from visualizer.costs.training import OPTIMIZER_TITLES, Plan
from visualizer.costs.training_words import peak_sentence
from visualizer.costs.units import UNITS, exact, human_bytes, percent
from visualizer.session.training import TrainingShown
from visualizer.ui.dialogs.memory_bar import MemoryBar, MemoryLegend
from visualizer.ui.dialogs.saved_table import SavedTable
from visualizer.ui.panels.parts import theme_now

_SIZE = (720, 690)
_MOST_BATCH, _MOST_GIB = 1_000_000, 100_000.0
_PRECISIONS = (("float32", False), ("Mixed (bfloat16)", True))
_MIXED_TIP = (
    "Mixed: autocast to bfloat16. The weights stay in float32 and are copied to bfloat16 where "
    "they are used; what autograd saves is then mostly half as large."
)
_CHECKPOINT_TIP = (
    "Activation checkpointing: of each block only its inputs are kept, and the block is computed "
    "once more in the backward pass (torch.utils.checkpoint; Chen et al. 2016)."
)
_NO_BLOCKS = "This network has no blocks in a row, only single layers: nothing to checkpoint."


class TrainingMemoryDialog(QDialog):
    """Shows a TrainingShown; `plan_chosen` (Plan) and `gib_chosen` (float) ask for another,
    `selected` has the part of the network that was clicked, `wanted` whether it is open."""

    plan_chosen = Signal(object)
    gib_chosen = Signal(float)
    selected = Signal(str)
    wanted = Signal(bool)
    cancel_requested = Signal()
    retry_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Training memory")
        self.resize(*_SIZE)
        self._plan = Plan()
        self._found: TrainingShown | None = None
        self._build_fields()
        self._build_results()
        self._build_waiting()
        self.pages = QStackedWidget()
        self.pages.addWidget(self._waiting_page)
        self.pages.addWidget(self._result_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 16, 18, 16)
        column.setSpacing(14)
        column.addWidget(self.heading)
        column.addLayout(self._fields())
        column.addWidget(self.pages, 1)

    # ------------------------------------------------------------------ what is shown

    def show_plan(self, plan: Plan, gib: float) -> None:
        """Put the choices into the fields; nothing is emitted."""
        self._plan = plan
        fields = (
            self.batch_box, self.optimizer_box, self.precision_box, self.checkpoint_box,
            self.gib_box,
        )  # fmt: skip
        blockers = [QSignalBlocker(field) for field in fields]
        self.batch_box.setValue(plan.batch)
        self.optimizer_box.setCurrentIndex(list(OPTIMIZER_TITLES).index(plan.optimizer))
        self.precision_box.setCurrentIndex(int(plan.mixed))
        self.checkpoint_box.setChecked(plan.checkpoint)
        self.gib_box.setValue(gib)
        for blocker in blockers:
            blocker.unblock()

    def show_memory(self, found: TrainingShown | None) -> None:
        """Show what was worked out; None leaves the page that says why there is nothing."""
        self._found = found
        self.pages.setCurrentWidget(self._waiting_page if found is None else self._result_page)
        if found is None:
            return
        self.heading.setText(f"Training {found.name}")
        theme, memory = theme_now(), found.memory
        self.bar.show_parts(memory.parts, theme)
        self.legend.show_parts(memory.parts, memory.peak_bytes, theme)
        self.peak.setText(f"{peak_sentence(memory)} {_full_figures(found)}")
        self.fits.setText(f"GB: {exact(found.largest)}" if found.largest else "GB: not even 1")
        self.checkpoint_box.setEnabled(found.blocks > 0)
        self.checkpoint_box.setToolTip(_checkpoint_tip(found))
        self.table.show_parts(found.parts)
        without = ", without checkpointing" if memory.plan.checkpoint else ""
        self.saved_heading.setText(f"Saved for backward{without}, most first")
        self.note.setText(_note(found))
        rules = (f"{d.quantity.capitalize()}: {d.formula}: {d.text}" for d in memory.derivations)
        self.peak.setToolTip("\n".join(rules))

    def show_state(self, network: str, text: str, problem: str) -> None:
        """Say what is going on (`text`) or went wrong, while there are no numbers."""
        self.heading.setText(f"Training {network}" if network else "Training memory")
        self.status.setText(problem or text or "Open a network: its training is then watched here.")
        self.status.setProperty("role", "error" if problem else "secondary")
        self.status.style().polish(self.status)
        busy = bool(text) and not problem
        self.progress.setVisible(busy)
        self.cancel_button.setVisible(busy)
        self.retry_button.setVisible(bool(problem))

    def show_progress(self, text: str, fraction: float | None) -> None:
        """How far the worker is, 0..1."""
        self.status.setText(f"{text} …")
        self.progress.setRange(0, 0 if fraction is None else 100)
        self.progress.setValue(round(100 * (fraction or 0)))

    def restyle(self) -> None:
        """Draw in the colours of the theme that is worn now."""
        if self._found is not None:
            self.show_memory(self._found)

    # ------------------------------------------------------------------ building

    def _build_fields(self) -> None:
        self.heading = QLabel("Training memory")
        self.heading.setProperty("role", "title")
        self.batch_box = QSpinBox()
        self.batch_box.setRange(1, _MOST_BATCH)
        self.batch_box.setGroupSeparatorShown(True)
        self.batch_box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.batch_box.setToolTip("Examples a step")
        self.batch_box.valueChanged.connect(lambda batch: self._choose(batch=batch))
        self.optimizer_box = QComboBox()
        self.optimizer_box.addItems(list(OPTIMIZER_TITLES.values()))
        self.optimizer_box.setToolTip("What the optimizer remembers of every parameter")
        self.optimizer_box.currentIndexChanged.connect(self._choose_optimizer)
        self.precision_box = QComboBox()
        self.precision_box.addItems([title for title, _ in _PRECISIONS])
        self.precision_box.setToolTip(_MIXED_TIP)
        self.precision_box.currentIndexChanged.connect(
            lambda index: self._choose(mixed=_PRECISIONS[index][1])
        )
        self.checkpoint_box = QCheckBox("Checkpoint blocks")
        self.checkpoint_box.setToolTip(_CHECKPOINT_TIP)
        self.checkpoint_box.toggled.connect(lambda on: self._choose(checkpoint=on))
        self.gib_box = QDoubleSpinBox()
        self.gib_box.setRange(0.1, _MOST_GIB)
        self.gib_box.setDecimals(1)
        self.gib_box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.gib_box.setToolTip(
            f"Memory of the device; leave room for the driver and the kernels\n{UNITS}"
        )
        self.gib_box.valueChanged.connect(self.gib_chosen.emit)

    def _fields(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        for name, field in (
            ("Batch", self.batch_box),
            ("Optimizer", self.optimizer_box),
            ("Precision", self.precision_box),
        ):
            label = QLabel(name)
            label.setProperty("role", "secondary")
            label.setBuddy(field)
            field.setAccessibleName(name)
            row.addWidget(label)
            row.addWidget(field)
            row.addSpacing(6)
        row.addWidget(self.checkpoint_box)
        row.addStretch(1)
        return row

    def _build_results(self) -> None:
        self.bar, self.legend = MemoryBar(theme_now()), MemoryLegend()
        self.peak, self.fits, self.note = QLabel(), QLabel(), QLabel()
        self.fits.setProperty("role", "heading")
        self.note.setProperty("role", "secondary")
        for label in (self.peak, self.note):
            label.setWordWrap(True)
        self.table = SavedTable()
        self.table.chosen.connect(self.selected)
        self._result_page = QWidget()
        column = QVBoxLayout(self._result_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        for widget in (self.bar, self.legend, self.peak):
            column.addWidget(widget)
        column.addLayout(self._fit_row())
        self.saved_heading = QLabel()
        self.saved_heading.setProperty("role", "heading")
        self.saved_heading.setToolTip("Click a part to select it in the drawing")
        column.addWidget(self.saved_heading)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)

    def _fit_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel("Largest batch in")
        label.setProperty("role", "heading")
        label.setBuddy(self.gib_box)
        self.gib_box.setAccessibleName("Memory in GB that the largest batch is to fit in")
        for widget in (label, self.gib_box, self.fits):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _build_waiting(self) -> None:
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress = QProgressBar()
        self.progress.setFixedWidth(260)
        self.cancel_button, self.retry_button = QPushButton("Cancel"), QPushButton("Try again")
        for button in (self.cancel_button, self.retry_button):
            button.setAutoDefault(False)  # Return in a field chooses, no more
        self.cancel_button.clicked.connect(self.cancel_requested)
        self.retry_button.clicked.connect(self.retry_requested)
        self._waiting_page = QWidget()
        column = QVBoxLayout(self._waiting_page)
        column.setSpacing(12)
        column.addStretch(1)
        column.addWidget(self.status)
        for widget in (self.progress, self.cancel_button, self.retry_button):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self.show_state("", "", "")

    # ------------------------------------------------------------------ what the user does

    def _choose(self, **changes: int | bool | str) -> None:
        self.plan_chosen.emit(replace(self._plan, **changes))

    def _choose_optimizer(self, index: int) -> None:
        self._choose(optimizer=list(OPTIMIZER_TITLES)[index])

    def setVisible(self, visible: bool) -> None:
        super().setVisible(visible)
        self.wanted.emit(visible)


def _full_figures(found: TrainingShown) -> str:
    memory = found.memory
    return (
        f"In full: gradients {human_bytes(memory.gradient_bytes)}, saved at the end of the "
        f"forward pass {human_bytes(memory.saved_bytes)}."
    )


def _checkpoint_tip(found: TrainingShown) -> str:
    if not found.blocks:
        return _NO_BLOCKS
    twice = percent(found.recomputed)
    return f"{_CHECKPOINT_TIP}\n{found.blocks} blocks: {twice} of the forward MACs run twice."


def _note(found: TrainingShown) -> str:
    observed = found.observed
    small, large = observed.batches
    return (
        f"Observed on {observed.route} with batches of {small} and {large}; a batch of "
        f"{observed.checked_batch} was {percent(observed.off)} off the line. The loss and the "
        "workspace of kernels are not counted."
    )

"""The inspector's card about label smoothing, for the output of a classifier."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSlider, QSpinBox, QVBoxLayout, QWidget

from visualizer.costs.units import exact
from visualizer.lessons.label_smoothing import Reading, Smoothing, read_logits, smoothing
from visualizer.session.maps import Floats
from visualizer.session.scores import Scores, scores_of
from visualizer.ui.panels.completion import SourceCompleter, ranked
from visualizer.ui.panels.inspection import Inspection
from visualizer.ui.panels.inspector_cards import note_text, rows_html
from visualizer.ui.panels.parts import ElidedText, FlowText, colored, text_of
from visualizer.ui.panels.smoothing_plots import LogitsPlot, TargetBars
from visualizer.ui.panels.smoothing_words import (
    IDEA,
    NO_PICTURE,
    PROBABILITIES,
    class_entries,
    class_text,
    legend_html,
    limit_rows,
    live_rows,
)
from visualizer.ui.theme import Theme

TITLE = "Label smoothing"
_STEPS, _MOST = 50, 0.5
_LABELS = 33


class SmoothingChoice(msgspec.Struct, frozen=True):
    """What the user has set; without a `target` the predicted class is taken for right."""

    epsilon: float = 0.1
    target: int | None = None


class SmoothingKeeper:
    """What outlives the card when the inspector is built anew: the user's choice, and the values
    that a layer gave for the picture run last."""

    def __init__(self) -> None:
        self.choice = SmoothingChoice()
        self.view: SmoothingView | None = None
        self._shown: Inspection | None = None
        self._node = ""
        self._values: Floats | None = None
        self._names: Mapping[int, str] = {}
        self._note = ""

    def forget(self) -> None:
        """Another network is open: its classes are others."""
        self.choice = msgspec.structs.replace(self.choice, target=None)
        self.show_values("", None)

    def show_values(
        self,
        node: str,
        values: Floats | None,
        names: Mapping[int, str] | None = None,
        note: str = "",
    ) -> None:
        """`node` gave `values` for one example; None: nothing is known of any layer. `note` is
        said about the values."""
        self._node, self._values, self._names, self._note = node, values, names or {}, note
        self._show_live()

    def widgets(self, shown: Inspection, theme: Theme) -> list[QWidget]:
        """The card's content for what is inspected; nothing for what is no classifier's output."""
        self._shown, self.view = shown, None
        if not shown.classes:
            return []
        target = self.choice.target
        if target is not None and target >= shown.classes:
            self.choice = msgspec.structs.replace(self.choice, target=None)
        self.view = SmoothingView(shown.classes, self.choice, theme)
        self.view.chosen.connect(self._chosen)
        self._show_live()
        return [self.view]

    def _chosen(self, choice: SmoothingChoice) -> None:
        self.choice = choice

    def _show_live(self) -> None:
        if self.view is None or self._shown is None:
            return
        if self._values is None or self._node != self._shown.id:
            self.view.show_scores(None)
            return
        try:
            scores = scores_of(self._values, self._shown.classes, self._names)
        except ValueError as error:
            self.view.show_scores(None, f"This output cannot be read as logits: {error}.")
            return
        self.view.show_scores(scores, self._note)


class SmoothingView(QWidget):
    """ε, the targets it makes, what the loss wants then, and the same on live logits.

    `chosen` has the new SmoothingChoice.
    """

    chosen = Signal(object)

    def __init__(self, classes: int, choice: SmoothingChoice, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._classes = classes
        self.choice = choice
        self.scores: Scores | None = None
        self.reading: Reading | None = None
        self._by_name: dict[str, int] = {}
        self._build_fields()
        self._build_live()
        self._arrange()
        self.show_scores(None)

    @property
    def shape(self) -> Smoothing:
        """The smoothing that is set."""
        return smoothing(self.choice.epsilon, self._classes)

    def show_scores(self, scores: Scores | None, note: str = "") -> None:
        """The logits of the picture that was run; None, with a reason, where there are none."""
        self.scores = scores
        self.reading = None
        for widget in self._live:
            widget.setVisible(scores is not None)
        self._by_name = class_entries(scores.names) if scores is not None else {}
        self._completer.set_names(self._by_name)
        self.search.setVisible(len(self._by_name) > 1)
        remarks = [PROBABILITIES] if scores is not None and scores.from_probabilities else []
        remarks += [note] if scores is not None and note else []
        self.remarks.setHtml(colored(" ".join(remarks), self._theme.secondary, 12))
        self.remarks.setVisible(bool(remarks))
        self.missing.setHtml(colored(note or NO_PICTURE, self._theme.secondary, 12))
        self.missing.setVisible(scores is None)
        self._show()
        self._settle()

    def _settle(self) -> None:
        """Give every part its height now: texts know theirs only after they have their width."""
        inside: QWidget | None = self
        while inside is not None and (layout := inside.layout()) is not None:
            layout.activate()
            inside = inside.parentWidget()
        self._column.activate()

    def _choose(self, choice: SmoothingChoice) -> None:
        if choice != self.choice:
            self.choice = choice
            self._show()
            self.chosen.emit(choice)

    # ------------------------------------------------------------------ construction

    def _build_fields(self) -> None:
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(5)
        self.slider.setValue(round(self.choice.epsilon / _MOST * _STEPS))
        self.slider.setAccessibleName("ε, how much the labels are smoothed")
        self.slider.setToolTip("ε: the share of the target that all classes get alike")
        self.slider.valueChanged.connect(self._slid)
        self.epsilon = text_of("", "number")
        self.epsilon.setMinimumWidth(self.epsilon.fontMetrics().horizontalAdvance("ε = 0.00") + 12)
        self.bars = TargetBars()
        self.limits = FlowText()
        self.missing = FlowText()

    def _build_live(self) -> None:
        self.target = _SpinBox()
        self.target.setRange(0, self._classes - 1)
        self.target.lineEdit().setTextMargins(6, 0, 0, 0)
        self.target.setAccessibleName("Target class")
        self.target.setToolTip("The class taken for right: the predicted one, or any you choose")
        self.target.valueChanged.connect(self._target_typed)
        self.target_name = ElidedText(Qt.TextElideMode.ElideRight)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Choose y by its name …")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Target class by its name")
        self.search.setToolTip("Part of a class's name; Return takes the first that fits")
        self.search.returnPressed.connect(self._name_typed)
        self._completer = SourceCompleter((), self.search)
        self._completer.activated.connect(self._name_chosen)
        self.plot = LogitsPlot()
        self.legend = FlowText()
        self.numbers = FlowText()
        self.remarks = FlowText()

    def _arrange(self) -> None:
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(_row(self.epsilon, (self.slider, 1)))
        classes = text_of(f"K = {exact(self._classes)} classes; targets q'(k)", "secondary")
        column.addWidget(classes)
        column.addWidget(self.bars)
        column.addWidget(self.limits)
        column.addWidget(self.missing)
        self._arrange_live(column)
        column.addWidget(note_text((IDEA,), self._theme))

    def _arrange_live(self, column: QVBoxLayout) -> None:
        """Straight into the column: what is nested deeper gets its height too late."""
        heading, label = text_of("On this picture", "heading"), text_of("y =", "secondary")
        label.setToolTip("The class taken for right")
        column.addWidget(heading)
        column.addLayout(_row(label, self.target, (self.target_name, 1)))
        for widget in (self.search, self.remarks, self.plot, self.legend, self.numbers):
            column.addWidget(widget)
        self._live = (
            heading, label, self.target, self.target_name, self.plot, self.legend, self.numbers,
        )  # fmt: skip

    # ------------------------------------------------------------------ what is shown

    def _slid(self, value: int) -> None:
        epsilon = value * _MOST / _STEPS
        self._choose(msgspec.structs.replace(self.choice, epsilon=epsilon))

    def _target_typed(self, number: int) -> None:
        if self.reading is not None and number != self.reading.target:
            self._choose(msgspec.structs.replace(self.choice, target=number))

    def _name_typed(self) -> None:
        """The first class whose name fits what was typed."""
        found = ranked(self._by_name, self.search.text()) if self.search.text() else []
        if found:
            self._name_chosen(found[0])

    def _name_chosen(self, name: str) -> None:
        self.target.setValue(self._by_name[name])
        # The completer writes what was chosen only after it has told it.
        QTimer.singleShot(0, self.search, self.search.clear)

    def _show(self) -> None:
        shape = self.shape
        self.epsilon.setText(f"ε = {shape.epsilon:.2f}")
        self.bars.show_targets(shape)
        self.limits.setHtml(rows_html(limit_rows(shape), self._theme, labels=_LABELS))
        if self.scores is not None:
            self._show_live(self.scores, shape)

    def _show_live(self, scores: Scores, shape: Smoothing) -> None:
        self.reading = self._read(scores, shape)
        self.target.setValue(self.reading.target)
        self.target_name.setText(class_text(scores, self.reading.target, self.reading.largest))
        self.plot.show_reading(scores.logits, self.reading)
        self.legend.setHtml(legend_html(self.reading, self._theme))
        self.numbers.setHtml(rows_html(live_rows(self.reading), self._theme, labels=_LABELS))

    def _read(self, scores: Scores, shape: Smoothing) -> Reading:
        """Another ε changes nothing that has to be summed up again."""
        known, target = self.reading, self.choice.target
        if known is not None and target in (None, known.target):
            return msgspec.structs.replace(known, smoothing=shape)
        return read_logits(shape, scores.logits, target)


class _Slider(QSlider):
    """The wheel scrolls the inspector, it does not move what it happens to be over."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _SpinBox(QSpinBox):
    """As `_Slider`: the wheel scrolls the inspector."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _row(*widgets: QWidget | tuple[QWidget, int]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for item in widgets:
        widget, stretch = item if isinstance(item, tuple) else (item, 0)
        row.addWidget(widget, stretch)
    return row

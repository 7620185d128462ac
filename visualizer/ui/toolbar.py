"""The tool bar: what is open, where it runs, how it is drawn."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolBar,
    QWidget,
)

from visualizer.session.overlays import OVERLAY_TITLES
from visualizer.ui.panels.completion import SourceCompleter
from visualizer.ui.panels.cost_settings import CostSettingsButton

WIDTH_TITLES = {"linear": "Linear", "sqrt": "Square root", "log": "Logarithmic"}
DEVICE_TITLES = {"auto": "Automatic", "cuda": "CUDA GPU", "mps": "Apple GPU", "cpu": "CPU"}

_SOURCE_LETTERS, _SOURCE_NARROWEST = 22, 110
_ROOM_FOR_LABELS = 1100


class ToolBar(QToolBar):
    """Signals carry the keys of the session's state, never the texts shown."""

    source_entered = Signal(str)
    device_chosen = Signal(str)
    overlay_chosen = Signal(str)
    width_chosen = Signal(str)
    run_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Tools", parent)
        self.setObjectName("toolbar")
        self.setMovable(False)
        self._known: tuple[str, ...] = ()
        self._labels: list[QLabel] = []
        self._build_source()
        self.device = self._choice("Device", DEVICE_TITLES.items(), "Where pictures are run")
        self.overlay = self._choice(
            "Colour", OVERLAY_TITLES.items(), "A cost coloured onto the layers"
        )
        self.width_mode = self._choice(
            "Width", WIDTH_TITLES.items(), "How activations become bar widths"
        )
        self.costs = CostSettingsButton()
        self.addWidget(self.costs)
        self._build_run()
        self._connect()

    def _build_source(self) -> None:
        self.source = QComboBox()
        self.source.setEditable(True)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # Wide as a rule, but the first to give way: the Run button stays in the smallest window.
        self.source.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.source.setMinimumContentsLength(_SOURCE_LETTERS)
        self.source.setMinimumWidth(_SOURCE_NARROWEST)
        self.source.setMaximumWidth(420)
        self.source.setAccessibleName("Source")
        edit = self.source.lineEdit()
        assert edit is not None
        edit.setPlaceholderText("resnet50, timm:NAME, net.onnx, file.py:factory …")
        # Enter is told by the line and by the box, a name from the list by one of them: once all
        # of them have spoken, the source is entered once.
        self._entered = QTimer(self)
        self._entered.setSingleShot(True)
        self._entered.timeout.connect(self._enter)
        edit.returnPressed.connect(self._entered.start)
        self.source.activated.connect(lambda _: self._entered.start())
        self._labelled("Open", self.source)

    def _choice(self, title: str, entries: Iterable[tuple[str, str]], tooltip: str) -> QComboBox:
        combo = QComboBox()
        for key, text in entries:
            combo.addItem(text, key)
        combo.setToolTip(tooltip)
        combo.setAccessibleName(title)
        self._labelled(title, combo)
        return combo

    def _labelled(self, title: str, widget: QWidget) -> None:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(6, 0, 6, 0)
        row.setSpacing(6)
        label = QLabel(title)
        label.setObjectName("toolbarLabel")
        label.setBuddy(widget)
        self._labels.append(label)
        row.addWidget(label)
        row.addWidget(widget)
        self.addWidget(holder)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow bar does without labels, which its fields' tooltips repeat, for Run's sake."""
        super().resizeEvent(event)
        for label in self._labels:
            label.setVisible(self.width() >= _ROOM_FOR_LABELS)

    def _build_run(self) -> None:
        spacer = QWidget()
        spacer.setSizePolicy(
            spacer.sizePolicy().Policy.Expanding, spacer.sizePolicy().Policy.Preferred
        )
        self.addWidget(spacer)
        self.run = QPushButton("▶  Run")
        self.run.setObjectName("primary")
        self.run.setToolTip("Run the network on the picture (Ctrl+R)")
        self.addWidget(self.run)

    def _connect(self) -> None:
        self.run.clicked.connect(self.run_requested)
        self.device.activated.connect(lambda _: self.device_chosen.emit(self.device.currentData()))
        self.overlay.activated.connect(
            lambda _: self.overlay_chosen.emit(self.overlay.currentData())
        )
        self.width_mode.activated.connect(
            lambda _: self.width_chosen.emit(self.width_mode.currentData())
        )

    def show_sources(self, recent: Iterable[str], names: Iterable[str]) -> None:
        """Recent sources to choose from, and every known name to complete."""
        self._known = tuple(sorted(names))
        text = self.source.currentText()
        self.source.clear()
        self.source.addItems(list(recent))
        self.source.setEditText(text)
        # Of the line, not of the box: that would empty the line when a name is chosen that is
        # not among the recent ones.
        edit = self.source.lineEdit()
        assert edit is not None
        if (old := edit.completer()) is not None:
            old.deleteLater()
        completer = SourceCompleter(self._known, edit)
        completer.activated.connect(lambda _: self._entered.start())
        edit.setCompleter(completer)

    def _enter(self) -> None:
        if text := self.source.currentText().strip():
            self.source_entered.emit(text)

    def known_sources(self) -> tuple[str, ...]:
        """Every name that completes."""
        return self._known

    def show_source(self, text: str) -> None:
        self.source.setEditText(text)

    def show_devices(self, devices: Iterable[tuple[str, str]]) -> None:
        """Offer only the devices that the worker found, with their names."""
        found = dict(devices)
        for index in range(self.device.count() - 1, -1, -1):
            key = self.device.itemData(index)
            if key != "auto" and key not in found:
                self.device.removeItem(index)
            elif found.get(key):
                self.device.setItemData(index, found[key], Qt.ItemDataRole.ToolTipRole)

    def show_node_data(self, entries: Iterable[tuple[str, str]]) -> None:
        """Offer the user's own numbers (key, title) below the costs."""
        for index in range(self.overlay.count() - 1, len(OVERLAY_TITLES) - 1, -1):
            self.overlay.removeItem(index)
        for key, title in entries:
            self.overlay.addItem(title, key)

    def show_choice(self, combo: QComboBox, key: str) -> None:
        """Select an entry by key without telling anybody."""
        combo.setCurrentIndex(max(0, combo.findData(key)))

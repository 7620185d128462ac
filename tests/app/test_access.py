"""Everything can be reached and understood without the mouse and without seeing it."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QSizeF, Qt
from PySide6.QtGui import QAccessible, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QMenu,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from visualizer.sources import InputSpec, Preprocessing
from visualizer.ui.comparison.window import CompareWindow
from visualizer.ui.dialogs import KeyHelpDialog, OpenSourceDialog, PreprocessingDialog
from visualizer.ui.dialogs.export_drawing import ExportDialog
from visualizer.ui.dialogs.help import KEYS
from visualizer.ui.dialogs.inputs import InputsDialog
from visualizer.ui.dialogs.mini_network import MiniNetworkDialog
from visualizer.ui.dialogs.thresholds import ThresholdsDialog
from visualizer.ui.dialogs.training_memory import TrainingMemoryDialog
from visualizer.ui.panels.lecture_window import LectureWindow
from visualizer.ui.panels.parts import FlowText


@pytest.fixture
def resnet18(opened, settle):
    """With every panel built."""
    application = opened("resnet18")
    window = application.window
    for dock in window.bottom_docks:
        dock.show()
        dock.raise_()
        QApplication.processEvents()
    settle()
    window.table_dock.raise_()
    return application


def is_part(widget: QWidget) -> bool:
    """Whether a widget only makes up another one, which is what is told about."""
    around = widget.parent()
    parts = (QAbstractScrollArea, QAbstractSpinBox, QComboBox, QMenu)
    return isinstance(around, parts) or isinstance(around and around.parent(), QComboBox)


def said(widget: QWidget) -> str:
    """What a screen reader says of it."""
    if isinstance(widget, QTabBar):
        return widget.tabText(0)
    if isinstance(widget, (QTextEdit, QPlainTextEdit)) and widget.toPlainText():
        return widget.toPlainText()
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name) if told is not None else ""


def nameless(root: QWidget) -> list[str]:
    found = [
        widget
        for widget in root.findChildren(QWidget)
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and not is_part(widget)
    ]
    assert found
    # An empty line of text has nothing to say, and is not shown.
    return [
        f"{type(w).__name__} in {type(w.parent()).__name__}"
        for w in found
        if not said(w) and not isinstance(w, (QLabel, FlowText))
    ]


def test_that_everything_in_the_window_that_takes_keys_has_a_name(resnet18):
    assert nameless(resnet18.window) == []


PREPARED = Preprocessing(256, (224, 224), (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
DIALOGS = {
    "open": lambda window: OpenSourceDialog(window, ("alexnet", "resnet18")),
    "compare": lambda window: OpenSourceDialog(window, ("alexnet",), compared="resnet18"),
    "keys": KeyHelpDialog,
    "inputs": lambda window: InputsDialog(window, "net", (InputSpec((1, 3, 8, 8), name="x"),)),
    "export": lambda window: ExportDialog(window, ".png", lambda seen: QSizeF(800, 600)),
    "thresholds": ThresholdsDialog,
    "training memory": TrainingMemoryDialog,
    "mini-network": MiniNetworkDialog,
    "lecture": LectureWindow,
    "compare window": CompareWindow,
    "preprocessing": lambda window: PreprocessingDialog(window, PREPARED, PREPARED),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_that_everything_in_a_dialog_that_takes_keys_has_a_name(name, application):
    dialog: QWidget = DIALOGS[name](application.window)
    assert nameless(dialog) == []
    dialog.deleteLater()


def test_that_tab_goes_from_toolbar_to_tree_to_canvas_to_inspector_to_table(resnet18):
    window = resnet18.window
    order, at = [window.toolbar.source], window.toolbar.source.nextInFocusChain()
    while at is not window.toolbar.source:
        order.append(at)
        at = at.nextInFocusChain()
    stops = [
        window.toolbar.source, window.module_tree.search, window.module_tree.tree, window.canvas,
        window.strip, window.layer_table.table,
    ]  # fmt: skip
    places = [order.index(stop) for stop in stops]
    assert places == sorted(places)


def keys_of(application) -> set[str]:
    """All shortcuts of menus, as text that is the same on every system."""
    portable = QKeySequence.SequenceFormat.PortableText
    menus = application.window.menuBar().findChildren(QMenu)
    actions = [action for menu in menus for action in menu.actions()]
    return {key.toString(portable) for action in actions for key in action.shortcuts()} - {""}


def test_that_the_help_names_the_keys_of_all_menus(application):
    """Keys that the system has more than one of for the same are named once."""
    text = " ".join(key for _, keys in KEYS for key, _ in keys)
    named = set(re.findall(r"[A-Z][A-Za-z0-9+.]*|\?", text.replace("Shift+F3", "Shift+F3 ")))
    ranges = {f"Ctrl+{n}" for n in range(1, 10)} | {f"Ctrl+Alt+{n}" for n in range(6)}
    left = keys_of(application) - named - ranges - {"F1", "?"}
    assert left <= {"Ctrl++", "Ctrl+-", "Ctrl+=", "Ctrl+Q", "Back", "Forward", "Ctrl+Shift+E"}, left


def test_that_copy_gives_the_name_of_the_selection_on_the_canvas(resnet18):
    window = resnet18.window
    window.module_tree.selected.emit("layer2.0")
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == "layer2.0"


def test_that_other_pictures_of_the_folder_are_run_by_key(application, monkeypatch, tmp_path):
    for name in ("b.png", "a.jpg", "notes.txt", "c.webp"):
        (tmp_path / name).touch()
    ran = []
    monkeypatch.setattr(application.session.live, "run", lambda picture="": ran.append(picture))
    monkeypatch.setattr(application.session.state, "picture", str(tmp_path / "c.webp"))
    for step in (1, -1):
        application.window.feature_maps.picture_step.emit(step)
    assert ran == [str(tmp_path / "a.jpg"), str(tmp_path / "b.png")]

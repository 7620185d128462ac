"""The window's sizes: what stays readable in the smallest one, and what comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from pytestqt.qtbot import QtBot

from visualizer.ui.panels.dock_title import DockTitle
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> MainWindow:
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(Settings(store))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(lambda: window.tree_dock.width() == 300)
    return window


def test_that_the_smallest_window_keeps_the_run_button_and_readable_panels(
    qtbot: QtBot, window: MainWindow
) -> None:
    window.resize(100, 100)
    qtbot.waitUntil(lambda: window.tree_dock.width() == 240)
    assert (window.width(), window.height()) == (900, 600)
    assert window.inspector_dock.width() == 280
    run = window.toolbar.run
    assert run.isVisible() and run.mapTo(window, run.rect().topRight()).x() < 900


def test_that_docks_get_their_width_back_with_the_window(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(900, 600)
    qtbot.waitUntil(lambda: window.tree_dock.width() == 240)
    window.resize(1400, 800)
    qtbot.waitUntil(lambda: window.tree_dock.width() == 300)
    assert window.inspector_dock.width() == 340


def test_that_a_dock_is_closed_by_its_button_and_floats(window: MainWindow) -> None:
    title = window.tree_dock.titleBarWidget()
    assert isinstance(title, DockTitle)
    title.float_button.click()
    assert window.tree_dock.isFloating()
    title.float_button.click()
    title.close_button.click()
    assert not window.tree_dock.isFloating() and window.tree_dock.isHidden()
    window.tree_dock.toggleViewAction().trigger()
    assert window.tree_dock.isVisible()


def test_that_a_source_is_entered_once_typed_or_completed(qtbot: QtBot, window: MainWindow) -> None:
    toolbar, entered = window.toolbar, []
    toolbar.source_entered.connect(entered.append)
    toolbar.show_sources(["alexnet"], ["resnet18", "wide_resnet50_2", "alexnet"])
    window.activateWindow()
    edit = toolbar.source.lineEdit()
    assert edit is not None
    edit.setFocus()
    qtbot.waitUntil(edit.hasFocus)
    qtbot.keyClicks(edit, "vgg11")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: entered == ["vgg11"])
    edit.selectAll()
    qtbot.keyClicks(edit, "resn")
    completer = edit.completer()
    popup = completer.popup() if completer else None
    assert popup is not None and popup.isVisible()
    first = popup.visualRect(popup.model().index(0, 0)).center()
    qtbot.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=first)
    qtbot.waitUntil(lambda: entered == ["vgg11", "resnet18"])
    assert edit.text() == "resnet18"

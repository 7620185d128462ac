"""Panels that are built when they are first seen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from visualizer.ui.panels.late_panel import LatePanel
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow


@pytest.fixture
def late(qtbot: QtBot) -> LatePanel[QLabel]:
    made = LatePanel(QLabel)
    qtbot.addWidget(made)
    return made


def test_that_it_is_built_when_it_is_seen(qtbot: QtBot, late: LatePanel[QLabel]) -> None:
    assert not late.is_built
    late.resize(200, 100)  # without a size it is never painted
    late.show()
    qtbot.waitUntil(lambda: late.is_built)


def test_that_the_last_thing_told_about_a_matter_reaches_it(late: LatePanel[QLabel]) -> None:
    late.tell("words", lambda label: label.setText("first"))
    late.tell("words", lambda label: label.setText("last"))
    assert late.panel.text() == "last"
    late.tell("words", lambda label: label.setText("at once"))
    assert late.panel.text() == "at once"


def test_that_opening_the_window_builds_no_tab_behind_another(
    qtbot: QtBot, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("settings") / "settings.ini"
    window = MainWindow(Settings(QSettings(str(file), QSettings.Format.IniFormat)))
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    qtbot.waitUntil(lambda: window.table_dock.widget().isVisible())
    tabs = (window.late_costs, window.late_findings, window.late_principles)
    assert not any(tab.is_built for tab in tabs)
    window.findings_dock.raise_()
    qtbot.waitUntil(lambda: window.late_findings.is_built)
    assert not window.late_costs.is_built

"""The dialog for a Python file that is dropped: what builds the network, and may it be run."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.ui.dialogs.choose_factory import FactoryDialog, choose_factory

NAMES = ("Net", "Wide(width=)")


@pytest.fixture
def dialog(qtbot: QtBot) -> FactoryDialog:
    shown = FactoryDialog(None, Path("/nets/nets.py"), NAMES)
    qtbot.addWidget(shown)
    shown.show()
    return shown


def test_that_the_likeliest_is_chosen_and_running_code_is_said(dialog: FactoryDialog) -> None:
    assert dialog.chosen == "Net" and dialog.open_button.isEnabled()
    said = [label.text() for label in dialog.findChildren(type(dialog.help))]
    assert "Opening nets.py runs its code, in a process of its own." in said


def test_that_arguments_without_values_are_asked_for(dialog: FactoryDialog) -> None:
    dialog.choice.setCurrentText("Wide(width=)")
    assert not dialog.open_button.isEnabled()
    assert dialog.help.text() == "Write a value behind width=."
    dialog.choice.setCurrentText("Wide(width=2)")
    assert dialog.open_button.isEnabled() and dialog.chosen == "Wide(width=2)"


def test_that_a_file_that_offers_nothing_takes_what_is_written(qtbot: QtBot) -> None:
    shown = FactoryDialog(None, Path("odd.py"), ())
    qtbot.addWidget(shown)
    assert not shown.open_button.isEnabled()
    assert shown.help.text().startswith("Nothing in it looks like one")
    shown.choice.setCurrentText(" things.net ")
    assert shown.open_button.isEnabled() and shown.chosen == "things.net"


@pytest.mark.parametrize(("answer", "chosen"), [("accept", "Net"), ("reject", "")])
def test_that_nothing_is_chosen_unless_it_is_agreed_to(
    qtbot: QtBot, answer: str, chosen: str
) -> None:
    def reply() -> None:
        getattr(QApplication.activeModalWidget(), answer)()

    QTimer.singleShot(0, reply)
    assert choose_factory(None, Path("nets.py"), NAMES) == chosen  # type: ignore[arg-type]

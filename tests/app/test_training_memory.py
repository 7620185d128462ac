"""Training memory through the real window: asked for, changed, clicked, for the next network."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tests.app.conftest import PATIENCE


def training_action(window) -> QAction:
    menus = window.menuBar().findChildren(QMenu)
    return next(a for menu in menus for a in menu.actions() if a.text() == "&Training memory…")


def test_that_training_memory_follows_choices_selection_and_network(opened, settle, qtbot):
    application = opened("squeezenet1_1")
    training_action(application.window).trigger()
    dialog = application.actions.training.dialog

    def has_numbers() -> bool:
        return dialog.pages.currentWidget() is dialog.bar.parentWidget()

    qtbot.waitUntil(has_numbers, timeout=PATIENCE)
    assert dialog.heading.text() == "Training squeezenet1_1"
    before = dialog.fits.text()
    dialog.checkpoint_box.setChecked(True)
    assert dialog.fits.text() != before
    dialog.table.selectRow(0)
    item = dialog.table.item(0, 0).text()
    assert application.session.state.selection == item
    opened("alexnet")
    qtbot.waitUntil(lambda: dialog.heading.text() == "Training alexnet", timeout=PATIENCE)
    qtbot.waitUntil(has_numbers, timeout=PATIENCE)
    assert not dialog.checkpoint_box.isEnabled()
    dialog.close()
    assert not application.session.state.training_wanted

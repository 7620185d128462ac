"""The menu of a layer: the same wherever it is asked for, with the mouse and without."""

from __future__ import annotations

from typing import ClassVar

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu


class Asked(QMenu):
    """A menu that is remembered instead of shown."""

    seen: ClassVar[list[list[str]]] = []

    def exec(self, _):
        Asked.seen.append([action.text() for action in self.actions() if action.text()])


@pytest.fixture
def asked(monkeypatch):
    monkeypatch.setattr("visualizer.ui.item_menu.QMenu", Asked)
    Asked.seen = []
    return Asked.seen


def menu_by_key(widget):
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(widget, event)


def test_that_a_layer_has_one_menu_on_canvas_in_tree_and_in_table(opened, asked):
    window = opened("resnet18").window
    window.layer_table.selected.emit("layer2.0.conv1")
    for widget in (window.layer_table.table, window.module_tree.tree):
        menu_by_key(widget)
    window.canvas.context_requested.emit("layer2.0.conv1", QPoint())
    in_table, in_tree, on_canvas = asked
    assert in_table == on_canvas
    assert in_tree == [*on_canvas, "Expand all rows below", "Collapse the tree"]
    for text in ("Bookmark", "Show feature maps", "Factorize", "What it depends on", "Copy name"):
        assert text in on_canvas
    # 128 channels; 56×56 halved
    assert on_canvas[-1] == "Copy shape 1×128×28×28"


def test_that_a_module_is_opened_from_its_menu_and_the_input_changed(opened, asked, settle):
    application = opened("resnet18")
    window, state = application.window, application.session.state
    menu = application.actions.item_menu.menu_for("layer2.0")
    fold = next(a for a in menu.actions() if a.text() in ("Unfold", "Fold"))
    before = "layer2.0" in state.expanded
    fold.trigger()
    settle()
    assert ("layer2.0" in state.expanded) is not before
    window.canvas.context_requested.emit("input", QPoint())
    assert "Change inputs…" in asked[-1] and "Factorize" not in asked[-1]


def test_that_a_right_click_on_a_row_is_about_that_row(opened, asked):
    application = opened("resnet18")
    table = application.window.layer_table.table
    index = table.model().index(3, 0)
    at = table.visualRect(index).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, table.viewport().mapToGlobal(at),
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(table.viewport(), event)
    assert len(asked) == 1
    shown = application.window.layer_table.model.node_at(index.row())
    assert application.session.state.selection == shown

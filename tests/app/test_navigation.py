"""Finding one's way through the real window: path bar, back and forward, lineage, bookmarks."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.app.test_journeys import point_of


@pytest.fixture
def googlenet(opened):
    return opened("googlenet")


def kept(application):
    marks = application.window.canvas.marks
    return marks.kept if marks is not None else None


def test_that_the_path_bar_leads_back_to_the_module_around(googlenet):
    window, state = googlenet.window, googlenet.session.state
    window.layer_table.selected.emit("inception3a.branch2.1.conv")
    for name in ("googlenet", "inception3a", "branch2", "conv"):
        assert f">{name}</a>" in window.path_bar.path.text()
    window.path_bar.path.linkActivated.emit("item:inception3a.branch2")
    assert state.selection == "inception3a.branch2"
    QTest.keyClick(window.canvas, Qt.Key.Key_Backspace)
    assert state.selection == "inception3a"


def test_that_back_and_forward_walk_through_what_was_selected(googlenet):
    window, state = googlenet.window, googlenet.session.state
    for item in ("conv2", "inception4b", "fc"):
        window.module_tree.selected.emit(item)
    window.path_bar.back_button.click()
    window.path_bar.back_button.click()
    assert state.selection == "conv2"
    window.path_bar.forward_button.click()
    assert state.selection == "inception4b"


def test_that_a_click_with_shift_tells_the_paths_apart_and_escape_ends_it(googlenet):
    window = googlenet.window
    window.canvas.fit()
    window.module_tree.selected.emit("inception4a")
    QTest.mouseClick(
        window.canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier,
        point_of(googlenet, "inception4d"),
    )  # fmt: skip
    assert kept(googlenet) == {f"inception4{letter}" for letter in "abcd"}
    assert "inception4a and inception4d" in window.path_bar.lineage.text()
    assert googlenet.session.state.selection == "inception4a"
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert kept(googlenet) is None and window.path_bar.lineage_frame.isHidden()


def test_that_what_a_layer_depends_on_stays_told_apart_when_modules_open(googlenet, settle):
    window = googlenet.window
    window.module_tree.selected.emit("inception3a")
    googlenet.session.lineage.show("upstream")
    assert "inception3a" in kept(googlenet) and "inception3b" not in kept(googlenet)
    googlenet.session.folding.toggle("inception3a")
    settle()
    assert "inception3a.branch1.conv" in kept(googlenet)
    googlenet.session.folding.toggle("inception3a")
    googlenet.session.lineage.clear()
    settle()


def test_that_bookmarks_are_remembered_with_the_network(googlenet, opened):
    window, state = googlenet.window, googlenet.session.state
    window.module_tree.selected.emit("inception5b")
    window.path_bar.star.click()
    opened("alexnet")
    assert state.bookmarks == ()
    opened("googlenet")
    assert state.bookmarks == ("inception5b",)
    window.path_bar.marks.actions()[0].trigger()
    assert state.selection == "inception5b"
    window.path_bar.star.click()
    assert state.bookmarks == () and window.path_bar.marks_button.isHidden()


def test_that_matches_are_walked_in_both_directions(googlenet):
    tree, state = googlenet.window.module_tree, googlenet.session.state
    tree.search.setText("/^inception4.$/")
    tree.next_match()
    tree.next_match()
    assert state.selection == "inception4b"
    tree.previous_match()
    tree.previous_match()
    assert state.selection == "inception4e"  # from the first round to the last
    tree.search.setText("")
    tree.search.ask_now()


def test_that_numbers_of_the_user_colour_the_layers_and_a_limit_fades_the_small(
    googlenet, tmp_path
):
    window, state = googlenet.window, googlenet.session.state
    table = tmp_path / "ms.csv"
    table.write_text("layer,ms\nconv1,4\nconv3,1\ninception9,7\n")
    googlenet.opener.open_files([str(table)])
    assert window.toolbar.overlay.currentText() == "ms" and window.canvas.marks.legend == "ms"
    assert state.message.text == "ms.csv: 1 name is not in googlenet."
    assert window.path_bar.limit_text.text() == "all"
    window.path_bar.limit.setValue(window.path_bar.limit.maximum() // 2)
    assert kept(googlenet) == {"conv1.conv"} and window.path_bar.limit_text.text() == "≥ 2"
    state.overlay = "none"
    assert kept(googlenet) is None and window.path_bar.limit_frame.isHidden()


def test_that_closing_shows_the_start_page_and_a_key_opens_it_again(googlenet, settle):
    window, state = googlenet.window, googlenet.session.state
    googlenet.session.opening.close()
    assert state.network is None and window.center.currentWidget() is window.start_page
    assert window.canvas.shown is None and window.path_bar.path.text() == ""
    googlenet.opener.open_recent(0)
    settle()
    assert state.network.source.text == "googlenet"
    assert window.center.currentWidget() is window.drawing


def test_that_bookmarks_a_network_has_not_as_it_is_open_now_are_not_lost(googlenet, opened):
    window, settings = googlenet.window, googlenet.settings
    settings.keep_bookmarks("googlenet", ("conv1", "gone.since"))
    opened("alexnet")
    opened("googlenet")
    assert googlenet.session.state.bookmarks == ("conv1",)
    window.module_tree.selected.emit("fc")
    window.path_bar.star.click()
    assert settings.bookmarks("googlenet") == ("conv1", "fc", "gone.since")
    settings.keep_bookmarks("googlenet", ())


def test_that_data_flows_to_the_right_when_wanted_and_the_choice_is_remembered(googlenet, settle):
    window, state = googlenet.window, googlenet.session.state
    in_menus = (a for menu in window.menuBar().actions() for a in menu.menu().actions())
    flow = next(action for action in in_menus if action.shortcut().toString() == "Ctrl+K")
    flow.trigger()
    settle()
    assert state.flow == "right"
    assert googlenet.settings.text("view/flow", "down", ("down", "right")) == "right"
    assert window.canvas.shown.placement.flow == "right"
    bars = window.canvas.content.picture
    assert bars.rect_of("conv1.conv").right() < bars.rect_of("maxpool1").left()
    assert window.drawing.strip.y() >= window.canvas.geometry().bottom()
    googlenet.commands.select("conv1.conv")
    window.canvas.key_step.emit("right")
    assert state.selection == "maxpool1"
    flow.trigger()
    settle()
    assert window.canvas.shown.placement.flow == "down" and not flow.isChecked()
    assert googlenet.settings.text("view/flow", "right", ("down", "right")) == "down"

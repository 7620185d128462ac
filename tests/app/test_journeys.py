"""What people do, through the real window, with real networks."""

import math
import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu, QTextBrowser

from visualizer.app import Request
from visualizer.resources import resource
from visualizer.sources import InputSpec

from .conftest import PATIENCE

LECTURE = (InputSpec((1, 3, 227, 227)),)


def point_of(application, item):
    """Where on the canvas the middle of an item is."""
    canvas = application.window.canvas
    rect = canvas.shown.placement.by_id[item]
    scene = QPointF(rect.center, rect.y + rect.height / 2)
    return canvas.viewportTransform().map(scene).toPoint()


def click(application, item):
    QTest.mouseClick(
        application.window.canvas.viewport(),
        Qt.MouseButton.LeftButton,
        pos=point_of(application, item),
    )


def double_click(application, item):
    where = point_of(application, item)
    viewport = application.window.canvas.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=where)
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=where)


def words(widget):
    """All text that a panel shows."""
    labels = [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    texts = [text.toPlainText() for text in widget.findChildren(QTextBrowser)]
    return "\n".join([*labels, *texts])


def shown_ids(application):
    return {bar.id for bar in application.window.canvas.shown.bars}


def drop(application, path):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(20, 20), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    application.window.dropEvent(event)


def test_open_fold_click_and_read_the_costs(opened, settle, qtbot):
    application = opened("alexnet", LECTURE)
    window = application.window
    assert "features.0" in shown_ids(application)

    click(application, "features.0")
    read = words(window.inspector)
    assert "(227 − 11 + 2·2)/4 + 1" in read and "56" in read
    assert "64·3·11·11 + 64" in read and "23,296" in read
    assert "72,855,552" in read

    application.session.folding.toggle("features")
    qtbot.waitUntil(lambda: "features" in shown_ids(application), timeout=PATIENCE)
    settle()
    assert "features.0" not in shown_ids(application)
    double_click(application, "features")
    qtbot.waitUntil(lambda: "features.0" in shown_ids(application), timeout=PATIENCE)


def test_that_one_selection_is_seen_everywhere(opened, qtbot):
    application = opened("resnet18")
    window = application.window
    window.layer_table.selected.emit("layer3.0.conv1")
    assert application.session.state.selection == "layer3.0.conv1"
    assert application.pictures.visible_item("layer3.0.conv1") == "layer3.0"
    assert "layer3.0.conv1" in words(window.inspector)

    double_click(application, "layer3.0")
    qtbot.waitUntil(lambda: "layer3.0.conv2" in shown_ids(application), timeout=PATIENCE)
    click(application, "layer3.0.conv2")
    assert application.session.state.selection == "layer3.0.conv2"
    assert "layer3.0.conv2" in words(window.inspector)


def test_that_a_dropped_picture_shows_maps_and_the_right_class(opened, settle, qtbot):
    application = opened("demo")
    drop(application, resource("sample", "chelsea.png"))
    maps = application.window.feature_maps
    qtbot.waitUntil(lambda: maps.has_maps, timeout=PATIENCE)
    best = application.session.state.forward.top[0]
    assert (best.index, best.name) == (285, "Egyptian cat")
    assert best.probability > 0.7

    click(application, "_conv_head.conv2d")
    qtbot.waitUntil(lambda: "_conv_head.conv2d" in words(maps), timeout=PATIENCE)
    assert "1280×7×7" in words(maps)


def test_that_a_classifiers_live_logits_are_read_with_label_smoothing(opened, settle, qtbot):
    application = opened("demo")
    drop(application, resource("sample", "chelsea.png"))
    settle()
    application.window.layer_table.selected.emit("_fc")
    smoothing = application.window.inspector.smoothing
    qtbot.waitUntil(
        lambda: smoothing.view is not None and smoothing.view.reading is not None, timeout=PATIENCE
    )
    names = application.session.state.network.categories
    assert len(names) == 1000  # each class can be chosen by its name, not only the likeliest
    assert len(smoothing.view.scores.names) == 1000
    best = application.session.state.forward.top[0]
    assert smoothing.view.reading.largest == smoothing.view.target.value() == best.index == 285
    # -ln p of the predicted class is the loss without smoothing
    assert math.exp(-smoothing.view.reading.label_loss) == pytest.approx(best.probability, abs=1e-4)
    assert "Egyptian cat, predicted" in words(smoothing.view)


def test_that_the_mini_network_is_explained_in_one_window_that_can_be_closed(application, qtbot):
    from visualizer.ui.dialogs.mini_network import MiniNetworkDialog

    window, explain = application.window, application.actions.explain_mini_network
    explain()
    explain()
    (dialog,) = window.findChildren(MiniNetworkDialog)
    assert dialog.isVisible() and dialog.lesson.player.is_running
    dialog.close()
    qtbot.waitUntil(lambda: not window.findChildren(MiniNetworkDialog))


def test_that_a_killed_worker_costs_a_message_and_retry_opens_the_network(
    opened, settle, qtbot, tmp_path
):
    waiting = tmp_path / "loading"
    net = tmp_path / "slow.py"
    net.write_text(
        "import pathlib, time, torch\n"
        "def build():\n"
        f"    started = pathlib.Path({str(waiting)!r})\n"
        "    if not started.exists():\n"
        "        started.touch()\n"
        "        time.sleep(600)\n"
        "    return torch.nn.Conv2d(3, 8, 3)\n"
    )
    application = opened("resnet18")
    application.session.opening.open_text(f"{net}:build")
    qtbot.waitUntil(waiting.exists, timeout=PATIENCE)
    os.kill(application.worker.worker_pid, signal.SIGKILL)
    state = application.session.state
    qtbot.waitUntil(lambda: state.message is not None, timeout=PATIENCE)
    assert "killed" in state.message.text and state.message.can_retry
    assert state.network.graph.name == "resnet18"

    application.window.message_bar.retry_requested.emit()
    qtbot.waitUntil(lambda: state.network.graph.name != "resnet18", timeout=PATIENCE)
    assert state.message is None
    settle()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("resnet5", "did you mean"),
        ("missing.py:build", "no file missing.py"),
        ("what is this?", "cannot tell"),
    ],
)
def test_that_a_bad_source_is_a_message_and_the_open_network_stays(
    opened, settle, qtbot, source, said
):
    application = opened("squeezenet1_1")
    application.opener.open_text(source)
    state = application.session.state
    qtbot.waitUntil(lambda: state.message is not None, timeout=PATIENCE)
    assert said in state.message.text
    assert said in words(application.window.message_bar)
    assert state.network.graph.name == "squeezenet1_1"


def test_that_a_file_that_is_no_picture_is_a_message(opened, settle, qtbot, tmp_path):
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing")
    application = opened("squeezenet1_1")
    drop(application, broken)
    state = application.session.state
    qtbot.waitUntil(lambda: state.message is not None, timeout=PATIENCE)
    assert "broken.png" in state.message.text
    assert state.activity is None


def test_that_cancel_stops_a_factory_that_never_ends(opened, settle, qtbot, tmp_path):
    net = tmp_path / "endless.py"
    net.write_text("def build():\n    while True:\n        pass\n")
    application = opened("squeezenet1_1")
    application.session.opening.open_text(f"{net}:build")
    state = application.session.state
    qtbot.waitUntil(lambda: application.window.cancel_button.isVisible(), timeout=PATIENCE)
    application.window.cancel_button.click()
    qtbot.waitUntil(lambda: state.message is not None, timeout=PATIENCE)
    assert "cancelled" in state.message.text
    assert state.network.graph.name == "squeezenet1_1"


def test_that_arrow_keys_walk_along_the_edges(opened, settle):
    application = opened("alexnet")
    canvas = application.window.canvas
    click(application, "features.0")
    QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert application.session.state.selection == "features.2"
    QTest.keyClick(canvas, Qt.Key.Key_Up)
    assert application.session.state.selection == "features.0"
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert application.session.state.selection == ""


def test_that_the_width_scale_changes_what_is_drawn(opened, settle):
    application = opened("alexnet")
    canvas, state = application.window.canvas, application.session.state

    def ratio():
        bars = canvas.shown.placement.bars
        return bars["features.0"].width / bars["features.2"].width

    assert ratio() == pytest.approx((64 * 55 * 55) / (64 * 27 * 27))
    state.width_mode = "sqrt"
    settle()
    assert ratio() == pytest.approx(55 / 27)


def test_that_a_screenshot_is_written(tmp_path):
    from visualizer.app import take_screenshot

    target = tmp_path / "window.png"
    assert take_screenshot(Request("squeezenet1_1", theme="dark"), target, (1280, 800)) == ""
    assert Path(target).stat().st_size > 20_000


def test_that_clicking_the_ground_selects_nothing(opened, settle):
    application = opened("alexnet")
    click(application, "features.0")
    QTest.mouseClick(
        application.window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5)
    )
    assert application.session.state.selection == ""


def test_that_alexnets_waist_is_found_marked_and_explained(opened, qtbot):
    application = opened("alexnet", LECTURE)
    window = application.window
    marks = window.canvas.content.marks
    assert {item for item, color in marks.colors.items() if color} == {"features.2"}
    assert "At most 46,656 numbers per image pass here" in words(window.findings)

    window.findings.selected.emit("features.2")
    assert application.session.state.selection == "features.2"
    window.profile_dock.raise_()
    qtbot.waitUntil(lambda: window.cut_profile.chart is not None, timeout=PATIENCE)
    assert window.cut_profile.marked == 2


def test_that_ctrl_u_opens_everything_and_folds_it_again(opened, qtbot):
    application = opened("resnet18")
    window = application.window
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE)
    QTest.keyClick(window.canvas, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "layer3.1.conv2" in shown_ids(application), timeout=PATIENCE)
    QTest.keyClick(window.canvas, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "layer3" in shown_ids(application), timeout=PATIENCE)


def test_that_a_cut_is_one_choice_in_strip_chart_cards_and_canvas(opened, settle, qtbot):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    strip = window.strip

    bar, view = point_of(application, "features.2"), window.canvas.viewportTransform()
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(60, bar.y()))
    assert (state.cut, state.selection) == (2, "features.2")
    assert window.canvas.viewportTransform() == view
    assert window.canvas.cut.bars == ("features.2",)
    assert window.canvas.cut.text == "46,656 numbers pass · β 0.302 · ν 0.333"
    assert window.cut_profile.marked == strip.marked == 2
    assert [card.marked for card in window.findings.cards] == [True, False, False]

    click(application, "features.3")
    assert state.cut == strip.marked == 3 and window.canvas.cut.bars == ("features.3",)

    application.session.folding.toggle("features")
    qtbot.waitUntil(lambda: "features" in shown_ids(application), timeout=PATIENCE)
    settle()
    assert window.canvas.cut.bars == ("features",)
    window.canvas.clear()
    assert state.cut is None and window.canvas.cut is None

    QTest.keyClick(strip, Qt.Key.Key_Home)
    assert state.cut == strip.marked == 0
    QTest.keyClick(strip, Qt.Key.Key_Escape)
    assert state.cut is None and state.selection == "" and strip.marked is None


def test_that_cuts_can_be_counted_in_bytes(opened, settle):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    window.cut_profile.bytes_button.click()
    settle()
    assert state.narrowing.profile.unit == "bytes"
    window.strip.picked.emit(2)
    assert window.canvas.cut.text.startswith("186,624 bytes pass")  # 46,656 of 4 bytes
    window.cut_profile.numbers_button.click()
    settle()
    assert window.canvas.cut.text.startswith("46,656 numbers pass")


def test_that_the_profile_beside_the_canvas_is_switched_off_and_that_is_remembered(opened):
    application = opened("alexnet", LECTURE)
    window, action = application.window, application.actions.view.strip
    assert window.strip.isVisible() and action.isChecked()
    action.trigger()
    assert not window.strip.isVisible()
    assert application.settings.text("canvas/profile", "on", ("on", "off")) == "off"
    action.trigger()
    assert window.strip.isVisible()


def test_that_a_convolution_to_factorize_and_the_selection_follow_each_other(opened, settle):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    panel = window.factorization
    panel.table.setCurrentIndex(panel.model.index(panel.model.row_of("features.3"), 0))
    assert state.selection == "features.3"
    assert "features.3" in words(window.inspector)
    click(application, "features.6")
    assert panel.table.currentIndex().row() == panel.model.row_of("features.6")
    assert panel.detail.name.text() == "features.6"
    opened("vit_b_16")
    assert [panel.model.node_at(row) for row in range(panel.model.rowCount())] == ["conv_proj"]


def test_that_a_grid_reduction_and_the_selection_follow_each_other(opened, qtbot):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    window.reductions_dock.raise_()
    qtbot.waitUntil(lambda: len(window.reductions.cards) == 4)
    window.reductions.cards[1].chosen.emit()
    assert state.selection == "features.2" and window.reductions.cards[1].marked
    assert "features.2" in words(window.inspector)
    click(application, "features.6")
    assert [card.marked for card in window.reductions.cards] == [False, False, True, False]
    window.table_dock.raise_()


def test_that_thresholds_moved_in_the_dialog_judge_again_and_are_remembered(opened, qtbot):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    panel, picture = window.findings, window.canvas.shown
    window.findings_dock.raise_()
    panel.head.thresholds.click()
    panel.dialog.boxes["extreme_beta"].setValue(0.3)  # pool1 has 0.302
    assert panel.cards[0].finding.severity == "moderate"
    panel.dialog.boxes["moderate_beta"].setValue(0.3)
    assert panel.cards[0].finding.severity == "mild" and not state.narrowing.waists
    assert "thresholds changed" in words(panel.head) and window.canvas.shown is picture
    assert application.settings.thresholds() == state.thresholds
    panel.dialog.reset_button.click()
    assert panel.cards[0].finding.severity == "extreme" and state.narrowing.waists
    assert application.settings.thresholds() == state.thresholds
    panel.dialog.close()


class MenuWithAnAnswer(QMenu):
    """A menu in which the question is chosen as soon as it opens."""

    def exec(self, _):
        question = "Why is this not a bottleneck?"
        next(action for action in self.actions() if action.text() == question).trigger()


def test_that_any_layer_says_why_it_is_no_bottleneck(opened, qtbot, monkeypatch):
    application = opened("resnet50")
    window = application.window
    window.layer_table.selected.emit("layer1.1.conv1")
    monkeypatch.setattr("visualizer.ui.item_menu.QMenu", MenuWithAnAnswer)
    window.canvas.context_requested.emit("layer1.1.conv1", QPoint())
    said = words(window.inspector)
    # 56·56 positions: 64 and 256 channels
    assert "besides the 200,704 numbers here, all 802,816 of layer1.0.add go straight on" in said
    (title,) = [
        label for label in window.inspector.findChildren(QLabel) if label.text() == "BOTTLENECK?"
    ]
    qtbot.waitUntil(lambda: not title.visibleRegion().isEmpty())


def test_that_a_bar_of_the_cost_charts_and_the_selection_follow_each_other(opened, qtbot):
    application = opened("alexnet", LECTURE)
    window, state = application.window, application.session.state
    window.costs_dock.raise_()
    qtbot.waitUntil(lambda: "memory" in window.costs.charts)  # built when it is first seen
    chart = window.costs.charts["memory"]
    assert "features.3, layer 2 of 8" in chart.accessibleDescription()
    chart.picked.emit(2)
    assert state.selection == "features.3" and "features.3" in words(window.inspector)
    window.layer_table.selected.emit("classifier.1")
    assert window.costs.marked == (9,)  # 5 convolutions and 4 pools before it


def test_that_training_heads_leave_canvas_tree_and_table_when_hidden(opened, settle):
    application = opened("googlenet")
    window, state = application.window, application.session.state
    action = next(a for a in window.menuBar().actions() if a.text() == "&View").menu()
    (heads,) = [a for a in action.actions() if a.text() == "Training-only &heads"]
    rows = window.layer_table.model.rowCount()
    assert heads.isChecked() and {"aux1", "aux2"} <= shown_ids(application)
    click(application, "aux2")
    heads.trigger()
    settle()
    assert state.selection == "" and not heads.isChecked()
    assert not {"aux1", "aux2"} & shown_ids(application)
    assert window.layer_table.model.rowCount() == rows - 18  # nine ops a head
    assert not window.module_tree.model.index_of("aux1").isValid()
    assert application.settings.text("view/training-heads", "shown", ("hidden",)) == "hidden"
    heads.trigger()
    settle()
    assert "aux1" in shown_ids(application)


def test_that_a_figure_of_the_paper_opens_from_the_start_page(application, settle):
    application.session.state.picture = ""
    application.window.start_page.source_chosen.emit("paper:fig10")
    settle()
    assert shown_ids(application) == {"input", "conv.conv", "pool", "cat"}
    assert application.session.state.network.inputs == (InputSpec((1, 320, 35, 35)),)

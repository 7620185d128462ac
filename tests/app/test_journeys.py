"""What people do, through the real window, with real networks."""

import os
import signal
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QTextBrowser

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
    application.commands.open_text(source)
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

"""Fig 1 in motion: it plays, steps, can be steered by keys, and rests while nobody sees it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from visualizer.lessons.mini_designs import DESIGNS
from visualizer.lessons.mini_network import FIG_1
from visualizer.ui.dialogs.mini_network import MiniNetworkDialog, MiniNetworkLesson
from visualizer.ui.dialogs.mini_scene import fit_scene
from visualizer.ui.dialogs.player import Player
from visualizer.ui.theme import DARK, LIGHT, apply_theme


@pytest.fixture
def player() -> Player:
    player = Player()
    player.load((0.01, 0.01, 0.01))
    player.resume()
    return player


@pytest.fixture
def dialog(qtbot: QtBot) -> MiniNetworkDialog:
    dialog = MiniNetworkDialog()
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # the test looks at it after
    qtbot.addWidget(dialog)
    with qtbot.waitExposed(dialog):
        dialog.show()
    return dialog


def _words(lesson: MiniNetworkLesson) -> str:
    return "\n".join(label.text() for label in lesson.findChildren(QLabel))


# --------------------------------------------------------------------------- the player


def test_that_it_plays_to_the_last_step_and_stops(qtbot: QtBot, player: Player) -> None:
    seen: list[int] = []
    player.moved.connect(seen.append)
    player.play()
    qtbot.waitUntil(lambda: not player.playing)
    assert seen == [1, 2] and player.at_end and not player.is_running


def test_that_playing_at_the_end_begins_again(qtbot: QtBot, player: Player) -> None:
    player.go(2)
    player.toggle()
    assert player.playing and player.step == 0


def test_that_going_somewhere_pauses_and_stays_inside(player: Player) -> None:
    player.play()
    player.go(99)
    assert (player.step, player.playing, player.is_running) == (2, False, False)
    player.go(-1)
    assert player.step == 0


def test_that_no_time_passes_while_suspended(player: Player) -> None:
    player.play()
    player.suspend()
    assert player.playing and not player.is_running
    player.set_speed(2.0)
    assert not player.is_running
    player.resume()
    assert player.is_running


# --------------------------------------------------------------------------- the dialog


def test_that_it_begins_with_fig_1_and_plays(dialog: MiniNetworkDialog) -> None:
    lesson = dialog.lesson
    assert lesson.design is DESIGNS[1] and lesson.player.is_running
    assert "25 inputs" in lesson.text.text() and "0 weights · 0 MACs" in _words(lesson)


def test_that_keys_step_play_and_choose(qtbot: QtBot, dialog: MiniNetworkDialog) -> None:
    lesson, stage = dialog.lesson, dialog.lesson.stage
    qtbot.keyClick(stage, Qt.Key.Key_Right)
    assert (lesson.player.step, lesson.player.playing) == (1, False)
    assert "9 weights · 9 MACs" in _words(lesson) and "2 of 15" in _words(lesson)
    qtbot.keyClick(stage, Qt.Key.Key_Left)
    assert lesson.player.step == 0
    qtbot.keyClick(stage, Qt.Key.Key_End)
    assert lesson.player.at_end and not lesson.forward.isEnabled() and lesson.back.isEnabled()
    qtbot.keyClick(stage, Qt.Key.Key_Space)
    assert lesson.player.playing and lesson.player.step == 0
    qtbot.keyClick(stage, Qt.Key.Key_Space)
    assert not lesson.player.playing
    qtbot.keyClick(stage, Qt.Key.Key_3)
    assert lesson.design is DESIGNS[2] and "3×1" in lesson.text.text()


def test_that_the_slider_and_the_buttons_go_to_steps(dialog: MiniNetworkDialog) -> None:
    lesson = dialog.lesson
    lesson.slider.setValue(11)
    assert lesson.step.title == "The second layer" and not lesson.player.playing
    assert "No dense layer follows" in lesson.text.text()
    lesson.forward.click()
    assert lesson.player.step == 12 == lesson.slider.value()
    lesson.choices.button(0).click()
    assert lesson.design is DESIGNS[0] and lesson.slider.maximum() == 4


def test_that_the_figure_told_about_is_lit(dialog: MiniNetworkDialog) -> None:
    lesson = dialog.lesson
    lesson.player.go(14)
    lit = [row.figure.title for row in lesson.numbers.rows if row.lit and row.figure]
    assert lit == ["MACs per output in an image"]
    assert lesson.numbers.rows[3].accessibleName() == (
        "MACs per output in an image: 18. 5×5: 25  (−28 %)"
    )


def test_that_nothing_runs_while_it_cannot_be_seen(qtbot: QtBot, dialog: MiniNetworkDialog) -> None:
    lesson = dialog.lesson
    lesson.player.go(3)
    assert lesson.stage.is_moving
    lesson.player.play()
    dialog.hide()
    assert not lesson.player.is_running and not lesson.stage.is_moving
    dialog.show()
    assert lesson.player.is_running
    dialog.showMinimized()
    QApplication.sendEvent(dialog, QEvent(QEvent.Type.WindowStateChange))
    assert not lesson.player.is_running
    dialog.showNormal()
    qtbot.waitUntil(lambda: lesson.player.is_running)
    dialog.close()
    assert not lesson.player.is_running


def test_that_the_speed_shortens_the_wait(dialog: MiniNetworkDialog) -> None:
    dialog.lesson.speed.setCurrentIndex(2)
    assert dialog.lesson.player.speed == 2.0 and dialog.lesson.player.is_running


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_every_step_of_every_design_can_be_drawn(
    qtbot: QtBot, dialog: MiniNetworkDialog, theme: object
) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    apply_theme(app, DARK if theme is DARK else LIGHT)
    pictures = set()
    for number in range(len(DESIGNS)):
        dialog.lesson.choose(number)
        for step in range(len(dialog.lesson.told)):
            dialog.lesson.player.go(step)
            image = dialog.lesson.stage.grab().toImage()
            assert not image.isNull()
            pictures.add(bytes(image.constBits()))
    assert len(pictures) > 10
    apply_theme(app, LIGHT)


# --------------------------------------------------------------------------- the projection


@pytest.mark.parametrize("block", [(1, 1), (1, 2), (3, 3)])
def test_that_planes_fit_the_room_and_hide_nothing_of_each_other(block: tuple[int, int]) -> None:
    room = QRectF(20, 30, 500, 320)
    scene = fit_scene(FIG_1, block, room)
    boxes = [scene.plane(plane).boundingRect() for plane in range(3)]
    assert all(room.adjusted(-1, -1, 1, 1).contains(box) for box in boxes)
    assert boxes[0].top() > boxes[1].bottom() and boxes[1].top() > boxes[2].bottom()


def test_that_a_number_stands_above_the_middle_of_its_window() -> None:
    scene = fit_scene(FIG_1, (1, 1), QRectF(0, 0, 500, 400))
    for row, column in FIG_1.layers[0].cells:
        window = _middle(scene.patch(0, row, column, (3, 3)))
        cell = _middle(scene.patch(1, row, column))
        assert cell.x() == pytest.approx(window.x())
        assert window.y() - cell.y() == pytest.approx(scene.lift * scene.unit)


def _middle(patch: object) -> QPointF:
    corners = [patch.at(corner) for corner in range(4)]  # type: ignore[attr-defined]
    return sum(corners, QPointF(0, 0)) / 4

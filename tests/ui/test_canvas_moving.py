"""Frames while the user moves the canvas: soon there, and exact once it rests."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.content import Content

SIZE = (900, 600)


def canvas(qtbot: QtBot, bars: int = 1550, columns: int = 8) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show()
    view.show_minimap(False)
    view.show_graph(samples.long_chain(bars, columns=columns))
    return view


def frame(view: CanvasView, ratio: int = 1) -> np.ndarray:
    image = QImage(SIZE[0] * ratio, SIZE[1] * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    painter = QPainter(image)
    view.render(painter)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[..., 2::-1].astype(int)


def turn_wheel(
    view: CanvasView, by: int = 120, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    at = QPointF(SIZE[0] / 2, SIZE[1] / 2)
    event = QWheelEvent(
        at, view.viewport().mapToGlobal(at), QPoint(), QPoint(0, by), Qt.MouseButton.NoButton,
        held, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


def come_to_rest(qtbot: QtBot, view: CanvasView) -> None:
    qtbot.waitUntil(lambda: not view.is_hurried, timeout=60_000)


@pytest.mark.parametrize("turn", [-120, 600])
def test_that_a_zoomed_frame_at_rest_equals_one_painted_anew(qtbot: QtBot, turn: int) -> None:
    view = canvas(qtbot)
    frame(view)
    turn_wheel(view, turn)
    frame(view)
    come_to_rest(qtbot, view)
    rested = frame(view)
    view.set_theme(view.theme)  # throws what is kept away
    assert (np.abs(rested - frame(view)).max(axis=-1) > 24).mean() < 0.001


def test_that_a_frame_in_a_hurry_already_shows_the_picture_at_its_new_size(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    frame(view)
    turn_wheel(view)
    quick = frame(view)
    come_to_rest(qtbot, view)
    exact = frame(view)
    colored = (np.ptp(exact, axis=-1) > 60)[:-60]  # bars and ribbons, not new names
    shown = (np.abs(quick - 255).max(axis=-1) > 10)[:-60]
    assert shown[colored].mean() > 0.9


def test_that_what_comes_into_view_while_zooming_out_is_not_empty(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.zoom_by(2.0)
    frame(view)
    turn_wheel(view, -240)
    quick = frame(view)
    edge = quick[:8]  # rows that no earlier frame has
    assert (np.abs(edge - 255).max(axis=-1) > 10).any()


def test_that_panning_then_zooming_then_panning_comes_to_rest_exactly(qtbot: QtBot) -> None:
    view = canvas(qtbot, 400, 4)
    view.zoom_by(0.3 / view.zoom)
    frame(view)
    for step in (QPoint(40, 13), QPoint(-5, -90)):
        view.hurry()
        view.scroll_by(step)
        frame(view)
        turn_wheel(view, 40)
        frame(view)
    come_to_rest(qtbot, view)
    rested = frame(view)
    view.set_theme(view.theme)
    assert (np.abs(rested - frame(view)).max(axis=-1) > 24).mean() < 0.001


def test_that_fitting_in_the_middle_of_a_zoom_is_exact_at_once(qtbot: QtBot) -> None:
    view = canvas(qtbot, 400, 4)
    frame(view)
    turn_wheel(view)
    frame(view)
    view.fit()
    assert not view.is_hurried
    fitted = frame(view)
    view.set_theme(view.theme)
    assert (np.abs(fitted - frame(view)).max(axis=-1) > 24).mean() < 0.001


def test_that_on_a_fine_screen_there_is_finer_detail_and_not_larger_pixels(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(*SIZE)
    view.show()
    view.show_graph(samples.alexnet())
    fine = frame(view, ratio=2)
    doubled = fine[::2, ::2].repeat(2, axis=0).repeat(2, axis=1)
    assert (np.abs(fine - doubled).max(axis=-1) > 60).mean() > 0.001  # 0 were it enlarged


def test_that_the_wheel_can_be_made_to_move_and_to_zoom_with_ctrl(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.zoom_by(1.0 / view.zoom)
    view.set_wheel_moves(True)
    zoom, top = view.zoom, view.seen.top()
    turn_wheel(view, -120)
    assert view.zoom == zoom and view.seen.top() == pytest.approx(top + 120, abs=1)
    turn_wheel(view, 120, Qt.KeyboardModifier.ControlModifier)
    assert view.zoom == pytest.approx(1.2 * zoom)


def test_that_shift_and_the_wheel_move_sideways_in_either_mode(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.zoom_by(1.0 / view.zoom)
    for moves in (False, True):
        view.set_wheel_moves(moves)
        left = view.seen.left()
        turn_wheel(view, 120, Qt.KeyboardModifier.ShiftModifier)
        assert view.seen.left() == pytest.approx(left - 120, abs=1)


def seen_labels(view: CanvasView) -> list[tuple[str, str, float, float]]:
    """What is written in the view, and where."""
    frame(view)
    assert view.content is not None
    texts = view.content.texts.labels(view.seen, view.zoom)
    boxes = [(label, view.viewportTransform().mapRect(label.box)) for label in texts]
    whole = QRectF(view.viewport().rect())
    return [
        (label.item, label.text, round(box.left()), round(box.top()))
        for label, box in boxes
        if box.intersects(whole)
    ]


@pytest.mark.parametrize(("bars", "zoom"), [(1550, 0.25), (6000, 0.25), (6000, 0.7)])
def test_that_panning_there_and_back_shows_the_same_names(
    qtbot: QtBot, bars: int, zoom: float
) -> None:
    view = canvas(qtbot, bars)
    view.look_at_height(view.height_seen, zoom)
    before = seen_labels(view)
    for step in (QPoint(0, -700), QPoint(0, 400), QPoint(0, 300)):
        view.scroll_by(step)
        seen_labels(view)
    assert len(before) > 10 and seen_labels(view) == before


def test_that_names_are_those_of_a_picture_that_was_never_looked_at_otherwise(
    qtbot: QtBot,
) -> None:
    view = canvas(qtbot, 6000)
    for zoom in (1.7, 0.2, 0.25):
        view.look_at_height(view.height_seen + 301, zoom)
        seen_labels(view)
    known = view.content
    assert known is not None
    whole = QRectF(view.mapToScene(view.viewport().rect()).boundingRect())
    fresh = Content(known.picture, view.theme)
    assert known.texts.labels(whole, view.zoom) == fresh.texts.labels(whole, view.zoom) != []

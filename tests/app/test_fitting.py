"""One press of F shows all of what is open; another changes nothing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtTest import QTest


def is_seen_whole(canvas) -> bool:
    """Whether all shapes and words are above the legend."""
    drawn = canvas.viewportTransform().mapRect(canvas.content.extent(canvas.zoom))
    room = QRectF(canvas.viewport().rect())
    return room.adjusted(0, 0, 0, -canvas.legend_box().height()).contains(drawn)


def look(canvas):
    return canvas.seen, canvas.zoom, canvas.shown.scale


@pytest.fixture
def press_f(application, settle):
    def press():
        QTest.keyClick(application.window.canvas, Qt.Key.Key_F)
        settle()

    return press


@pytest.fixture
def flowing_down(application, settle):
    yield
    application.session.state.flow = "down"
    settle()


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_that_one_press_shows_all_of_what_was_opened(opened, settle, press_f, size) -> None:
    window = opened("densenet121").window
    window.resize(*size)
    canvas = window.canvas
    for module in ("features.denseblock2", "features.denseblock3"):
        canvas.fold_requested.emit(module)
        settle()
    for width, height in (size, (1500, 900)):
        window.resize(width, height)
        settle()
        press_f()
        assert is_seen_whole(canvas)
        before = look(canvas)
        press_f()
        assert look(canvas) == before


def test_that_turned_a_network_fills_the_canvas_it_has_then(
    opened, settle, press_f, flowing_down
) -> None:
    application = opened("resnet50")
    canvas = application.window.canvas
    canvas.fold_requested.emit("layer2.0")
    settle()
    application.session.state.flow = "right"
    settle()
    assert is_seen_whole(canvas)
    extent = canvas.content.extent(canvas.zoom)
    room = canvas.viewport().height() - canvas.legend_box().height()
    assert extent.width() * canvas.zoom > 0.75 * canvas.viewport().width()
    assert extent.height() * canvas.zoom > 0.7 * room
    before = look(canvas)
    press_f()
    assert look(canvas) == before


def test_that_long_titles_beside_frames_leave_the_whole_height_for_names(opened, settle) -> None:
    window = opened("alexnet").window
    window.resize(1280, 800)
    settle()
    canvas = opened("timm:convnext_tiny").window.canvas
    room = canvas.viewport().height() - canvas.legend_box().height()
    assert is_seen_whole(canvas)
    assert canvas.content.extent(canvas.zoom).height() * canvas.zoom > 0.85 * room
    labels = canvas.content.texts.labels(canvas.seen, canvas.zoom)
    named = {(label.item, label.text) for label in labels}
    assert {(bar.id, bar.label) for bar in canvas.shown.bars} <= named

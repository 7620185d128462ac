"""Folding is seen as a movement: it ends where it must, and never holds anybody up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage

from tests.ui import samples
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.transition import MOST_BARS


@pytest.fixture
def view(qtbot) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.set_animated(True)
    view.show()
    qtbot.waitExposed(view)
    return view


def seen(view: CanvasView) -> QImage:
    return view.grab().toImage()


def test_that_another_picture_is_moved_to_and_ends_as_if_it_had_been_there_at_once(
    qtbot, view: CanvasView
) -> None:
    view.show_graph(samples.alexnet())
    view.show_graph(samples.folded_resnet(), keep_view=True)
    assert view.moving
    qtbot.waitUntil(lambda: not view.moving)
    ended = seen(view)
    view.set_animated(False)
    view.show_graph(samples.alexnet())
    view.show_graph(samples.folded_resnet(), keep_view=True)
    assert not view.moving
    qtbot.waitUntil(lambda: seen(view) == ended)


def test_that_things_are_on_their_way_between_the_two_pictures(view: CanvasView) -> None:
    view.show_graph(samples.alexnet())
    before = seen(view)
    view.show_graph(samples.inception(), keep_view=True)
    underway = seen(view)
    view.set_animated(False)
    assert underway != before and underway != seen(view)


def test_that_the_first_picture_and_the_same_picture_do_not_move(view: CanvasView) -> None:
    view.show_graph(samples.alexnet())
    assert not view.moving
    view.show_graph(samples.alexnet(), keep_view=True)
    assert not view.moving


def test_that_who_moves_the_picture_is_not_kept_waiting(view: CanvasView) -> None:
    view.show_graph(samples.alexnet())
    view.show_graph(samples.inception(), keep_view=True)
    view.hurry()
    assert not view.moving


def test_that_what_is_under_the_mouse_is_already_that_of_the_new_picture(view: CanvasView) -> None:
    view.show_graph(samples.alexnet())
    after: ShownGraph = samples.inception()
    view.show_graph(after, keep_view=True)
    assert view.content is not None
    name = after.bars[0].id
    rect = view.content.picture.rect_of(name)
    spot = view.viewportTransform().map(QPointF(rect.center()))
    assert view.item_at(spot) == name


def test_that_a_very_large_picture_is_there_at_once(view: CanvasView) -> None:
    view.show_graph(samples.long_chain(MOST_BARS + 1, columns=10))
    view.show_graph(samples.alexnet(), keep_view=True)
    assert not view.moving


def _in_view(view: CanvasView) -> tuple[QRectF, float]:
    whole = QRectF(view.viewport().rect())
    return view.viewportTransform().inverted()[0].mapRect(whole), view.zoom


def far_off(one: QImage, other: QImage) -> float:
    """The share of sampled pixels that clearly differ."""
    spots = [(x, y) for x in range(0, one.width(), 7) for y in range(0, one.height(), 5)]
    return sum(
        abs(one.pixelColor(*spot).lightness() - other.pixelColor(*spot).lightness()) > 24
        for spot in spots
    ) / len(spots)


def test_that_a_movement_begins_as_what_was_seen_and_ends_as_what_will_be(
    view: CanvasView,
) -> None:
    view.show_legend(False)
    view.show_graph(samples.alexnet())
    before = seen(view)
    view.show_graph(samples.inception(), keep_view=True)
    animation = view._transition._animation
    animation.pause()
    assert far_off(seen(view), before) < 0.002
    animation.setCurrentTime(animation.duration() // 2)
    assert far_off(seen(view), before) > 0.005
    animation.setCurrentTime(animation.duration() - 1)
    last = seen(view)
    view._transition.finish()
    assert far_off(last, seen(view)) < 0.002


def test_that_names_stay_and_go_with_their_bars(view: CanvasView) -> None:
    view.show_legend(False)
    board = samples.Board("some", 1000)
    board.bar("stays", "conv", 300, "1×1", 0, 0, "stays")
    board.bar("goes", "conv", 300, "1×1", 0, 200, "goes")
    shown = board.shown()
    view.show_graph(shown)
    boxes = {label.item: label.box for label in view.content.texts.labels(*_in_view(view))}
    at = {name: view.viewportTransform().mapRect(box).toRect() for name, box in boxes.items()}
    before = seen(view)
    moved = samples.Board("some", 1000)
    moved.bar("stays", "conv", 300, "1×1", 0, 0, "stays")
    moved.bar("goes", "conv", 300, "1×1", 90, 200, "goes")
    view.show_graph(moved.shown(), keep_view=True)
    animation = view._transition._animation
    animation.pause()
    animation.setCurrentTime(animation.duration() // 2)
    underway = seen(view)
    assert underway.copy(at["stays"]) == before.copy(at["stays"])
    assert underway.copy(at["goes"]) != before.copy(at["goes"])
    assert set(view._transition._shifts) == {(0.0, 0.0), (90.0 * view.zoom, 0.0)}

"""The canvas widget: what it tells of clicks, keys and drops, and where it looks."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDropEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView

LEFT = Qt.MouseButton.LeftButton


def shown_view(qtbot: QtBot, shown: ShownGraph) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    view.show_graph(shown, keep_view=False)
    return view


def spot(view: CanvasView, item: str) -> QPoint:
    """The middle of a bar in the viewport."""
    assert view.content is not None
    rect = view.content.picture.rect_of(item)
    assert rect is not None
    return view.viewportTransform().map(rect.center()).toPoint()


def handle(view: CanvasView, group: str) -> QPoint:
    assert view.content is not None
    picture = view.content.picture
    return view.viewportTransform().map(
        picture.handle_rect(picture.group_numbers[group]).center()
    ).toPoint()  # fmt: skip


def turn_wheel(view: CanvasView, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(view.viewport().mapToGlobal(at)), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, modifiers, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), event)


@pytest.fixture
def alexnet(qtbot: QtBot) -> CanvasView:
    return shown_view(qtbot, samples.alexnet())


@pytest.fixture
def resnet(qtbot: QtBot) -> CanvasView:
    return shown_view(qtbot, samples.folded_resnet())


def test_that_clicking_a_bar_tells_its_id(qtbot: QtBot, alexnet: CanvasView) -> None:
    with qtbot.waitSignal(alexnet.item_clicked) as told:
        qtbot.mouseClick(alexnet.viewport(), LEFT, pos=spot(alexnet, "conv2"))
    assert told.args == ["conv2"]


def test_that_clicking_a_label_beside_a_thin_bar_tells_the_bar(
    qtbot: QtBot, alexnet: CanvasView
) -> None:
    right_of_bar = spot(alexnet, "fc8") + QPoint(25, 0)
    with qtbot.waitSignal(alexnet.item_clicked) as told:
        qtbot.mouseClick(alexnet.viewport(), LEFT, pos=right_of_bar)
    assert told.args == ["fc8"]


def test_that_clicking_the_ground_tells_nothing_is_there(qtbot: QtBot, alexnet: CanvasView) -> None:
    with qtbot.waitSignal(alexnet.item_clicked) as told:
        qtbot.mouseClick(alexnet.viewport(), LEFT, pos=QPoint(5, 5))
    assert told.args == [""]


def test_that_a_drag_pans_and_is_no_click(qtbot: QtBot, alexnet: CanvasView) -> None:
    before = spot(alexnet, "conv2")
    port = alexnet.viewport()
    with qtbot.assertNotEmitted(alexnet.item_clicked):
        qtbot.mousePress(port, LEFT, pos=before)
        qtbot.mouseMove(port, before + QPoint(60, 35))
        qtbot.mouseRelease(port, LEFT, pos=before + QPoint(60, 35))
    assert spot(alexnet, "conv2") == before + QPoint(60, 35)


@pytest.mark.parametrize("item", ["layer1", "layer2.0"])
def test_that_a_double_click_on_a_folded_module_asks_to_open_it(
    qtbot: QtBot, resnet: CanvasView, item: str
) -> None:
    with qtbot.waitSignal(resnet.fold_requested) as told:
        qtbot.mouseDClick(resnet.viewport(), LEFT, pos=spot(resnet, item))
    assert told.args == [item]


def test_that_a_double_click_on_an_op_asks_nothing(qtbot: QtBot, resnet: CanvasView) -> None:
    with qtbot.assertNotEmitted(resnet.fold_requested):
        qtbot.mouseDClick(resnet.viewport(), LEFT, pos=spot(resnet, "conv1"))


def test_that_the_handle_of_an_open_group_asks_to_fold_it(qtbot: QtBot, resnet: CanvasView) -> None:
    with qtbot.waitSignal(resnet.fold_requested) as told:
        qtbot.mouseClick(resnet.viewport(), LEFT, pos=handle(resnet, "layer2"))
    assert told.args == ["layer2"]


def test_that_the_plus_of_a_folded_module_asks_to_open_it(qtbot: QtBot, resnet: CanvasView) -> None:
    picture = resnet.content.picture
    plus = picture.plus_rect(picture.bar_numbers["layer1"]).center()
    with qtbot.waitSignal(resnet.fold_requested) as told:
        qtbot.mouseClick(
            resnet.viewport(), LEFT, pos=resnet.viewportTransform().map(plus).toPoint()
        )
    assert told.args == ["layer1"]


def test_that_alt_click_asks_to_fold_everything_below(qtbot: QtBot, resnet: CanvasView) -> None:
    alt = Qt.KeyboardModifier.AltModifier
    with qtbot.waitSignal(resnet.fold_all_requested) as told:
        qtbot.mouseClick(resnet.viewport(), LEFT, alt, spot(resnet, "layer3"))
    assert told.args == ["layer3"]


def test_that_plus_opens_the_selected_module_and_minus_closes_the_one_around(
    qtbot: QtBot, resnet: CanvasView
) -> None:
    resnet.set_selected("layer2.1")
    with qtbot.waitSignal(resnet.fold_requested) as opened:
        qtbot.keyClick(resnet, Qt.Key.Key_Plus)
    with qtbot.waitSignal(resnet.fold_requested) as closed:
        qtbot.keyClick(resnet, Qt.Key.Key_Minus)
    assert (opened.args, closed.args) == (["layer2.1"], ["layer2"])


@pytest.mark.parametrize(
    ("key", "direction"),
    [
        (Qt.Key.Key_Up, "up"), (Qt.Key.Key_Down, "down"),
        (Qt.Key.Key_Left, "left"), (Qt.Key.Key_Right, "right"),
    ],
)  # fmt: skip
def test_that_arrow_keys_are_told(
    qtbot: QtBot, alexnet: CanvasView, key: Qt.Key, direction: str
) -> None:
    with qtbot.waitSignal(alexnet.key_step) as told:
        qtbot.keyClick(alexnet, key)
    assert told.args == [direction]


def test_that_escape_clears(qtbot: QtBot, alexnet: CanvasView) -> None:
    with qtbot.waitSignal(alexnet.item_clicked) as told:
        qtbot.keyClick(alexnet, Qt.Key.Key_Escape)
    assert told.args == [""]


def test_that_hovering_tells_the_bar_and_then_the_ground(qtbot: QtBot, alexnet: CanvasView) -> None:
    with qtbot.waitSignal(alexnet.item_hovered) as entered:
        qtbot.mouseMove(alexnet.viewport(), spot(alexnet, "conv1"))
    with qtbot.waitSignal(alexnet.item_hovered) as left:
        qtbot.mouseMove(alexnet.viewport(), QPoint(4, 4))
    assert (entered.args, left.args) == (["conv1"], [""])


def test_that_the_context_menu_is_asked_for_where_the_mouse_is(
    qtbot: QtBot, alexnet: CanvasView
) -> None:
    at = spot(alexnet, "pool1")
    globally = alexnet.viewport().mapToGlobal(at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, globally)
    with qtbot.waitSignal(alexnet.context_requested) as told:
        QApplication.sendEvent(alexnet.viewport(), event)
    assert told.args == ["pool1", globally]


def test_that_dropped_files_are_told_by_path(qtbot: QtBot, alexnet: CanvasView) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/tmp/cat.png"), QUrl("https://example.org/x")])
    event = QDropEvent(
        QPointF(10, 10), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    with qtbot.waitSignal(alexnet.files_dropped) as told:
        alexnet.dropEvent(event)
    assert told.args == [["/tmp/cat.png"]]


@pytest.mark.parametrize(
    "modifiers", [Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier]
)
def test_that_the_wheel_keeps_the_point_under_the_cursor(
    qtbot: QtBot, alexnet: CanvasView, modifiers: Qt.KeyboardModifier
) -> None:
    at = spot(alexnet, "conv3") + QPoint(30, 4)
    before, zoom = alexnet.viewportTransform().inverted()[0].map(QPointF(at)), alexnet.zoom
    for _ in range(5):
        turn_wheel(alexnet, at, modifiers)
    after = alexnet.viewportTransform().map(before)
    assert alexnet.zoom == pytest.approx(zoom * 1.2**5)
    assert (after - QPointF(at)).manhattanLength() <= 2.0  # a whole pixel each way


def test_that_everything_and_its_labels_fit_after_f(qtbot: QtBot, alexnet: CanvasView) -> None:
    alexnet.zoom_by(5.0)
    qtbot.keyClick(alexnet, Qt.Key.Key_F)
    extent = alexnet.viewportTransform().mapRect(alexnet.content.extent(alexnet.zoom))
    assert QRectF(alexnet.viewport().rect()).contains(extent)


def bar_height(view: CanvasView) -> float:
    """Screen pixels."""
    return samples.BAR * view.zoom


def test_that_a_graph_too_tall_to_read_shows_its_top_and_after_f_the_whole(
    qtbot: QtBot,
) -> None:
    view = shown_view(qtbot, samples.long_chain(400))
    port = QRectF(view.viewport().rect())
    first, last = (view.shown.bars[at].id for at in (0, -1))
    assert bar_height(view) >= 3.9
    assert port.contains(QPointF(spot(view, first)))
    assert not port.contains(QPointF(spot(view, last)))
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert port.contains(QPointF(spot(view, last)))
    assert bar_height(view) < 3.9
    seen = view.seen
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert view.seen == seen


@pytest.mark.parametrize("bars", [30, 40, 50, 60, 70])
def test_that_the_top_is_shown_only_where_it_is_much_larger_than_the_whole(
    qtbot: QtBot, bars: int
) -> None:
    view = shown_view(qtbot, samples.long_chain(bars))
    larger = view.zoom
    qtbot.keyClick(view, Qt.Key.Key_F)
    assert larger == view.zoom or (larger > 1.25 * view.zoom and bar_height(view) < 3.0)


def test_that_the_picture_does_not_reach_under_the_legend(qtbot: QtBot) -> None:
    view = shown_view(qtbot, samples.inception())
    corner = view.legend_box()
    rects = [view.content.picture.bar_rect(n) for n in range(len(view.content.picture.bars))]
    assert not any(
        view.viewportTransform().mapRect(rect).intersects(corner) for rect in rects
    )  # fmt: skip


def test_that_shift_backspace_shows_actual_size(qtbot: QtBot, alexnet: CanvasView) -> None:
    qtbot.keyClick(alexnet, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert alexnet.zoom == pytest.approx(1.0)


def test_that_a_new_picture_keeps_the_selected_bar_where_it_was(
    qtbot: QtBot, alexnet: CanvasView
) -> None:
    alexnet.set_selected("conv3")
    alexnet.zoom_by(1.7)
    alexnet.center_on_item("conv3")
    before = spot(alexnet, "conv3")
    alexnet.show_graph(shifted(samples.alexnet(), 400.0), keep_view=True)
    assert (spot(alexnet, "conv3") - before).manhattanLength() <= 2


def test_that_after_folding_the_module_is_where_its_middle_bar_was(
    qtbot: QtBot, resnet: CanvasView
) -> None:
    resnet.set_selected("layer2.0")
    resnet.center_on_item("layer2.0")
    before = resnet.viewportTransform().map(top_of(resnet, "layer2.0"))
    board = samples.Board("folded", 802_816)
    board.bar("conv1", "conv", 802_816, "", 0, -300)
    board.bar("layer2", "module", 401_408, "", 70, 900, height=30.0)
    resnet.show_graph(board.shown(), keep_view=True)
    after = resnet.viewportTransform().map(top_of(resnet, "layer2"))
    assert (after - before).manhattanLength() <= 2


def test_that_a_picture_with_nothing_in_common_is_fitted(qtbot: QtBot, resnet: CanvasView) -> None:
    resnet.zoom_by(4.0)
    resnet.set_selected("layer2.0")
    resnet.show_graph(samples.inception(), keep_view=True)
    assert resnet.viewport().rect().contains(spot(resnet, "concat"))


def top_of(view: CanvasView, item: str) -> QPointF:
    assert view.content is not None
    rect = view.content.picture.rect_of(item)
    assert rect is not None
    return QPointF(rect.center().x(), rect.top())


def shifted(shown: ShownGraph, down: float) -> ShownGraph:
    """The same chain further down, as after unfolding something above it."""
    bars = {
        name: msgspec.structs.replace(rect, y=rect.y + down)
        for name, rect in shown.placement.bars.items()
    }
    bounds = msgspec.structs.replace(shown.placement.bounds, y=down)
    placement = msgspec.structs.replace(shown.placement, bars=bars, routes=(), bounds=bounds)
    return msgspec.structs.replace(shown, placement=placement)


def test_that_centering_brings_an_item_into_view(qtbot: QtBot, alexnet: CanvasView) -> None:
    alexnet.zoom_by(6.0)
    alexnet.center_on_item("fc8")
    assert alexnet.viewport().rect().contains(spot(alexnet, "fc8"))


def test_that_no_graph_is_an_empty_ground(qtbot: QtBot, alexnet: CanvasView) -> None:
    alexnet.show_graph(None)
    alexnet.fit()
    assert alexnet.item_at(QPointF(300, 300)) == ""
    assert not alexnet.grab().isNull()


def test_that_a_screen_reader_hears_what_this_is(qtbot: QtBot, alexnet: CanvasView) -> None:
    assert alexnet.accessibleName() == "Network graph"
    assert "Arrow keys" in alexnet.accessibleDescription()
    assert alexnet.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_that_the_tooltip_of_a_ribbon_says_what_flows(qtbot: QtBot, alexnet: CanvasView) -> None:
    between = (spot(alexnet, "conv1") + spot(alexnet, "pool1")) / 2
    assert alexnet.tooltip(QPointF(between)) == "conv1 → pool1\n200,704"

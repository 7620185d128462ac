"""The cut profile beside the canvas: AlexNet and GoogLeNet as torchvision has them."""

from __future__ import annotations

from functools import cache

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from tests.bottlenecks.networks import traced
from visualizer.bottlenecks import CutProfile
from visualizer.engine.messages import ModelLoaded
from visualizer.layout.placement import lay_out
from visualizer.layout.sizing import scale_for
from visualizer.session.cuts import CutMark, CutPlace, cut_mark, cut_places, waists
from visualizer.session.network import Narrowing, OpenNetwork, narrowing_of, open_network
from visualizer.session.resolve import draft, picture
from visualizer.session.shown import ShownGraph, WidthMode
from visualizer.sources import parse_source
from visualizer.ui.canvas.marks import waist_marks
from visualizer.ui.drawing_area import DrawingArea
from visualizer.ui.panels.strip_painting import across
from visualizer.ui.panels.strip_steps import Steps
from visualizer.ui.theme import LIGHT

LEFT = Qt.MouseButton.LeftButton
POOL1 = 2  # 64·27·27 = 46,656 numbers
BRANCHES = tuple(f"inception4a.branch{path}" for path in ("1", "2", "2.0", "3", "3.0", "4", "4.1"))
NETWORKS = {"alexnet": ("features", "classifier"), "googlenet": ("inception4a", *BRANCHES)}


@cache
def _narrowing(name: str) -> Narrowing:
    return narrowing_of(_network(name))


@cache
def _network(name: str) -> OpenNetwork:
    return open_network(ModelLoaded(1, parse_source(name), (), traced(name), "", False))


@cache
def _picture(
    name: str, folded: bool, mode: WidthMode = "linear"
) -> tuple[ShownGraph, tuple[CutPlace, ...]]:
    expanded = frozenset(() if folded else NETWORKS[name])
    drafted = draft(_network(name), expanded, mode, True, 1)
    shown = picture(drafted, lay_out(drafted.request))
    profile, bar_of = _narrowing(name).profile, drafted.folded.shown_as.get
    return shown, cut_places(profile, bar_of, shown.placement.bars)


def _area(qtbot: QtBot, name: str, folded: bool = False, mode: WidthMode = "linear") -> DrawingArea:
    area = DrawingArea()
    qtbot.addWidget(area)
    area.resize(900, 640)
    area.show()
    shown, places = _picture(name, folded, mode)
    area.canvas.show_graph(shown)
    area.strip.show_profile(_narrowing(name), places, shown.scale)
    return area


def _on_canvas(area: DrawingArea, bar: str) -> float:
    """The height of a bar's middle in the canvas' viewport."""
    assert area.canvas.content is not None
    rect = area.canvas.content.picture.rect_of(bar)
    assert rect is not None
    return area.canvas.viewportTransform().map(rect.center()).y()


@pytest.fixture
def alexnet(qtbot: QtBot) -> DrawingArea:
    return _area(qtbot, "alexnet")


# --------------------------------------------------------------------------- one vertical axis


@pytest.mark.parametrize("name", ["alexnet", "googlenet"])
def test_that_every_cut_of_one_tensor_has_the_height_of_its_bar_wherever_is_looked(
    qtbot: QtBot, name: str
) -> None:
    area = _area(qtbot, name)
    _, places = _picture(name, False)
    looks = (
        lambda: None, lambda: area.canvas.scroll_by(QPoint(13, -57)),
        lambda: area.canvas.zoom_by(2.3, QPointF(100, 150)),
        lambda: area.canvas.scroll_by(QPoint(0, 211)), area.canvas.fit,
    )  # fmt: skip
    for look in looks:
        look()
        for number, place in enumerate(places):
            alone = [other for other in places if other.bars == place.bars] == [place]
            if alone and len(place.bars) == 1:
                assert abs(area.strip.y_of(number) - _on_canvas(area, place.bars[0])) <= 1


def test_that_the_canvas_tells_that_it_looks_elsewhere(qtbot: QtBot, alexnet: DrawingArea) -> None:
    canvas = alexnet.canvas
    for look in (
        lambda: canvas.scroll_by(QPoint(0, 9)), lambda: canvas.zoom_by(1.3), canvas.fit,
        lambda: alexnet.resize(800, 500),
    ):  # fmt: skip
        with qtbot.waitSignal(canvas.view_changed):
            look()


def test_that_the_wheel_over_the_strip_zooms_around_its_height(alexnet: DrawingArea) -> None:
    before = alexnet.strip.y_of(POOL1)
    alexnet.strip.zoom_asked.emit(1.5, before)
    assert abs(alexnet.strip.y_of(POOL1) - before) <= 1
    assert alexnet.strip.y_of(POOL1 + 1) > before


# --------------------------------------------------------------------------- what is painted


def _pixels(area: DrawingArea, number: int) -> list[QColor]:
    """Left to right through the step of a cut, a little under its line."""
    image = area.strip.grab().toImage()
    y = round(area.strip.y_of(number)) + 6
    return [image.pixelColor(x, y) for x in range(area.strip.width())]


@pytest.mark.parametrize("mode", ["linear", "sqrt"])
def test_that_steps_are_as_wide_as_the_cuts_on_the_canvas_scale(
    qtbot: QtBot, mode: WidthMode
) -> None:
    shown, places = _picture("alexnet", False, mode)
    steps = Steps(_narrowing("alexnet").profile, places, shown.scale)
    share = (64 * 27 * 27) / (64 * 55 * 55)
    assert steps.shares[1] == 1.0
    assert steps.shares[POOL1] == pytest.approx(share if mode == "linear" else share**0.5)
    assert steps.narrowest[3] == steps.shares[POOL1]


def test_that_a_waist_is_filled_red_up_to_its_width(alexnet: DrawingArea) -> None:
    share = (64 * 27 * 27) / (64 * 55 * 55)
    alexnet.strip.show_cut(None)
    reddish = [c.red() > c.blue() + 60 for c in _pixels(alexnet, POOL1)]
    end = across(share, alexnet.strip.width())
    assert all(reddish[14 : round(end) - 8])  # where the finding's symbol begins
    assert not any(reddish[round(end) + 9 :])


def test_that_thousands_of_cuts_in_view_become_one_step_a_row_and_keep_the_narrowest() -> None:
    known, many = _narrowing("alexnet").profile, 5000
    widths = [1000] * many
    widths[1234] = 100
    cuts = tuple(msgspec.structs.replace(known.cuts[0], width=width) for width in widths)
    places = tuple(CutPlace(float(number), ()) for number in range(many))
    steps = Steps(CutProfile(known.tensors, cuts, many - 1), places, scale_for("linear", 1000))
    seen = steps.seen(zoom=0.1, shift=0.0, top=0.0, bottom=500.0)
    assert len(seen.shares) <= 502 and len(seen.edges) == len(seen.shares) + 1
    row = int(np.searchsorted(seen.edges, 123.4)) - 1
    assert seen.shares[row] == seen.shares.min() == 0.1
    assert np.count_nonzero(seen.shares < 1) == 1


def test_that_only_the_steps_in_view_are_painted() -> None:
    places = tuple(CutPlace(100.0 * n, ()) for n in range(len(_narrowing("alexnet").profile.cuts)))
    steps = Steps(_narrowing("alexnet").profile, places, scale_for("linear", 193_600))
    seen = steps.seen(zoom=1.0, shift=-200.0, top=0.0, bottom=100.0)
    assert seen.edges.tolist() == [-50, 50, 150]
    assert seen.shares.tolist() == steps.shares[2:4].tolist()


# --------------------------------------------------------------------------- pointing and choosing


def test_that_a_click_tells_the_cut_at_its_height(qtbot: QtBot, alexnet: DrawingArea) -> None:
    strip = alexnet.strip
    for number in (0, POOL1, 6):
        with qtbot.waitSignal(strip.picked) as told:
            qtbot.mouseClick(strip, LEFT, pos=QPoint(90, round(strip.y_of(number))))
        assert told.args == [number]


def test_that_pointing_tells_the_numbers_beside_the_strip_and_leaving_hides_them(
    qtbot: QtBot, alexnet: DrawingArea
) -> None:
    strip, card = alexnet.strip, alexnet.card
    qtbot.mouseMove(strip, QPoint(60, round(strip.y_of(POOL1))))
    qtbot.waitUntil(card.isVisible)
    # 46,656 of 150,528 and of 139,968; 70 of 714 million MACs are done
    for said in ("features.2", "46,656", "0.31", "0.333", "9.8 %", "extreme"):
        assert said in card.text()
    assert alexnet.rect().contains(card.geometry()) and card.geometry().right() < strip.x()
    qtbot.mouseMove(strip, QPoint(60, strip.height() - 4))
    qtbot.waitUntil(lambda: not card.isVisible())


def test_that_arrow_keys_walk_from_cut_to_cut(qtbot: QtBot, alexnet: DrawingArea) -> None:
    strip, told = alexnet.strip, []
    strip.picked.connect(strip.show_cut)
    strip.picked.connect(told.append)
    last = len(_narrowing("alexnet").profile.cuts) - 1
    keys = (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_End)
    for key in keys:
        qtbot.keyClick(strip, key)
    assert told == [0, 1, 0, 0, last]


def test_that_pages_go_ten_cuts_and_escape_clears(qtbot: QtBot, alexnet: DrawingArea) -> None:
    strip, told = alexnet.strip, []
    strip.picked.connect(strip.show_cut)
    strip.picked.connect(told.append)
    last = len(_narrowing("alexnet").profile.cuts) - 1
    strip.show_cut(0)
    for key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp, Qt.Key.Key_PageUp):
        qtbot.keyClick(strip, key)
    assert told == [min(10, last), 0, 0]
    with qtbot.waitSignal(strip.cleared):
        qtbot.keyClick(strip, Qt.Key.Key_Escape)


def test_that_a_narrow_area_and_the_menu_take_the_strip_away(
    qtbot: QtBot, alexnet: DrawingArea
) -> None:
    assert alexnet.strip.isVisible()
    alexnet.resize(380, 500)
    qtbot.waitUntil(lambda: not alexnet.strip.isVisible())
    alexnet.resize(900, 500)
    qtbot.waitUntil(alexnet.strip.isVisible)
    alexnet.show_strip(False)
    assert not alexnet.strip.isVisible() and not alexnet.wants_strip


def test_that_without_a_profile_the_strip_says_so(qtbot: QtBot) -> None:
    area = DrawingArea()
    qtbot.addWidget(area)
    area.strip.show_profile(None, (), None)
    assert area.strip.cut_at(50.0) is None
    qtbot.keyClick(area.strip, Qt.Key.Key_Down)
    area.strip.show_cut(3)
    assert not area.strip.grab().isNull()


# --------------------------------------------------------------------------- on the canvas


def _inside_4a() -> tuple[int, CutMark]:
    narrowing = _narrowing("googlenet")
    _, places = _picture("googlenet", False)
    number = next(f.cut for f in narrowing.findings if f.node == "inception4a.cat")
    return number, cut_mark(narrowing, number, places[number])


def test_that_all_tensors_of_a_cut_inside_inception4a_are_outlined_together(qtbot: QtBot) -> None:
    area = _area(qtbot, "googlenet")
    canvas, (number, mark) = area.canvas, _inside_4a()
    # the 1x1 of every branch and the pool's projection: (192 + 96 + 16 + 64)·14·14
    assert mark.text.startswith("72,128 numbers pass · β 0.767") and len(mark.bars) == 4
    area.resize(1700, 900)
    canvas.actual_size()
    canvas.center_on_item(*mark.bars)
    before = canvas.grab().toImage()
    canvas.set_cut(mark)
    after = canvas.grab().toImage()
    for bar in mark.bars:
        rect = canvas.content.picture.rect_of(bar)
        edge = canvas.viewportTransform().map(QPointF(rect.center().x(), rect.top())).toPoint()
        outline = edge - QPoint(0, 3)
        assert after.pixelColor(outline) != before.pixelColor(outline), bar
        assert abs(area.strip.y_of(number) - _on_canvas(area, bar)) < 120
    canvas.set_cut(None)
    assert canvas.grab().toImage() == before


def test_that_a_cut_in_a_folded_module_outlines_the_module(qtbot: QtBot) -> None:
    narrowing = _narrowing("googlenet")
    shown, places = _picture("googlenet", True)
    number, _ = _inside_4a()
    assert places[number].bars == places[number + 1].bars == ("inception4a",)
    bar = shown.placement.bars["inception4a"]
    assert bar.y < places[number].y < places[number + 1].y < bar.bottom
    area = _area(qtbot, "googlenet", folded=True)
    area.canvas.set_cut(cut_mark(narrowing, number, places[number]))
    assert not area.canvas.grab().isNull()


def test_that_a_cut_of_another_picture_is_not_painted(alexnet: DrawingArea) -> None:
    before = alexnet.canvas.grab().toImage()
    alexnet.canvas.set_cut(CutMark(10.0, ("gone",), "1 number passes", "1", False))
    assert alexnet.canvas.grab().toImage() == before


def test_that_a_waist_has_its_number_beside_its_bar_and_hides_no_name(
    alexnet: DrawingArea,
) -> None:
    _, places = _picture("alexnet", False)
    canvas = alexnet.canvas
    canvas.set_marks(waist_marks(waists(_narrowing("alexnet"), places), LIGHT))
    content, seen = canvas.content, canvas.sceneRect()
    assert content is not None
    (text,) = content.waists.texts(seen, canvas.zoom)
    assert text.waist.short == "46,656 numbers pass"
    pool = content.picture.rect_of("features.2")
    assert text.box.right() < pool.left() and text.box.center().y() == pool.center().y()
    assert not any(label.box.intersects(text.box) for label in content.texts.labels(seen, 1.0))


def test_that_beside_columns_the_strip_is_narrow_says_why_and_picks_nothing(qtbot: QtBot) -> None:
    area = _area(qtbot, next(iter(NETWORKS)))
    broad = area.strip.sizeHint().width()
    area.show_wrapped(True)
    assert area.strip.sizeHint().width() < broad / 3
    assert "one column" in area.strip.toolTip()
    assert area.strip.cut_at(100.0) is None
    area.show_wrapped(False)
    assert area.strip.sizeHint().width() == broad

"""Drawings in which data flows to the right: bars stand upright, names below them."""

from __future__ import annotations

from itertools import combinations

import msgspec
import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.ui import pictures
from visualizer.layout.placement import lay_out
from visualizer.session.captions import caption_lines
from visualizer.session.cuts import cut_places
from visualizer.session.network import narrowing_of
from visualizer.session.picture import neighbour
from visualizer.session.resolve import draft, picture
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.labels import place_labels
from visualizer.ui.canvas.legend import Legend, scale_bars
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.drawing_area import DrawingArea
from visualizer.ui.theme import LIGHT

pytestmark = pytest.mark.usefixtures("qapp")

NETWORKS = ("alexnet", "googlenet", "resnet50", "densenet121", "vit_b_16", "unet")
HALF_A_PIXEL = 0.5


def shown(source: str) -> ShownGraph:
    return pictures.shown(source, "right")


def canvas(qtbot: QtBot, source: str) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(1000, 520)
    view.show()
    view.show_graph(shown(source))
    return view


# --------------------------------------------------------------------------- where things are


@pytest.mark.parametrize("source", NETWORKS)
def test_that_bars_are_as_high_as_their_activations_and_do_not_overlap(source: str) -> None:
    seen = Picture(shown(source))
    rects = [seen.bar_rect(number) for number in range(len(seen.bars))]
    scale = seen.shown.scale
    for bar, rect in zip(seen.bars, rects, strict=True):
        wanted = max(scale.floor, scale.factor * bar.elements)
        assert abs(rect.height() - wanted) <= HALF_A_PIXEL
    assert not any(one.intersects(other) for one, other in combinations(rects, 2))


@pytest.mark.parametrize("source", NETWORKS)
def test_that_ribbons_run_from_the_right_of_a_bar_to_the_left_of_another(source: str) -> None:
    seen = Picture(shown(source))
    for number, ribbon in enumerate(seen.ribbons):
        source_bar, target_bar = seen.rect_of(ribbon.source), seen.rect_of(ribbon.target)
        corners = [(spot.x(), spot.y()) for spot in seen.ribbon_polygon(number).toList()]
        count = len(corners) // 2
        for x, y in (corners[0], corners[-1]):
            assert x == pytest.approx(source_bar.right())
            assert source_bar.top() - 1e-6 <= y <= source_bar.bottom() + 1e-6
        for x, y in corners[count - 1 : count + 1]:
            assert x == pytest.approx(target_bar.left())
            assert target_bar.top() - 1e-6 <= y <= target_bar.bottom() + 1e-6


@pytest.mark.parametrize("source", ["alexnet", "resnet50", "vit_b_16"])
def test_that_what_is_in_a_module_is_in_its_frame_below_its_title(source: str) -> None:
    seen = Picture(shown(source))
    for bar in seen.bars:
        group = seen.group_around(bar.id)
        assert bool(group) == any(bar.id.startswith(f"{other.id}.") for other in seen.groups)
        if group:
            frame = seen.rect_of(group)
            title = QRectF(frame.left(), frame.top(), frame.width(), seen.title_height)
            assert frame.contains(seen.rect_of(bar.id))
            assert not title.intersects(seen.rect_of(bar.id))


def test_that_the_painted_bar_is_as_high_as_its_activations() -> None:
    content = Content.of(shown("alexnet"), LIGHT, signs=False)
    number = content.picture.bar_numbers["features.3"]
    rect, color = content.picture.bar_rect(number), content.bars.color(number)
    image = QImage(4, 1200, QImage.Format.Format_RGB32)
    image.fill(LIGHT.color("ground"))
    painter = QPainter(image)
    painter.translate(2 - rect.center().x(), 100 - rect.top())
    content.paint_shapes(painter, QRectF(content.picture.ink), 1.0)
    painter.end()
    column = [image.pixelColor(2, y).rgb() == color.rgb() for y in range(1200)]
    wanted = content.picture.shown.scale.factor * 192 * 27 * 27
    assert abs(int(np.sum(column)) - wanted) <= 2  # a row at each end is in part ground


def test_that_the_same_places_are_seen_turned() -> None:
    seen = Picture(shown("googlenet"))
    down = seen.as_flowing_down
    assert down.as_flowing_down is down
    for number in range(len(seen.bars)):
        rect, other = seen.bar_rect(number), down.bar_rect(number)
        assert (rect.x(), rect.y()) == (other.y(), other.x())
        assert rect.size() == other.size().transposed()


# --------------------------------------------------------------------------- what is written


@pytest.mark.parametrize("source", NETWORKS)
@pytest.mark.parametrize("scale", [1.5, 1.0, 0.6, 0.35, 0.15])
def test_that_no_name_lies_on_another_or_on_a_bar_or_on_an_edge(source: str, scale: float) -> None:
    seen = Picture(shown(source))
    labels = place_labels(seen, seen.bounds.adjusted(-500, -500, 500, 500), scale)
    assert labels
    for one, other in combinations(labels, 2):
        assert not one.box.intersects(other.box), (one.text, other.text)
    for label in labels:
        bars = (seen.bar_rect(number) for number in range(len(seen.bars)))
        assert not any(label.box.intersects(rect) for rect in bars), label.text
        for number in range(len(seen.groups)):
            frame = seen.group_rect(number)
            assert frame.contains(label.box) or not frame.intersects(label.box), label.text


@pytest.mark.parametrize("source", ["alexnet", "googlenet", "resnet50", "unet"])
def test_that_at_full_size_every_bar_has_its_name_and_shape_below_it(source: str) -> None:
    seen = Picture(shown(source))
    labels = place_labels(seen, seen.bounds, 1.0)
    for bar in seen.bars:
        mine = [label for label in labels if label.item == bar.id]
        written = " ".join(label.text for label in mine)
        assert written == " ".join(
            [*caption_lines(bar.label, 96.0), *caption_lines(bar.detail, 96.0)]
        )
        assert all(label.box.top() >= seen.rect_of(bar.id).bottom() for label in mine)
        assert all(seen.bounds.contains(label.box) for label in mine)


def test_that_names_are_cut_into_lines_between_words() -> None:
    def measure(text: str) -> float:
        return 10.0 * len(text)

    assert caption_lines("10 · Conv2d 3×3 + relu", 120, measure) == (
        "10 · Conv2d", "3×3 + relu",
    )  # fmt: skip
    assert caption_lines("0 · Bottleneck", 100, measure) == ("0", "Bottleneck")
    assert caption_lines("3 · Conv2d 3×3 + relu", 60, measure) == ("3", "Conv2d", "3×3", "+ relu")


def test_that_the_legend_speaks_of_heights() -> None:
    scale = shown("alexnet").scale
    for zoom in (0.2, 1.0):
        (bar,) = scale_bars(scale, zoom, "right")
        assert bar.pixels == pytest.approx(scale.factor * bar.elements * zoom)
        legend = Legend(scale, [], LIGHT, None, flow="right")
        image = QImage(400, 60, QImage.Format.Format_RGB32)
        image.fill(LIGHT.color("ground"))
        painter = QPainter(image)
        legend.paint(painter, QRectF(0, 0, 400, 28), zoom, panel=False)
        painter.end()
        upright = longest_run(image, LIGHT.color("secondary"))
        assert upright == pytest.approx(bar.pixels, abs=2.0)  # soft ends


def longest_run(image: QImage, color: QColor) -> int:
    """The most pixels of a colour one under the other."""
    most = 0
    for x in range(image.width()):
        run = 0
        for y in range(image.height()):
            run = run + 1 if image.pixelColor(x, y) == color else 0
            most = max(most, run)
    return most


# --------------------------------------------------------------------------- what the user does


def test_that_arrow_keys_go_along_the_flow() -> None:
    drawn = shown("alexnet")
    assert neighbour(drawn, "features.0", "right") == "features.2"
    assert neighbour(drawn, "features.2", "left") == "features.0"
    assert neighbour(drawn, "features.2", "up") is None
    split = shown("unet")
    assert neighbour(split, "cat", "left") in {"grow", "down2.2"}


def test_that_a_drawing_fits_with_its_names(qtbot: QtBot) -> None:
    for source in ("alexnet", "googlenet"):
        view = canvas(qtbot, source)
        assert view.seen.contains(view.content.extent(view.zoom))


def test_that_of_a_drawing_that_is_too_long_the_left_end_is_seen(qtbot: QtBot) -> None:
    view = canvas(qtbot, "alexnet")
    network = pictures.network("resnet50")
    every = frozenset(network.hierarchy.groups) - {""}
    drafted = draft(network, every, "linear", True, 0, flow="right")
    view.show_graph(picture(drafted, lay_out(drafted.request)))
    ink = view.content.picture.ink
    assert view.seen.left() < ink.left() and view.seen.right() < ink.right()
    before = view.zoom
    view.fit_all()
    assert view.seen.right() > ink.right() and view.zoom < before / 1.3


def test_that_a_click_finds_the_bar_and_its_plus(qtbot: QtBot) -> None:
    view = canvas(qtbot, "resnet50")
    seen = view.content.picture
    number = seen.bar_numbers["layer1.0"]
    middle = view.viewportTransform().map(seen.bar_rect(number).center())
    plus = view.viewportTransform().map(seen.plus_rect(number).center())
    assert seen.plus_rect(number).center().y() < seen.bar_rect(number).center().y()
    with qtbot.waitSignal(view.item_clicked) as clicked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle.toPoint())
    assert clicked.args == ["layer1.0"]
    with qtbot.waitSignal(view.fold_requested) as asked:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=plus.toPoint())
    assert asked.args == ["layer1.0"]


def test_that_what_is_looked_at_stays_where_it_is_when_a_module_opens(qtbot: QtBot) -> None:
    view = canvas(qtbot, "resnet50")
    view.set_selected("layer2.1")
    view.zoom_by(2.0)  # so that there is no room for all of it, for which it would be moved
    view.center_on_item("layer2.1")
    before = begin_and_stream(view, "layer2.1", "layer2.0")
    network = pictures.network("resnet50")
    expanded = network.first_view | {"layer2.1"}
    drafted = draft(network, expanded, "linear", True, 0, flow="right")
    view.show_graph(picture(drafted, lay_out(drafted.request)), keep_view=True)
    assert (begin_and_stream(view, "layer2.1", "layer2.0") - before).manhattanLength() <= 2
    view.show_graph(shown("resnet50"), keep_view=True)
    assert (begin_and_stream(view, "layer2.1", "layer2.0") - before).manhattanLength() <= 2


def begin_and_stream(view: CanvasView, item: str, feeding: str) -> QPointF:
    """Where an item begins along the flow, and how high the stream into it runs."""
    begin, stream = (view.content.picture.rect_of(name) for name in (item, feeding))
    return view.viewportTransform().map(QPointF(begin.left(), stream.center().y()))


def test_that_what_becomes_short_enough_is_seen_from_begin_to_end(qtbot: QtBot) -> None:
    view = canvas(qtbot, "alexnet")
    view.set_selected("features")
    network = pictures.network("alexnet")
    drafted = draft(network, frozenset(), "linear", True, 0, flow="right")
    view.show_graph(picture(drafted, lay_out(drafted.request)), keep_view=True)
    extent = view.content.extent(view.zoom)
    assert view.seen.left() <= extent.left() and extent.right() <= view.seen.right()


def test_that_nothing_is_moved_from_one_direction_to_the_other(qtbot: QtBot) -> None:
    view = canvas(qtbot, "alexnet")
    view.set_animated(True)
    view.show_graph(pictures.shown("alexnet"), keep_view=True)
    assert not view.moving


# --------------------------------------------------------------------------- the profile


def test_that_the_profile_lies_below_with_each_cut_under_its_bar(qtbot: QtBot) -> None:
    area = DrawingArea()
    qtbot.addWidget(area)
    area.resize(1000, 640)
    area.show()
    network = pictures.network("alexnet")
    drafted = draft(network, network.first_view, "linear", True, 0, flow="right")
    drawn, narrowing = picture(drafted, lay_out(drafted.request)), narrowing_of(network)
    bar_of = drafted.folded.shown_as.get
    places = cut_places(narrowing.profile, bar_of, drawn.placement.bars)
    area.show_flow("right")
    area.canvas.show_graph(drawn)
    area.strip.show_profile(narrowing, places, drawn.scale)
    qtbot.waitUntil(lambda: area.strip.y() >= area.canvas.geometry().bottom())
    assert area.strip.width() == area.canvas.width()
    for look in (lambda: None, lambda: area.canvas.zoom_by(1.7), area.canvas.fit):
        look()
        for number, place in enumerate(places):
            alone = [other for other in places if other.bars == place.bars] == [place]
            if alone and len(place.bars) == 1:
                rect = area.canvas.content.picture.rect_of(place.bars[0])
                x = area.canvas.viewportTransform().map(rect.center()).x()
                assert abs(area.strip.y_of(number) - x) <= 1
    with qtbot.waitSignal(area.strip.picked) as picked:
        spot = QPointF(area.strip.y_of(2), 30).toPoint()
        qtbot.mouseClick(area.strip, Qt.MouseButton.LeftButton, pos=spot)
    assert picked.args == [2]
    area.show_flow("down")
    qtbot.waitUntil(lambda: area.strip.x() >= area.canvas.geometry().right())


def test_that_a_request_says_which_way_data_flows() -> None:
    network = pictures.network("alexnet")
    down, right = (
        draft(network, network.first_view, "linear", True, 0, flow=flow).request
        for flow in ("down", "right")
    )
    assert (down.flow, right.flow) == ("down", "right")
    assert all(item.label_length <= item.height for item in down.items)  # a line beside its bar
    assert all(0 < item.label_length < 110 for item in right.items if not item.group)
    assert msgspec.json.decode(msgspec.json.encode(right), type=type(right)) == right

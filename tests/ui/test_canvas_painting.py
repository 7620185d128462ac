"""What is really on the screen, read off the pixels."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.layout.model import Rect, Span
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView, Marks
from visualizer.ui.canvas.bands import band_path, crosses, silhouette_path
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.marks import heat_ramp
from visualizer.ui.theme import DARK, LIGHT, Theme, blend

Pixels = NDArray[np.uint8]


def pixels_of(image: QImage) -> Pixels:
    """An image as (height, width, 3) numbers."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def painted(
    shown: ShownGraph, theme: Theme = LIGHT, marks: Marks | None = None, signs: bool = True
) -> Pixels:
    """The shapes without text, one pixel a scene pixel, from the top left of the picture."""
    content = Content.of(shown, theme, marks, signs)
    area = content.picture.ink
    image = QImage(area.size().toSize(), QImage.Format.Format_RGB32)
    image.fill(theme.color("ground"))
    painter = QPainter(image)
    painter.translate(-area.topLeft())
    content.paint_shapes(painter, area, 1.0)
    painter.end()
    return pixels_of(image)


def run_of(pixels: Pixels, row: int, color: QColor) -> int:
    """How many pixels of a row have exactly this colour."""
    return int((pixels[row] == [color.red(), color.green(), color.blue()]).all(axis=-1).sum())


def screen(view: CanvasView) -> Pixels:
    image = QImage(view.viewport().size(), QImage.Format.Format_RGB32)
    view.viewport().render(image)
    return pixels_of(image)


@pytest.mark.usefixtures("qapp")
def test_that_painted_widths_are_proportional_to_activations() -> None:
    shown = samples.alexnet()
    pixels = painted(shown)
    for number, (name, family, elements, _) in enumerate(samples.ALEXNET[:8]):
        row = int(number * samples.PITCH + samples.BAR / 2)
        width = run_of(pixels, row, LIGHT.family(family))
        exact = 420.0 * elements / 200_704
        assert abs(width - exact) <= 2.0, name  # the two edges are smoothed


@pytest.mark.usefixtures("qapp")
def test_that_the_boxes_painted_are_the_placement_to_the_last_digit() -> None:
    shown = samples.inception()
    picture = Content.of(shown, LIGHT).picture
    for number, bar in enumerate(picture.bars):
        placed = shown.placement.bars[bar.id]
        assert picture.bar_rect(number).getRect() == pytest.approx(
            (placed.x, placed.y, placed.width, placed.height)
        )


@pytest.mark.usefixtures("qapp")
def test_that_a_ribbon_starts_and_ends_on_its_whole_bars() -> None:
    picture = Content.of(samples.alexnet(), LIGHT).picture
    for number, ribbon in enumerate(picture.ribbons):
        source = picture.bar_rect(picture.bar_numbers[ribbon.source])
        target = picture.bar_rect(picture.bar_numbers[ribbon.target])
        path = picture.ribbon_path(number)
        points = [path.elementAt(k) for k in range(path.elementCount())]
        above = [point.x for point in points if point.y == source.bottom()]
        below = [point.x for point in points if point.y == target.top()]
        assert (min(above), max(above)) == pytest.approx((source.left(), source.right()))
        assert (min(below), max(below)) == pytest.approx((target.left(), target.right()))


def shared_lane(tensor: str) -> ShownGraph:
    """A tensor read twice, far below, by ribbons that run in the same lane."""
    board = samples.Board("lane", 1000)
    board.bar("made", "conv", 1000, "", 300.0, 0.0)
    lane = [Span(100.0, 600.0, 700.0), Span(300.0, 600.0, 700.0)]
    for number, name in enumerate(("near", "far")):
        board.bar(name, "conv", 1000, "", 300.0, 400.0 + 100.0 * number)
        board.ribbon("made", name, lane=lane, tensor=tensor)
    return board.shown()


@pytest.mark.usefixtures("qapp")
def test_that_what_two_readers_of_a_tensor_share_is_painted_once() -> None:
    once, twice = painted(shared_lane("made:0")), painted(shared_lane(""))
    row, column = 200, 650
    left = int(Content.of(shared_lane(""), LIGHT).picture.ink.left())
    single = blend(LIGHT.color("ground"), LIGHT.family("conv"), LIGHT.ribbon_alpha)
    wanted = (single.red(), single.green(), single.blue())
    assert once[row, column - left] == pytest.approx(wanted, abs=2)
    assert int(twice[row, column - left].sum()) < int(once[row, column - left].sum()) - 10


def test_that_a_band_leaves_and_arrives_upright() -> None:
    path = band_path([Span(0, 0, 100), Span(60, 40, 60)])
    start, first, second, end = (path.elementAt(k) for k in range(4))
    assert (start.x, start.y, end.x, end.y) == (0, 0, 40, 60)
    assert first.x == start.x
    assert second.x == end.x


def test_that_the_silhouette_of_a_folded_module_is_narrow_where_it_is() -> None:
    path = silhouette_path((100.0, 20.0, 100.0), QRectF(0, 0, 100, 30))
    assert path.contains(QRectF(2, 1, 96, 5))
    assert path.contains(QRectF(41, 14, 18, 2))
    assert not path.intersects(QRectF(0, 14, 38, 2))


def test_that_a_silhouette_wider_than_its_box_shrinks_as_a_whole() -> None:
    path = silhouette_path((50.0, 200.0), QRectF(0, 0, 100, 30))
    box = path.boundingRect()
    assert (box.left(), box.right()) == pytest.approx((0.0, 100.0))
    assert not path.contains(QRectF(35, 1, 30, 2))  # 50 of 200 is a quarter of the box


@pytest.mark.usefixtures("qapp")
def test_that_a_marked_bar_has_its_mark_and_the_others_their_family() -> None:
    red = QColor("#E5484D")
    pixels = painted(samples.alexnet(), marks=Marks({"pool1": red}))
    middle = samples.BAR / 2
    assert run_of(pixels, int(2 * samples.PITCH + middle), red) > 90
    assert run_of(pixels, int(4 * samples.PITCH + middle), LIGHT.family("pool")) > 60


@pytest.mark.usefixtures("qapp")
def test_that_under_a_metric_ribbons_are_grey_and_under_waists_they_keep_their_colour() -> None:
    shown = samples.alexnet()
    row = int(samples.BAR + (samples.PITCH - samples.BAR) / 2)
    plain = painted(shown)[row]
    waists = painted(shown, marks=Marks({"pool1": QColor("#E5484D")}, "red: waist"))[row]
    metric = painted(shown, marks=Marks({}, "Parameters", heat_ramp(LIGHT), "0", "9"))[row]
    assert (plain == waists).all()
    assert (plain != metric).any()
    tint = metric[len(metric) // 2].astype(int)
    assert max(tint) - min(tint) < 16


@pytest.mark.usefixtures("qapp")
def test_that_a_picture_for_a_file_has_no_signs_to_click() -> None:
    shown, theme = samples.folded_resnet(), LIGHT
    with_signs, without = (painted(shown, theme, signs=signs) for signs in (True, False))
    picture = Content.of(shown, theme).picture
    sign = picture.handle_rect(0).translated(-picture.ink.topLeft()).toRect()
    area = np.s_[sign.top() : sign.bottom(), sign.left() : sign.right()]
    assert len(np.unique(with_signs[area].reshape(-1, 3), axis=0)) > 3
    assert len(np.unique(without[area].reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize(
    ("left", "y", "crossed"), [(40, 50, True), (81, 50, False), (40, 150, False), (60, 10, False)]
)
def test_that_a_slanting_ribbon_is_known_under_a_label(
    left: float, y: float, crossed: bool
) -> None:
    spans = [Span(0, 0, 40), Span(100, 80, 120)]  # half way down it covers 40..80
    assert crosses(spans, QRectF(left, y - 5, 30, 10)) is crossed


@pytest.mark.usefixtures("qapp")
def test_that_overlapping_ribbons_are_darker_than_one() -> None:
    shown = samples.residual()
    pixels = painted(shown).astype(int)
    area = Content.of(shown, LIGHT).picture.ink
    add = shown.placement.bars["out"]
    row, right = int(add.y - area.top() - 3), int(add.x - area.left() + add.width / 2)
    alone = pixels[int(200 - area.top()), int(275 - area.left())]
    assert pixels[row, right].sum() < alone.sum()


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_the_selected_bar_is_outlined_in_the_accent(qtbot: QtBot, theme: Theme) -> None:
    view = CanvasView(theme)
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_graph(samples.alexnet())
    accent = theme.color("accent")
    before = screen(view)
    view.set_selected("conv2")
    after = screen(view)
    assert sum(run_of(before, row, accent) for row in range(len(before))) == 0
    assert sum(run_of(after, row, accent) for row in range(len(after))) > 300


def test_that_a_panned_frame_equals_one_painted_anew(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show()
    view.show_graph(samples.folded_resnet())
    view.zoom_by(3.0)
    screen(view)
    for step in (QPoint(37, 21), QPoint(-80, 5), QPoint(-3, -66)):
        view.scroll_by(step)
        mended = screen(view)
    view.set_theme(LIGHT)  # throws the kept frame away
    difference = np.abs(mended.astype(int) - screen(view).astype(int))
    assert (difference.max(axis=-1) > 24).mean() < 0.001


def test_that_thousands_of_bars_seen_from_far_are_not_lost(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(1000, 800)
    view.show()
    view.show_graph(samples.long_chain(3000, columns=10))
    rows = (screen(view) != 255).any(axis=(1, 2))
    assert rows[30:-30].all()


def test_that_an_open_module_is_outlined_in_every_column_it_goes_through(qtbot: QtBot) -> None:
    shown = samples.folded_resnet()
    group = shown.groups[0].id
    frame = shown.placement.groups[group]
    further = Rect(frame.right + 400.0, frame.y, frame.width, frame.height)
    placement = replace(shown.placement, continued={group: (further,)})
    view = CanvasView(LIGHT)
    qtbot.addWidget(view)
    view.resize(1400, 800)
    view.show()
    view.show_graph(replace(shown, placement=placement))
    view.set_selected(group)
    accent, pixels = LIGHT.color("accent"), screen(view)
    wanted = np.array([accent.red(), accent.green(), accent.blue()])
    for part in (frame, further):
        top = view.viewportTransform().map(QPointF(part.center, part.y)).toPoint()
        near = pixels[max(top.y() - 6, 0) : top.y() + 1, top.x()]
        assert (np.abs(near.astype(int) - wanted).max(axis=-1) < 40).any()

"""A network fills the canvas it is opened in, with its names inside their frames."""

from __future__ import annotations

from functools import cache

import pytest
from PySide6.QtCore import QRectF
from pytestqt.qtbot import QtBot

from tests.perf.networks import opened
from visualizer.layout.placement import lay_out
from visualizer.session.network import OpenNetwork
from visualizer.session.picture import PictureController
from visualizer.session.proportions import Proportions
from visualizer.session.resolve import draft, picture, proportions_in
from visualizer.session.shown import ShownGraph
from visualizer.session.state import SessionState
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.labels import place_labels
from visualizer.ui.canvas.picture import Picture

NETWORKS = ("resnet50", "densenet121", "googlenet")
SMALL, LARGE = (488.0, 366.0), (1128.0, 678.0)
"""What is left for the picture in windows of 1280×800 and 1920×1080."""


@cache
def network(name: str) -> OpenNetwork:
    return opened(name).as_first_seen


@cache
def drawn(name: str, room: tuple[float, float], also: frozenset[str] = frozenset()) -> ShownGraph:
    net = network(name)
    proportions = proportions_in(net, room, "linear", net.first_view)
    drafted = draft(net, net.first_view | also, "linear", True, 1, proportions=proportions)
    return picture(drafted, lay_out(drafted.request))


def canvas(qtbot: QtBot, name: str, room: tuple[float, float]) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_legend(False)
    view.resize(round(room[0]), round(room[1]))
    view.show()
    view.show_graph(drawn(name, room))
    return view


def texts(view: CanvasView) -> set[tuple[str, str]]:
    assert view.content is not None
    labels = view.content.texts.labels(view.seen, view.zoom)
    return {(label.item, label.text) for label in labels}


def letters(box: QRectF) -> QRectF:
    """The part of a label's box that is written on: a line has some air above and below."""
    air = 0.16 * box.height()
    return box.adjusted(0, air, 0, -air)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("room", [SMALL, LARGE])
@pytest.mark.parametrize("zoom", [0.15, 0.25, 0.35, 0.5, 0.8, 1.0, 2.0])
def test_that_no_name_or_shape_crosses_the_border_of_a_frame(
    qapp, name: str, room: tuple[float, float], zoom: float
) -> None:
    shown = Picture(drawn(name, room))
    frames = [shown.group_rect(number) for number in range(len(shown.groups))]
    for label in place_labels(shown, shown.bounds, zoom):
        if label.role in ("name", "detail"):
            box = letters(label.box)
            crossed = [f for f in frames if f.intersects(box) and not f.contains(box)]
            assert not crossed, label.text


@pytest.mark.parametrize(
    ("name", "room"), [("resnet50", LARGE), ("densenet121", SMALL), ("densenet121", LARGE)]
)
def test_that_as_first_seen_every_bar_has_its_name_and_shape(
    qtbot: QtBot, name: str, room: tuple[float, float]
) -> None:
    view = canvas(qtbot, name, room)
    assert view.shown is not None
    for bar in view.shown.bars:
        assert {(bar.id, bar.label), (bar.id, bar.detail)} <= texts(view)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("room", [SMALL, LARGE])
def test_that_no_half_of_the_canvas_is_empty(
    qtbot: QtBot, name: str, room: tuple[float, float]
) -> None:
    view = canvas(qtbot, name, room)
    assert view.content is not None
    extent = view.content.extent(view.zoom)
    across, down = extent.width() * view.zoom, extent.height() * view.zoom
    assert across > 0.55 * room[0] and down > 0.8 * room[1]
    assert across <= room[0] and down <= room[1]
    widest = max(rect.width for rect in view.shown.placement.bars.values()) * view.zoom
    assert widest > 0.2 * room[0]


@pytest.mark.parametrize("name", NETWORKS)
def test_that_widths_are_still_exactly_proportional(name: str) -> None:
    shown = drawn(name, LARGE)
    bars = [bar for bar in shown.bars if not bar.floored]
    ratios = [shown.placement.bars[bar.id].width / bar.elements for bar in bars]
    assert max(ratios) == pytest.approx(min(ratios), rel=1e-9)


class Layout:
    request = None

    def submit(self, request) -> None:
        self.request = request


def opening(
    name: str, room: tuple[float, float] | None = None
) -> tuple[SessionState, PictureController]:
    """A network whose first picture was asked for, in a canvas with this room or without one."""
    net = network(name)
    state = SessionState(network=net, expanded=net.first_view)
    pictures = PictureController(state, Layout())
    if room is not None:
        pictures.room = room
    pictures.request(new_network=True)
    return state, pictures


def placed(pictures: PictureController) -> ShownGraph:
    found = pictures.placed(lay_out(pictures._layout.request))
    assert found is not None
    return found[0]


def test_that_bars_keep_their_widths_when_modules_open_and_the_canvas_changes() -> None:
    net = network("resnet50")
    state, pictures = opening("resnet50", LARGE)
    before = placed(pictures)
    pictures.room = SMALL
    state.expanded = net.first_view | {"layer2.0"}
    pictures.request()
    after = placed(pictures)
    assert after.scale.factor == before.scale.factor
    assert after.placement.bars["layer1.0"].width == before.placement.bars["layer1.0"].width
    pictures.request(new_network=True)
    assert placed(pictures).scale.factor != before.scale.factor


def test_that_what_was_opened_fills_the_canvas_once_all_of_it_is_asked_for() -> None:
    net = network("densenet121")
    state, pictures = opening("densenet121", LARGE)
    first = placed(pictures)
    asked = pictures._layout.request
    pictures.fit(LARGE)
    assert pictures._layout.request is asked  # it fills the canvas already
    state.expanded = net.first_view | {"features.denseblock2"}
    pictures.request()
    opened = placed(pictures)
    assert opened.scale == first.scale
    pictures.fit(LARGE)
    filled = placed(pictures)
    before, after = (shown.placement.bounds for shown in (opened, filled))
    assert after.width / after.height > 1.25 * before.width / before.height


def test_that_a_press_while_a_module_opens_shows_the_whole_of_what_comes() -> None:
    net = network("densenet121")
    state, pictures = opening("densenet121", LARGE)
    placed(pictures)
    state.expanded = net.first_view | {"features.denseblock2"}
    pictures.request()
    pictures.fit(LARGE)
    found = pictures.placed(lay_out(pictures._layout.request))
    assert found is not None and found[1] and pictures.wanted_whole


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
@pytest.mark.parametrize("room", [(630.0, 262.0), (1270.0, 574.0)])
def test_that_a_drawing_that_flows_to_the_right_is_as_high_as_its_canvas(
    qtbot: QtBot, name: str, room: tuple[float, float]
) -> None:
    net = network(name)
    proportions = proportions_in(net, room, "linear", net.first_view, "right")
    drafted = draft(net, net.first_view, "linear", True, 1, flow="right", proportions=proportions)
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_legend(False)
    view.resize(round(room[0]), round(room[1]))
    view.show()
    view.show_graph(picture(drafted, lay_out(drafted.request)))
    assert view.content is not None
    extent = view.content.extent(view.zoom)
    across, down = extent.width() * view.zoom, extent.height() * view.zoom
    assert 0.75 * room[0] < across <= room[0] and 0.7 * room[1] < down <= room[1]


def test_that_without_a_canvas_a_network_is_drawn_for_a_page() -> None:
    net = network("resnet50")
    _, pictures = opening("resnet50")
    assert placed(pictures).scale == draft(net, net.first_view, "linear", True, 1).scale


def test_that_a_network_drawn_for_the_canvas_is_printed_for_a_page() -> None:
    net = network("resnet50")
    _, pictures = opening("resnet50", SMALL)
    placed(pictures)
    page = draft(net, net.first_view, "linear", True, 1)
    printed = pictures.in_one_column()
    assert printed is not None and printed.scale == page.scale
    assert printed.placement.bars == lay_out(page.request).bars


def test_that_side_by_side_names_get_less_room_than_alone() -> None:
    proportions = Proportions(400.0, 3.0)
    alone = proportions.room_beside("branch", "64×28×28")
    among = proportions.room_beside("branch", "64×28×28", alone=False)
    assert among < alone == pytest.approx(3 * Proportions(400.0).room_beside("branch", "64×28×28"))


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("resnet50", "layer1.0"),
        ("densenet121", "features.denseblock2"),
        ("googlenet", "inception3a"),
    ],
)
def test_that_nothing_is_cut_off_at_the_sides_when_a_module_opens(
    qtbot: QtBot, name: str, module: str
) -> None:
    view = canvas(qtbot, name, SMALL)
    view.show_graph(drawn(name, SMALL, frozenset({module})), keep_view=True)
    assert view.content is not None
    whole, _ = view.content.extents_seen(view.seen, view.zoom)
    assert view.seen.left() <= whole.left() and whole.right() <= view.seen.right()


def test_that_where_the_user_has_zoomed_in_opening_a_module_keeps_the_zoom(qtbot: QtBot) -> None:
    view = canvas(qtbot, "resnet50", SMALL)
    view.zoom_by(3.0)
    zoom = view.zoom
    view.show_graph(drawn("resnet50", SMALL, frozenset({"layer1.0"})), keep_view=True)
    assert view.zoom == zoom


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("zoom", [1.4, 2.0])
@pytest.mark.parametrize("height", [0.1, 0.5, 0.9])
def test_that_the_minimap_covers_no_words(
    qtbot: QtBot, name: str, zoom: float, height: float
) -> None:
    view = canvas(qtbot, name, LARGE)
    view.look_at_height(height * view.shown.placement.bounds.height, view.zoom * zoom)
    assert view.content is not None and view.minimap.isVisible()
    box = QRectF(view.minimap.geometry())
    to_view = view.viewportTransform()
    for label in view.content.texts.labels(view.seen, view.zoom):
        assert not to_view.mapRect(label.box).intersects(box), label.text

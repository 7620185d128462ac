"""The legend's bar tells the truth at every zoom."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.layout.sizing import scale_for
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView, Marks
from visualizer.ui.canvas.legend import round_number_below, scale_bars
from visualizer.ui.canvas.marks import heat_ramp
from visualizer.ui.theme import DARK, LIGHT, Theme


@pytest.mark.parametrize(
    ("limit", "number"), [(0.3, 1), (1, 1), (4.9, 2), (5, 5), (99, 50), (150_000, 100_000)]
)
def test_that_the_number_is_round(limit: float, number: int) -> None:
    assert round_number_below(limit) == number


@pytest.mark.parametrize("zoom", [0.01, 0.2, 1.0, 3.7])
def test_that_the_linear_bar_is_as_long_as_a_bar_of_its_number(zoom: float) -> None:
    (bar,) = scale_bars(scale_for("linear", 200_704), zoom)
    assert bar.pixels == pytest.approx(420.0 * bar.elements / 200_704 * zoom)
    assert 44 <= bar.pixels <= 110.1


@pytest.mark.parametrize("zoom", [0.05, 1.0, 2.0])
def test_that_the_square_root_bar_is_as_long_as_a_bar_of_its_number(zoom: float) -> None:
    (bar,) = scale_bars(scale_for("sqrt", 90_000), zoom)
    assert bar.pixels == pytest.approx(420.0 * math.sqrt(bar.elements) / 300 * zoom)


@pytest.mark.parametrize("zoom", [0.1, 0.3, 1.0])
def test_that_the_logarithmic_legend_has_three_true_bars(zoom: float) -> None:
    bars = scale_bars(scale_for("log", 10_000_000), zoom)
    factor = 420.0 / math.log(10_000_001)
    assert len(bars) == 3
    for bar in bars:
        assert bar.pixels == pytest.approx(factor * math.log(1 + bar.elements) * zoom)
        assert bar.pixels <= 110.1


def test_that_the_logarithmic_legend_stays_finite_from_very_far_away() -> None:
    assert scale_bars(scale_for("log", 1_000_000), 0.002)[-1].elements <= 1_000_000


@pytest.mark.parametrize("make", [samples.alexnet, samples.inception, samples.folded_resnet])
@pytest.mark.parametrize("size", [(1000, 700), (630, 480), (400, 300)])
def test_that_the_first_view_is_clear_of_the_legend_and_has_the_colour_key(
    qtbot: QtBot, make: Callable[[], ShownGraph], size: tuple[int, int]
) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(*size)
    view.show()
    view.show_graph(make())
    extent = view.viewportTransform().mapRect(view.content.extent(view.zoom))
    assert not extent.intersects(view.legend_box())
    whole = view.legend_box()
    qtbot.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=whole.center().toPoint()
    )  # fmt: skip
    assert view.legend_box().width() < whole.width()


def test_that_families_hidden_by_a_metric_are_not_explained(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_graph(samples.inception())
    hidden = dict.fromkeys((bar.id for bar in view.shown.bars if bar.family == "conv"), None)
    view.set_marks(Marks(hidden, "Parameters", heat_ramp(LIGHT), "0", "9"))
    assert [title for title, _ in view.content.families()] == ["Pooling", "Concatenation"]


def test_that_a_click_folds_the_legend_and_selects_nothing(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_graph(samples.alexnet())
    wide = view.legend_box().width()
    with qtbot.assertNotEmitted(view.item_clicked):
        at = view.legend_box().center().toPoint()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.legend_box().width() < wide


def test_that_only_the_families_present_are_listed(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_graph(samples.inception())
    assert view.content is not None
    assert [title for title, _ in view.content.families()] == [
        "Convolution", "Pooling", "Concatenation",
    ]  # fmt: skip


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_that_nothing_of_the_picture_shines_through_the_legend(qtbot: QtBot, theme: Theme) -> None:
    view = CanvasView(theme)
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show()
    view.show_graph(samples.alexnet())
    strip = view.legend_box().toRect()
    found = []
    for away in (0, 40, 150):
        view.scroll_by(QPoint(0, away))
        found.append(view.viewport().grab(strip).toImage())
    assert found[0] == found[1] == found[2]

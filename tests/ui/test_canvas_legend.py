"""The legend's bar tells the truth at every zoom."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.layout.sizing import scale_for
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.legend import round_number_below, scale_bar


@pytest.mark.parametrize(
    ("limit", "number"), [(0.3, 1), (1, 1), (4.9, 2), (5, 5), (99, 50), (150_000, 100_000)]
)
def test_that_the_number_is_round(limit: float, number: int) -> None:
    assert round_number_below(limit) == number


@pytest.mark.parametrize("zoom", [0.01, 0.2, 1.0, 3.7])
def test_that_the_linear_bar_is_as_long_as_a_bar_of_its_number(zoom: float) -> None:
    bar = scale_bar(scale_for("linear", 200_704), zoom)
    assert bar.pixels == pytest.approx(420.0 * bar.elements / 200_704 * zoom)
    assert 44 <= bar.pixels <= 110.1


@pytest.mark.parametrize("zoom", [0.05, 1.0, 2.0])
def test_that_the_square_root_bar_is_as_long_as_a_bar_of_its_number(zoom: float) -> None:
    bar = scale_bar(scale_for("sqrt", 90_000), zoom)
    assert bar.pixels == pytest.approx(420.0 * math.sqrt(bar.elements) / 300 * zoom)


def test_that_the_logarithmic_bar_keeps_its_number() -> None:
    scale = scale_for("log", 10_000)
    assert {scale_bar(scale, zoom).elements for zoom in (0.1, 1.0, 5.0)} == {
        scale.legend_elements
    }  # fmt: skip


def test_that_a_click_folds_the_legend_and_selects_nothing(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(900, 700)
    view.show()
    view.show_graph(samples.alexnet())
    tall = view.legend_box().height()
    with qtbot.assertNotEmitted(view.item_clicked):
        at = view.legend_box().center().toPoint() + QPoint(1, 1)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert view.legend_box().height() < tall


def test_that_only_the_families_present_are_listed(qtbot: QtBot) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.show_graph(samples.inception())
    assert view.content is not None
    assert [title for title, _ in view.content.families()] == [
        "Convolution", "Pooling", "Concatenation",
    ]  # fmt: skip

"""Feature maps: tiling, colours, statistics, and what a click or a key does."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from visualizer.engine.messages import Prediction
from visualizer.session.maps import (
    BLANK,
    GAP,
    SMALLEST_CELL,
    TOP_LEVEL,
    Floats,
    mosaic,
    resample,
    statistics,
    tile,
    to_levels,
)
from visualizer.session.shown import MapsShown
from visualizer.ui.panels.feature_maps import FeatureMapsPanel
from visualizer.ui.panels.predictions import probability_text

LEFT = Qt.MouseButton.LeftButton


def _maps(channels: int = 64, side: int = 8) -> Floats:
    """Channel c is the ramp 0, 1, 2 ... times c."""
    ramp = np.arange(side * side, dtype=np.float32).reshape(1, side, side)
    return ramp * np.arange(channels, dtype=np.float32).reshape(-1, 1, 1)


# --------------------------------------------------------------------------- numbers


def test_that_64_square_maps_fill_a_wide_area_in_as_many_columns_as_make_them_largest() -> None:
    # 4 rows of 16 in 640 × 160: cells of 38 (640/16 = 40, 160/4 = 40, less the gap of 2)
    tiling = tile(64, (56, 56), (640, 160))
    assert (tiling.columns, tiling.rows, tiling.pages) == (16, 4, 1)
    assert tiling.cell_width == tiling.cell_height == 38


def test_that_maps_too_many_for_the_area_are_spread_over_pages() -> None:
    # cells of 24 + 2: 10 columns fit into 258, 4 rows into 102, so 40 of 512 on a page
    tiling = tile(512, (13, 13), (258, 102))
    assert (tiling.columns, tiling.rows, tiling.pages) == (10, 4, 13)


@given(
    st.integers(1, 3000), st.integers(1, 300), st.integers(1, 300),
    st.integers(80, 3000), st.integers(80, 2000),
)  # fmt: skip
def test_that_a_tiling_always_fits_and_holds_every_map(
    count: int, map_height: int, map_width: int, width: int, height: int
) -> None:
    ratio = map_width / map_height
    if not 0.3 <= ratio <= 3.0:
        return
    tiling = tile(count, (map_height, map_width), (width, height))
    assert tiling.width <= width and tiling.height <= height
    assert tiling.pages * tiling.per_page >= count
    assert min(tiling.cell_width, tiling.cell_height) >= SMALLEST_CELL - 1


def test_that_the_layer_scale_is_shared_and_the_map_scale_is_not() -> None:
    maps = _maps(3)
    by_layer, by_map = to_levels(maps, "layer"), to_levels(maps, "map")
    assert by_layer[1].max() == TOP_LEVEL // 2 and by_layer[2].max() == TOP_LEVEL
    assert by_map[1].max() == by_map[2].max() == TOP_LEVEL
    assert by_map[0].max() == 0


def test_that_nan_and_infinity_do_not_spoil_the_scale() -> None:
    maps = np.array([[[0.0, 1.0], [np.nan, np.inf]]], np.float32)
    assert to_levels(maps, "layer")[0].tolist() == [[0, TOP_LEVEL], [0, TOP_LEVEL]]


def test_that_large_maps_are_averaged_and_small_ones_repeated() -> None:
    levels = np.array([[[0, 100], [100, 200]]], np.uint8)
    assert resample(levels, (1, 1)).tolist() == [[[100]]]
    assert resample(levels, (4, 2))[0, :, 0].tolist() == [0, 0, 100, 100]


def test_that_the_mosaic_has_each_map_in_its_cell_and_blanks_between() -> None:
    levels = np.full((3, 4, 4), 7, np.uint8)
    tiling = tile(3, (4, 4), (100, 100))
    picture = mosaic(levels, tiling, 0)
    assert picture.shape == (tiling.height, tiling.width)
    cell = tiling.cell_width
    assert (picture[:cell, :cell] == 7).all()
    assert (picture[:, cell : cell + GAP] == BLANK).all()
    assert (picture[-cell:, -cell:] == BLANK).all()  # the fourth of 2 × 2 cells


def test_that_statistics_count_zeros_and_dead_channels() -> None:
    maps = np.zeros((4, 2, 2), np.float32)
    maps[0] = [[0, 1], [2, 5]]
    maps[1, 0, 0] = 8
    numbers = statistics(maps)
    assert (numbers.low, numbers.high, numbers.mean) == (0, 8, 1)
    assert numbers.zeros == 12 / 16 and numbers.dead == 2


def test_that_nothing_is_called_dead_where_there_are_negative_numbers() -> None:
    assert statistics(np.array([[[-1.0]], [[0.0]]], np.float32)).dead is None
    assert statistics(np.ones(5, np.float32)).dead is None


def test_that_numbers_that_are_not_finite_are_counted_apart() -> None:
    numbers = statistics(np.array([1.0, np.nan, np.inf], np.float32))
    assert (numbers.high, numbers.not_finite) == (1.0, 2)
    assert statistics(np.full(2, np.nan, np.float32)).not_finite == 2


def test_that_a_small_probability_is_not_called_zero() -> None:
    assert probability_text(0.7612) == "76.1 %"
    assert probability_text(0.00001) == "< 0.1 %"


# --------------------------------------------------------------------------- the panel


@pytest.fixture
def panel(qtbot: QtBot) -> FeatureMapsPanel:
    panel = FeatureMapsPanel()
    qtbot.addWidget(panel)
    panel.resize(1000, 400)
    panel.show()
    panel.show_maps(MapsShown("features.0", "64×8×8", _maps()))
    qtbot.waitUntil(lambda: panel.stage.grid.width() > 300)
    return panel


def _middle(panel: FeatureMapsPanel, channel: int) -> QPoint:
    rect = panel.stage.grid.cell_rect(channel)
    assert rect is not None
    return rect.center().toPoint()


def test_that_an_empty_panel_says_how_to_get_maps(qtbot: QtBot) -> None:
    panel = FeatureMapsPanel()
    qtbot.addWidget(panel)
    assert not panel.has_maps and "Drop a picture" in panel.stage.words.text()
    with qtbot.waitSignal(panel.picture_requested):
        panel.stage.words.linkActivated.emit("open")
    with qtbot.waitSignal(panel.demo_picture_requested):
        panel.stage.words.linkActivated.emit("demo")


@pytest.mark.parametrize("size", [(1000, 400), (700, 700), (380, 900)])
def test_that_the_grid_fills_one_side_of_its_room(
    qtbot: QtBot, panel: FeatureMapsPanel, size: tuple[int, int]
) -> None:
    panel.resize(*size)
    grid = panel.stage.grid
    qtbot.waitUntil(lambda: panel.width() == size[0] and grid.tiling is not None)
    assert grid.tiling is not None
    one_more = grid.tiling.cell_width + GAP
    slack = (grid.width() - grid.tiling.width, grid.height() - grid.tiling.height)
    assert min(slack[0] / grid.tiling.columns, slack[1] / grid.tiling.rows) < 1.5
    assert max(grid.tiling.width, grid.tiling.height) > one_more


def test_that_every_cell_is_found_under_the_cursor(panel: FeatureMapsPanel) -> None:
    grid = panel.stage.grid
    assert [grid.channel_at(QPointF(_middle(panel, c))) for c in range(64)] == list(range(64))
    assert grid.channel_at(QPointF(-5, -5)) == -1


def test_that_a_click_enlarges_a_map_and_escape_goes_back(
    qtbot: QtBot, panel: FeatureMapsPanel
) -> None:
    with qtbot.waitSignal(panel.channel_selected) as caught:
        qtbot.mouseClick(panel.stage.grid, LEFT, pos=_middle(panel, 5))
    assert caught.args == [5]
    assert panel.stage.currentWidget() is panel.stage.closeup
    assert panel.place.text() == "5 / 64"
    qtbot.keyClick(panel.stage.closeup, Qt.Key.Key_Escape)
    assert panel.stage.currentWidget() is panel.stage.grid


def test_that_arrows_move_between_enlarged_channels(qtbot: QtBot, panel: FeatureMapsPanel) -> None:
    panel.stage.enlarge(63)
    qtbot.keyClick(panel.stage.closeup, Qt.Key.Key_Right)
    assert panel.stage.channel == 0
    qtbot.keyClick(panel.stage.closeup, Qt.Key.Key_Left)
    assert panel.stage.channel == 63


def test_that_the_value_under_the_cursor_is_the_maps_own(panel: FeatureMapsPanel) -> None:
    panel.stage.enlarge(3)
    drawn = panel.stage.closeup.map_rect()
    where = drawn.topLeft() + QPointF(drawn.width() * 2.5 / 8, drawn.height() * 4.5 / 8)
    # row 4, column 2 of channel 3: 3 × (4 × 8 + 2)
    assert panel.stage.closeup.value_text(where) == "row 4, column 2: 102"
    assert panel.stage.closeup.value_text(QPointF(-1, -1)) == ""


def test_that_another_layer_starts_at_its_grid_and_the_same_one_keeps_the_view(
    panel: FeatureMapsPanel,
) -> None:
    panel.stage.enlarge(7)
    panel.show_maps(MapsShown("features.0", "64×8×8", _maps() + 1))
    assert panel.stage.enlarged and panel.stage.channel == 7
    panel.show_maps(MapsShown("features.3", "4×8×8", _maps(4)))
    assert not panel.stage.enlarged and panel.stage.channels == 4


def test_that_keys_walk_the_grid_and_open_a_map(qtbot: QtBot, panel: FeatureMapsPanel) -> None:
    grid = panel.stage.grid
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert grid.channel == 6
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    assert panel.stage.enlarged and panel.stage.channel == 6


def test_that_many_maps_are_paged(qtbot: QtBot, panel: FeatureMapsPanel) -> None:
    panel.show_maps(MapsShown("layer4", "2048×7×7", _maps(2048, 7)))
    grid = panel.stage.grid
    assert grid.tiling is not None and grid.tiling.pages > 1
    panel.next_button.click()
    assert grid.page == 1 and panel.place.text() == f"page 2 / {grid.tiling.pages}"
    first = grid.tiling.per_page
    assert grid.channel_at(QPointF(_middle(panel, first))) == first


def test_that_the_legend_says_what_the_colours_stand_for(panel: FeatureMapsPanel) -> None:
    assert panel.stage.range_text() == ("least", "largest of each map")
    panel.per_map.click()
    assert panel.stage.range_text() == ("0", "3.97e+03")  # 63 × 63
    panel.per_map.click()
    panel.stage.enlarge(1)
    assert panel.stage.range_text() == ("0", "63")


def test_that_vectors_and_token_maps_have_views_of_their_own(panel: FeatureMapsPanel) -> None:
    panel.show_maps(MapsShown("head", "10", np.arange(10, dtype=np.float32)))
    assert panel.stage.currentWidget() is panel.stage.vector
    panel.show_maps(MapsShown("encoder", "197×768", np.ones((197, 768), np.float32)))
    assert panel.stage.currentWidget() is panel.stage.closeup
    assert "token 0, dimension 0" in panel.stage.closeup.value_text(QPointF(1, 1))


def test_that_an_output_that_is_no_map_is_named(panel: FeatureMapsPanel) -> None:
    panel.show_maps(MapsShown("odd", "2×2×2×2×2", np.ones((2, 2, 2, 2, 2), np.float32)))
    assert "2×2×2×2×2 is not drawn" in panel.stage.words.text()


def test_that_every_slice_of_a_volume_is_a_map(panel: FeatureMapsPanel) -> None:
    volume = np.arange(2 * 3 * 4 * 4, dtype=np.float32).reshape(2, 3, 4, 4)
    panel.show_maps(MapsShown("video", "2×3×4×4", volume))
    assert panel.stage.channels == 6
    assert "2 channels × 3 slices" in panel.status.text()
    # map 4 is slice 1 of channel 1, whose first number is 4 × 16
    assert panel.stage.channel_text(4).startswith("channel 1, slice 1: 64 … 79")


def test_that_z_shows_the_map_large_and_follows_the_channels(
    qtbot: QtBot, panel: FeatureMapsPanel
) -> None:
    panel.stage.enlarge(3)
    qtbot.keyClick(panel.stage.closeup, Qt.Key.Key_Z)
    large = panel.map_window
    assert large is not None and large.isVisible() and not large.isModal()
    assert large.width() == 700 and "channel 3:" in large.line.text()
    qtbot.keyClick(large.closeup, Qt.Key.Key_Right)
    assert panel.stage.channel == 4 and "channel 4:" in large.line.text()
    panel.show_maps(MapsShown("features.3", "4×8×8", _maps(4)))
    assert large.windowTitle().startswith("features.3") and "channel 0:" in large.line.text()
    qtbot.keyClick(large.closeup, Qt.Key.Key_Escape)
    assert not large.isVisible()


def test_that_two_clicks_on_a_map_open_its_window(qtbot: QtBot, panel: FeatureMapsPanel) -> None:
    qtbot.mouseClick(panel.stage.grid, LEFT, pos=_middle(panel, 5))
    qtbot.mouseDClick(panel.stage.closeup, LEFT, pos=QPoint(5, 5))
    assert panel.map_window is not None and panel.map_window.isVisible()
    assert panel.stage.channel == 5
    panel.show_error("lost")
    assert not panel.map_window.isVisible()


def test_that_a_low_panel_keeps_room_for_the_maps(qtbot: QtBot, panel: FeatureMapsPanel) -> None:
    panel.show_picture(np.zeros((224, 224, 3), np.uint8), "CPU, 20 ms")
    panel.resize(600, 190)
    qtbot.waitUntil(lambda: panel.width() == 600)
    qtbot.waitUntil(lambda: panel.stage.grid.width() > 400)
    assert panel.stage.grid.height() > 100 and not panel.numbers.isVisible()


def test_that_a_waiting_picture_is_named(panel: FeatureMapsPanel) -> None:
    panel.show_waiting("cat <1>.png")
    assert "cat &lt;1&gt;.png" in panel.stage.words.text() and not panel.has_maps


def test_that_a_note_about_the_classes_stands_with_them(panel: FeatureMapsPanel) -> None:
    panel.show_picture(np.zeros((8, 8, 3), np.uint8), "")
    panel.show_predictions([Prediction(0, "tench", 0.1)], note="random weights")
    assert panel.picture_side.note.isVisible()
    panel.show_predictions([Prediction(0, "tench", 0.1)])
    assert not panel.picture_side.note.isVisible()


def test_that_busy_keeps_the_maps_and_an_error_replaces_them(panel: FeatureMapsPanel) -> None:
    panel.show_busy("Running …")
    assert panel.has_maps and panel.stage.currentWidget() is panel.stage.grid
    panel.show_error("The run failed <here>.")
    assert not panel.has_maps and "&lt;here&gt;" in panel.stage.words.text()


def test_that_picture_and_predictions_are_shown_and_forgotten(panel: FeatureMapsPanel) -> None:
    panel.show_picture(np.zeros((224, 224, 3), np.uint8), "CPU, 20 ms")
    panel.show_predictions([Prediction(285, "Egyptian cat", 0.76)])
    assert panel.picture_side.caption.text() == "CPU, 20 ms"
    assert "285: Egyptian cat, 76.0 %" in panel.picture_side.bars.toolTip()
    panel.show_nothing()
    assert not panel.has_maps and panel.picture_side.bars.predictions == ()


@pytest.mark.parametrize(
    ("key", "told", "what"),
    [
        (Qt.Key.Key_U, "layer_step", "up"), (Qt.Key.Key_O, "layer_step", "down"),
        (Qt.Key.Key_E, "picture_step", 1), (Qt.Key.Key_W, "picture_step", -1),
    ],
)  # fmt: skip
def test_that_letters_ask_for_other_layers_and_pictures(panel, qtbot, key, told, what):
    with qtbot.waitSignal(getattr(panel, told)) as signal:
        qtbot.keyClick(panel, key)
    assert signal.args == [what]

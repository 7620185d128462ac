"""The window of a comparison: two versions of a small network made by hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.session.versions import opened
from visualizer.costs.published import Published
from visualizer.layout.placement import lay_out
from visualizer.session.comparison import Comparison, compare
from visualizer.session.side_by_side import SideBySideController
from visualizer.ui.comparison.accuracy import AccuracyPanel, entry_text
from visualizer.ui.comparison.accuracy_plot import accuracy_share
from visualizer.ui.comparison.changes import signed
from visualizer.ui.comparison.colors import change_marks, changed_color, side_color
from visualizer.ui.comparison.totals import ratio_text
from visualizer.ui.comparison.window import PAGES, CompareWindow
from visualizer.ui.theme import DARK, LIGHT, apply_theme

# torchvision's own table
PUBLISHED = (
    Published("alexnet", "IMAGENET1K_V1", 61_100_840, 714_000_000, 56.522, 79.066, 224),
    Published("resnet50", "IMAGENET1K_V1", 25_557_032, 4_089_000_000, 76.13, 92.862, 224),
    Published("resnet50", "IMAGENET1K_V2", 25_557_032, 4_089_000_000, 80.858, 95.434, 224),
    Published("mobilenet_v2", "IMAGENET1K_V1", 3_504_872, 301_000_000, 71.878, 90.286, 224),
)


class Layout:
    def __init__(self) -> None:
        self.asked: list = []

    def submit(self, request: object) -> None:
        self.asked.append(request)


@pytest.fixture
def versions() -> Comparison:
    return compare(opened(), opened(later=True, name="yours"))


@pytest.fixture
def window(qtbot: QtBot, versions: Comparison) -> Iterator[CompareWindow]:
    apply_theme(QApplication.instance(), LIGHT)
    window = CompareWindow()
    qtbot.addWidget(window)
    window.show_comparison(versions)
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(versions)
    with qtbot.waitExposed(window):
        window.show()
    while sides.waiting:
        side, shown = sides.placed(lay_out(layout.asked[-1]))
        window.silhouettes.show_graph(side, shown, keep_view=False)
    window.sides = sides
    yield window
    apply_theme(QApplication.instance(), LIGHT)


def cells(table, row: int) -> list[str]:
    return [table.item(row, column).text() for column in range(table.columnCount())]


# --------------------------------------------------------------------------- silhouettes


def test_that_both_silhouettes_are_seen_at_one_zoom_and_height(window: CompareWindow) -> None:
    left, right = window.silhouettes.canvases
    assert left.zoom == pytest.approx(right.zoom)
    assert left.height_seen == pytest.approx(right.height_seen, abs=1 / left.zoom)


def test_that_what_zooms_or_moves_one_moves_the_other_up_and_down(window: CompareWindow) -> None:
    left, right = window.silhouettes.canvases
    left.zoom_by(1.7)
    left.scroll_by(QPoint(0, -60))
    assert right.zoom == pytest.approx(left.zoom)
    assert right.height_seen == pytest.approx(left.height_seen, abs=1.5 / left.zoom)
    right.scroll_by(QPoint(0, 40))
    assert left.height_seen == pytest.approx(right.height_seen, abs=1.5 / left.zoom)


def test_that_a_fitted_pair_stays_fitted_in_a_window_of_another_size(
    window: CompareWindow, qtbot: QtBot
) -> None:
    before = window.silhouettes.zooms[0]
    window.resize(900, 540)
    qtbot.waitUntil(lambda: window.silhouettes.zooms[0] < before)
    left, right = window.silhouettes.canvases
    qtbot.waitUntil(lambda: left.zoom == pytest.approx(right.zoom))


def test_that_a_click_tells_its_side(window: CompareWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.silhouettes.picked) as told:
        window.silhouettes.canvases[1].item_clicked.emit("stem")
    assert told.args == [1, "stem"]


def test_that_bars_have_the_colour_of_what_became_of_them(window: CompareWindow) -> None:
    sides, comparison = window.sides, window.comparison
    marks = change_marks(comparison, (0, 1), 1, sides.members(1), LIGHT)
    assert marks is not None
    assert marks.colors["stem"] == changed_color(LIGHT)
    assert marks.colors["block.extra"] == side_color(1, LIGHT)
    assert marks.colors["block.conv"] not in (changed_color(LIGHT), side_color(1, LIGHT))


# --------------------------------------------------------------------------- pages


def test_that_totals_have_both_values_and_the_ratio(window: CompareWindow) -> None:
    params = next(row for row in window.totals.rows if row.figure.title == "Parameters")
    assert params.figure.values == (3200 + 2304, 1152 + 2304 + 2304)
    assert params.ratio.text() == ratio_text(5760 / 5504) == "1.05 ×"
    assert not window.totals._note.isVisible()


def test_that_the_slides_ratios_stand_beside_alexnet_and_vgg16_only(
    window: CompareWindow,
) -> None:
    window.show_comparison(compare(opened(name="alexnet"), opened(name="vgg16")))
    slide = {row.figure.title: row.slide.text() for row in window.totals.rows if row.slide.text()}
    assert slide == {
        "Parameters": "slide: 2.3×", "MACs": "slide: 19.4×", "Lecture's memory": "slide: 25×",
    }  # fmt: skip
    assert "conv3_3" in window.totals.lecture.toPlainText()
    presets = compare(opened(name="lecture:alexnet"), opened(name="lecture:vgg16-slide"))
    window.show_comparison(presets)
    assert [row.slide.text() for row in window.totals.rows].count("slide: 25×") == 1
    window.show_comparison(compare(opened(name="vgg16"), opened(name="alexnet")))
    assert not any(row.slide.text() for row in window.totals.rows)


def test_that_grids_are_listed_with_both_networks(window: CompareWindow) -> None:
    table = window.grids.table
    assert cells(table, 0)[:3] == ["16×16", "mine", "1.41 M"] and cells(table, 0)[5] == "2"
    assert cells(table, 1)[:2] == ["", "yours"] and cells(table, 1)[5] == "3"


def test_that_what_changed_is_listed_with_its_costs_and_selects_both(
    window: CompareWindow, qtbot: QtBot
) -> None:
    window.show_page("changes")
    table = window.changes.table
    assert table.rowCount() == 2
    assert cells(table, 0)[:5] == ["changed", "stem", "stem", "−524.29 k", "−2.05 k"]
    assert "kernel_size 5×5 → 3×3" in cells(table, 0)[6]
    assert cells(table, 1)[:5] == ["only right", "–", "block.extra", "+589.82 k", "+2.30 k"]
    with qtbot.waitSignal(window.changes.picked) as told:
        table.setCurrentCell(1, 0)
    assert told.args == ["", "block.extra"]


def test_that_selecting_an_op_marks_its_row_and_emits_nothing(
    window: CompareWindow, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(window.changes.picked):
        window.changes.select(0, "stem")
    assert window.changes.table.currentRow() == 0
    window.changes.select(0, "block.conv")
    assert window.changes.table.currentRow() == -1


def test_that_unrelated_and_equal_networks_say_so(window: CompareWindow) -> None:
    window.show_comparison(compare(opened(), opened()))
    assert "Nothing changed" in window.changes.empty.text()
    assert signed(0, str) == "0"


def test_that_curves_are_drawn_when_seen_and_a_click_tells_the_layer(
    window: CompareWindow, qtbot: QtBot
) -> None:
    assert not window.curves.charts
    window.show_page("depth")
    chart = window.curves.charts["macs"]
    assert [curve.total for curve in chart.curves] == [819_200 + 589_824, 294_912 + 2 * 589_824]
    with qtbot.waitSignal(window.curves.picked) as told:
        chart.pick(0.1, chart.heights[1][1])
    assert told.args == [1, "stem"]
    chart.pointed.emit(1.0)
    assert "mine: 1.41 M (100.0 %)" in window.curves.reading.text()
    window.curves.shares.click()
    assert chart.heights[0][-1] == chart.heights[1][-1] == 1.0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_that_every_page_is_shown_in_both_themes(
    window: CompareWindow, theme, qtbot: QtBot
) -> None:
    apply_theme(QApplication.instance(), theme)
    qtbot.waitUntil(lambda: window.theme is theme)
    for page in PAGES:
        window.show_page(page)
        assert not window.grab().isNull()


# --------------------------------------------------------------------------- more than two


@pytest.fixture
def three(window: CompareWindow) -> CompareWindow:
    """Two versions of one network, and the later one again under another name."""
    later = opened(later=True, name="yours")
    window.show_comparison(compare(opened(), later, opened(later=True, name="theirs")))
    return window


def test_that_three_networks_have_a_silhouette_and_a_line_each(three: CompareWindow) -> None:
    assert len(three.silhouettes.canvases) == 3
    assert three.windowTitle().startswith("mine, yours and theirs")
    three.show_page("depth")
    curves = three.curves.charts["macs"].curves
    # by hand: 5×5 stem and 3×3; 3×3 stem and two 3×3, twice
    assert [curve.total for curve in curves] == [
        819_200 + 589_824, 294_912 + 2 * 589_824, 294_912 + 2 * 589_824
    ]  # fmt: skip


def test_that_a_column_each_shows_the_chosen_cost_by_grid_and_its_sum(
    three: CompareWindow,
) -> None:
    table = three.grids.table
    headers = [table.horizontalHeaderItem(n).text() for n in range(table.columnCount())]
    assert headers == ["Grid", "mine", "yours", "theirs"]
    assert cells(table, 0)[:2] == ["16×16", "1.41 M  100 %"]
    last = table.rowCount() - 1
    assert cells(table, last) == ["In all", "1.41 M", "1.47 M", "1.47 M"]
    three.grids.box.setCurrentIndex(2)
    three.grids._fill()
    assert cells(table, last) == ["In all", "5.50 k", "5.76 k", "5.76 k"]


def test_that_what_changed_is_of_a_pair_that_is_chosen(three: CompareWindow, qtbot: QtBot) -> None:
    assert three.changes.pair == (0, 1)
    assert three.changes.table.rowCount() == 2
    with qtbot.waitSignal(three.changes.pair_chosen):
        three.changes.choose_pair((1, 2))
    assert three.changes.changes == ()
    assert "Nothing changed" in three.changes.empty.text()


def test_that_moving_one_of_three_moves_all(three: CompareWindow) -> None:
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(three.comparison)
    while sides.waiting:
        side, shown = sides.placed(lay_out(layout.asked[-1]))
        three.silhouettes.show_graph(side, shown, keep_view=False)
    first, second, third = three.silhouettes.canvases
    second.zoom_by(1.5)
    second.scroll_by(QPoint(0, -40))
    for other in (first, third):
        assert other.zoom == pytest.approx(second.zoom)
        assert other.height_seen == pytest.approx(second.height_seen, abs=1.5 / second.zoom)


def test_that_names_are_left_out_where_columns_are_narrow_and_come_back(
    three: CompareWindow, qtbot: QtBot
) -> None:
    layout = Layout()
    sides = SideBySideController(layout)
    sides.show(three.comparison)
    while sides.waiting:
        side, shown = sides.placed(lay_out(layout.asked[-1]))
        three.silhouettes.show_graph(side, shown, keep_view=False)

    def names() -> set[str]:
        return {bar.label for bar in three.silhouettes.canvases[0].shown.bars}

    qtbot.waitUntil(lambda: names() == {""})
    three.silhouettes.resize(1200, 500)
    qtbot.waitUntil(lambda: "" not in names())


def test_that_there_is_room_for_four(three: CompareWindow, qtbot: QtBot) -> None:
    assert three.more_button.isEnabled()
    with qtbot.waitSignal(three.silhouettes.removed) as told:
        three.silhouettes._columns[2].close_button.click()
    assert told.args == [2]
    three.show_comparison(compare(*(opened(name=name) for name in "abcd")))
    assert not three.more_button.isEnabled()
    assert "4 at a time" in three.more_button.toolTip()


# --------------------------------------------------------------------------- accuracies


@pytest.fixture
def accuracies(qtbot: QtBot) -> AccuracyPanel:
    panel = AccuracyPanel()
    qtbot.addWidget(panel)
    panel.resize(800, 560)
    with qtbot.waitExposed(panel), qtbot.waitSignal(panel.wanted):
        panel.show()
    panel.show_networks([("alexnet", opened(name="alexnet")), ("mine", opened())])
    panel.show_published(PUBLISHED)
    return panel


def test_that_there_is_a_dot_a_network_and_a_ring_where_ones_own_stand(
    accuracies: AccuracyPanel,
) -> None:
    plot = accuracies.plot
    assert plot is not None
    assert [entry.network for entry in plot.entries] == ["alexnet", "resnet50", "mobilenet_v2"]
    assert [network.name for network in plot.own] == ["alexnet", "mine"]
    assert [network.top1 for network in plot.own] == [56.522, None]
    assert plot.own[1].params == 5504


def test_that_the_best_weights_and_the_accuracy_axis_can_be_chosen(
    accuracies: AccuracyPanel,
) -> None:
    plot = accuracies.plot
    assert plot is not None
    accuracies.recipe_box.setCurrentIndex(1)
    assert plot.entries[1].top1 == 80.858
    accuracies.upwards_box.setCurrentIndex(1)
    assert plot.place_of(plot.entries[1])[1] == 80.858
    assert accuracy_share(10.0) == 0.0 and accuracy_share(99.0) == 1.0


def test_that_pointing_at_a_dot_reads_it(accuracies: AccuracyPanel) -> None:
    plot = accuracies.plot
    assert plot is not None
    spot = plot.plot.getPlotItem().vb.mapViewToScene(QPointF(*plot.place_of(plot.entries[2])))
    plot._moved(spot)
    assert accuracies.reading.text() == entry_text(PUBLISHED[3])
    assert "71.9 % top-1" in accuracies.reading.text()
    assert "efficiency" in accuracies.reading.text()
    plot._moved(QPointF(-50, -50))
    assert "Point at a dot" in accuracies.reading.text()


def test_that_the_lectures_advice_stands_beside(accuracies: AccuracyPanel) -> None:
    advice = accuracies.advice.toPlainText()
    assert "ResNet" in advice and "MobileNet or ShuffleNet" in advice
    assert "do not design your own" in advice


def test_that_nothing_of_it_is_imported_with_the_window() -> None:
    code = (
        "import sys, visualizer.app;"
        "assert not [name for name in sys.modules if name == 'pyqtgraph'"
        " or name in ('visualizer.ui.comparison.window', 'visualizer.ui.comparison.accuracy')]"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

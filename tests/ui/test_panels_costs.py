"""The cost charts and the memory timeline in their panel: the lecture's first layers."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.networks import CONV1_MACS, CONV2_MACS, FC_MACS, TOTAL_PARAMS, small_network
from visualizer.costs.trends import QUANTITIES
from visualizer.ui.panels.column_plot import ColumnPlot
from visualizer.ui.panels.cost_axes import (
    axis_name,
    byte_ticks,
    count_ticks,
    layer_name,
    share_ticks,
)
from visualizer.ui.panels.cost_bars import BarChart
from visualizer.ui.panels.cost_charts import CostsPanel
from visualizer.ui.panels.cost_timeline import TimelineChart
from visualizer.ui.panels.legend_line import LegendLine
from visualizer.ui.theme import DARK, LIGHT, Theme, apply_theme

LEFT = Qt.MouseButton.LeftButton
BARS = ["features.0", "features.2", "features.3", "mystery", "classifier.1"]


@pytest.fixture
def panel(qtbot: QtBot) -> CostsPanel:
    panel = CostsPanel()
    qtbot.addWidget(panel)
    panel.resize(950, 200)
    panel.show()
    panel.show_network(small_network())
    qtbot.waitUntil(lambda: panel.charts["memory"].plot.height() > 50)
    return panel


@pytest.fixture
def over_time(panel: CostsPanel, qtbot: QtBot) -> TimelineChart:
    panel.show_view("time")
    chart = panel.timeline_chart
    assert chart is not None
    qtbot.waitUntil(lambda: chart.plot.height() > 50)
    return chart


def _click(qtbot: QtBot, chart: ColumnPlot, number: int) -> None:
    at = chart.mapTo(chart, chart.place_of(number).toPoint())
    inside = chart.plot.viewport().mapFrom(chart, at)
    qtbot.mouseClick(chart.plot.viewport(), LEFT, pos=QPoint(inside.x(), 40))


def _said(panel: CostsPanel) -> str:
    labels = [*panel.sentences.values(), panel.timeline_text]
    return " ".join(label.text() for label in labels).replace("\u00a0", " ")


# --------------------------------------------------------------------------- the three charts


def test_that_the_charts_are_made_when_first_seen(qtbot: QtBot) -> None:
    panel = CostsPanel()
    qtbot.addWidget(panel)
    assert panel.hint.isVisibleTo(panel) and "Open a network" in panel.hint.text()
    panel.show_network(small_network())
    assert not panel.charts and not panel.hint.isVisibleTo(panel)
    panel.show()
    assert list(panel.charts) == list(QUANTITIES)
    panel.show_network(None)
    assert panel.hint.isVisible() and not panel.charts["memory"].isVisible()


def test_that_the_panel_itself_does_not_import_pyqtgraph() -> None:
    look = "import sys, visualizer.ui.panels.cost_charts; print('pyqtgraph' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False"


def test_that_each_chart_says_in_a_sentence_what_it_shows(panel: CostsPanel) -> None:
    said = _said(panel)
    # 784 + 182.25 + 546.75 + 36 + 16 KB; half is 782.5
    assert "Half of the 1.53 MB of outputs is reached at features.0, layer 1 of 3." in said
    # 37,752,832 and 330,688 of 38,083,520
    assert "Fully connected layers hold 99.1 % of the 38.08 M parameters" in said
    assert "Convolutions do 88.7 % of the 334.55 M MACs known" in said
    for quantity, chart in panel.charts.items():
        assert chart.accessibleName() and chart.accessibleDescription()
        assert chart.accessibleDescription() == panel.sentences[quantity].toolTip()


def test_that_bars_are_as_high_as_the_numbers(panel: CostsPanel) -> None:
    heights = {q: [panel.charts[q].height_of(n) for n in range(5)] for q in QUANTITIES}
    assert heights["macs"] == [CONV1_MACS, 0, CONV2_MACS, 0, FC_MACS]
    assert heights["memory"][:2] == [4 * 64 * 56 * 56, 4 * 64 * 27 * 27]
    assert sum(heights["params"]) == TOTAL_PARAMS


def test_that_cumulative_bars_end_at_the_whole_and_shares_add_up_to_it(
    qtbot: QtBot, panel: CostsPanel
) -> None:
    panel.show_view("cumulative")
    assert panel.charts["macs"].height_of(4) == pytest.approx(1)
    assert panel.charts["macs"].height_of(1) == pytest.approx(CONV1_MACS / 334_553_088)
    panel.show_view("share")
    chart = panel.charts["params"]
    assert sum(chart.height_of(n) for n in range(5)) == pytest.approx(1)


def test_that_a_click_on_any_chart_tells_the_layer_and_accents_it_in_all(
    qtbot: QtBot, panel: CostsPanel
) -> None:
    for number, chart in zip((0, 2, 4), panel.charts.values(), strict=True):
        with qtbot.waitSignal(panel.selected) as caught:
            _click(qtbot, chart, number)
        assert caught.args == [BARS[number]]
        assert [tuple(other._marked) for other in panel.charts.values()] == [(number,)] * 3


def test_that_selecting_accents_the_bars_of_a_module_and_emits_nothing(
    qtbot: QtBot, panel: CostsPanel
) -> None:
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("features")
        assert panel.marked == (0, 1, 2)
        panel.select("mystery")
        assert panel.marked == (3,)
        panel.select("not there")
    assert panel.marked == ()


def test_that_the_selection_stays_when_the_view_changes(panel: CostsPanel) -> None:
    panel.select("features.3")
    panel.show_view("share")
    assert panel.marked == (2,)
    panel.show_view("time")
    assert panel.marked == (4,)  # input, features.0, features.1, features.2, features.3


def test_that_arrow_keys_walk_from_bar_to_bar(qtbot: QtBot, panel: CostsPanel) -> None:
    told: list[str] = []
    panel.selected.connect(told.append)
    chart = panel.charts["params"]
    for key in ("Right", "Right", "End", "Left", "Home", "Left"):
        qtbot.keyClick(chart, getattr(Qt.Key, f"Key_{key}"))
    assert told == [BARS[n] for n in (0, 1, 4, 3, 0, 0)]


def test_that_pointing_at_a_bar_tells_exact_numbers_in_one_card(panel: CostsPanel) -> None:
    chart = panel.charts["memory"]
    chart.plot.scene().sigMouseMoved.emit(_scene_place(chart, 0))
    said = panel.card.text()
    for number in ("features.0", "784.00 KB", "802,816 bytes", "23,296", "72,855,552", "21.8 %"):
        assert number in said
    panel.point(1)
    assert "419,904 window sums" in panel.card.text()
    panel.point(3)
    assert "unknown" in panel.card.text() and "No formula" in panel.card.text()
    panel.point(-1)
    assert not panel.card.isVisible()


def _scene_place(chart: ColumnPlot, number: int) -> QPointF:
    at = chart.place_of(number).toPoint()
    return QPointF(chart.plot.mapToScene(chart.plot.mapFrom(chart, at)))


def test_that_the_card_stays_inside_the_panel(panel: CostsPanel) -> None:
    for number in range(len(BARS)):
        panel.point(number)
        assert panel.rect().contains(panel.card.geometry())


def test_that_each_button_shows_its_view(qtbot: QtBot, panel: CostsPanel) -> None:
    for view, button in panel.head.views.items():
        qtbot.mouseClick(button, LEFT)
        assert panel.view == view and button.isChecked()
        assert button.toolTip() and button.accessibleName()


def test_that_all_ops_can_be_shown(qtbot: QtBot, panel: CostsPanel) -> None:
    panel.head.ops_box.click()
    panel.select("features.1")
    assert panel.marked == (1,)
    # 784 + 784 (a relu not in place) + 182.25 + 546.75 + 36 + 16 KB; half is 1,174.5
    assert "Half of the 2.29 MB of outputs is reached at features.1, op 2 of 6." in _said(panel)


def test_that_another_network_replaces_the_bars(panel: CostsPanel) -> None:
    panel.select("features.3")
    panel.show_network(small_network(small_rows()))
    assert panel.marked == ()
    assert panel.charts["macs"].height_of(0) == CONV1_MACS


def small_rows() -> tuple:  # type: ignore[type-arg]
    from tests.ui.networks import LECTURE

    return LECTURE[:1]


# --------------------------------------------------------------------------- over time


def test_that_the_timeline_names_its_peak(panel: CostsPanel, over_time: TimelineChart) -> None:
    # the relu is not in place here: conv1 and relu, 2 · 200,704 numbers
    assert "Activations: at most 1.53 MB at once, in features.1." in _said(panel)
    assert over_time.height_of(2) == 2 * 4 * 200_704
    assert panel.head.parameters_box.isVisible() and not panel.head.ops_box.isVisible()


def test_that_parameters_can_be_put_below(panel: CostsPanel, over_time: TimelineChart) -> None:
    panel.head.parameters_box.click()
    assert over_time.height_of(2) == 2 * 4 * 200_704 + 4 * TOTAL_PARAMS


def test_that_a_click_on_a_step_tells_its_op(
    qtbot: QtBot, panel: CostsPanel, over_time: TimelineChart
) -> None:
    with qtbot.waitSignal(panel.selected) as caught:
        _click(qtbot, over_time, 3)
    assert caught.args == ["features.2"] and panel.marked == (3,)


def test_that_pointing_at_a_step_names_what_is_alive(
    panel: CostsPanel, over_time: TimelineChart
) -> None:
    panel.point(3)
    said = panel.card.text()
    for words in ("features.2", "features.1", "64×56×56", "64×27×27", "held by eager PyTorch"):
        assert words in said
    assert panel.rect().contains(panel.card.geometry())


# --------------------------------------------------------------------------- axes and themes


def test_that_ticks_of_bytes_are_round_in_steps_of_1024() -> None:
    assert [text for _, text in byte_ticks(800 * 1024)] == [
        "0 KB", "200 KB", "400 KB", "600 KB", "800 KB",
    ]  # fmt: skip
    assert byte_ticks(3 * 1024**2)[1] == (1024**2, "1 MB")
    assert byte_ticks(1.5 * 1024**2)[1] == (500 * 1024, "500 KB")
    assert byte_ticks(0.0)[0] == (0, "0 B")


def test_that_shares_are_in_percent() -> None:
    assert [text for _, text in share_ticks(1.1)] == ["0 %", "25 %", "50 %", "75 %", "100 %"]
    assert share_ticks(0.4)[-1] == (pytest.approx(0.4), "40 %")
    assert count_ticks(200e6)[-1] == (200e6, "200 M")


def test_that_the_end_of_a_long_name_is_kept() -> None:
    assert axis_name("layer1.0.conv1") == "layer1.0.conv1"
    assert axis_name("features.denseblock1.denselayer6.conv1") == "…denselayer6.conv1"
    assert axis_name("encoder.layers.encoder_layer_5.mlp.3") == "…layer_5.mlp.3"


def test_that_an_op_that_is_all_of_its_module_is_named_by_the_module() -> None:
    assert layer_name("blocks.2.expand.conv2d", "conv2d") == "blocks.2.expand"
    assert layer_name("blocks.2.matmul#2", "matmul") == "blocks.2"
    assert layer_name("layer1.0.conv1", "Conv2d") == "layer1.0.conv1"
    assert layer_name("conv2d", "conv2d") == "conv2d"


def test_that_a_legend_shows_what_fits_and_tells_the_rest(qtbot: QtBot) -> None:
    line = LegendLine()
    qtbot.addWidget(line)
    line.resize(130, 20)
    line.show_entries([("■", "#123456", "Convolution"), ("■", "#654321", "Linear layers")], "#000")
    line.show()
    qtbot.waitUntil(lambda: "Convolution" in line.text())
    assert "Linear" not in line.text() and "Linear" in line.toolTip()
    line.resize(400, 20)
    assert "Linear" in line.text()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_that_the_panel_follows_the_theme_and_keeps_its_selection(
    qtbot: QtBot, qapp: QApplication, panel: CostsPanel, theme: Theme
) -> None:
    panel.select("features.3")
    apply_theme(qapp, theme)
    qtbot.waitUntil(lambda: panel.theme is theme)
    assert all(chart.theme is theme for chart in panel.charts.values())
    assert panel.grab().toImage().pixelColor(300, 100) == theme.color("ground")
    assert panel.marked == (2,) and isinstance(panel.charts["macs"], BarChart)


def test_that_the_words_below_the_charts_follow_what_is_counted() -> None:
    from visualizer.costs.settings import Counting
    from visualizer.costs.trends import cost_trends
    from visualizer.ui.panels.cost_words import meaning_text

    network = small_network()
    found = cost_trends(network.graph, network.report)
    assert meaning_text(found, Counting()).endswith("MAC: one multiply-add (the lecture's flop).")
    said = meaning_text(found.told_in("flops"), Counting(norm=True, elementwise=True))
    assert said.startswith("MACs with the operations of norms and elementwise ops.")
    assert "FLOPs = 2 × MACs." in said

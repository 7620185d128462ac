"""The layer table: sorting, filtering, copying, exporting, and speed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from tests.ui import networks
from visualizer.costs import Totals
from visualizer.graph import LayerGraph, Node
from visualizer.ui.models.layer_columns import TITLES, Line
from visualizer.ui.panels.layer_table import LayerTablePanel
from visualizer.ui.panels.layer_totals import totals_text
from visualizer.ui.panels.module_tree import ModuleTreePanel

ASCENDING, DESCENDING = Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder


@pytest.fixture
def table(qtbot: QtBot) -> LayerTablePanel:
    panel = LayerTablePanel()
    qtbot.addWidget(panel)
    panel.show_network(networks.small_network())
    return panel


def _column(panel: LayerTablePanel, title: str) -> list[str]:
    column = TITLES.index(title)
    rows = range(panel.model.rowCount())
    return [str(panel.model.index(row, column).data()) for row in rows]


def test_that_there_is_a_row_for_every_executed_op_and_none_for_the_input(
    table: LayerTablePanel,
) -> None:
    assert _column(table, "#") == ["1", "2", "3", "4", "5", "6"]
    assert _column(table, "Op")[0] == "conv2d" and "input" not in _column(table, "Op")


def test_that_numbers_sort_by_value_and_unknown_comes_last_either_way(
    table: LayerTablePanel,
) -> None:
    macs = TITLES.index("MACs")
    table.table.sortByColumn(macs, ASCENDING)
    rising = ["0", "419.90 k", "37.75 M", "72.86 M", "223.95 M", "unknown"]
    assert _column(table, "MACs") == rising
    table.table.sortByColumn(macs, DESCENDING)
    assert _column(table, "MACs") == [*rising[-2::-1], "unknown"]


def test_that_names_sort_naturally(qtbot: QtBot) -> None:
    panel = LayerTablePanel()
    qtbot.addWidget(panel)
    panel.show_network(networks.large_network(30))
    panel.table.sortByColumn(TITLES.index("Layer"), ASCENDING)
    assert _column(panel, "Layer")[:12][-3:] == ["block0.9", "block1.10", "block1.11"]


def test_that_a_number_has_its_exact_value_in_the_tooltip(table: LayerTablePanel) -> None:
    index = table.model.index(0, TITLES.index("MACs"))
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "72,855,552 MACs\n(C_out·H·W)·(C_in·K·K) = (64·56·56)·(3·11·11) = 72,855,552"
    )
    assert index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight


def test_that_selecting_in_the_table_emits_nothing_and_marks_the_row(
    qtbot: QtBot, table: LayerTablePanel
) -> None:
    table.table.sortByColumn(TITLES.index("MACs"), DESCENDING)
    with qtbot.assertNotEmitted(table.selected):
        table.select("features.0")
    assert table.model.node_at(table.table.currentIndex().row()) == "features.0"
    table.select("features")
    assert not table.table.selectionModel().selectedRows()


def test_that_a_row_picked_by_the_user_is_told(qtbot: QtBot, table: LayerTablePanel) -> None:
    with qtbot.waitSignal(table.selected) as caught:
        table.table.selectRow(3)
    assert caught.args == ["features.3"]


def test_that_the_selection_stays_on_its_layer_when_sorted(table: LayerTablePanel) -> None:
    table.table.selectRow(3)
    table.table.sortByColumn(TITLES.index("MACs"), DESCENDING)
    rows = [index.row() for index in table.table.selectionModel().selectedRows()]
    assert [table.model.node_at(row) for row in rows] == ["features.3"]


def test_that_selected_rows_are_copied_tab_separated_with_exact_numbers(
    qtbot: QtBot, table: LayerTablePanel
) -> None:
    rows = QItemSelectionModel.SelectionFlag.Rows | QItemSelectionModel.SelectionFlag.Select
    for row in (0, 4):
        table.table.selectionModel().select(table.model.index(row, 0), rows)
    table.copy_rows()
    header, first, unknown = QGuiApplication.clipboard().text().splitlines()
    assert header.split("\t") == list(TITLES)
    assert first.split("\t")[1:10] == [
        "features.0", "conv2d", "3×227×227", "64×56×56", "11×11", "4×4",
        "23296", "72855552", "145711104",
    ]  # fmt: skip
    assert unknown.split("\t")[8:10] == ["unknown", "unknown"]


def test_that_the_filter_narrows_rows_and_totals(qtbot: QtBot, table: LayerTablePanel) -> None:
    qtbot.keyClicks(table.filter, "op:conv2d")
    qtbot.waitUntil(lambda: table.model.rowCount() == 2)
    # 23,296 + 307,392 and 72,855,552 + 223,948,800
    for part in ("2 of 6 ops", "330.69 k parameters", "296.80 M MACs"):
        assert part in table.totals.text()
    qtbot.keyClick(table.filter, Qt.Key.Key_Escape)
    assert table.model.rowCount() == 6


def test_that_the_totals_say_what_is_in_no_sum(table: LayerTablePanel) -> None:
    # pooling's 419,904 stand apart: 72,855,552 + 223,948,800 + 37,748,736
    assert "334.55 M MACs" in table.totals.text()
    assert "1 without a formula, in no sum" in table.totals.text()


def test_that_parameters_that_never_run_are_in_the_total_and_named() -> None:
    lines = [Line(1, Node("conv", "conv2d"), None, LayerGraph("inception", ()))]
    whole = Totals(params=27_161_264, unused_params=3_326_696)  # torchvision's inception_v3
    assert "27.16 M parameters (3.33 M never run)" in totals_text(lines, 1, whole)
    assert "0 parameters" in totals_text(lines, 2, whole)


def test_that_the_window_and_shape_of_a_volume_are_not_shortened(table: LayerTablePanel) -> None:
    shape, weights = (1, 64, 16, 112, 112), (64, 3, 13, 13, 13)
    table.show_network(
        networks.small_network(
            (networks.Row("stem", "conv3d", "Conv3d", shape, 1, weights, 64),),
        )
    )
    for title, text in (("Kernel", "13×13×13"), ("Output", "64×16×112×112")):
        assert _column(table, title) == [text]
        needed = table.table.fontMetrics().horizontalAdvance(text)
        assert table.table.columnWidth(TITLES.index(title)) > needed + 10


def test_that_csv_and_markdown_hold_the_rows_in_their_order(
    table: LayerTablePanel, tmp_path: Path
) -> None:
    table.table.sortByColumn(TITLES.index("Params"), DESCENDING)
    table.export_to(tmp_path / "layers.csv")
    rows = list(csv.reader((tmp_path / "layers.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == list(TITLES) and rows[1][7] == "37752832"
    table.export_to(tmp_path / "layers.md")
    lines = (tmp_path / "layers.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("| # | Layer |") and "---:" in lines[1] and len(lines) == 8


def test_that_without_a_network_the_table_is_empty_and_says_so(table: LayerTablePanel) -> None:
    table.show_network(None)
    assert table.model.rowCount() == 0
    assert table.totals.text() == "No network is open." and not table.csv_button.isEnabled()


def test_that_twenty_thousand_rows_open_sort_and_select(qtbot: QtBot) -> None:
    network = networks.large_network(20_000)
    table, tree = LayerTablePanel(), ModuleTreePanel()
    for panel in (table, tree):
        qtbot.addWidget(panel)
        panel.show()
    last = network.graph.nodes[-1].id
    table.show_network(network)
    tree.show_network(network)
    macs = TITLES.index("MACs")
    table.table.sortByColumn(macs, DESCENDING)
    assert table.model.node_at(0) == last
    table.select(last)
    tree.select(last)

"""The lecture's table in the Layers panel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from torchvision import models

from visualizer.costs.lecture_table import COLUMNS
from visualizer.engine.messages import ModelLoaded
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import InputSpec, ModelSource
from visualizer.ui.models.layer_columns import TITLES
from visualizer.ui.models.roles import MISPRINT_ROLE
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.layer_table import LayerTablePanel
from visualizer.worker.extraction import trace

OPS, ROUNDED, EXACT = range(3)


@pytest.fixture(scope="module")
def alexnet() -> OpenNetwork:
    shape = (1, 3, 227, 227)
    with torch.device("meta"):
        module = models.alexnet().eval()
    graph = trace(module, [torch.empty(shape, device="meta")], name="alexnet")
    source = ModelSource("torchvision", "alexnet")
    return open_network(
        ModelLoaded(1, source, (InputSpec(shape),), graph, "random weights", False, None)
    )


@pytest.fixture
def panel(qtbot: QtBot, alexnet: OpenNetwork) -> LayerTablePanel:
    made = LayerTablePanel()
    qtbot.addWidget(made)
    made.show_network(alexnet)
    return made


def test_that_the_lecture_s_table_replaces_the_ops_and_comes_back(panel: LayerTablePanel) -> None:
    panel.view.setCurrentIndex(ROUNDED)
    assert panel.pages.currentWidget() is panel.lecture
    assert panel.lecture.model.rowCount() == 12
    assert "717,562,112 with pools" in panel.totals.text()
    panel.view.setCurrentIndex(OPS)
    assert panel.pages.currentWidget() is panel.table
    assert "22 ops" in panel.totals.text()


def test_that_the_misprint_of_the_slide_is_the_only_marked_cell(panel: LayerTablePanel) -> None:
    panel.view.setCurrentIndex(ROUNDED)
    model = panel.lecture.model
    marked = [
        model.index(row, column)
        for row in range(model.rowCount())
        for column in range(model.columnCount())
        if model.index(row, column).data(MISPRINT_ROLE)
    ]
    assert [index.data() for index in marked] == ["150"]
    assert model.rows[marked[0].row()].name == "conv4"
    assert "145" in panel.totals.text()


def test_that_picking_a_row_selects_its_op_and_selecting_an_op_marks_its_row(
    panel: LayerTablePanel, qtbot: QtBot
) -> None:
    panel.view.setCurrentIndex(EXACT)
    with qtbot.waitSignal(panel.selected) as told:
        panel.lecture.table.selectRow(2)
    assert told.args == ["features.3"]
    with qtbot.assertNotEmitted(panel.selected):
        panel.select("classifier.6")
    assert panel.lecture.table.currentIndex().row() == 11


def test_that_the_table_shown_is_what_is_copied_and_saved(
    panel: LayerTablePanel, tmp_path: Path
) -> None:
    panel.view.setCurrentIndex(EXACT)
    panel.copy_rows()
    copied = QGuiApplication.clipboard().text().splitlines()
    assert len(copied) == 13 and copied[0].startswith("Layer\tNode")
    panel.export_to(tmp_path / "table.md")
    written = (tmp_path / "table.md").read_text().splitlines()
    assert written[7].split(" | ")[-1] == "149.52 |"
    assert json.dumps(written[1]).count("---:") == 11


def test_that_a_cell_asks_for_the_derivation_of_its_number(
    qtbot: QtBot, panel: LayerTablePanel
) -> None:
    told: list[tuple[str, str]] = []
    panel.selected.connect(lambda node: told.append(("selected", node)))
    panel.derivation_wanted.connect(lambda quantity: told.append(("derive", quantity)))
    panel.view.setCurrentIndex(ROUNDED)
    table = panel.lecture.table
    table.setCurrentIndex(table.model().index(0, COLUMNS.index("Flop (M)")))
    table.setCurrentIndex(table.model().index(0, COLUMNS.index("Memory (KB)")))
    table.setCurrentIndex(table.model().index(0, COLUMNS.index("Layer")))
    assert told == [
        ("selected", "features.0"), ("derive", "macs"), ("derive", "memory"), ("derive", ""),
    ]  # fmt: skip


def test_that_a_cell_of_all_ops_asks_for_its_derivation_too(panel: LayerTablePanel) -> None:
    told: list[str] = []
    panel.derivation_wanted.connect(told.append)
    for title in ("Output", "Params", "MACs", "FLOPs", "Memory", "Receptive field", "Op"):
        panel.table.setCurrentIndex(panel.model.index(3, TITLES.index(title)))
    assert told == ["output", "params", "macs", "flops", "memory", "field", ""]


def test_that_the_tooltip_of_a_cell_has_the_lines_on_the_board(panel: LayerTablePanel) -> None:
    index = panel.lecture.model.index(0, COLUMNS.index("H/W out"))
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "(W − K + 2·P)/S + 1 = (227 − 11 + 2·2)/4 + 1 = 56"
    )


def test_that_the_inspector_marks_the_derivation_that_was_asked_for(
    qtbot: QtBot, alexnet: OpenNetwork
) -> None:
    inspector = InspectorPanel()
    qtbot.addWidget(inspector)
    inspector.show_network(alexnet)
    inspector.select("features.3")
    assert inspector.pointed_text == ""
    inspector.point_out("params")
    assert "192·64·5·5 + 192 = 307,392" in inspector.pointed_text
    inspector.select("features.6")  # another layer, the same question
    assert "384·192·3·3 + 384 = 663,936" in inspector.pointed_text
    inspector.point_out("")
    assert inspector.pointed_text == ""


def test_that_the_inspector_says_what_the_border_rule_finds(
    qtbot: QtBot, alexnet: OpenNetwork
) -> None:
    """features.10 sees 163 of 227 pixels: nothing is wasted (Araujo et al.'s recursion)."""
    inspector = InspectorPanel()
    qtbot.addWidget(inspector)
    inspector.show_network(alexnet)
    assert inspector.inspection is not None
    rows = {row.label: row.value for row in inspector.inspection.receptive_field}
    assert rows["At 227 px"] == "none of 5 convolutions unproductive"
    assert rows["Feasible input"] == "163 px"
    inspector.select("features.10")
    rows = {row.label: row.value for row in inspector.inspection.receptive_field}
    assert rows["Sees"] == "163 × 163 of 227 × 227"
    assert rows["Width from"] == "131 + (3 − 1)·16 = 163"
    assert rows["Border rule"] == "productive"

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
from visualizer.ui.models.roles import MISPRINT_ROLE, REMARK_ROLE
from visualizer.ui.panels.inspector import InspectorPanel
from visualizer.ui.panels.layer_table import LayerTablePanel
from visualizer.ui.panels.parts import FlowText
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
    panel.lecture.table.setCurrentIndex(marked[0])
    assert "slide prints 145" in panel.totals.text()
    panel.lecture.table.setCurrentIndex(model.index(2, 0))
    assert "145" not in panel.totals.text()


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
    assert written[7].split(" | ")[-2] == "149.52"
    assert "the slide prints 145" in written[7].split(" | ")[-1]
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
    index = panel.lecture.model.index(2, COLUMNS.index("H/W out"))
    assert index.data(Qt.ItemDataRole.ToolTipRole) == (
        "(W − K + 2·P)/S + 1 = (27 − 5 + 2·2)/1 + 1 = 27"
    )


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (2, "C", "Reads what features.2 leaves: 64×27×27"),
        (2, "H/W", "Reads what features.2 leaves: 64×27×27"),
        (2, "C out", "C_out = number of filters, one map each: 192 filters of 64·5·5 → 192"),
        (1, "C out", "C' = C: a pool works on each channel by itself: 64"),
        (8, "C out", "the same numbers in another shape: 256·6·6 = 9216"),
        (9, "C out", "C_out: 4096"),
    ],
)
def test_that_every_number_has_its_lines(
    panel: LayerTablePanel, row: int, column: str, words: str
) -> None:
    index = panel.lecture.model.index(row, COLUMNS.index(column))
    assert index.data(Qt.ItemDataRole.ToolTipRole) == words


def test_that_the_parameters_of_fc6_are_explained_where_they_are_clicked(
    panel: LayerTablePanel,
) -> None:
    panel.selected.connect(panel.select)  # as the window does
    panel.view.setCurrentIndex(ROUNDED)
    model, column = panel.lecture.model, COLUMNS.index("Params (k)")
    panel.lecture.table.setCurrentIndex(model.index(9, column))
    assert "9216·4096 + 4096 = 37,752,832" in panel.totals.text()
    assert "37,725,832" in panel.totals.text()
    assert model.index(9, column).data(REMARK_ROLE)


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


def test_that_the_window_has_every_row_and_the_blackboard_beside_it(
    panel: LayerTablePanel, qtbot: QtBot
) -> None:
    panel.view.setCurrentIndex(ROUNDED)
    panel.open_lecture()
    window = panel.lecture_window
    assert window is not None and window.isVisible()
    table = window.table
    shown = table.table.viewport().height() // table.table.rowHeight(0)
    assert shown >= table.model.rowCount() == 12
    with qtbot.waitSignal(panel.selected) as told:
        table.table.setCurrentIndex(table.model.index(9, COLUMNS.index("Params (k)")))
    assert told.args == ["classifier.1"]
    said = "\n".join(text.toPlainText() for text in window.findChildren(FlowText))
    assert "9216·4096 + 4096 = 37,752,832" in said and "nobody's AlexNet" in said
    panel.select("features.6")  # another op, picked elsewhere
    assert table.table.currentIndex().row() == 4
    window.close()

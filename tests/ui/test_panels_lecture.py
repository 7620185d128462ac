"""The lecture's table in the Layers panel."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot
from torchvision import models

from visualizer.engine.messages import ModelLoaded
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import InputSpec, ModelSource
from visualizer.ui.models.roles import MISPRINT_ROLE
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

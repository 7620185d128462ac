"""Costs for another batch, resolution and precision, through the real window."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from visualizer.costs.settings import CostSettings
from visualizer.ui.models.tree_model import MACS
from visualizer.ui.panels.cost_settings import BATCHES

from .conftest import PATIENCE

RESNET18_MACS = 1_814_073_344  # torchvision's published 1.814 G


@pytest.fixture
def form(application):
    """The form below the tool bar's button; afterwards costs are as opened again."""
    button = application.window.toolbar.costs
    yield button.form
    button.form.hide()
    application.session.costing.choose(CostSettings())


def test_that_the_slider_changes_every_panel_and_nothing_else(qtbot, opened, settle, form):
    application = opened("resnet18")
    window, state = application.window, application.session.state
    before = window.canvas.shown
    application.commands.select_and_reveal("layer2.0.conv1")
    window.toolbar.costs.open_form()
    settle()
    form.slider.setValue(BATCHES.index(32))
    qtbot.waitUntil(lambda: state.settings.batch == 32, timeout=PATIENCE)
    settle()
    assert state.network.report.totals.macs == 32 * RESNET18_MACS
    assert window.toolbar.costs.text() == "Batch 32 · 224×224 · float32 · MACs"
    assert "58.05 G MACs" in window.layer_table.totals.text()
    assert "32×3×224×224" in window.status_text.text()
    assert state.selection == "layer2.0.conv1"
    assert window.canvas.shown.placement == before.placement
    assert window.canvas.shown.scale.times == 32


def test_that_flops_and_precision_are_chosen_in_the_form(qtbot, opened, settle, form):
    application = opened("resnet18")
    window, state = application.window, application.session.state
    window.toolbar.costs.open_form()
    settle()
    form.units["flops"].click()
    form.dtype.setCurrentIndex(form.dtype.findData("int4"))
    form.dtype.activated.emit(form.dtype.currentIndex())
    qtbot.waitUntil(lambda: state.settings.dtype == "int4", timeout=PATIENCE)
    settle()
    heading = window.module_tree.model.headerData(MACS, Qt.Orientation.Horizontal)
    assert heading == "FLOPs"
    assert "scales are not counted" in form.dtype_note.text()
    totals = state.network.report.totals
    assert totals.param_bytes < 11_689_512 * 0.51
    QTest.mouseClick(form.reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: state.settings == CostSettings(), timeout=PATIENCE)


def test_that_an_input_a_transformer_does_not_take_is_one_line(qtbot, opened, settle, form):
    application = opened("vit_b_16")
    window, state = application.window, application.session.state
    before = state.network
    window.toolbar.costs.open_form()
    settle()
    form.height_box.setValue(200)
    qtbot.waitUntil(lambda: state.message is not None, timeout=PATIENCE)
    assert "does not run at 200×224" in state.message.text
    assert "Wrong image height! Expected 224 but got 200!" in state.message.text
    assert state.network is before
    assert form.height_box.value() == 224


def test_that_another_resolution_is_another_drawing_of_the_same_network(opened, settle, form):
    application = opened("resnet18")
    state = application.session.state
    application.commands.select_and_reveal("layer2.0.conv1")
    application.session.costing.choose(CostSettings(resolution=(160, 192)))
    settle()
    assert state.network.graph.by_id["layer1.0.conv1"].output.shape == (1, 64, 40, 48)
    assert state.selection == "layer2.0.conv1"
    assert application.window.inspector.inspection.id == "layer2.0.conv1"

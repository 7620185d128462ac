"""The form that says what costs are shown for."""

import pytest

from visualizer.costs.settings import CostSettings, Counting
from visualizer.sources import InputSpec
from visualizer.ui.panels.cost_settings import BATCHES, CostSettingsButton, CostSettingsForm

PICTURE = (InputSpec((1, 3, 224, 224)),)
TOKENS = (InputSpec((1, 128), "int64"),)


@pytest.fixture
def form(qtbot):
    made = CostSettingsForm()
    qtbot.addWidget(made)
    made.show_settings(CostSettings(), PICTURE)
    return made


def test_that_what_is_shown_is_not_told(qtbot, form):
    with qtbot.assertNotEmitted(form.chosen, wait=20):
        form.show_settings(CostSettings(8, (256, 320), "int8", "flops"), PICTURE)
    assert (form.batch.value(), form.height_box.value(), form.width_box.value()) == (8, 256, 320)
    assert form.dtype.currentText() == "int8 weights"
    assert form.units["flops"].isChecked()


def test_that_a_dragged_slider_tells_the_last_batch_once(qtbot, form):
    told = []
    form.chosen.connect(told.append)
    with qtbot.waitSignal(form.chosen):
        for place in (3, 5, 8):
            form.slider.setValue(place)
    assert told == [CostSettings(batch=BATCHES[8])]


def test_that_the_slider_has_every_power_of_two_and_what_lies_between():
    assert BATCHES[:8] == (1, 2, 3, 4, 6, 8, 12, 16)
    assert BATCHES[-1] == 1024


def test_that_boxes_say_what_counts(qtbot, form):
    with qtbot.waitSignal(form.chosen) as told:
        form.counted["norm"].click()
    assert told.args == [CostSettings(counting=Counting(norm=True))]


def test_that_a_network_without_pictures_has_no_resolution(form):
    form.show_settings(CostSettings(), TOKENS)
    assert not form.height_box.isEnabled()
    assert form.batch.isEnabled()


def test_that_inputs_without_a_common_batch_say_why_there_is_none(form):
    form.show_settings(CostSettings(), (InputSpec((2, 5)), InputSpec((3, 5))))
    assert not form.slider.isEnabled()
    assert "no batch in common" in form.slider.toolTip()


def test_that_integer_weights_say_what_is_assumed(form):
    form.show_settings(CostSettings(dtype="int4"), PICTURE)
    assert "scales are not counted" in form.dtype_note.text()


def test_that_the_button_says_what_costs_are_for(qtbot):
    button = CostSettingsButton()
    qtbot.addWidget(button)
    assert not button.isEnabled()
    button.show_settings(CostSettings(batch=32), PICTURE)
    assert button.isEnabled()
    assert "Batch 32 · 224×224 · float32 · MACs" in button.toolTip()
    button.show()
    button.resize(90, 30)
    assert button.text().endswith("…")


def test_that_height_and_width_are_told_together(qtbot, form):
    told = []
    form.chosen.connect(told.append)
    form.show()
    form.height_box.setFocus()
    qtbot.waitUntil(form.height_box.hasFocus)
    form.height_box.lineEdit().setText("160")
    form.width_box.setFocus()  # as Tab does: the height is done, the width is still to come
    form.width_box.lineEdit().setText("320")
    assert form.height_box.value() == 160 and told == []
    with qtbot.waitSignal(form.chosen):
        form.reset.setEnabled(True)
        form.reset.setFocus()
    assert told == [CostSettings(resolution=(160, 320))]

"""Receptive fields and derivations through the real window."""

from visualizer.resources import resource
from visualizer.sources import InputSpec
from visualizer.ui.models.layer_columns import TITLES

from .conftest import PATIENCE


def test_that_a_pixel_of_a_map_shows_what_it_sees_over_the_picture(qtbot, application, opened):
    opened("demo")
    window, state = application.window, application.session.state
    state.selection = "_blocks.2"
    application.session.live.run(str(resource("sample", "chelsea.png")))
    qtbot.waitUntil(lambda: window.feature_maps.title.text() == "_blocks.2.add", timeout=PATIENCE)
    seen = window.feature_maps.picture_side.picture.accessibleDescription()
    assert seen.startswith("Row 28, column 28 sees rows ")
    window.feature_maps.stage.point_at((0, 0))
    assert state.map_place == (0, 0)
    seen = window.feature_maps.picture_side.picture.accessibleDescription()
    assert seen.startswith("Row 0, column 0 sees rows 0…")
    state.selection = "_fc"
    qtbot.waitUntil(lambda: window.feature_maps.title.text() == "_fc", timeout=PATIENCE)
    seen = window.feature_maps.picture_side.picture.accessibleDescription()
    assert seen == "Every value here sees the whole picture"


def test_that_a_cell_of_the_table_marks_its_derivation_until_something_else_is_chosen(
    application, opened
):
    opened("alexnet", (InputSpec((1, 3, 227, 227)),))
    window, state = application.window, application.session.state
    table = window.layer_table
    table.table.setCurrentIndex(table.model.index(3, TITLES.index("MACs")))
    assert (state.selection, state.quantity) == ("features.3", "macs")
    assert "(192·27·27)·(64·5·5) = 223,948,800" in window.inspector.pointed_text
    table.table.setCurrentIndex(table.model.index(6, TITLES.index("MACs")))
    assert "(384·13·13)·(192·3·3) = 112,140,288" in window.inspector.pointed_text
    window.canvas.item_clicked.emit("features.0")
    assert (state.selection, state.quantity) == ("features.0", "")
    assert window.inspector.pointed_text == ""


def test_that_the_border_rule_colours_the_canvas(application, opened, settle):
    opened("vgg16", (InputSpec((1, 3, 32, 32)),))
    window, state = application.window, application.session.state
    state.overlay = "border"
    marks = window.canvas.marks
    unproductive = marks.colors["features.14"]
    assert unproductive == marks.colors["features.28"] != marks.colors["features.0"]
    assert marks.colors["features.4"] is None  # a pool
    assert [name.partition(":")[0] for name, _ in marks.swatches] == [
        "productive", "critical", "unproductive",
    ]  # fmt: skip
    state.overlay = "none"

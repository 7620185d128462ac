"""The dialog for what a network is traced for."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialogButtonBox
from pytestqt.qtbot import QtBot

from visualizer.session.local_files import is_config
from visualizer.session.state import Message
from visualizer.sources import InputSpec, SourceError
from visualizer.ui.dialogs.inputs import InputsDialog
from visualizer.ui.dialogs.open_source import _source_of
from visualizer.ui.panels.message_bar import MessageBar

PICTURE = InputSpec((1, 3, 224, 224))
TWO = (InputSpec((3, 4, 4), name="images.0"), InputSpec((1, 128), "int64", "ids"))


@pytest.fixture
def dialog(qtbot: QtBot) -> InputsDialog:
    shown = InputsDialog(None, "net", TWO, (PICTURE,))
    qtbot.addWidget(shown)
    shown.show()
    return shown


def texts(dialog: InputsDialog) -> list[tuple[str, str, str]]:
    return [
        (line.name.text(), line.shape.text(), line.dtype.currentText())
        for line in dialog.rows.lines
    ]


def test_that_every_input_has_a_line_and_is_given_back(dialog: InputsDialog) -> None:
    assert texts(dialog) == [("images.0", "3×4×4", "float32"), ("ids", "1×128", "int64")]
    assert dialog.inputs() == TWO
    assert dialog.problem.text() == "" and dialog.trace_button.isEnabled()


@pytest.mark.parametrize("typed", ["2x3x32x32", "2×3×32×32", " 2 x 3 × 32*32 "])
def test_that_shapes_are_typed_with_any_cross(dialog: InputsDialog, typed: str) -> None:
    dialog.rows.lines[0].shape.setText(typed)
    assert dialog.inputs()[0].shape == (2, 3, 32, 32)


@pytest.mark.parametrize(
    ("shape", "name", "said"),
    [
        ("3 by 4", "images.0", "cannot read input shape '3 by 4'"),
        ("", "images.0", "there is no shape in"),
        ("3×0", "images.0", "has a side of 0"),
        ("3×4", "images.1", "numbered 0, 1, 2"),
        ("3×4", "ids", "input ids is given twice"),
        ("3×4", "my images", "cannot read input name 'my images'"),
    ],
)
def test_that_what_is_wrong_is_said_in_a_line_while_it_is_typed(
    dialog: InputsDialog, shape: str, name: str, said: str
) -> None:
    dialog.rows.lines[0].shape.setText(shape)
    dialog.rows.lines[0].name.setText(name)
    assert said in dialog.problem.text() and "\n" not in dialog.problem.text()
    assert not dialog.trace_button.isEnabled()
    with pytest.raises(SourceError):
        dialog.inputs()


def test_that_lines_are_added_and_removed_and_all_are_seen(dialog: InputsDialog) -> None:
    dialog.add_button.click()
    dialog.rows.lines[-1].name.setText("mask")
    dialog.rows.lines[-1].dtype.setCurrentText("bool")
    assert dialog.inputs()[-1] == InputSpec((1,), "bool", "mask")
    last = dialog.rows.lines[-1].name
    assert last.mapTo(dialog, last.rect().bottomLeft()).y() < dialog.add_button.y()
    dialog.rows.lines[1].remove.click()
    assert [spec.name for spec in dialog.inputs()] == ["images.0", "mask"]


def test_that_reset_shows_what_was_inferred(dialog: InputsDialog) -> None:
    dialog.reset_button.click()
    assert dialog.inputs() == (PICTURE,)


def test_that_without_lines_the_network_is_asked(qtbot: QtBot) -> None:
    dialog = InputsDialog(None, "net", (PICTURE,))
    qtbot.addWidget(dialog)
    dialog.reset_button.click()
    assert dialog.inputs() == () and dialog.trace_button.isEnabled()
    assert "found out from the network itself" in dialog.problem.text()


def test_that_return_traces_and_escape_leaves_things(dialog: InputsDialog) -> None:
    assert dialog.trace_button.isDefault()
    assert dialog.buttons.button(QDialogButtonBox.StandardButton.Cancel) is not None
    assert not dialog.add_button.autoDefault()


def test_that_the_message_offers_to_give_inputs_only_where_they_help(qtbot: QtBot) -> None:
    bar = MessageBar()
    qtbot.addWidget(bar)
    bar.show_message(Message("takes 2 inputs", "error", inputs=TWO))
    assert bar.inputs_button.isVisible()
    with qtbot.waitSignal(bar.inputs_requested):
        bar.inputs_button.click()
    bar.show_message(Message("there is no file", "error"))
    assert not bar.inputs_button.isVisible()


@pytest.mark.parametrize(
    ("path", "source"),
    [("/a/n.onnx", "/a/n.onnx"), ("/a/m.py", "/a/m.py:"), ("/a/config.json", "hf:/a/config.json")],
)
def test_that_a_chosen_file_is_written_as_its_source(path: str, source: str) -> None:
    assert _source_of(path) == source


def test_that_a_config_and_a_folder_with_one_are_taken_for_transformers_networks(tmp_path) -> None:
    assert not is_config(tmp_path)
    (tmp_path / "config.json").write_text("{}")
    assert is_config(tmp_path) and is_config(tmp_path / "config.json")
    assert not is_config(tmp_path / "colours.json")


def test_that_an_input_can_be_given_as_a_packed_sequence(qtbot: QtBot) -> None:
    spec = InputSpec((4, 12, 80), values=(12, 9, 7, 3), packed=True)
    shown = InputsDialog(None, "net", (spec,), ())
    qtbot.addWidget(shown)
    assert shown.inputs() == (spec,)
    line = shown.rows.lines[0]
    line.form.setCurrentText("tensor")
    assert shown.inputs() == (InputSpec((4, 12, 80)),)
    line.form.setCurrentText("packed sequence")
    line.shape.setText("4")
    assert "needs sequences x steps x numbers" in shown.problem.text()

"""The dialogs: what they give back, and what they say about what cannot be read."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from visualizer.sources import InputSpec, Preprocessing
from visualizer.ui.dialogs import KeyHelpDialog, OpenSourceDialog, PreprocessingDialog
from visualizer.ui.dialogs.preprocessing import CHANGED
from visualizer.ui.panels.completion import SourceCompleter, ranked

OWN = Preprocessing(256, (224, 224), origin="torchvision's ResNet-50")


@pytest.fixture
def opening(qtbot: QtBot) -> OpenSourceDialog:
    dialog = OpenSourceDialog(None, ("resnet50", "alexnet"))
    qtbot.addWidget(dialog)
    return dialog


def test_that_names_that_begin_with_the_text_are_completed_first() -> None:
    names = ("wide_resnet50_2", "timm:resnet10t", "timm:seresnet18", "resnet101", "resnet18", "vgg")
    assert ranked(names, "ResN") == [
        "resnet18", "resnet101", "timm:resnet10t", "wide_resnet50_2", "timm:seresnet18",
    ]  # fmt: skip


def test_that_the_ranking_follows_what_is_typed(qtbot: QtBot) -> None:
    edit = QLineEdit()
    qtbot.addWidget(edit)
    completer = SourceCompleter(("wide_resnet50_2", "alexnet", "resnet18"), edit)
    edit.setCompleter(completer)
    edit.show()
    qtbot.keyClicks(edit, "res")
    shown = completer.completionModel()
    rows = [shown.index(row, 0).data() for row in range(shown.rowCount())]
    assert rows == ["resnet18", "wide_resnet50_2"]


def test_that_nothing_typed_is_no_error_but_cannot_be_opened(opening: OpenSourceDialog) -> None:
    assert opening.problem.text() == "" and not opening.open_button.isEnabled()


def test_that_source_weights_and_inputs_are_given_back(opening: OpenSourceDialog) -> None:
    opening.source_edit.setText(" resnet50 ")
    assert opening.weights() is None and opening.inputs() == ()
    opening.weights_box.setCurrentIndex(2)
    opening.input_edit.setText("ids=1x128:int64 1x3x64x64")
    assert opening.open_button.isEnabled()
    assert (opening.source(), opening.weights()) == ("resnet50", "default")
    assert opening.inputs() == (InputSpec((1, 128), "int64", "ids"), InputSpec((1, 3, 64, 64)))


@pytest.mark.parametrize(
    ("source", "inputs", "said"),
    [
        ("model.py", "", "say which function builds the network"),
        ("resnet50", "3by3", "write it like 1x3x224x224"),
        ("resnet50", "1x3:float31", "unknown dtype"),
    ],
)
def test_that_what_cannot_be_read_is_said_at_once(
    opening: OpenSourceDialog, source: str, inputs: str, said: str
) -> None:
    opening.source_edit.setText(source)
    opening.input_edit.setText(inputs)
    assert said in opening.problem.text() and not opening.open_button.isEnabled()


def test_that_a_weights_file_has_to_be_named(opening: OpenSourceDialog) -> None:
    opening.source_edit.setText("resnet50")
    opening.weights_box.setCurrentIndex(3)
    assert not opening.open_button.isEnabled()
    opening.weights_edit.setText("w.pth")
    assert opening.open_button.isEnabled() and opening.weights() == "w.pth"


def test_that_unchanged_preprocessing_keeps_its_origin(qtbot: QtBot) -> None:
    dialog = PreprocessingDialog(None, OWN)
    qtbot.addWidget(dialog)
    assert dialog.preprocessing() == OWN
    assert dialog.origin.text() == OWN.origin and not dialog.reset_button.isEnabled()


def test_that_a_change_is_said_and_reset_goes_back(qtbot: QtBot) -> None:
    dialog = PreprocessingDialog(None, OWN)
    qtbot.addWidget(dialog)
    dialog.resize_box.setValue(288)
    dialog.mean_boxes[0].setValue(0.5)
    changed = dialog.preprocessing()
    assert (changed.resize, changed.mean[0], changed.origin) == (288, 0.5, CHANGED)
    assert dialog.origin.text() == CHANGED
    dialog.reset_button.click()
    assert dialog.preprocessing() == OWN


def test_that_reset_goes_to_the_networks_own_and_not_to_the_last_change(qtbot: QtBot) -> None:
    current = Preprocessing(300, (288, 288), interpolation="bicubic", origin=CHANGED)
    dialog = PreprocessingDialog(None, current, OWN)
    qtbot.addWidget(dialog)
    assert dialog.preprocessing() == current
    dialog.reset_button.click()
    assert dialog.preprocessing() == OWN


def test_that_mean_and_std_of_one_channel_are_shown_for_gray_networks(qtbot: QtBot) -> None:
    gray = Preprocessing(28, (28, 28), (0.1307,), (0.3081,), origin="MNIST")
    dialog = PreprocessingDialog(None, gray)
    qtbot.addWidget(dialog)
    assert len(dialog.mean_boxes) == 1 and dialog.preprocessing() == gray


def test_that_the_keys_are_listed(qtbot: QtBot) -> None:
    dialog = KeyHelpDialog()
    qtbot.addWidget(dialog)
    text = dialog.text.toPlainText()
    assert "Ctrl+F" in text and "next match" in text

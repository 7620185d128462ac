"""The dialog about a file that holds only weights, or a network as code."""

import pytest
from PySide6.QtCore import QSettings, Qt

from visualizer.engine.saved import Fit, SavedFile, SavedTensor
from visualizer.sources import ModelSource
from visualizer.ui.dialogs.saved_file import SavedFileDialog
from visualizer.ui.settings import Settings

TENSORS = (
    SavedTensor("conv.weight", (64, 3, 7, 7), "float32", 37_632),
    SavedTensor("conv.bias", (64,), "float32", 256),
    SavedTensor("fc.weight", (10, 64), "float16", 1_280),
)
EXACT = Fit("resnet18", 3, 3)
NEAR = Fit("timm:resnet18", 2, 3, 0, "missing x")


def weights(*fits, source="/data/cats.pth"):
    return SavedFile(ModelSource("file", source), TENSORS, fits)


def code(*classes):
    source = ModelSource("file", "/data/net.pt")
    return SavedFile(source, TENSORS, (EXACT,), 0, classes, "a" * 64)


@pytest.fixture
def shown(qtbot):
    def show(file):
        dialog = SavedFileDialog(file)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return show


def cells(dialog):
    model = dialog.table.model()
    return [[model.index(row, column).data() for column in range(model.columnCount())]
            for row in range(model.rowCount())]  # fmt: skip


def test_that_tensors_are_listed_in_the_order_of_the_file(shown):
    dialog = shown(weights(EXACT))
    assert dialog.heading.text() == "cats.pth holds only weights"
    assert cells(dialog)[0] == ["conv.weight", "64×3×7×7", "float32", "9,408", "36.75 KB"]
    assert [row[0] for row in cells(dialog)] == ["conv.weight", "conv.bias", "fc.weight"]


def test_that_tensors_sort_by_their_numbers_and_are_filtered(shown):
    dialog = shown(weights(EXACT))
    dialog.table.sortByColumn(3, Qt.SortOrder.AscendingOrder)
    assert [row[3] for row in cells(dialog)] == ["64", "640", "9,408"]
    dialog.filter.setText("FLOAT16")
    assert [row[0] for row in cells(dialog)] == ["fc.weight"]


def test_that_a_network_is_opened_with_one_click_or_return(shown, qtbot):
    dialog = shown(weights(EXACT, NEAR))
    (button,) = dialog.fit_buttons  # the other one does not take these weights
    assert button.isDefault()
    with qtbot.waitSignal(dialog.opened_as) as told:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert told.args == [EXACT]


def test_that_return_trusts_nothing(shown, qtbot):
    dialog = shown(code("mine.Net"))
    trusted = []
    dialog.trusted.connect(lambda: trusted.append(True))
    assert dialog.cancel_button.isDefault()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert not trusted and not dialog.isVisible()


def test_that_trusting_takes_a_click(shown, qtbot):
    dialog = shown(code("mine.Net"))
    assert "runs that code" in dialog.explanation.text()
    assert "mine.Net" in dialog.classes.toPlainText()
    with qtbot.waitSignal(dialog.trusted):
        dialog.trust_button.click()


def test_that_what_no_network_needs_stands_first(shown):
    dialog = shown(code("mine.Net", "os.system"))
    text = dialog.classes.toPlainText()
    assert text.startswith("No network needs this") and text.index("os.system") < text.index("mine")


def test_that_trust_is_kept_by_hash_until_it_is_forgotten(tmp_path):
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    settings = Settings(store)
    assert not settings.trusts("a" * 64)
    settings.trust("a" * 64)
    settings.trust("b" * 64)
    again = Settings(store)
    assert again.trusts("a" * 64) and again.trusts("b" * 64) and not again.trusts("c" * 64)
    assert again.forget_trusted() == 2
    assert not again.trusts("a" * 64)

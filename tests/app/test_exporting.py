"""Files and clipboard, written from the real window."""

from __future__ import annotations

import networkx as nx
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication

from visualizer.ui.dialogs.export_drawing import ExportChoice, ExportDialog
from visualizer.ui.theme import LIGHT


@pytest.fixture
def alexnet(opened):
    return opened("alexnet")


def test_that_the_whole_drawing_is_larger_than_what_is_seen(alexnet, tmp_path):
    alexnet.window.canvas.fit()
    alexnet.window.canvas.zoom_by(4.0)
    sizes = {}
    for seen in (False, True):
        path = tmp_path / f"{seen}.png"
        alexnet.exporter.write(path, ExportChoice(".png", seen, "light", 1.0))
        image = QImage(str(path))
        sizes[seen] = image.size()
        assert QColor(image.pixel(1, 1)) == LIGHT.color("ground")
        assert alexnet.session.state.message.text == f"Saved to {path}."
    view = alexnet.window.canvas.seen
    assert sizes[True].width() >= view.width() * alexnet.window.canvas.zoom - 2


def test_that_a_graph_file_is_folded_as_the_window_shows_it(alexnet, tmp_path):
    path = tmp_path / "net.graphml"
    alexnet.exporter.write(path, ExportChoice(".graphml", False, "light", 1.0))
    found = set(nx.read_graphml(path))
    shown = {bar.id for bar in alexnet.window.canvas.shown.bars}
    assert shown <= found  # norms and activations stand by themselves in the file


def test_that_what_cannot_be_written_is_one_line(alexnet, tmp_path):
    alexnet.exporter.write(tmp_path / "no" / "net.json", ExportChoice(".json", False, "light", 1))
    assert alexnet.session.state.message.severity == "error"
    assert "\n" not in alexnet.session.state.message.text


def test_that_what_is_seen_is_copied(alexnet):
    alexnet.exporter.copy()
    assert not QApplication.clipboard().image().isNull()


def test_that_the_dialog_asks_only_what_the_format_needs(alexnet, qtbot):
    dialog = ExportDialog(alexnet.window, ".png", lambda seen: alexnet.exporter._sheet(
        seen, "screen").size)  # fmt: skip
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.scale_box.isVisible() and "pixels" in dialog.size_text.text()
    dialog.format_box.setCurrentIndex(dialog.format_box.findData(".svg"))
    assert dialog.part_box.isVisible() and not dialog.scale_box.isVisible()
    dialog.format_box.setCurrentIndex(dialog.format_box.findData(".json"))
    assert not dialog.part_box.isVisible()
    assert dialog.choice().suffix == ".json"
    dialog.close()

"""Looking at principles 2 to 4 in the real window."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from visualizer.sources import InputSpec

from .conftest import PATIENCE


def test_read_the_tiles_follow_one_and_scale_the_network(opened, qtbot):
    application = opened("alexnet", (InputSpec((1, 3, 227, 227)),))
    window, state = application.window, application.session.state
    window.principles_dock.raise_()
    qtbot.waitUntil(lambda: window.principles.cards is not None, timeout=PATIENCE)
    cards = window.principles.cards

    table = cards.tiles.table
    row = table.visualRect(table.model().index(1, 0)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=row)
    assert state.selection == "features.3"
    assert cards.embeddings.table.currentIndex().row() == 0

    application.commands.select("features.10")
    assert cards.tiles.table.currentIndex().row() == 2

    cards.explorer.sliders["depth"].setValue(64)
    assert cards.explorer.results["macs"].factor.text() == "×2.00"
    assert [hint.node for hint in state.narrowing.hints] == ["features.8", "features.3"]

"""The receptive field of a value, over the picture in the feature-map panel."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from visualizer.costs import ReceptiveField
from visualizer.session.field_box import FieldBox, field_box
from visualizer.session.shown import MapsShown
from visualizer.ui.panels.feature_maps import FeatureMapsPanel
from visualizer.ui.panels.field_frame import frame_rect, paint_field
from visualizer.ui.theme import Theme, theme_for

LEFT = Qt.MouseButton.LeftButton
# 3x3 with stride 2 and padding 1 on 16 pixels, 8 outputs an axis: output u sees 2u - 1 to 2u + 1.
FIELD = ReceptiveField((3, 3), (2, 2), (1, 1), (3, 3))


@pytest.fixture
def panel(qtbot: QtBot) -> FeatureMapsPanel:
    made = FeatureMapsPanel()
    qtbot.addWidget(made)
    made.resize(1000, 240)
    made.show()
    made.show_picture(np.full((16, 16, 3), 200, np.uint8), "cpu, 1 ms")
    maps = np.arange(4 * 64, dtype=np.float32).reshape(4, 8, 8)
    made.show_maps(MapsShown("conv", "4×8×8", maps))
    return made


def box(row: int, column: int) -> FieldBox:
    found = field_box(FIELD, (4, 8, 8), (16, 16), (row, column))
    assert found is not None
    return found


def test_that_the_frame_covers_the_pixels_seen_whole() -> None:
    """Output 4 sees pixels 7 to 9: in a drawing of 10 points a pixel, 70 to 100."""
    drawn = QRectF(5, 5, 160, 160)
    assert frame_rect(drawn, box(4, 4)) == QRectF(75, 75, 30, 30)


def test_that_the_frame_is_clipped_to_the_picture() -> None:
    assert frame_rect(QRectF(0, 0, 160, 160), box(0, 0)) == QRectF(0, 0, 20, 20)


def test_that_what_is_not_seen_is_dimmed_and_what_is_seen_is_not() -> None:
    theme: Theme = theme_for("light")
    image = QImage(160, 160, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    paint_field(painter, QRectF(0, 0, 160, 160), box(4, 4), theme)
    painter.end()
    assert image.pixelColor(20, 20).lightness() < 160
    assert image.pixelColor(85, 85).lightness() == 255


def test_that_the_value_under_the_mouse_is_told_and_the_one_clicked_stays(
    qtbot: QtBot, panel: FeatureMapsPanel
) -> None:
    told: list[tuple[int, int] | None] = []
    panel.place_pointed.connect(told.append)
    grid = panel.stage.grid
    cell = grid.cell_rect(2)
    assert cell is not None
    where = cell.topLeft() + QPointF(cell.width() * 6.5 / 8, cell.height() * 1.5 / 8)
    assert grid.place_at(where) == (1, 6)
    qtbot.mouseMove(grid, QPoint(1, 1))
    qtbot.mouseMove(grid, where.toPoint())
    qtbot.waitUntil(lambda: bool(told) and told[-1] == (1, 6))
    qtbot.mouseClick(grid, LEFT, pos=where.toPoint())
    assert panel.stage.enlarged and panel.stage.channel == 2
    panel.stage.point_at(None)  # the mouse has left the map
    assert told[-1] == (1, 6)


def test_that_another_layer_forgets_the_value_that_was_clicked(panel: FeatureMapsPanel) -> None:
    panel.stage.point_at((1, 6))
    panel.stage.grid.opened.emit(0)
    panel.show_maps(MapsShown("other", "2×3×3", np.zeros((2, 3, 3), np.float32)))
    told: list[tuple[int, int] | None] = []
    panel.place_pointed.connect(told.append)
    panel.stage.point_at(None)
    assert told == [None]


def test_that_the_picture_s_caption_and_the_line_below_say_the_numbers(
    panel: FeatureMapsPanel,
) -> None:
    panel.show_field(box(4, 2))
    side = panel.picture_side
    assert "sees 3×3 px" in side.caption.text()
    assert "cpu, 1 ms" in side.caption.text()
    assert "rows 7…9, columns 3…5" in side.picture.accessibleDescription()
    panel.stage.remarked.emit("row 4, column 2: 1.5")
    assert "sees rows 7…9, columns 3…5" in panel.status.text()
    panel.show_field(None)
    assert "sees" not in side.caption.text()

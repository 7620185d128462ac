"""Only the inked part of a scaled layer is painted, and nothing of it is left out."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QTransform
from pytestqt.qtbot import QtBot

from visualizer.ui.canvas.inked import Inked

MARKS = (QRect(3, 5, 90, 12), QRect(250, 120, 40, 70), QRect(395, 290, 5, 10))


def layer(ratio: int) -> QPixmap:
    made = QPixmap(400 * ratio, 300 * ratio)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    for mark in MARKS:
        painter.fillRect(mark, QColor("black"))
    painter.end()
    return made


def drawn(pixmap: QPixmap, transform: QTransform, clipped: bool) -> np.ndarray:
    image = QImage(700, 500, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    if clipped:
        painter.setClipRegion(Inked(pixmap).under(transform))
    painter.setTransform(transform)
    painter.drawPixmap(0, 0, pixmap)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(500, 700, 4)[..., :3].astype(int)


@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("scale", [0.37, 0.93, 1.031, 1.7])
def test_that_all_ink_is_painted_at_any_scale(qtbot: QtBot, ratio: int, scale: float) -> None:
    pixmap, transform = layer(ratio), QTransform(scale, 0, 0, scale, 3.7, -1.2)
    clipped, whole = drawn(pixmap, transform, True), drawn(pixmap, transform, False)
    assert (whole < 128).any() and np.abs(clipped - whole).max() <= 16  # of 255


def test_that_what_is_clear_is_left_out(qtbot: QtBot) -> None:
    region = Inked(layer(1)).under(QTransform())
    assert region.contains(QPoint(10, 10)) and not region.contains(QPoint(200, 200))

"""The minimap: when it is there, where it leads, what it marks."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.ui.canvas import CanvasView
from visualizer.ui.settings import Settings
from visualizer.ui.theme import DARK, LIGHT, Theme
from visualizer.ui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def canvas(qtbot: QtBot, theme: Theme = LIGHT) -> CanvasView:
    """A chain of forty bars of which a part is seen."""
    view = CanvasView(theme)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show()
    view.show_graph(samples.long_chain(40, columns=1))
    view.zoom_by(1.0 / view.zoom)
    return view


def middle_seen(view: CanvasView) -> QPointF:
    return view.seen.center()


def near(one: QPointF, other: QPointF, slack: float) -> bool:
    return (one - other).manhattanLength() <= slack


def pixels(view: CanvasView) -> np.ndarray:
    image = view.minimap.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return rows[:, : image.width(), 2::-1].astype(int)


def count_of(view: CanvasView, name: str) -> int:
    color = view.theme.color(name)
    wanted = np.array([color.red(), color.green(), color.blue()])
    return int((np.abs(pixels(view) - wanted).max(axis=-1) < 12).sum())


def test_that_there_is_a_minimap_only_while_the_picture_does_not_fit(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    assert view.minimap.isVisible()
    view.fit()
    view.fit_all()  # the whole of it
    assert not view.minimap.isVisible()


def test_that_it_stands_in_the_lower_right_above_the_legend(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    box = view.minimap.geometry()
    assert view.width() - 30 < box.right() < view.width()
    assert view.legend_box().top() - 30 < box.bottom() < view.legend_box().top()


def test_that_the_rectangle_is_what_is_seen(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    box, seen = view.minimap.view_box(), view.seen
    top, bottom = view.minimap.spot_of(seen.topLeft()), view.minimap.spot_of(seen.bottomRight())
    assert box.height() == pytest.approx(max(bottom.y() - top.y(), 8), abs=1)
    assert box.center().y() == pytest.approx((top.y() + bottom.y()) / 2, abs=1)


def test_that_a_click_brings_that_part_into_the_middle(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    assert view.content is not None
    below = QPointF(view.content.picture.ink.center().x(), view.content.picture.ink.bottom() - 100)
    qtbot.mouseClick(view.minimap, LEFT, pos=view.minimap.spot_of(below).toPoint())
    one_pixel = view.content.picture.ink.height() / view.minimap.height()
    assert near(middle_seen(view), below, 3 * one_pixel)


def test_that_dragging_the_rectangle_moves_the_picture_with_it(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    start = view.minimap.view_box().center().toPoint()
    before = middle_seen(view)
    qtbot.mousePress(view.minimap, LEFT, pos=start)
    assert near(middle_seen(view), before, 1.0)  # taken hold of, not moved
    event_spot = start + QPoint(0, 20)
    qtbot.mouseMove(view.minimap, event_spot)
    qtbot.mouseRelease(view.minimap, LEFT, pos=event_spot)
    assert abs(view.minimap.view_box().center().y() - event_spot.y()) <= 2.0


def test_that_its_wheel_zooms(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    at = QPointF(view.minimap.rect().center())
    none = Qt.MouseButton.NoButton
    event = QWheelEvent(
        at, view.minimap.mapToGlobal(at), QPoint(), QPoint(0, 120), none,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view.minimap, event)
    assert view.zoom == pytest.approx(1.2)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_that_matches_and_the_selection_are_marked(qtbot: QtBot, theme: Theme) -> None:
    view = canvas(qtbot, theme)
    assert view.shown is not None
    first, *_, last = (bar.id for bar in view.shown.bars)
    nothing = count_of(view, "match"), count_of(view, "accent")
    view.set_matches([last])
    view.set_selected(first)
    assert count_of(view, "match") > nothing[0] + 3
    assert count_of(view, "accent") > nothing[1] + 6


def test_that_it_can_be_switched_off(qtbot: QtBot) -> None:
    view = canvas(qtbot)
    view.show_minimap(False)
    assert not view.minimap.isVisible()
    view.zoom_by(1.3)
    assert not view.minimap.isVisible()


def test_that_it_has_a_name_for_screen_readers(qtbot: QtBot) -> None:
    assert canvas(qtbot).minimap.accessibleName() == "Minimap"


@pytest.mark.parametrize(("minimap", "wheel"), [("off", "moves"), ("on", "zooms")])
def test_that_the_window_comes_back_with_the_minimap_and_wheel_as_they_were_left(
    qtbot: QtBot, tmp_path, minimap: str, wheel: str
) -> None:
    settings = Settings(QSettings(str(tmp_path / "s.ini"), QSettings.Format.IniFormat))
    settings.set("canvas/minimap", minimap)
    settings.set("canvas/wheel", wheel)
    window = MainWindow(settings)
    qtbot.addWidget(window)
    assert window.canvas.minimap.wanted == (minimap == "on")
    assert window.canvas.wheel_moves == (wheel == "moves")

"""Drawing with OpenGL: for real where a display gives a context, and the way back where not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui import samples
from visualizer.ui import opengl
from visualizer.ui.canvas import CanvasView
from visualizer.ui.opengl import KEY, OpenGLDrawing
from visualizer.ui.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
TRIED = Path(__file__).with_name("opengl_tried.py")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat))


def canvas(qtbot: QtBot, shown: bool = True) -> CanvasView:
    view = CanvasView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    view.show_graph(samples.long_chain(40, columns=2))
    view.setVisible(shown)
    return view


def left(settings: Settings) -> str:
    return settings.text(KEY, "off", ("off", "on", "trying"))


def test_that_a_display_without_opengl_is_named_and_drawing_goes_on(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opengl, "why_not", lambda: "this display gives no OpenGL context")
    view, told = canvas(qtbot), []
    drawing = OpenGLDrawing(view, settings, told.append)
    drawing.switch(True)
    qtbot.waitUntil(lambda: bool(told))
    assert told == ["Drawing without OpenGL: this display gives no OpenGL context."]
    assert not drawing.wanted and left(settings) == "off"
    assert type(view.viewport()) is QWidget and not view.grab().isNull()


def test_that_a_program_that_died_of_it_starts_without(qtbot: QtBot, settings: Settings) -> None:
    settings.set(KEY, "trying")
    told: list[str] = []
    drawing = OpenGLDrawing(canvas(qtbot), settings, told.append)
    drawing.restore()
    assert told == ["Drawing without OpenGL: the program ended while that was being switched on."]
    assert not drawing.wanted and left(settings) == "off"


def test_that_what_is_tried_is_written_down_before_a_driver_can_crash(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[str] = []

    def crash() -> str:
        found.append(
            left(Settings(QSettings(settings._store.fileName(), settings._store.format())))
        )
        return "it would have crashed"

    monkeypatch.setattr(opengl, "why_not", crash)
    OpenGLDrawing(canvas(qtbot), settings, lambda _: None).switch(True)
    qtbot.waitUntil(lambda: bool(found))
    assert found == ["trying"]


def test_that_nothing_is_tried_before_the_canvas_is_shown(
    qtbot: QtBot, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(opengl, "why_not", lambda: asked.append(1) or "no")
    settings.set(KEY, "on")
    view = canvas(qtbot, shown=False)
    drawing = OpenGLDrawing(view, settings, lambda _: None)
    drawing.restore()
    assert drawing.wanted and not asked
    view.show()
    qtbot.waitUntil(lambda: bool(asked))


def test_that_a_clean_end_while_trying_is_no_crash(qtbot: QtBot, settings: Settings) -> None:
    drawing = OpenGLDrawing(canvas(qtbot, shown=False), settings, lambda _: None)
    drawing.switch(True)
    settings.set(KEY, "trying")
    drawing.close()
    assert left(settings) == "on"


def test_that_opengl_draws_what_raster_draws_or_a_reason_is_given(tmp_path: Path) -> None:
    """In a process of its own, on a display if there is one or can be made."""
    with_display = ["xvfb-run", "-a"] if shutil.which("xvfb-run") else []
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LIBGL_ALWAYS_SOFTWARE": "1"}
    can_show = with_display or os.environ.get("DISPLAY")
    environment["QT_QPA_PLATFORM"] = "xcb" if can_show else "offscreen"
    done = subprocess.run(
        [*with_display, sys.executable, str(TRIED), str(tmp_path / "settings.ini")],
        env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    outcome, _, rest = done.stdout.strip().partition(": ")
    print(done.stdout)
    assert outcome in ("opengl", "raster")
    if outcome == "opengl":
        assert float(rest) < 0.02  # of the pixels differ
    else:
        assert rest.startswith("Drawing without OpenGL: ")

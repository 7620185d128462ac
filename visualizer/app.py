"""Composition root of the window: who is made first, and who is told about whom."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import (
    QEventLoop,
    QMessageLogContext,
    QObject,
    QSettings,
    QTimer,
    QtMsgType,
    qInstallMessageHandler,
)
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.engine.early import EarlyWorker
from visualizer.engine.messages import Device
from visualizer.layout.process import LayoutProcess
from visualizer.session.narrowing import NarrowingController
from visualizer.session.network import Narrowing
from visualizer.session.picture import PictureController
from visualizer.session.session import Session
from visualizer.session.shown import ColumnMode, Flow, WidthMode
from visualizer.sources import InputSpec
from visualizer.ui.actions import Actions
from visualizer.ui.bridge import Bridge
from visualizer.ui.collector import GarbageCollector
from visualizer.ui.commands import Commands
from visualizer.ui.comparison.presenter import ComparePresenter
from visualizer.ui.exporting import Exporter
from visualizer.ui.opener import Opener
from visualizer.ui.presenter import Presenter
from visualizer.ui.saved_presenter import SavedFilePresenter
from visualizer.ui.settings import Settings
from visualizer.ui.theme import Theme, ThemeChoice, apply_theme, theme_for
from visualizer.ui.view_choices import ViewChoices
from visualizer.ui.window import MainWindow

_NEED_A_DISPLAY = ("", "xcb", "wayland")
THEME_CHOICES: tuple[str, ...] = ("system", "light", "dark")


@dataclass(frozen=True)
class Request:
    """What the window starts with; everything may be empty."""

    source: str = ""
    weights: str | None = None
    inputs: tuple[InputSpec, ...] = ()
    picture: str = ""
    device: str = "auto"
    theme: str = ""
    select: str = ""
    panel: str = ""
    compare: tuple[str, ...] = ()
    trust: bool = False


class Application(QObject):
    """The running window and the two processes behind it.

    The worker is started before any widget is made, so that torch is being imported while
    the window appears.
    """

    def __init__(
        self,
        request: Request,
        settings: Settings | None = None,
        worker: EarlyWorker | None = None,
    ) -> None:
        early = worker or EarlyWorker()
        self.qt = qt_application()
        super().__init__()
        self.collector = GarbageCollector(self)
        self.bridge = Bridge()
        self.worker = early.client
        early.listen(self.bridge.replied.emit, self.bridge.worker_exited.emit)
        self.layout = LayoutProcess(self.bridge.placed.emit, self.bridge.layout_failed.emit)
        self.settings = settings or Settings()
        self._theme_choice = request.theme or self.settings.text("theme", "system", THEME_CHOICES)
        theme = self._dress()  # before there is a window, so that it is dressed once
        self.session = Session(self.worker)
        self.pictures = PictureController(self.session.state, self.layout)
        self.narrowing = NarrowingController(self.session.state, self.bridge.narrowed.emit)
        self.window = MainWindow(self.settings)
        self.presenter = Presenter(
            self.window, self.session, self.pictures, self.bridge, self.settings, self.worker.take
        )
        self.session.comparing.post = self.bridge.compared.emit
        self.comparison = ComparePresenter(
            self.window, self.session, self.bridge, self._start_side_layout
        )
        self.saved = SavedFilePresenter(self.window, self.session, self.settings)
        self.commands = Commands(self.window, self.session, self.pictures, self.settings)
        self.opener = Opener(self.window, self.session, self.settings)
        self.view = ViewChoices(self.window, self.session, self.settings)
        self.exporter = Exporter(self.window, self.session, self.presenter.overlays)
        self.actions = Actions(
            self.window, self.commands, self.opener, self.view, self.session, self.exporter
        )
        self.actions.trust_forgotten.connect(self.saved.forget_trust)
        self.comparison.ask_other = self.actions.compare_with
        self._listen()
        self._restore(request)
        self._show_theme(theme)
        self._begin(request)

    def _listen(self) -> None:
        self.window.closing.connect(self.close)
        self.bridge.narrowed.connect(self._narrowed)
        self.bridge.compared.connect(self.session.comparing.arrived)
        self.actions.accuracies_wanted.connect(self.comparison.show_accuracies)
        self.actions.view.theme_chosen.connect(self._choose_theme)
        self.qt.styleHints().colorSchemeChanged.connect(lambda _: self._show_theme(self._dress()))

    def _restore(self, request: Request) -> None:
        state = self.session.state
        state.width_mode = cast(
            WidthMode, self.settings.text("canvas/width", "linear", ("linear", "sqrt", "log"))
        )
        repeats = self.settings.text("view/repeats", "clearer", ("clearer", "once", "each"))
        state.repeats = None if repeats == "clearer" else repeats == "once"
        columns = self.settings.text("view/columns", "auto", ("auto", "one"))
        state.columns = cast(ColumnMode, columns)
        flow = self.settings.text("view/flow", "down", ("down", "right"))
        state.flow = cast(Flow, flow)
        heads = self.settings.text("view/training-heads", "shown", ("shown", "hidden"))
        state.training_heads = heads == "shown"
        state.device = cast(Device, request.device)
        state.thresholds = self.settings.thresholds()
        toolbar = self.window.toolbar
        toolbar.show_choice(toolbar.width_mode, state.width_mode)
        toolbar.show_choice(toolbar.device, state.device)
        self.window.restore()
        self.view.opengl.restore()

    def _begin(self, request: Request) -> None:
        if request.picture:
            self.session.state.picture = request.picture
            self.window.maps_dock.raise_()
        for dock in self.window.bottom_docks:
            if request.panel and dock.windowTitle().lower() == request.panel:
                dock.raise_()
        if request.select:
            opened = self.session.state.events.network
            opened.connect(lambda _: self.commands.reveal(request.select))
        if request.compare:
            self.session.comparing.compare_when_open(*request.compare)
        if request.source:
            self.session.opening.open_text(
                request.source, request.weights, request.inputs, request.trust
            )

    def _start_side_layout(self) -> LayoutProcess:
        """The layout process of comparisons: the main drawing never waits for them."""
        return LayoutProcess(self.bridge.side_placed.emit, self.bridge.side_failed.emit)

    def _narrowed(self, found: Narrowing | Exception) -> None:
        self.narrowing.arrived(found)
        if isinstance(found, Exception):
            self.window.log.append(f"The cut profile could not be worked out: {found!r}")

    def _choose_theme(self, choice: str) -> None:
        self._theme_choice = choice
        self.settings.set("theme", choice)
        self._show_theme(self._dress())

    def _dress(self) -> Theme:
        """Give every widget the colours of the chosen theme, or those the system wants."""
        theme = theme_for(cast(ThemeChoice, self._theme_choice))
        apply_theme(self.qt, theme)
        return theme

    def _show_theme(self, theme: Theme) -> None:
        self.presenter.set_theme(theme)
        self.comparison.set_theme()
        self.actions.show_theme(self._theme_choice)

    def show(self) -> None:
        self.window.show()
        QTimer.singleShot(0, self._shown)

    def _shown(self) -> None:
        """What can wait until something is seen."""
        self.collector.start()
        self.layout.warm_up()

    def close(self) -> None:
        """End the child processes; what is still on its way from them reaches nobody."""
        self.view.opengl.close()
        self.bridge.blockSignals(True)
        self.narrowing.close()
        self.comparison.close()
        self.worker.close()
        self.layout.close()

    # ------------------------------------------------------------------ screenshots

    @property
    def front(self) -> QWidget:
        """The window that is looked at: a question, or that of a comparison while it is open."""
        if self.saved.dialog is not None and self.saved.dialog.isVisible():
            return self.saved.dialog
        compared = self.comparison.window
        return compared if compared is not None and compared.isVisible() else self.window

    @property
    def settled(self) -> bool:
        """Nothing is under way: what was asked for is on the screen, or a message says why not."""
        state = self.session.state
        if state.message is not None and state.message.severity == "error":
            return True
        told = state.message is not None and state.message.of_run
        wants_maps = bool(state.picture) and state.network is not None and not told
        return (
            state.activity is None
            and not self.pictures.waiting
            and not self.narrowing.busy
            and not self.session.costing.busy
            and not self.presenter.costs.busy
            and not self.comparison.busy
            and (state.network is None or self.window.canvas.shown is not None)
            and not self.window.canvas.moving
            and (not wants_maps or self.window.feature_maps.has_maps)
        )

    def when_settled(self, then: Callable[[], None]) -> None:
        """Call `then` once, as soon as nothing is under way."""
        timer = QTimer(self)

        def look() -> None:
            if self.settled:
                timer.stop()
                QTimer.singleShot(0, then)

        timer.timeout.connect(look)
        timer.start(50)


def qt_application() -> QApplication:
    """The application object; offscreen where there is no display."""
    if not display_available() and os.environ.get("QT_QPA_PLATFORM", "") in _NEED_A_DISPLAY:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    qInstallMessageHandler(_report)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Architecture Visualizer")
    app.setOrganizationName("architecture-visualizer")
    return app


def _report(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    """Qt's messages on stderr, without what the offscreen platform says of every window."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def display_available() -> bool:
    """Whether a window could be seen: always so on Windows and macOS."""
    if not sys.platform.startswith("linux"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def run(request: Request, worker: EarlyWorker) -> int:
    """Show the window until it is closed; returns the exit code."""
    application = Application(request, worker=worker)
    application.show()
    try:
        return application.qt.exec()
    finally:
        application.close()


def take_screenshot(
    request: Request, target: Path, size: tuple[int, int], worker: EarlyWorker | None = None
) -> str:
    """Draw the window into `target` once all that was asked for is on it; returns an error line."""
    with _private_settings() as settings:
        application = Application(request, settings, worker)
        application.window.resize(*size)
        application.show()
        waiting = QEventLoop()
        application.when_settled(waiting.quit)
        waiting.exec()
        application.qt.processEvents()
        state = application.session.state
        message, examined = state.message, state.examined
        saved = application.front.grab().save(str(target))
        application.window.close()
    if message is not None and message.severity == "error":
        return message.text
    if examined is not None:
        return examined.line
    return "" if saved else f"cannot write {target}"


@contextlib.contextmanager
def _private_settings() -> Iterator[Settings]:
    """Settings that are forgotten: a screenshot neither sees nor changes the user's own."""
    with tempfile.TemporaryDirectory() as folder:
        yield Settings(QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat))

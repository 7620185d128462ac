"""Opening what the user typed, dropped or picked as what it is, and running pictures."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject

from visualizer.engine.messages import Device
from visualizer.resources import resource
from visualizer.session.factories import factories_in
from visualizer.session.local_files import is_config, is_node_data
from visualizer.session.node_data import read_node_data
from visualizer.session.session import Session
from visualizer.session.state import Message
from visualizer.sources import SourceError
from visualizer.ui.dialogs import choose_factory
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class Opener(QObject):
    """Networks, pictures, Python files, configs, numbers: each is told by what it is."""

    def __init__(self, window: MainWindow, session: Session, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._settings = settings
        window.canvas.files_dropped.connect(self.open_files)
        window.files_dropped.connect(self.open_files)
        window.start_page.source_chosen.connect(self.open_example)
        window.start_page.compared_chosen.connect(self.open_compared)
        window.feature_maps.picture_step.connect(self.step_picture)
        window.toolbar.source_entered.connect(self.open_text)
        window.toolbar.run_requested.connect(self.run)
        window.toolbar.device_chosen.connect(self.choose_device)

    def open_text(self, text: str) -> None:
        """Open a source as typed; pictures and Python files are taken for what they are."""
        if Path(text).suffix.lower() in (*PICTURE_SUFFIXES, ".py") or is_config(Path(text)):
            self.open_files([text])
        elif text.strip():
            self._session.opening.open_text(text)

    def recent(self) -> tuple[str, ...]:
        """The networks opened last, the newest first."""
        return self._settings.recent()

    def open_recent(self, number: int) -> None:
        """Open the network that was opened last but `number`, if there is one."""
        recent = self.recent()
        if number < len(recent):
            self.open_text(recent[number])

    def open_example(self, text: str) -> None:
        """Open from the start page: the demo comes with its photograph."""
        if text == "demo":
            self._session.state.picture = str(resource("sample", "chelsea.png"))
            self._window.maps_dock.raise_()
        self.open_text(text)

    def open_compared(self, first: str, second: str) -> None:
        """Open a network, then another one beside it to compare."""
        self._session.comparing.compare_when_open(second)
        self.open_text(first)

    def open_files(self, paths: list[str]) -> None:
        """Open what was dropped: a picture is run, a Python file opens its factory."""
        for path in paths:
            if Path(path).suffix.lower() in PICTURE_SUFFIXES:
                self._run_picture(path)
            elif is_config(Path(path)):
                self._session.opening.open_text(f"hf:{path}")
            elif Path(path).suffix == ".py":
                self._open_python(Path(path))
            elif is_node_data(Path(path)):
                self.open_node_data(Path(path))
            else:
                self._session.opening.open_text(path)

    def _open_python(self, path: Path) -> None:
        """Python files are run only after the user has said so."""
        try:
            names = factories_in(path)
        except SourceError as error:
            self._session.state.message = Message(str(error), "error")
            return
        if factory := choose_factory(self._window, path, names):
            self._session.opening.open_text(f"{path}:{factory}")

    def open_node_data(self, path: Path) -> None:
        """Colour the layers by the numbers in a file; what it has too much is told."""
        state = self._session.state
        if state.network is None:
            state.message = Message("Open a network first, then the numbers for it.", "warning")
            return
        try:
            found = read_node_data(path, state.network)
        except SourceError as error:
            state.message = Message(str(error), "error")
            return
        known = {data.key: data for data in (*state.node_data, *found)}
        state.node_data = tuple(known.values())
        state.overlay = found[0].key
        strangers = max(data.strangers for data in found)
        if strangers:
            names = "1 name is" if strangers == 1 else f"{strangers:,} names are"
            text = f"{path.name}: {names} not in {state.network.graph.name}."
            state.message = Message(text, "warning")

    def _run_picture(self, path: str) -> None:
        self._window.maps_dock.raise_()
        self._session.live.run(path)

    def run(self) -> None:
        """Run on the picture shown last; without one, ask for it."""
        self._window.maps_dock.raise_()
        if self._session.state.picture:
            self._session.live.run()
        else:
            self._window.feature_maps.picture_requested.emit()

    def step_picture(self, step: int) -> None:
        """Run on the picture after (1) or before (-1) the one shown, by name, in its folder."""
        state = self._session.state
        if not state.picture:
            return
        now = Path(state.picture)
        others = (file for file in now.parent.iterdir() if file.suffix.lower() in PICTURE_SUFFIXES)
        pictures = sorted({now, *others})
        if len(pictures) > 1:
            self._run_picture(str(pictures[(pictures.index(now) + step) % len(pictures)]))

    def choose_device(self, device: str) -> None:
        self._session.state.device = cast(Device, device)

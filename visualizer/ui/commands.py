"""What the user does with mouse and keys, as calls on the session."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QApplication, QMenu

from visualizer.engine.messages import Device
from visualizer.resources import resource
from visualizer.session.factories import factories_in
from visualizer.session.network import find_item
from visualizer.session.overlays import Overlay
from visualizer.session.picture import PictureController, neighbour
from visualizer.session.session import Session
from visualizer.session.shown import WidthMode
from visualizer.session.state import Message
from visualizer.sources import SourceError
from visualizer.ui.dialogs import choose_factory
from visualizer.ui.settings import Settings
from visualizer.ui.window import MainWindow

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")


class Commands(QObject):
    """Listens to every widget of the window. It shows nothing: that is the presenter's."""

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        pictures: PictureController,
        settings: Settings,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._pictures = pictures
        self._settings = settings
        self._listen_to_canvas()
        self._listen_to_panels()
        self._listen_to_toolbar()

    def _listen_to_canvas(self) -> None:
        canvas = self._window.canvas
        canvas.item_clicked.connect(self.select)
        canvas.fold_requested.connect(self._session.folding.toggle)
        canvas.fold_all_requested.connect(self._session.folding.toggle_all)
        canvas.key_step.connect(self.step)
        canvas.files_dropped.connect(self.open_files)
        canvas.context_requested.connect(self._show_context_menu)

    def _listen_to_panels(self) -> None:
        window = self._window
        for panel in (
            window.module_tree, window.layer_table, window.inspector, window.cut_profile,
            window.findings,
        ):  # fmt: skip
            panel.selected.connect(self.select_and_reveal)
        window.module_tree.fold_toggled.connect(self._session.folding.toggle)
        window.message_bar.retry_requested.connect(self._session.retry)
        window.files_dropped.connect(self.open_files)
        window.cancel_button.clicked.connect(self._session.cancel)
        window.start_page.source_chosen.connect(self.open_example)
        window.layer_table.problem.connect(lambda text: window.message_bar.show_text(text, "error"))

    def _listen_to_toolbar(self) -> None:
        toolbar = self._window.toolbar
        toolbar.source_entered.connect(self.open_text)
        toolbar.run_requested.connect(self.run)
        toolbar.device_chosen.connect(self.choose_device)
        toolbar.overlay_chosen.connect(self.choose_overlay)
        toolbar.width_chosen.connect(self.choose_width)

    def open_text(self, text: str) -> None:
        """Open a source as typed; pictures and Python files are taken for what they are."""
        if Path(text).suffix.lower() in (*PICTURE_SUFFIXES, ".py"):
            self.open_files([text])
        elif text.strip():
            self._session.opening.open_text(text)

    def open_example(self, text: str) -> None:
        """Open from the start page: the demo comes with its photograph."""
        if text == "demo":
            self._session.state.picture = str(resource("sample", "chelsea.png"))
            self._window.maps_dock.raise_()
        self.open_text(text)

    def open_files(self, paths: list[str]) -> None:
        """Open what was dropped: a picture is run, a Python file opens its factory."""
        for path in paths:
            if Path(path).suffix.lower() in PICTURE_SUFFIXES:
                self._run_picture(path)
            elif Path(path).suffix == ".py":
                self._open_python(Path(path))
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

    def choose_device(self, device: str) -> None:
        self._session.state.device = cast(Device, device)

    def choose_overlay(self, overlay: str) -> None:
        self._session.state.overlay = cast(Overlay, overlay)

    def choose_width(self, mode: str) -> None:
        self._session.state.width_mode = cast(WidthMode, mode)
        self._settings.set("canvas/width", mode)

    def select(self, item: str) -> None:
        self._session.state.selection = item

    def select_and_reveal(self, item: str) -> None:
        """Select from a panel: open the groups around the item, then bring it into view."""
        network = self._session.state.network
        if network is None:
            return
        self._session.state.selection = item
        if (shown := self._pictures.visible_item(item)) is not None:
            self._window.canvas.center_on_item(shown)

    def reveal(self, text: str) -> None:
        """Select the layer called `text`; one that is not there is told."""
        network = self._session.state.network
        if network is None:
            return
        try:
            self.select_and_reveal(find_item(network, text))
        except SourceError as error:
            self._session.state.message = Message(str(error), "error")

    def step(self, direction: str) -> None:
        """Walk from the selection to a neighbour."""
        shown = self._window.canvas.shown
        start = self._pictures.visible_item(self._session.state.selection)
        if shown is not None and (found := neighbour(shown, start or "", direction)):
            self.select(found)
            self._window.canvas.center_on_item(found)

    def _show_context_menu(self, item: str, at: QPoint) -> None:
        network = self._session.state.network
        if not item or network is None:
            return
        self.select(item)
        menu = QMenu(self._window)
        if item in network.hierarchy.groups:
            folding, opened = self._session.folding, item in self._session.state.expanded
            menu.addAction("Fold" if opened else "Unfold", partial(folding.toggle, item))
            menu.addAction("Unfold or fold everything inside", partial(folding.toggle_all, item))
        menu.addAction("Show feature maps", self.run)
        menu.addAction("Copy name", lambda: QApplication.clipboard().setText(item))
        menu.exec(at)

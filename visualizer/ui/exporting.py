"""Writing what the canvas shows to a file or the clipboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog

from visualizer.session.session import Session
from visualizer.session.state import Message, Severity
from visualizer.ui.dialogs.export_drawing import FORMATS, PICTURES, ExportChoice, ExportDialog
from visualizer.ui.overlay_presenter import OverlayPresenter
from visualizer.ui.theme import LIGHT
from visualizer.ui.window import MainWindow

if TYPE_CHECKING:
    from visualizer.ui.canvas.export import Sheet

_ON_CLIPBOARD = 2.0  # pixels a pixel of the drawing: sharp on any screen


class Exporter(QObject):
    """Asks how and where to, and says how it went.

    What writes is imported when it is wanted: printing and SVG take a twentieth of a second.
    """

    def __init__(self, window: MainWindow, session: Session, overlays: OverlayPresenter) -> None:
        super().__init__(window)
        self._window = window
        self._state = session.state
        self._overlays = overlays

    def ask(self, suffix: str) -> None:
        """Ask for format, part and place, beginning with a format, and write the file."""
        network = self._state.network
        if network is None or self._window.canvas.shown is None:
            self._say("Open a network first, then export it.", "warning")
            return
        dialog = ExportDialog(self._window, suffix, lambda seen: self._sheet(seen, "screen").size)
        if not dialog.exec():
            return
        choice = dialog.choice()
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Export", f"{network.graph.name}{choice.suffix}",
            f"{FORMATS[choice.suffix]} (*{choice.suffix})",
        )  # fmt: skip
        if chosen:
            path = Path(chosen)
            self.write(path if path.suffix else path.with_suffix(choice.suffix), choice)

    def write(self, path: Path, choice: ExportChoice) -> None:
        """Write a file as chosen; tells how it went."""
        from visualizer.ui.canvas.export import ExportError, save

        try:
            if choice.suffix in PICTURES:
                save(self._sheet(choice.seen, choice.ground), path, choice.scale)
            else:
                path.write_bytes(self._graph_file(choice.suffix))
        except (ExportError, OSError) as error:
            self._say(f"Cannot export: {error}", "error")
        else:
            self._say(f"Saved to {path}.", "info")

    def copy(self) -> None:
        """Put what is seen on the clipboard, as a picture."""
        from visualizer.ui.canvas.export import render_image

        if self._window.canvas.shown is None:
            self._say("Open a network first, then copy its drawing.", "warning")
            return
        image = render_image(self._sheet(seen=True, ground="screen"), _ON_CLIPBOARD)
        QApplication.clipboard().setImage(image)
        self._say(f"Copied {image.width():,} × {image.height():,} pixels.", "info")

    def _sheet(self, seen: bool, ground: str) -> Sheet:
        from visualizer.ui.canvas.export import Part, Sheet

        canvas = self._window.canvas
        assert canvas.shown is not None
        theme = LIGHT if ground == "light" else canvas.theme
        part = Part(canvas.seen, canvas.zoom) if seen else None
        return Sheet(canvas.shown, theme, self._overlays.marks_in(theme), part)

    def _graph_file(self, suffix: str) -> bytes:
        from visualizer.reports.graph_files import graph_file

        network = self._state.drawn_network
        assert network is not None
        return graph_file(network, self._state.expanded, suffix, self._state.flow)

    def _say(self, text: str, severity: Severity) -> None:
        self._state.message = Message(text, severity)

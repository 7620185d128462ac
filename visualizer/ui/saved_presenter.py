"""Between the session and the dialog about a file that is no network by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from visualizer.engine.saved import Fit, SavedFile
from visualizer.session.session import Session
from visualizer.session.state import Message
from visualizer.ui.settings import Settings

if TYPE_CHECKING:
    from visualizer.ui.dialogs.saved_file import SavedFileDialog


class SavedFilePresenter(QObject):
    """Shows what was found in the file, and takes the answer; trust is kept in the settings."""

    def __init__(self, parent: QWidget, session: Session, settings: Settings) -> None:
        super().__init__(parent)
        self._parent = parent
        self._session = session
        self._settings = settings
        self.dialog: SavedFileDialog | None = None
        session.opening.is_trusted = session.comparing.is_trusted = settings.trusts
        session.state.events.examined.connect(self._show)

    def forget_trust(self) -> None:
        """Ask again for every file; says how many there were."""
        forgotten = self._settings.forget_trusted()
        files = "file is" if forgotten == 1 else "files are"
        text = f"{forgotten} {files} not trusted any more." if forgotten else "No file is trusted."
        self._session.state.message = Message(text)

    def _show(self, file: SavedFile | None) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
        if file is None:
            return
        from visualizer.ui.dialogs.saved_file import SavedFileDialog  # late: rarely seen

        self._settings.add_recent(file.source.text)
        self.dialog = dialog = SavedFileDialog(file, self._parent)
        dialog.opened_as.connect(self._open_as)
        dialog.trusted.connect(self._trust)
        dialog.rejected.connect(self._leave)
        dialog.open()

    def _open_as(self, fit: Fit) -> None:
        if (file := self._session.state.examined) is not None:
            self._session.examiner.open_as(file, fit)

    def _trust(self) -> None:
        if (file := self._session.state.examined) is not None:
            self._settings.trust(file.sha256)
            self._session.examiner.open_trusted(file)

    def _leave(self) -> None:
        self._session.state.examined = None

"""A panel that is imported and built when it is first seen: the window starts sooner."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

P = TypeVar("P", bound=QWidget)


class LatePanel(QWidget, Generic[P]):
    """Stands in for a panel until somebody sees it or asks for it."""

    def __init__(self, build: Callable[[], P]) -> None:
        super().__init__()
        self._build = build
        self._panel: P | None = None
        self._told: dict[str, Callable[[P], object]] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    @property
    def is_built(self) -> bool:
        """Whether somebody has seen the panel or asked for it."""
        return self._panel is not None

    @property
    def panel(self) -> P:
        """The panel, built now if it was not yet."""
        if self._panel is None:
            self._panel = self._build()
            self._column.addWidget(self._panel)
            for tell in self._told.values():
                tell(self._panel)
            self._told.clear()
        return self._panel

    def tell(self, about: str, tell: Callable[[P], object]) -> None:
        """Do something with the panel: now, or when it is built; until then the last thing told
        `about` a matter stands for those before."""
        if self._panel is not None:
            tell(self._panel)
        else:
            self._told.pop(about, None)
            self._told[about] = tell

    def paintEvent(self, event: QPaintEvent) -> None:
        # Not when shown: a tab behind another counts as shown, and is never painted.
        if self._panel is None:
            QTimer.singleShot(0, self, lambda: self.panel)

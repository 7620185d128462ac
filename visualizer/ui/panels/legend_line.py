"""A legend in one line: as many entries as there is room for, all of them in the tooltip."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

from visualizer.ui.panels.parts import colored
from visualizer.ui.theme import canvas_font

_SMALL, _NORMAL = 11, 12
_GAP = 16

Entry = tuple[str, str, str]  # a symbol, its colour, and what it stands for


class LegendLine(QLabel):
    """Symbols in their colours with their meanings, at the right; the first matter most."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: Sequence[Entry] = ()
        self._ink = ""
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_entries(self, entries: Sequence[Entry], ink: str) -> None:
        """Show entries with their words in colour `ink`."""
        self._entries, self._ink = entries, ink
        self.setToolTip("\n".join(f"{symbol} {text}" for symbol, _, text in entries))
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        words, glyphs = QFontMetricsF(canvas_font(_SMALL)), QFontMetricsF(canvas_font(_NORMAL))
        room = float(self.width())
        parts = []
        for symbol, color, text in self._entries:
            room -= glyphs.horizontalAdvance(f"{symbol} ") + words.horizontalAdvance(text) + _GAP
            if room < 0:
                break
            parts.append(
                f"{colored(symbol, color, _NORMAL)}&nbsp;{colored(text, self._ink, _SMALL)}"
            )
        self.setText(" &nbsp; ".join(parts))

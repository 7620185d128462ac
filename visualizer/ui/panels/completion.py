"""Completion of names: what begins with the text before what merely contains it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

_ROWS = 12


def ranked(names: Iterable[str], text: str) -> list[str]:
    """The names that contain `text`, whatever its case: from their beginning, from a word's
    beginning, elsewhere; short names first, so that resnet18 stands before resnet101."""
    wanted = text.lower()
    word = re.compile(rf"(?<![a-z0-9]){re.escape(wanted)}")

    def rank(name: str) -> tuple[int, int, str]:
        low = name.lower()
        place = 0 if low.startswith(wanted) else 1 if word.search(low) else 2
        return place, len(name), name

    return sorted((name for name in names if wanted in name.lower()), key=rank)


class SourceCompleter(QCompleter):
    """Completes the names in `edit`; ranked anew with every key."""

    def __init__(self, names: Iterable[str], edit: QLineEdit) -> None:
        super().__init__(edit)
        self._names = tuple(names)
        self._ranked = QStringListModel(list(self._names), self)
        self.setModel(self._ranked)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.setFilterMode(Qt.MatchFlag.MatchContains)
        self.setMaxVisibleItems(_ROWS)
        popup = self.popup()
        assert popup is not None
        popup.setObjectName("completions")
        # Told before the completer itself is asked, which keeps the order of its model.
        edit.textEdited.connect(self._rank)

    def set_names(self, names: Iterable[str]) -> None:
        """Complete others from now on."""
        self._names = tuple(names)
        self._ranked.setStringList(list(self._names))

    def _rank(self, text: str) -> None:
        self._ranked.setStringList(ranked(self._names, text))

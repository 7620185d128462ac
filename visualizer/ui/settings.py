"""What the program remembers between runs: the window, recent sources, theme and width scale."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from PySide6.QtCore import QByteArray, QSettings

from visualizer.bottlenecks.thresholds import (
    DEFAULTS,
    Thresholds,
    thresholds_from,
    thresholds_text,
)

_RECENT = "recent"
_THRESHOLDS = "findings/thresholds"
_TRUSTED = "trusted"
_MOST_RECENT = 9


class Settings:
    """Typed access to QSettings; unreadable values fall back to the default."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("architecture-visualizer", "visualizer")

    def recent(self) -> tuple[str, ...]:
        value = self._store.value(_RECENT, [])
        texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(text for text in texts if isinstance(text, str))

    def add_recent(self, source: str) -> None:
        """Put `source` first; nine are kept."""
        others = [text for text in self.recent() if text != source]
        self._store.setValue(_RECENT, [source, *others][:_MOST_RECENT])

    def bookmarks(self, source: str) -> tuple[str, ...]:
        """What was marked in a network, in the order it was marked."""
        value = self._store.value(_bookmarks_of(source), [])
        items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return tuple(item for item in items if isinstance(item, str))

    def keep_bookmarks(self, source: str, items: tuple[str, ...]) -> None:
        """Remember what is marked in a network."""
        if items:
            self._store.setValue(_bookmarks_of(source), list(items))
        else:
            self._store.remove(_bookmarks_of(source))

    def text(self, key: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self._store.value(key, default)
        return value if isinstance(value, str) and value in allowed else default

    def thresholds(self) -> Thresholds:
        """The limits of findings as they were left; the defaults for what cannot be read."""
        value = self._store.value(_THRESHOLDS, "")
        return thresholds_from(value) if isinstance(value, str) and value else DEFAULTS

    def keep_thresholds(self, thresholds: Thresholds) -> None:
        """Remember the limits of findings."""
        self._store.setValue(_THRESHOLDS, thresholds_text(thresholds))

    def trusts(self, sha256: str) -> bool:
        """Whether the user has allowed the code in the file with this hash to run."""
        return sha256 in self._trusted()

    def trust(self, sha256: str) -> None:
        """Remember that the code in this very file may run."""
        self._store.setValue(_TRUSTED, sorted({*self._trusted(), sha256}))

    def forget_trusted(self) -> int:
        """Trust no file any more; returns how many there were."""
        forgotten = len(self._trusted())
        self._store.remove(_TRUSTED)
        return forgotten

    def _trusted(self) -> frozenset[str]:
        value = self._store.value(_TRUSTED, [])
        items = [value] if isinstance(value, str) else value if isinstance(value, list) else []
        return frozenset(item for item in items if isinstance(item, str))

    def set(self, key: str, value: Any) -> None:
        self._store.setValue(key, value)

    def write(self) -> None:
        """Onto the disk now, should the program end in no good order."""
        self._store.sync()

    def bytes(self, key: str) -> QByteArray | None:
        value = self._store.value(key)
        return value if isinstance(value, QByteArray) else None


def _bookmarks_of(source: str) -> str:
    """The key of a network's bookmarks: a slash would begin a group."""
    return f"bookmarks/{quote(source, safe='')}"

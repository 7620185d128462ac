"""The one bridge into Qt: what other processes' threads say becomes signals on the GUI thread."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Bridge(QObject):
    """Emit from any thread; slots in the window run on the window's thread."""

    replied = Signal(object)
    worker_exited = Signal(str)
    placed = Signal(object)
    layout_failed = Signal(int, str)
    narrowed = Signal(object)
    compared = Signal(object)
    side_placed = Signal(object)
    side_failed = Signal(int, str)

"""Python's garbage collection, on the thread of the widgets only.

Python collects on whichever thread happens to allocate. A widget in a reference cycle that is
found by the thread that reads the worker's replies, or works out the cuts, would be destroyed
there, and Qt takes the program down with it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_MILLISECONDS = 500


class GarbageCollector(QObject):
    """Switches the automatic collection off, and collects by the usual thresholds from a timer."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_MILLISECONDS)
        self._timer.timeout.connect(collect_what_is_due)

    def start(self) -> None:
        """Collect from now on."""
        self._timer.start()


def collect_what_is_due() -> None:
    """Collect every generation that is over its threshold, as Python itself would."""
    due = [
        generation
        for generation, (count, most) in enumerate(
            zip(gc.get_count(), gc.get_threshold(), strict=True)
        )
        if count > most
    ]
    for generation in due:
        gc.collect(generation)

"""Tab goes through the window as one reads it: from part to part, inside each as it was built."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_focus_order(parts: Sequence[QWidget]) -> None:
    """Let Tab go through the parts of one window in this order."""
    stops = [widget for part in parts for widget in _stops_in(part)]
    for before, after in pairwise(stops):
        QWidget.setTabOrder(before, after)


def _stops_in(part: QWidget) -> Iterator[QWidget]:
    """The widgets in `part`, itself first, that Tab stops at, in the order it has now."""
    widget: QWidget | None = part
    while widget is not None:
        inside = widget is part or part.isAncestorOf(widget)
        if inside and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not widget.focusProxy():
            yield widget
        widget = widget.nextInFocusChain()
        if widget is part:
            return

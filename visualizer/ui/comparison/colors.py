"""One colour a network wherever both are shown, and the colours of what changed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor

from visualizer.graph.difference import Change
from visualizer.session.comparison import Comparison
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.panels.legend_line import Entry
from visualizer.ui.theme import Theme, blend

_CHANGED: dict[bool, str] = {False: "#0F7F88", True: "#4FB8C2"}
_SECOND: dict[bool, str] = {False: "#B86E00", True: "#F0A848"}
_SAME_SHARE = 0.45

CHANGE_WORDS: dict[Change, str] = {
    "same": "the same", "resized": "other shapes", "changed": "changed", "renamed": "renamed",
    "removed": "only left", "added": "only right",
}  # fmt: skip
CHANGE_MEANINGS: dict[Change, str] = {
    "same": "Nothing about it changed",
    "resized": "It is made the same but reads or gives other shapes",
    "changed": "It has the same name and does the same kind of thing, but is made otherwise",
    "renamed": "It does the same on the same shapes under another name",
    "removed": "Only the left network has it",
    "added": "Only the right network has it",
}


def side_color(side: int, theme: Theme) -> QColor:
    """The colour of the left (0) or right (1) network."""
    return theme.color("accent") if side == 0 else QColor(_SECOND[theme.is_dark])


def changed_color(theme: Theme) -> QColor:
    """The colour of a layer that both have, made otherwise."""
    return QColor(_CHANGED[theme.is_dark])


def change_color(change: Change, theme: Theme) -> QColor:
    """The colour of a row of what changed."""
    if change in ("added", "removed"):
        return side_color(int(change == "added"), theme)
    return changed_color(theme) if change == "changed" else theme.color("secondary")


def change_legend(theme: Theme) -> list[Entry]:
    """The colours of bars and rows, and what they mean."""
    return [
        ("■", side_color(0, theme).name(), "only left"),
        ("■", side_color(1, theme).name(), "only right"),
        ("■", changed_color(theme).name(), "changed"),
        ("■", _same_color(theme).name(), "the same, renamed, other shapes"),
    ]


def change_marks(
    comparison: Comparison, side: int, members: Mapping[str, tuple[str, ...]], theme: Theme
) -> Marks | None:
    """Bars of a side by what became of their ops; None when the two are no versions of one."""
    if comparison.changes is None:
        return None
    became = {
        (change.match.before, change.match.after)[side]: change.match.change
        for change in comparison.changes
    }
    colors = {
        bar: _bar_color({became.get(node, "same") for node in nodes}, side, theme)
        for bar, nodes in members.items()
    }
    here = ("only here", side_color(side, theme))
    both = (("changed", changed_color(theme)), ("the same", _same_color(theme)))
    return Marks(colors, "What changed", swatches=(here, *both))


def _bar_color(changes: set[Change], side: int, theme: Theme) -> QColor:
    alone: set[Change] = {"removed", "added"}
    if changes and changes <= alone:
        return side_color(side, theme)
    if changes & {"changed", *alone}:
        return changed_color(theme)
    return _same_color(theme)


def _same_color(theme: Theme) -> QColor:
    return blend(theme.color("ground"), theme.color("secondary"), _SAME_SHARE)

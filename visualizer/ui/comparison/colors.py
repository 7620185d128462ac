"""One colour a network wherever both are shown, and the colours of what changed."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtGui import QColor

from visualizer.graph.difference import Change
from visualizer.session.comparison import Comparison, Pair
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.panels.legend_line import Entry
from visualizer.ui.theme import Theme, blend

_CHANGED: dict[bool, str] = {False: "#0F7F88", True: "#4FB8C2"}
# Of the second network, the third, the fourth; the first has the accent.
_OTHERS: dict[bool, tuple[str, ...]] = {
    False: ("#B86E00", "#B0307A", "#5B7F16"),
    True: ("#F0A848", "#EE82BE", "#9CCB5A"),
}
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
    """The colour of a network by its place, from the left."""
    return theme.color("accent") if side == 0 else QColor(_OTHERS[theme.is_dark][side - 1])


def changed_color(theme: Theme) -> QColor:
    """The colour of a layer that both have, made otherwise."""
    return QColor(_CHANGED[theme.is_dark])


def change_color(change: Change, pair: Pair, theme: Theme) -> QColor:
    """The colour of a row of what changed from the one to the other of a pair."""
    if change in ("added", "removed"):
        return side_color(pair[change == "added"], theme)
    return changed_color(theme) if change == "changed" else theme.color("secondary")


def change_legend(pair: Pair, theme: Theme) -> list[Entry]:
    """The colours of bars and rows, and what they mean."""
    return [
        ("■", side_color(pair[0], theme).name(), "only left"),
        ("■", side_color(pair[1], theme).name(), "only right"),
        ("■", changed_color(theme).name(), "changed"),
        ("■", _same_color(theme).name(), "the same, renamed, other shapes"),
    ]


def change_marks(
    comparison: Comparison,
    pair: Pair,
    side: int,
    members: Mapping[str, tuple[str, ...]],
    theme: Theme,
) -> Marks | None:
    """Bars of a side by what became of their ops from the one to the other of `pair`; None when
    the two are no versions of one another or the side is neither."""
    changes = comparison.versions.get(pair)
    if changes is None or side not in pair:
        return None
    became = {
        (change.match.before, change.match.after)[pair.index(side)]: change.match.change
        for change in changes
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

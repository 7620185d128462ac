"""What changed between two versions of a network, op by op."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.costs.comparison import CostChange
from visualizer.costs.units import exact, human_bytes, human_count
from visualizer.graph.model import shape_text
from visualizer.session.comparison import Comparison, Pair
from visualizer.ui.comparison.colors import (
    CHANGE_MEANINGS,
    CHANGE_WORDS,
    change_color,
    change_legend,
)
from visualizer.ui.comparison.plain_table import plain_table, put
from visualizer.ui.panels.legend_line import LegendLine
from visualizer.ui.panels.parts import Panel, text_of, theme_now
from visualizer.ui.theme import Theme

_CHANGE_COLUMNS = ("Change", "Left", "Right", "MACs", "Parameters", "Activations", "What")
_CHANGE_TIPS = (
    "What became of the op", "Its name in the left network", "Its name in the right network",
    "More (+) or fewer (−) MACs, right against left", "More or fewer parameters",
    "More or less memory of outputs", "What is different about it",
)  # fmt: skip
_UNRELATED = (
    "These two share too few layers to be versions of one network.\n"
    "Compare, for example, resnet18 with resnet34, or your model with the version you changed."
)
_NOTHING = "Nothing changed: every layer of the one is in the other, at the same cost."


class ChangesPage(Panel):
    """The ops that changed from the left to the right of a pair, with what it costs; `picked`
    has the op's name left and right, `pair_chosen` tells that another pair is looked at."""

    picked = Signal(str, str)
    pair_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.changes: tuple[CostChange, ...] = ()
        self._comparison: Comparison | None = None
        self.pair: Pair = (0, 1)
        self.pair_box = QComboBox()
        self.pair_box.setAccessibleName("Which two")
        self.pair_box.activated.connect(self._choose_pair)
        self.sum_text = text_of("", "secondary")
        self.sum_text.setWordWrap(True)
        self.sum_text.setContentsMargins(14, 10, 14, 8)
        self.legend = LegendLine()
        self.legend.setContentsMargins(14, 0, 14, 8)
        self.legend.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.empty = QLabel()
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(28, 0, 28, 0)
        self.table = plain_table(_CHANGE_COLUMNS, _CHANGE_TIPS, "What changed")
        self.table.currentCellChanged.connect(lambda row, *_: self._pick(row))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._choice = QWidget()
        choice = QHBoxLayout(self._choice)
        choice.setContentsMargins(14, 10, 14, 0)
        choice.addWidget(self.pair_box)
        choice.addStretch(1)
        column.addWidget(self._choice)
        column.addWidget(self.sum_text)
        column.addWidget(self.legend)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        self.dress()

    def show_comparison(self, comparison: Comparison) -> None:
        """Show what changed from one network to another: the first two that are versions of
        one, where there are more."""
        self._comparison = comparison
        self.pair = comparison.pairs[0]
        self.pair_box.clear()
        for left, right in comparison.pairs:
            text = f"{comparison.names[left]} → {comparison.names[right]}"
            self.pair_box.addItem(text)
        self._choice.setVisible(len(comparison.pairs) > 1)
        self._fill()

    def choose_pair(self, pair: Pair) -> None:
        """Look at another two of the networks."""
        if self._comparison is not None:
            self.pair_box.setCurrentIndex(self._comparison.pairs.index(pair))
            self._choose_pair()

    def _choose_pair(self) -> None:
        if self._comparison is None:
            return
        self.pair = self._comparison.pairs[self.pair_box.currentIndex()]
        self._fill()
        self.pair_chosen.emit()

    def select(self, side: int, item: str) -> None:
        """Mark the row of an op of one side; nothing is emitted."""
        ops: list[str] = []
        if side in self.pair:
            here = self.pair.index(side)
            ops = [(each.match.before, each.match.after)[here] for each in self.changes]
        row = ops.index(item) if item in ops else -1
        self.table.blockSignals(True)
        self.table.setCurrentCell(row, 0)
        self.table.blockSignals(False)

    def restyle(self, theme: Theme) -> None:
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(f"ChangesPage {{ background: {theme.ground}; }}")
        self.empty.setStyleSheet(f"color: {theme.secondary};")
        self._fill()

    def _fill(self) -> None:
        if self._comparison is None:
            return
        found = self._comparison.versions.get(self.pair)
        self.changes = tuple(change for change in found or () if change.matters)
        self.empty.setText(_UNRELATED if found is None else _NOTHING)
        self.empty.setVisible(not self.changes)
        self.table.setVisible(bool(self.changes))
        self.legend.setVisible(bool(self.changes))
        self.legend.show_entries(change_legend(self.pair, theme_now()), theme_now().secondary)
        self.sum_text.setVisible(found is not None)
        self.sum_text.setText(changes_sentence(found or ()))
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.changes))
        for row, change in enumerate(self.changes):
            self._fill_row(row, change)
        self.table.setCurrentCell(-1, -1)
        self.table.blockSignals(False)
        self.table.resizeColumnsToContents()

    def _fill_row(self, row: int, change: CostChange) -> None:
        match, theme = change.match, theme_now()
        color = change_color(match.change, self.pair, theme)
        put(self.table, row, 0, CHANGE_WORDS[match.change], CHANGE_MEANINGS[match.change], color)
        put(self.table, row, 1, match.before or "–")
        put(self.table, row, 2, match.after or "–")
        for column, delta in enumerate((change.macs, change.params, change.activation_bytes), 3):
            said = human_bytes if column == 5 else human_count
            tip = f"{delta:+,}" if delta else "no change"
            put(self.table, row, column, signed(delta, said), tip, right=True)
        what = match.what or self._alone(change)
        put(self.table, row, 6, "; ".join(what), "\n".join(what))

    def _alone(self, change: CostChange) -> tuple[str, ...]:
        """What an op is that only one of the networks has."""
        assert self._comparison is not None
        side, name = self.pair[not change.match.before], change.match.before or change.match.after
        node = self._comparison.networks[side].graph.by_id[name]
        return (f"{node.kind} → {shape_text(node.output)}" if node.outputs else node.kind,)

    def _pick(self, row: int) -> None:
        if 0 <= row < len(self.changes):
            match = self.changes[row].match
            self.picked.emit(match.before, match.after)


def changes_sentence(changes: Sequence[CostChange]) -> str:
    """How many ops became what, and what all of it costs."""
    counts = {kind: sum(c.match.change == kind for c in changes) for kind in CHANGE_WORDS}
    told = [f"{exact(count)} {CHANGE_WORDS[kind]}" for kind, count in counts.items() if count]
    macs = signed(sum(change.macs for change in changes), human_count)
    params = signed(sum(change.params for change in changes), human_count)
    return f"{', '.join(told)}. In all {macs} MACs and {params} parameters, right against left."


def signed(delta: int, said: object) -> str:
    """`+1.20 M`, `−304`, or 0."""
    assert callable(said)
    sign = "+" if delta > 0 else "−"
    return f"{sign}{said(abs(delta))}" if delta else "0"

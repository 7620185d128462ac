"""Larger convolutions and what they could be made of, with what that would save."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from visualizer.bottlenecks.factorization import Factorization
from visualizer.bottlenecks.factorization.wording import gain_text, opportunity_text
from visualizer.ui.models.factor_model import COLUMNS, FactorTableModel
from visualizer.ui.panels.factor_detail import FactorDetail
from visualizer.ui.panels.parts import ElidedText, Panel
from visualizer.ui.panels.row_table import read_by_rows
from visualizer.ui.panels.share_delegate import ShareDelegate
from visualizer.ui.panels.table_export import offer_export
from visualizer.ui.theme import Theme

_PARTS = (5200, 4800)
_WIDEST_NAME, _CELL_PADDING = 220, 24
_NO_NETWORK = (
    "Open a network to see what its larger convolutions could be made of: a 5×5 of two 3×3, "
    "a 7×7 of 1×7 and 7×1, and what each would save or cost."
)
_NO_LARGER = "No convolution of this network has a kernel larger than 1: nothing to factorize."
_ADVISED = (
    "On: best is what “Rethinking the Inception Architecture” proposes, 1×n + n×1 on grids of\n"
    "12 to 20 positions a side only, and 3×3 in a row for larger kernels.\n"
    "Off: best may be any form that is possible, other layers like depthwise + pointwise too."
)


class FactorizationPanel(Panel):
    """Left the convolutions, right the forms of the chosen one, above what they come to.

    `selected` has the convolution whose row was chosen.
    """

    selected = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._original: Factorization | None = None
        self._found: Factorization | None = None
        self._node = ""
        self._selection = ""
        self._telling = True
        self._build_head()
        self._build_table()
        self.detail = FactorDetail()
        self.detail.mid_chosen.connect(self._choose_mid)
        self._arrange()
        self.dress()
        self._show()

    # ------------------------------------------------------------------ what is shown

    def show_factorization(self, found: Factorization | None) -> None:
        """Show the convolutions of a network; None for none that is open. Widths that were
        tried out stay when it is the same factorization again."""
        if found is not None and found == self._original:
            return
        self._original = self._found = found
        self._node = _first(found)
        self._show()
        self._fit_names()
        self._reveal()
        self.select(self._selection)

    def select(self, item: str) -> None:
        """Mark the row of convolution `item` and show its forms; nothing is emitted."""
        self._selection = item
        row = self.model.row_of(item)
        self._telling = False
        if row < 0:
            self.table.selectionModel().clear()
        else:
            self._node = item
            if self.table.currentIndex().row() != row:
                self.table.setCurrentIndex(self.model.index(row, 0))
            self.table.scrollTo(self.model.index(row, 0))
            self._show_detail()
        self._telling = True

    def showEvent(self, event: QShowEvent) -> None:
        """The table has its height only now."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._reveal)

    def restyle(self, theme: Theme) -> None:
        self.setStyleSheet(f"FactorizationPanel {{ background: {theme.window}; }}")
        self.total.setStyleSheet(f"color: {theme.text};")
        self.hint.setStyleSheet(f"color: {theme.secondary};")
        self.detail.restyle(theme)
        self.table.viewport().update()
        self._show_detail()

    # ------------------------------------------------------------------ construction

    def _build_head(self) -> None:
        self.total = ElidedText(Qt.TextElideMode.ElideRight)
        self.advised = QCheckBox("Only what the paper proposes")
        self.advised.setToolTip(_ADVISED)
        self.advised.setChecked(True)
        self.advised.toggled.connect(lambda _: self._show())
        self.hint = QLabel()
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.hint.setContentsMargins(14, 12, 14, 12)

    def _build_table(self) -> None:
        self.model = FactorTableModel(self)
        self.table = QTableView()
        read_by_rows(self.table, "Convolutions with a kernel larger than 1", single=True)
        self.table.setModel(self.model)
        offer_export(self.table, "factorization")
        self.table.setItemDelegate(ShareDelegate(self.table))
        header = self.table.horizontalHeader()
        header.setStretchLastSection(True)
        header.setSortIndicatorClearable(True)
        header.setSortIndicator(-1, Qt.SortOrder.DescendingOrder)
        self.table.setSortingEnabled(True)
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, column.width)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)

    def _fit_names(self) -> None:
        """Layers' names as wide as they need, within reason."""
        metrics, nodes = self.table.fontMetrics(), self._found.by_node if self._found else ()
        widest = max((metrics.horizontalAdvance(node) for node in nodes), default=0)
        width = min(_WIDEST_NAME, max(COLUMNS[0].width, widest + _CELL_PADDING))
        self.table.horizontalHeader().resizeSection(0, width)

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(14, 5, 12, 5)
        head.setSpacing(16)
        head.addWidget(self.total, 1)
        head.addWidget(self.advised)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.table)
        self.splitter.addWidget(self.detail)
        for number in range(self.splitter.count()):
            self.splitter.setStretchFactor(number, 1)
        self.splitter.setSizes(list(_PARTS))
        self._full = QWidget()
        column = QVBoxLayout(self._full)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.splitter, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self.hint)
        self._pages.addWidget(self._full)

    # ------------------------------------------------------------------ applying

    def _show(self) -> None:
        found = self._found
        filled = found is not None and bool(found.candidates)
        self._pages.setCurrentWidget(self._full if filled else self.hint)
        self.hint.setText(_NO_NETWORK if found is None else _NO_LARGER)
        self._telling = False
        self.model.show(found, self.advised.isChecked())
        self._telling = True
        self._show_total()
        self._show_detail()

    def _show_total(self) -> None:
        if self._found is not None:
            found, advised = self._found, self.advised.isChecked()
            short = [gain_text(found, advised, short=True)]
            if len(found.opportunities) > 1:  # the only one is what has just been said
                short += [opportunity_text(one, short=True) for one in found.opportunities]
            lines = [gain_text(found, advised), *map(opportunity_text, found.opportunities)]
            self.total.setText(" · ".join(short))
            self.total.setToolTip("\n".join(lines))

    def _reveal(self) -> None:
        """Bring the row of the convolution whose forms are shown into view."""
        self.table.scrollTo(self.model.index(self.model.row_of(self._node), 0))

    def _show_detail(self) -> None:
        candidate = self._found.by_node.get(self._node) if self._found is not None else None
        best = candidate.best(self.advised.isChecked()) if candidate is not None else None
        self.detail.show_candidate(candidate, best)

    # ------------------------------------------------------------------ what the user does

    def _row_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        if self._telling and current.isValid():
            self._node = self.model.node_at(current.row())
            self._show_detail()
            self.selected.emit(self._node)

    def _choose_mid(self, mid: int | None) -> None:
        if self._found is not None:
            self._found = self._found.with_mid(self._node, mid)
            self._show()


def _first(found: Factorization | None) -> str:
    """The convolution with most to save: what to look at first."""
    if found is None or not found.candidates:
        return ""
    bests = {one.conv.node: one.best() for one in found.candidates}
    saved = {node: best.saved_macs if best else 0 for node, best in bests.items()}
    return max(saved, key=saved.__getitem__)

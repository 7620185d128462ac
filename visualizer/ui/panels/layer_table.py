"""The layer table: every executed op in a row, to sort, filter, copy and export."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpacerItem,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
)

from visualizer.costs import Totals
from visualizer.costs.lecture_table import Preset
from visualizer.costs.text_table import TextTable, csv_text, markdown_text, tab_text
from visualizer.graph.search import SearchIndex
from visualizer.session.derivations import QUANTITY_OF_COLUMN
from visualizer.session.network import OpenNetwork
from visualizer.ui.models.layer_columns import COLUMNS
from visualizer.ui.models.layer_model import LayerTableModel
from visualizer.ui.panels.layer_totals import totals_text
from visualizer.ui.panels.lecture_table import LectureTable
from visualizer.ui.panels.parts import ElidedText, Panel, tool_button
from visualizer.ui.panels.row_menu import RowMenu
from visualizer.ui.panels.row_table import read_by_rows
from visualizer.ui.panels.search_box import SearchBox
from visualizer.ui.panels.share_delegate import ShareDelegate
from visualizer.ui.theme import Theme

if TYPE_CHECKING:
    from visualizer.ui.panels.lecture_window import LectureWindow

_LAYER = 1
# Columns whose texts are longer for volumes than for pictures, and how wide they may become.
_FITTED = ("Input", "Output", "Kernel", "Stride")
_WIDEST, _CELL_PADDING = 190, 22
_ROWS_MEASURED = 1000
_VIEWS: tuple[tuple[str, Preset | None], ...] = (
    ("All ops", None), ("Lecture, rounded", "lecture"), ("Lecture, exact", "exact"),
)  # fmt: skip
_GROWS = (QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
_STAYS = (QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)


class LayerTablePanel(Panel):
    """`selected` when the user picks a row, `derivation_wanted` with the quantity (see
    `session.derivations`) of the cell picked in it, "" for one that is not derived; `problem`
    has a line when a file was not written, `menu_asked` a row's op and a global place."""

    selected = Signal(str)
    problem = Signal(str)
    derivation_wanted = Signal(str)
    menu_asked = Signal(str, QPoint)

    def __init__(self) -> None:
        super().__init__()
        self.model = LayerTableModel(self)
        self._index: SearchIndex | None = None
        self._whole: Totals | None = None
        self._lecture_of: OpenNetwork | None = None
        self._name = "layers"
        self._current = ""
        self._telling = True
        self._build_tools()
        self._build_lecture()
        self._build_table()
        self._arrange()
        self.dress()

    # ------------------------------------------------------------------ what is shown

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show every op of `network`, or nothing."""
        self._index = SearchIndex(network.graph) if network else None
        self._name = network.graph.name if network and network.graph.name else "layers"
        self._current = ""
        self.filter.forget()
        self._whole = network.report.totals if network else None
        self.model.show_network(network)
        self._lecture_of = network.plain if network else None
        self.lecture.show_network(self._lecture_of)
        if self.lecture_window is not None:
            self.lecture_window.show_network(self._lecture_of)
        self.fit_columns()
        self._show_totals()
        for button in (self.copy_button, self.csv_button, self.markdown_button):
            button.setEnabled(network is not None)

    def show_costs(self, network: OpenNetwork) -> None:
        """Show other costs of the same network. The lecture's table is of one image in float32
        by definition: it stays."""
        self._whole = network.report.totals
        self.model.show_costs(network)
        self._show_totals()

    def select(self, item: str) -> None:
        """Mark the row of op `item` and bring it into view; nothing is emitted."""
        self._current = item
        self.lecture.select(item)
        if self.lecture_window is not None:
            self.lecture_window.table.select(item)
        row = self.model.row_of(item)
        self._telling = False
        if row < 0:
            self.table.selectionModel().clear()
        elif row not in self._selected_rows():
            self.table.setCurrentIndex(self.model.index(row, _LAYER))
            self.table.scrollTo(self.model.index(row, 0))
        self._telling = True

    def restyle(self, theme: Theme) -> None:
        self.totals.setStyleSheet(
            f"color: {theme.secondary}; border-top: 1px solid {theme.border}; padding: 5px 10px;"
        )
        self.table.viewport().update()

    # ------------------------------------------------------------------ construction

    def _build_tools(self) -> None:
        self.filter = SearchBox("Filter: conv  op:linear  kernel:3 …", "Filter the layers")
        self.filter.asked.connect(self._filter)
        self.copy_button = tool_button("", "Copy the selected rows, or all (Ctrl+C)", "Copy")
        self.csv_button = tool_button("", "Save the rows shown as CSV", "CSV")
        self.markdown_button = tool_button("", "Save the rows shown as Markdown", "Markdown")
        self.copy_button.clicked.connect(self.copy_rows)
        self.csv_button.clicked.connect(lambda: self._export("CSV (*.csv)", ".csv"))
        self.markdown_button.clicked.connect(lambda: self._export("Markdown (*.md)", ".md"))
        self.totals = QLabel()
        self.totals.setWordWrap(True)
        self.totals.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def _build_lecture(self) -> None:
        self.lecture = LectureTable()
        self.lecture.selected.connect(self.selected)
        self.lecture.derivation_wanted.connect(self.derivation_wanted)
        self.lecture.cell_picked.connect(self._show_totals)
        self.lecture_window: LectureWindow | None = None
        self.window_button = tool_button(
            "", "The whole table in a window of its own, with how each number comes about",
            "Open as window",
        )  # fmt: skip
        self.window_button.clicked.connect(self.open_lecture)
        self.window_button.hide()
        self.view = QComboBox()
        self.view.addItems([title for title, _ in _VIEWS])
        self.view.setToolTip("All executed ops, or the table of the lecture “CNN Architectures”")
        self.view.setAccessibleName("Which table to show")
        self.view.currentIndexChanged.connect(self._choose_view)

    def _build_table(self) -> None:
        self.table = QTableView()
        read_by_rows(self.table, "All executed ops, with shapes and costs")
        self.table.setModel(self.model)
        self.table.setItemDelegate(ShareDelegate(self.table))
        self.table.setSortingEnabled(True)
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        for number, column in enumerate(COLUMNS):
            header.resizeSection(number, column.width)
        self.table.selectionModel().currentChanged.connect(self._cell_changed)
        RowMenu(self.table).asked.connect(self._ask_menu)
        copy = QShortcut(QKeySequence(QKeySequence.StandardKey.Copy), self.table)
        copy.setContext(Qt.ShortcutContext.WidgetShortcut)
        copy.activated.connect(self.copy_rows)

    def fit_columns(self) -> None:
        """Make shapes and windows readable, 3×3×3 as well; widths set by hand otherwise stay."""
        metrics, header = self.table.fontMetrics(), self.table.horizontalHeader()
        for number, column in enumerate(COLUMNS):
            if column.title in _FITTED:
                texts = {column.text(line) for line in islice(self.model.shown(), _ROWS_MEASURED)}
                widest = max((metrics.horizontalAdvance(text) for text in texts), default=0)
                wanted = min(_WIDEST, widest + _CELL_PADDING)
                header.resizeSection(number, max(header.sectionSize(number), wanted))

    def _arrange(self) -> None:
        self.pages = QStackedWidget()
        self._marks = ElidedText(Qt.TextElideMode.ElideRight)
        self._marks.setProperty("role", "secondary")
        self._marks.hide()
        self._stretch = QSpacerItem(0, 0, *_STAYS)
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 6, 8, 6)
        tools.addWidget(self.view)
        tools.addSpacing(6)
        tools.addWidget(self.filter, 1)
        tools.addWidget(self._marks)
        tools.addItem(self._stretch)
        tools.addSpacing(6)
        for button in (
            self.window_button, self.copy_button, self.csv_button, self.markdown_button,
        ):  # fmt: skip
            tools.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        self.pages.addWidget(self.table)
        self.pages.addWidget(self.lecture)
        column.addWidget(self.pages, 1)
        column.addWidget(self.totals)
        self.show_network(None)

    # ------------------------------------------------------------------ what the user does

    def copy_rows(self) -> None:
        """Put the selected rows, or all rows shown, on the clipboard, tab separated; of the
        lecture's table always all."""
        rows = self._selected_rows() or range(self.model.rowCount())
        table = self._lecture_text() or self.model.text_table(rows)
        QGuiApplication.clipboard().setText(tab_text(table))

    def export_to(self, path: Path) -> None:
        """Write the rows shown, as Markdown for `.md` and CSV otherwise; raises OSError."""
        table = self._lecture_text() or self.model.text_table(range(self.model.rowCount()))
        text = markdown_text(table) if path.suffix.lower() == ".md" else csv_text(table)
        path.write_text(text, encoding="utf-8", newline="")

    def open_lecture(self) -> None:
        """The lecture's table in a window of its own, to read from top to bottom."""
        if self.lecture_window is None:
            from visualizer.ui.panels.lecture_window import LectureWindow

            self.lecture_window = LectureWindow(self)
            self.lecture_window.table.selected.connect(self.selected)
            self.lecture_window.table.derivation_wanted.connect(self.derivation_wanted)
            self.lecture_window.show_network(self._lecture_of)
            self.lecture_window.table.select(self._current)
        self.lecture_window.open(_VIEWS[self.view.currentIndex()][1] or "lecture")

    def _lecture_text(self) -> TextTable | None:
        """The lecture's table while it is shown, None while all ops are."""
        return self.lecture.model.text_table() if self.view.currentIndex() else None

    def _choose_view(self, number: int) -> None:
        """All ops, or the lecture's table in one of its ways of writing numbers."""
        _, preset = _VIEWS[number]
        if preset is not None:
            self.lecture.choose(preset)
        self.pages.setCurrentWidget(self.table if preset is None else self.lecture)
        self.filter.setVisible(preset is None)
        for widget in (self.window_button, self._marks):
            widget.setVisible(preset is not None)
        self._stretch.changeSize(0, 0, *_GROWS if preset else _STAYS)
        self._show_totals()

    def _export(self, kind: str, suffix: str) -> None:
        proposed = f"{self._name}-layers{suffix}"
        name, _ = QFileDialog.getSaveFileName(self, "Save the layer table", proposed, kind)
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name).with_suffix(suffix)
        try:
            self.export_to(path)
        except OSError as error:
            self.problem.emit(f"The table could not be saved to {path}: {error.strerror}")

    def _filter(self, text: str) -> None:
        if self._index is None:
            return
        self.model.narrow(self._index.find(text) if self._index.parse(text).terms else None)
        self._show_totals()
        self.select(self._current)

    def _cell_changed(self, current: QModelIndex, before: QModelIndex) -> None:
        if not self._telling or not current.isValid():
            return
        node = self.model.node_at(current.row())
        if current.row() != before.row() or node != self._current:
            self._current = node
            self.selected.emit(node)
        title = COLUMNS[current.column()].title
        self.derivation_wanted.emit(QUANTITY_OF_COLUMN.get(title, ""))

    def _ask_menu(self, index: QModelIndex, at: QPoint) -> None:
        self.menu_asked.emit(self.model.node_at(index.row()), at)

    def _selected_rows(self) -> list[int]:
        return sorted(index.row() for index in self.table.selectionModel().selectedRows())

    # ------------------------------------------------------------------ totals

    def _show_totals(self) -> None:
        if self.view.currentIndex():
            self._marks.setText(self.lecture.marks)
            self.totals.setText(self.lecture.summary)
            return
        shown = self.model.shown()
        hint = self._index.parse(self.filter.text()).hint if self._index is not None else ""
        text = totals_text(shown, self.model.total, self._whole)
        self.totals.setText(f"{text}  ·  {hint}" if hint else text)

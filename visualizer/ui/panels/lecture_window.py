"""The lecture's table in a window of its own: all rows, and beside them the blackboard."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from visualizer.costs.lecture_table import COLUMNS, LectureRow, Preset, slide_notes
from visualizer.costs.text_table import tab_text
from visualizer.session.derivations import QUANTITY_OF_COLUMN
from visualizer.session.network import OpenNetwork
from visualizer.ui.panels.inspector_cards import card, derivation_text
from visualizer.ui.panels.lecture_table import LectureTable
from visualizer.ui.panels.parts import FlowText, Panel, colored, tool_button
from visualizer.ui.theme import Theme

_SIZE, _SMALLEST, _BOARD = (1280, 640), (760, 420), 330
_TALLEST, _AROUND = 820, 130  # of the window; of what stands above and below the rows
_PRESETS: tuple[tuple[str, Preset], ...] = (
    ("Rounded, as on the slide", "lecture"), ("Exact", "exact"),
)  # fmt: skip
_ASK = "Click a number to see how it comes about."
_INTRO = (
    "One flop is a multiplication and its addition (a MAC); memory is that of the output of one "
    "image in float32, 1 KB = 1024 bytes."
)


class LectureWindow(Panel):
    """Stands beside the main window or the lecture; picking a row selects its op there."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__()
        self.setParent(parent, Qt.WindowType.Window)
        self.setObjectName("lectureWindow")
        self.table = LectureTable()
        self.table.cell_picked.connect(self._show_board)
        header = self.table.table.horizontalHeader()
        header.setSectionResizeMode(COLUMNS.index("Node"), QHeaderView.ResizeMode.Stretch)
        self._build()
        self.resize(*_SIZE)
        self.setMinimumSize(*_SMALLEST)
        self.dress()

    def show_network(self, network: OpenNetwork | None) -> None:
        """Show the layers of `network`, or nothing."""
        name = network.graph.name if network else ""
        self.setWindowTitle(f"{name} — Lecture table" if name else "Lecture table")
        self.table.show_network(network)
        self._show_board()

    def open(self, preset: Preset) -> None:
        """Show the window in front of the others, the numbers written as `preset` says."""
        if not self.isVisible():
            self.resize(self.width(), self._height())
        self.preset_box.setCurrentIndex([kind for _, kind in _PRESETS].index(preset))
        self.show()
        self.raise_()
        self.activateWindow()
        self.table.table.setFocus()

    def _height(self) -> int:
        """As tall as all rows need, but no taller than a laptop's screen."""
        rows = self.table.model.rowCount() * self.table.table.rowHeight(0)
        return max(_SIZE[1], min(_TALLEST, rows + _AROUND))

    def restyle(self, theme: Theme) -> None:
        self._scroll.setStyleSheet(
            f"QScrollArea {{ background: {theme.window}; border: none;"
            f" border-left: 1px solid {theme.border}; }}"
            f"QWidget#cards {{ background: {theme.window}; }}"
            f"QFrame#card {{ background: {theme.ground}; border: 1px solid {theme.border};"
            " border-radius: 8px; }"
        )
        self._sums.setStyleSheet(
            f"color: {theme.secondary}; border-top: 1px solid {theme.border}; padding: 6px 12px;"
        )
        self.table.table.viewport().update()
        self._show_board()

    # ------------------------------------------------------------------ construction

    def _build(self) -> None:
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Lecture table")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setMinimumWidth(_BOARD - 60)
        self._sums = QLabel()
        self._sums.setWordWrap(True)
        self._sums.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(self.table)
        split.addWidget(self._scroll)
        split.setStretchFactor(0, 1)
        split.setSizes([_SIZE[0] - _BOARD, _BOARD])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._tools())
        column.addWidget(split, 1)
        column.addWidget(self._sums)

    def _tools(self) -> QHBoxLayout:
        self.preset_box = QComboBox()
        self.preset_box.addItems([title for title, _ in _PRESETS])
        self.preset_box.setAccessibleName("How numbers are written")
        self.preset_box.currentIndexChanged.connect(self._choose)
        copy = tool_button("", "Copy the table", "Copy")
        copy.clicked.connect(self.copy)
        intro = QLabel(_INTRO)
        intro.setProperty("role", "secondary")
        intro.setWordWrap(True)
        tools = QHBoxLayout()
        tools.setContentsMargins(10, 8, 10, 8)
        tools.setSpacing(12)
        tools.addWidget(self.preset_box)
        tools.addWidget(intro, 1)
        tools.addWidget(copy)
        return tools

    def copy(self) -> None:
        """Put the table on the clipboard, tab separated."""
        QGuiApplication.clipboard().setText(tab_text(self.table.model.text_table()))

    def _choose(self, number: int) -> None:
        self.table.choose(_PRESETS[number][1])
        self._show_board()

    # ------------------------------------------------------------------ the blackboard

    def _show_board(self) -> None:
        theme = self.theme
        if theme is None:
            return
        self._sums.setText(self.table.sums)
        if (old := self._scroll.takeWidget()) is not None:
            old.deleteLater()
        holder = QWidget()
        holder.setObjectName("cards")
        column = QVBoxLayout(holder)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(10)
        column.addWidget(self._board(theme))
        if notes := slide_notes(self.table.model.rows):
            column.addWidget(card("What the lecture has otherwise", _notes(notes, theme), theme))
        column.addStretch(1)
        self._scroll.setWidget(holder)

    def _board(self, theme: Theme) -> QFrame:
        picked = self.table.picked
        if picked is None:
            return card("", [FlowText(colored(_ASK, theme.secondary, 12))], theme)
        row, column = picked
        title = f'<span style="font-size:17px;font-weight:700">{escape(row.name)}</span>'
        about = "" if column == "Layer" else colored(f"  {column}", theme.secondary, 13)
        return card("", [FlowText(title + about), *self._lines(row, column, theme)], theme)

    def _lines(self, row: LectureRow, column: str, theme: Theme) -> list[QWidget]:
        """How the number of a cell comes about; for a cell without, all numbers of its row."""
        columns = [column] if QUANTITY_OF_COLUMN.get(column) else list(COLUMNS)
        lines = [line for name in columns for line in self.table.model.lines(row, name)]
        texts: list[QWidget] = [derivation_text(line, theme) for line in dict.fromkeys(lines)]
        if not lines and (words := self.table.model.board(row, column)):
            texts.append(FlowText(colored(words, theme.text, 13)))
        if note := self.table.model.note(row, column):
            texts.append(FlowText(colored(note, theme.warning, 12)))
        return texts


def _notes(notes: tuple[str, ...], theme: Theme) -> list[QWidget]:
    return [FlowText(_note_html(note, theme)) for note in notes]


def _note_html(note: str, theme: Theme) -> str:
    """`conv4, Flop (M)` bold, then what is said of it."""
    where, _, words = note.partition(": ")
    head = f"<b>{colored(where, theme.text, 12)}</b><br>"
    return head + colored(f"{words[:1].upper()}{words[1:]}.", theme.secondary, 12)

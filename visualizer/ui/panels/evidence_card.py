"""A card with a heading, a line that sums up, hints, and a table whose rows lead to layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableView,
    QVBoxLayout,
)

from visualizer.bottlenecks.principles import Hint
from visualizer.ui.models.evidence_model import Column, EvidenceModel, Row
from visualizer.ui.models.roles import ID_ROLE
from visualizer.ui.panels.parts import ElidedText, FlowText, colored, text_of, theme_now
from visualizer.ui.panels.row_table import read_by_rows
from visualizer.ui.panels.share_delegate import ShareDelegate
from visualizer.ui.panels.table_export import offer_export

_ROW, _SMALL, _NORMAL = 23, 11, 12
_LEAST_ROWS = 4
_LEAST_WIDTH = 48
_ALL = 1000  # of the height, where there is anything to scroll
_EDGES = (12, 8, 12, 9)
_TABLE_STYLE = (
    f"QTableView {{ font-size: {_NORMAL}px; }} QTableView::item {{ padding: 0 4px 3px 4px; }}"
    f"QHeaderView::section {{ font-size: {_SMALL}px; padding: 3px 5px; }}"
)


@dataclass(frozen=True)
class Summary:
    """What a card says beside its heading, and what that means; `silence` instead of a table."""

    text: str = ""
    meaning: str = ""
    silence: str = ""


class Card(QFrame):
    """A ground with a heading and, beside it, a line that sums up; fill `column`."""

    def __init__(self, title: str, meaning: str) -> None:
        super().__init__()
        self.heading = text_of(title, "heading")
        self.heading.setToolTip(meaning)
        self.summary = ElidedText(Qt.TextElideMode.ElideRight)
        self.summary.setProperty("role", "secondary")
        self.summary.setStyleSheet(f"font-size: {_SMALL}px;")
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(*_EDGES)
        self.column.setSpacing(5)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.heading)
        head.addWidget(self.summary, 1, Qt.AlignmentFlag.AlignBottom)
        self.column.addLayout(head)

    def restyle(self) -> None:
        """Write whatever carries its own colours in those of the theme."""

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_now()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.color("border"), 1.0))
        painter.setBrush(theme.color("ground"))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 8, 8)


class EvidenceCard(Card):
    """One principle. `selected` has the op of the row or hint that the user chose.

    `stretches` names the columns that share the room left. A table that `scrolls` takes the
    height there is, any other is as high as its rows.
    """

    selected = Signal(str)

    def __init__(
        self,
        title: str,
        meaning: str,
        columns: Sequence[Column],
        stretches: Sequence[int],
        scrolls: bool = False,
    ) -> None:
        super().__init__(title, meaning)
        self.note = FlowText()
        self.note.anchorClicked.connect(self._follow)
        self.model = EvidenceModel(columns, self)
        self.table = EvidenceTable(self.model, stretches, scrolls)
        self.table.setAccessibleName(title)
        self.table.chosen.connect(self.selected)
        self.column.addWidget(self.note)
        self.column.addWidget(self.table, _ALL if scrolls else 0)
        self.column.addStretch(1)
        self._silence = ""
        self._hints: tuple[Hint, ...] = ()

    def show_evidence(self, rows: Sequence[Row], said: Summary, hints: Sequence[Hint]) -> None:
        """Show rows, what sums them up, and links to `hints`; without rows, why there are none."""
        self._silence, self._hints = said.silence, tuple(hints)
        self.summary.setText(said.text)
        self.summary.setToolTip(said.meaning)
        self.note.setVisible(bool(hints or said.silence))
        self.table.show_rows(rows)
        self.table.setVisible(bool(rows))
        self.restyle()

    def select(self, node: str) -> None:
        """Mark the row about `node`; nothing is emitted."""
        self.table.mark(node)

    def restyle(self) -> None:
        """Write the note in the colours of the theme."""
        theme = theme_now()
        silence = colored(self._silence, theme.secondary, _NORMAL)
        lines = [silence] if self._silence else []
        lines += [
            f'<a href="hint:{number}" style="color:{theme.accent};text-decoration:none;'
            f'font-size:{_SMALL}px">{hint.title}</a>'
            for number, hint in enumerate(self._hints)
        ]
        self.note.setHtml("<br>".join(lines))
        self.note.setToolTip("\n\n".join(f"{h.evidence}\n{h.suggestion}" for h in self._hints))

    def _follow(self, url: QUrl) -> None:
        self.selected.emit(self._hints[int(url.path())].node)


class EvidenceTable(QTableView):
    """Rows to walk with the arrow keys; `chosen` has the op of the current one."""

    chosen = Signal(str)

    def __init__(self, model: EvidenceModel, stretches: Sequence[int], scrolls: bool) -> None:
        super().__init__()
        self._rows, self._scrolls = model, scrolls
        self._telling = True
        self.setModel(model)
        self.setItemDelegate(ShareDelegate(self))
        read_by_rows(self, "Evidence", _ROW, single=True)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)  # names differ at their end
        self.setStyleSheet(_TABLE_STYLE)
        self._fit_columns(stretches)
        self._choose_height()
        offer_export(self, "principles")
        self.selectionModel().currentRowChanged.connect(self._current_changed)

    def show_rows(self, rows: Sequence[Row]) -> None:
        self._rows.show_rows(rows)
        self._choose_height()

    def mark(self, node: str) -> None:
        """Make the row about `node` current, or none; nothing is emitted."""
        row = self._rows.row_of(node)
        if row == self.currentIndex().row():
            return
        self._telling = False
        if row < 0:
            self.selectionModel().clear()
        else:
            self.setCurrentIndex(self._rows.index(row, 0))
        self._telling = True

    def sizeHint(self) -> QSize:
        return QSize(240, self._height(self._rows.rowCount()))

    def minimumSizeHint(self) -> QSize:
        rows = self._rows.rowCount()
        return QSize(120, self._height(min(rows, _LEAST_ROWS) if self._scrolls else rows))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def _height(self, rows: int) -> int:
        return self.horizontalHeader().sizeHint().height() + _ROW * rows + 2

    def _choose_height(self) -> None:
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Expanding, policy.Preferred if self._scrolls else policy.Fixed)
        if not self._scrolls:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.updateGeometry()

    def _fit_columns(self, stretches: Sequence[int]) -> None:
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(_LEAST_WIDTH)
        for column in range(len(self._rows.columns)):
            mode = QHeaderView.ResizeMode
            fits = mode.Stretch if column in stretches else mode.ResizeToContents
            header.setSectionResizeMode(column, fits)

    def _current_changed(self, current: QModelIndex, _: QModelIndex) -> None:
        if current.isValid() and self._telling:
            self.chosen.emit(current.data(ID_ROLE))


def quiet(text: str, meaning: str) -> QLabel:
    """A secondary word with its explanation."""
    label = text_of(text, "secondary")
    label.setToolTip(meaning)
    return label

"""Shown for a file that is no network by itself: its weights, what they fit, and what to trust."""

from __future__ import annotations

from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QSortFilterProxyModel, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from visualizer.engine.saved import Fit, SavedFile
from visualizer.ui.models.tensor_model import SORT_ROLE, TITLES, TensorModel
from visualizer.ui.panels.parts import ElidedText, FlowText, text_of, theme_now
from visualizer.ui.panels.row_table import LOW_ROW_HEIGHT, read_by_rows
from visualizer.ui.theme import Theme

_SIZE = (720, 620)
_MOST_FITS, _MOST_CLASSES = 4, 12
_WIDTHS = (0, 130, 90, 110, 100)
_TRUST = (
    "It names the Python code that it is made of, and opening it runs that code: in a process of "
    "its own, but with all that you may do on this machine, from reading your files to using the "
    "network. Nothing of it has run so far. Trust it if you would also start a program from "
    "whoever made it."
)


class SavedFileDialog(QDialog):
    """Shows a SavedFile; `opened_as` has the Fit to open it as, `trusted` comes when its code may
    run. Closing it is answering no."""

    opened_as = Signal(object)
    trusted = Signal()

    def __init__(self, file: SavedFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.file = file
        self.setWindowTitle("Open")
        self.setModal(True)
        self.resize(*_SIZE)
        self.fit_buttons: list[QPushButton] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        self._add_head(column)
        if file.needs_trust:
            column.addWidget(self._trust_card())
        self._add_fits(column)
        self._add_tensors(column)
        column.addLayout(self._buttons())
        safest = self.cancel_button
        default = safest if file.needs_trust else next(iter(self.fit_buttons), safest)
        default.setDefault(True)
        default.setFocus()

    def _add_head(self, column: QVBoxLayout) -> None:
        file, name = self.file, Path(self.file.source.location).name
        kind = "is a network saved as code" if file.needs_trust else "holds only weights"
        self.heading = text_of(f"{name} {kind}", "title")
        self.heading.setWordWrap(True)
        place = ElidedText()
        place.setText(file.source.location)
        place.setProperty("role", "secondary")
        lines = QVBoxLayout()
        lines.setSpacing(3)
        lines.addWidget(self.heading)
        lines.addWidget(place)
        column.addLayout(lines)

    def _trust_card(self) -> QWidget:
        """What is inside, and in plain words what trusting it means."""
        card = QFrame()
        card.setObjectName("trustCard")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(14, 12, 14, 12)
        inside.setSpacing(8)
        self.explanation = QLabel(_TRUST)
        self.explanation.setWordWrap(True)
        self.classes = FlowText(_classes_html(self.file, theme_now()))
        inside.addWidget(self.explanation)
        inside.addWidget(self.classes)
        return card

    def _add_fits(self, column: QVBoxLayout) -> None:
        file = self.file
        if file.needs_trust and not file.fits:
            return
        column.addWidget(text_of(self._fits_title(), "heading"))
        if not file.fits:
            hint = QLabel(
                "Its names and shapes are those of no network of torchvision or timm. If you have "
                "the code of the network, open that as file.py:factory with this file as weights."
            )
            hint.setWordWrap(True)
            column.addWidget(hint)
            return
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, fit in enumerate(file.fits[:_MOST_FITS]):
            self._add_fit(grid, row, fit)
        column.addLayout(grid)
        if rest := _others(file):
            more = text_of(rest, "secondary")
            more.setWordWrap(True)
            column.addWidget(more)

    def _fits_title(self) -> str:
        if self.file.needs_trust:
            return "Without running it: its weights alone"
        if self.file.best is not None:
            return "What it fits"
        return "Nearest" if self.file.fits else "It fits nothing that is known by name"

    def _add_fit(self, grid: QGridLayout, row: int, fit: Fit) -> None:
        label = QLabel(_fit_html(fit, theme_now()))
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setWordWrap(True)
        grid.addWidget(label, row, 0)
        if fit.opens:
            button = QPushButton("Open")
            button.setAccessibleName(f"Open as {fit.network}")
            button.setToolTip(f"{fit.network} with the weights of this file")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self.opened_as.emit, fit))
            self.fit_buttons.append(button)
            grid.addWidget(button, row, 1)

    def _add_tensors(self, column: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.addWidget(text_of(self.file.sizes_text, "heading"), 1)
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by name, shape or dtype")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter tensors")
        self.filter.setFixedWidth(240)
        row.addWidget(self.filter)
        column.addLayout(row)
        self.table = self._build_table()
        column.addWidget(self.table, 1)

    def _build_table(self) -> QTableView:
        model = TensorModel(self)
        model.show_tensors(self.file.tensors)
        self.shown = QSortFilterProxyModel(self)
        self.shown.setSourceModel(model)
        self.shown.setSortRole(SORT_ROLE)
        self.shown.setFilterKeyColumn(-1)
        self.shown.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.filter.textChanged.connect(self.shown.setFilterFixedString)
        table = QTableView()
        table.setModel(self.shown)
        read_by_rows(table, "Tensors in the file", LOW_ROW_HEIGHT)
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        header = table.horizontalHeader()
        for column in range(1, len(TITLES)):
            table.setColumnWidth(column, _WIDTHS[column])
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.setMinimumHeight(120)
        return table

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        choice = self.file.needs_trust or self.fit_buttons
        self.cancel_button = QPushButton("Cancel" if choice else "Close")
        self.cancel_button.clicked.connect(self.reject)
        row.addWidget(self.cancel_button)
        if self.file.needs_trust:
            self.trust_button = QPushButton("Trust this file and open")
            self.trust_button.setAutoDefault(False)
            self.trust_button.clicked.connect(self.trusted)
            row.addWidget(self.trust_button)
        return row


def _classes_html(file: SavedFile, theme: Theme) -> str:
    """The names in the file; those that no network needs stand first, and stand out."""
    alarming = [_mono(name, theme.error) for name in file.alarming]
    plain = [name for name in file.classes if name not in file.alarming]
    others = [_mono(name, theme.text) for name in plain[:_MOST_CLASSES]]
    if len(plain) > _MOST_CLASSES:
        others.append(f"{len(plain) - _MOST_CLASSES} more")
    lines = []
    if alarming:
        warning = "No network needs this, whoever made the file:"
        lines.append(f'<span style="color:{theme.error}">{warning}</span> {", ".join(alarming)}')
    if others:
        lines.append(f"It names {', '.join(others)}")
    return "<br>".join(lines)


def _mono(name: str, color: str) -> str:
    return f'<span style="color:{color};font-weight:600">{escape(name)}</span>'


def _fit_html(fit: Fit, theme: Theme) -> str:
    library, _, name = fit.network.rpartition(":")
    counts = f"{fit.matched} of {fit.wanted} tensors"
    line = f"{library or 'torchvision'} <b>{escape(name)}</b>: {counts}"
    told = fit.heads or fit.difference
    if not told:
        return line
    return f'{line}<br><span style="color:{theme.secondary}">{escape(told)}</span>'


def _others(file: SavedFile) -> str:
    """The networks that there is no room for."""
    names = [fit.network for fit in file.fits[_MOST_FITS:]]
    more = [f"{file.more_fits} more"] if file.more_fits else []
    if not names:
        return ""
    return "As good: " + ", ".join((*names, *more)) if file.fits[-1].is_exact else ""

"""What every table offers: its rows for the clipboard, as CSV and as Markdown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QMessageBox

from visualizer.costs.text_table import TextTable, csv_text, markdown_text, tab_text


def offer_export(view: QAbstractItemView, name: str) -> None:
    """Give a table a context menu, and Ctrl+C, that hand on all its rows as they are sorted.

    `name` is what a file of it is called at first.
    """
    copy = _action(view, "&Copy table", lambda: _copy(view))
    copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
    copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    _action(view, "Save as C&SV…", lambda: _ask(view, f"{name}.csv", "CSV (*.csv)"))
    _action(view, "Save as &Markdown…", lambda: _ask(view, f"{name}.md", "Markdown (*.md)"))
    view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)


def table_text(model: QAbstractItemModel) -> TextTable:
    """The table that a model shows; a column of right-aligned cells has numbers."""
    columns = range(model.columnCount())
    titles = (model.headerData(c, Qt.Orientation.Horizontal) for c in columns)
    rows = [[model.index(row, column) for column in columns] for row in range(model.rowCount())]
    return TextTable(
        tuple(str(title or "") for title in titles),
        tuple(any(_is_right(row[column]) for row in rows) for column in columns),
        tuple(tuple(str(cell.data() or "") for cell in row) for row in rows),
    )


def save_table(model: QAbstractItemModel, path: Path) -> None:
    """Write the table, as Markdown for `.md` and CSV otherwise; raises OSError."""
    written = markdown_text if path.suffix.lower() == ".md" else csv_text
    path.write_text(written(table_text(model)), encoding="utf-8", newline="")


def _action(view: QAbstractItemView, text: str, do: object) -> QAction:
    action = QAction(text, view)
    action.triggered.connect(do)
    view.addAction(action)
    return action


def _is_right(cell: QModelIndex) -> bool:
    alignment = cell.data(Qt.ItemDataRole.TextAlignmentRole)
    return alignment is not None and bool(Qt.AlignmentFlag(alignment) & Qt.AlignmentFlag.AlignRight)


def _copy(view: QAbstractItemView) -> None:
    QGuiApplication.clipboard().setText(tab_text(table_text(view.model())))


def _ask(view: QAbstractItemView, proposed: str, kind: str) -> None:
    chosen, _ = QFileDialog.getSaveFileName(view.window(), "Save the table", proposed, kind)
    if not chosen:
        return
    path = Path(chosen)
    try:
        save_table(view.model(), path if path.suffix else path.with_suffix(Path(proposed).suffix))
    except OSError as error:
        words = f"The table could not be saved to {path}: {error.strerror}"
        QMessageBox.warning(view.window(), "Save the table", words)

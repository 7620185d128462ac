"""Cells of the tree and the table: a number with a thin bar for its share of the network."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from visualizer.ui.models.roles import MATCH_ROLE, SHARE_ROLE, TRAINING_ROLE
from visualizer.ui.models.tree_model import KIND
from visualizer.ui.panels.parts import paint_share, theme_now

_BAR = 3.0
_SIDE = 6.0
_LEAST_WIDTH = 30.0
_ROW_HEIGHT = 27
_KIND_GAP = 14


class ShareDelegate(QStyledItemDelegate):
    """Paints the model's share, 0..1, under the cell's text; matches of a search are bold,
    what runs only in training is quiet and in italics."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        share = index.data(SHARE_ROLE)
        if share is not None:
            self._paint_bar(painter, QRectF(option.rect), share)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if index.data(MATCH_ROLE):
            option.font.setWeight(QFont.Weight.Bold)
        if index.data(TRAINING_ROLE):
            option.font.setItalic(True)
            option.palette.setColor(QPalette.ColorRole.Text, theme_now().color("secondary"))

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        size = super().sizeHint(option, index)
        return QSize(size.width(), max(size.height(), _ROW_HEIGHT))

    def _paint_bar(self, painter: QPainter, cell: QRectF, share: float) -> None:
        """A bar from the right, under the right-aligned number; its track shows what 100 % is."""
        theme = theme_now()
        width = max(_LEAST_WIDTH, cell.width() - 2 * _SIDE)
        area = QRectF(cell.right() - _SIDE - width, cell.bottom() - _BAR - 2, width, _BAR)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_share(painter, area, share, theme.color("accent"), theme.color("border"))
        painter.restore()


class NameDelegate(ShareDelegate):
    """A name and, where the column of types is hidden, the type in a quieter voice."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        tree = self.parent()
        if isinstance(tree, QTreeView) and tree.isColumnHidden(KIND):
            self._paint_kind(painter, option, index)

    def _paint_kind(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        filled = QStyleOptionViewItem(option)
        self.initStyleOption(filled, index)
        taken = filled.fontMetrics.horizontalAdvance(filled.text) + _KIND_GAP
        room = option.rect.adjusted(taken, 0, -2, -2)
        kind = index.model().index(index.row(), KIND, index.parent()).data()
        if room.width() < _LEAST_WIDTH or kind == filled.text:
            return
        painter.save()
        painter.setPen(theme_now().color("secondary"))
        text = option.fontMetrics.elidedText(kind, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        painter.restore()

"""Cells of the tree and the table: a number with a thin bar for its share of the network."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from visualizer.ui.models.roles import MATCH_ROLE, SHARE_ROLE
from visualizer.ui.panels.parts import paint_share, theme_now

_BAR = 3.0
_SIDE = 6.0
_LEAST_WIDTH = 30.0
_ROW_HEIGHT = 27


class ShareDelegate(QStyledItemDelegate):
    """Paints the model's share, 0..1, under the cell's text; matches of a search are bold."""

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

"""All channels of a layer as one image of tiles that fills the room it has."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.session.maps import GAP, Bytes, Tiling, mosaic, tile
from visualizer.ui.panels.map_image import ColorMap, image_of, place_in
from visualizer.ui.panels.parts import theme_now

_STEPS = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1),
}  # fmt: skip
_FAST = 5


class MapGrid(QWidget):
    """`hovered` has the channel under the cursor (-1: none), `opened` the one to enlarge,
    `placed` row and column in it (None), `moved` the channel that the keyboard is on,
    `page_changed` the page shown; `magnified` asks for the current channel as large as it
    goes."""

    hovered = Signal(int)
    placed = Signal(object)
    opened = Signal(int)
    moved = Signal(int)
    page_changed = Signal(int)
    magnified = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._levels: Bytes | None = None
        self._color_map: ColorMap = "viridis"
        self._image: QImage | None = None
        self.tiling: Tiling | None = None
        self.page = 0
        self.channel = 0
        self._under_cursor = -1
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 60)
        self.setAccessibleName("Feature maps")

    def show_levels(self, levels: Bytes, color_map: ColorMap, channel: int) -> None:
        """Show (C, H, W) levels, the keyboard on `channel`."""
        self._levels, self._color_map = levels, color_map
        self.channel = min(channel, len(levels) - 1)
        self._tile()

    def turn_to(self, page: int) -> None:
        """Show another page; beyond the ends nothing happens."""
        if self.tiling is not None and 0 <= page < self.tiling.pages and page != self.page:
            self.page = page
            self._image = None
            self.update()
            self.page_changed.emit(page)

    def cell_rect(self, channel: int) -> QRectF | None:
        """Where a channel is drawn, in widget pixels; None when it is on another page."""
        tiling = self.tiling
        if tiling is None or not 0 <= channel - self.page * tiling.per_page < tiling.per_page:
            return None
        row, column = divmod(channel - self.page * tiling.per_page, tiling.columns)
        ratio = self.devicePixelRatioF()
        origin = self._origin()
        return QRectF(
            origin.x() + column * (tiling.cell_width + GAP) / ratio,
            origin.y() + row * (tiling.cell_height + GAP) / ratio,
            tiling.cell_width / ratio,
            tiling.cell_height / ratio,
        )

    def channel_at(self, where: QPointF) -> int:
        """The channel drawn at a point; -1 between and beside the maps."""
        if self.tiling is None or self._levels is None:
            return -1
        ratio = self.devicePixelRatioF()
        inside = (where - self._origin()) * ratio
        column = math.floor(inside.x() / (self.tiling.cell_width + GAP))
        row = math.floor(inside.y() / (self.tiling.cell_height + GAP))
        if not (0 <= column < self.tiling.columns and 0 <= row < self.tiling.rows):
            return -1
        channel = self.page * self.tiling.per_page + row * self.tiling.columns + column
        return channel if channel < len(self._levels) else -1

    def place_at(self, where: QPointF) -> tuple[int, int] | None:
        """Row and column of the value under a point, in whatever channel."""
        rect = self.cell_rect(self.channel_at(where))
        if rect is None or self._levels is None:
            return None
        return place_in(rect, self._levels.shape[1:], where)

    def sizeHint(self) -> QSize:
        return QSize(400, 220)

    # ------------------------------------------------------------------ drawing

    def _tile(self) -> None:
        """Choose the tiling for the present size and turn to the page of the channel."""
        if self._levels is None:
            return
        ratio = self.devicePixelRatioF()
        area = (max(1, int(self.width() * ratio)), max(1, int(self.height() * ratio)))
        self.tiling = tile(len(self._levels), self._levels.shape[1:], area)
        self.page = self.channel // self.tiling.per_page
        self._image = None
        self.page_changed.emit(self.page)
        self.update()

    def _origin(self) -> QPointF:
        """Upper left corner of the grid, which stands in the middle of the widget."""
        assert self.tiling is not None
        ratio = self.devicePixelRatioF()
        return QPointF(
            max(0.0, (self.width() - self.tiling.width / ratio) / 2),
            max(0.0, (self.height() - self.tiling.height / ratio) / 2),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tile()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._levels is None or self.tiling is None:
            return
        if self._image is None:
            self._image = image_of(mosaic(self._levels, self.tiling, self.page), self._color_map)
            self._image.setDevicePixelRatio(self.devicePixelRatioF())
        painter = QPainter(self)
        painter.drawImage(self._origin(), self._image)
        theme = theme_now()
        if self.hasFocus():
            self._outline(painter, self.channel, theme.color("accent"))
        self._outline(painter, self._under_cursor, theme.color("match"))

    def _outline(self, painter: QPainter, channel: int, color: QColor) -> None:
        rect = self.cell_rect(channel) if channel >= 0 else None
        if rect is not None:
            painter.setPen(QPen(color, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(rect.adjusted(-1, -1, 1, 1))

    # ------------------------------------------------------------------ what the user does

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.channel_at(event.position()))
        self.placed.emit(self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        self.placed.emit(None)

    def _hover(self, channel: int) -> None:
        if channel != self._under_cursor:
            self._under_cursor = channel
            self.hovered.emit(channel)
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        channel = self.channel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and channel >= 0:
            self.channel = channel
            self.opened.emit(channel)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click of two may have been the closeup's and led back here: the map that was
        looked at is meant, whatever now lies under the cursor."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.magnified.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.tiling is None or self.tiling.pages == 1:
            event.ignore()
            return
        self.turn_to(self.page + (1 if event.angleDelta().y() < 0 else -1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit(self.channel)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.turn_to(self.page + (1 if key == Qt.Key.Key_PageDown else -1))
        elif key in _STEPS and self.tiling is not None:
            fast = _FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            across, down = _STEPS[key]
            self._step((across + down * self.tiling.columns) * fast)
        else:
            super().keyPressEvent(event)

    def _step(self, by: int) -> None:
        assert self._levels is not None and self.tiling is not None
        self.channel = min(max(0, self.channel + by), len(self._levels) - 1)
        self.turn_to(self.channel // self.tiling.per_page)
        self.moved.emit(self.channel)
        self.update()

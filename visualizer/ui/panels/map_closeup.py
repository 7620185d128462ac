"""One map, as large as it goes, with the value under the cursor."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.session.maps import Bytes, Floats, resample
from visualizer.ui.panels.map_image import ColorMap, image_of, place_in

_FAST = 10
_CLOSING = (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Backspace)
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class MapCloseup(QWidget):
    """`pointed` says what is under the cursor ("" when nothing) and `placed` its row and column
    (None), `stepped` by how many channels
    to move, `closed` that the user is done, `magnified` that it should be shown still larger.
    `stretched` maps fill the room whatever their shape."""

    pointed = Signal(str)
    placed = Signal(object)
    stepped = Signal(int)
    closed = Signal()
    magnified = Signal()

    def __init__(self, closes_on_click: bool = True) -> None:
        super().__init__()
        self._closes_on_click = closes_on_click
        self._values: Floats | None = None
        self._levels: Bytes | None = None
        self._color_map: ColorMap = "viridis"
        self._stretched = False
        self._image: QImage | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 60)
        self.setAccessibleName("Enlarged feature map")

    def show_map(
        self, values: Floats, levels: Bytes, color_map: ColorMap, stretched: bool = False
    ) -> None:
        """Show one (H, W) map: its numbers and their levels."""
        self._values, self._levels = values, levels
        self._color_map, self._stretched = color_map, stretched
        self._image = None
        self.update()

    def map_rect(self) -> QRectF:
        """Where the map is drawn, in widget pixels."""
        if self._levels is None:
            return QRectF()
        height, width = self._levels.shape
        if self._stretched:
            return QRectF(self.rect())
        scale = min(self.width() / width, self.height() / height)
        drawn = QRectF(0, 0, width * scale, height * scale)
        drawn.moveCenter(QRectF(self.rect()).center())
        return drawn

    def place_at(self, where: QPointF) -> tuple[int, int] | None:
        """Row and column of the value under a point; None outside the map."""
        if self._values is None:
            return None
        return place_in(self.map_rect(), self._values.shape, where)

    def value_text(self, where: QPointF) -> str:
        """`row 3, column 7: 1.25`; "" outside the map."""
        place = self.place_at(where)
        if self._values is None or place is None:
            return ""
        row, column = place
        names = ("token", "dimension") if self._stretched else ("row", "column")
        value = float(self._values[row, column])
        return f"{names[0]} {row}, {names[1]} {column}: {value:.4g}"

    def sizeHint(self) -> QSize:
        return QSize(400, 220)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._levels is None:
            return
        drawn, ratio = self.map_rect(), self.devicePixelRatioF()
        if self._image is None:
            size = (max(1, round(drawn.height() * ratio)), max(1, round(drawn.width() * ratio)))
            self._image = image_of(resample(self._levels[None], size)[0], self._color_map)
        QPainter(self).drawImage(drawn, self._image)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._image = None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self.value_text(event.position()))
        self.placed.emit(None if self._stretched else self.place_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self.pointed.emit("")
        self.placed.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        may_close = self._closes_on_click and not self._stretched
        if event.button() == Qt.MouseButton.LeftButton and may_close:
            self.closed.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The first click of two may have been the grid's, which enlarged the map here."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.magnified.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _CLOSING:
            self.closed.emit()
        elif key in _STEPS:
            fast = _FAST if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
            self.stepped.emit(_STEPS[key] * fast)
        else:
            super().keyPressEvent(event)

"""The picture as the network saw it, and what the network takes it for."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QImage, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.engine.messages import Prediction
from visualizer.session.field_box import FieldBox
from visualizer.ui.panels.field_frame import paint_field
from visualizer.ui.panels.parts import theme_now

_ROW = 18
_PADDING = 6
_LEAST_PERCENT = 0.001


class PictureView(QWidget):
    """A picture scaled to the room there is, its shape kept, and no higher than it needs."""

    def __init__(self) -> None:
        super().__init__()
        self._image: QImage | None = None
        self._field: FieldBox | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(60, 32)

    def show_image(self, image: QImage | None) -> None:
        self._image = image
        self.update()

    def show_field(self, box: FieldBox | None) -> None:
        """Frame what a value sees, the rest dimmed; None shows the picture alone."""
        self._field = box
        self.setAccessibleDescription(box.text if box is not None else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(170, 170)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._image is not None:
            needed = self.width() * self._image.height() // max(1, self._image.width())
            self.setMaximumHeight(max(self.minimumHeight(), needed))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        drawn = QRectF(0, 0, size.width(), size.height())
        drawn.moveCenter(QRectF(self.rect()).center())
        painter.drawImage(drawn, self._image)
        if self._field is not None:
            paint_field(painter, drawn, self._field, theme_now())


class PredictionBars(QWidget):
    """The most likely classes: a name, a probability, and a bar as long as it is likely."""

    def __init__(self) -> None:
        super().__init__()
        self.predictions: tuple[Prediction, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_predictions(self, predictions: list[Prediction]) -> None:
        self.predictions = tuple(predictions)
        lines = [f"{p.index}: {p.name}, {probability_text(p.probability)}" for p in predictions]
        self.setToolTip("\n".join(lines))
        self.setAccessibleDescription("; ".join(lines))
        self.setVisible(bool(predictions))
        self.setFixedHeight(_ROW * len(predictions))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(170, _ROW * len(self.predictions))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, prediction in enumerate(self.predictions):
            self._paint_row(
                painter, QRectF(0, row * _ROW, self.width(), _ROW), prediction, row == 0
            )

    def _paint_row(
        self, painter: QPainter, row: QRectF, prediction: Prediction, first: bool
    ) -> None:
        theme = theme_now()
        bar = row.adjusted(0, 1, 0, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("border"))
        painter.drawRoundedRect(bar, 3, 3)
        bar.setWidth(max(3.0, bar.width() * prediction.probability))
        painter.setBrush(theme.color("accent", 0.45))
        painter.drawRoundedRect(bar, 3, 3)
        font = QFont(self.font())
        font.setPixelSize(11)
        font.setBold(first)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        self._paint_texts(painter, row.adjusted(_PADDING, 0, -_PADDING, 0), prediction)

    def _paint_texts(self, painter: QPainter, room: QRectF, prediction: Prediction) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        probability = probability_text(prediction.probability)
        metrics = painter.fontMetrics()
        painter.drawText(room, Qt.AlignmentFlag.AlignRight | middle, probability)
        left = int(room.width() - metrics.horizontalAdvance(probability) - _PADDING)
        name = metrics.elidedText(prediction.name, Qt.TextElideMode.ElideRight, left)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | middle, name)


def probability_text(probability: float) -> str:
    """`76.0 %`; what rounds to nothing is said to be less than that."""
    return f"{100 * probability:.1f} %" if probability >= _LEAST_PERCENT / 2 else "< 0.1 %"

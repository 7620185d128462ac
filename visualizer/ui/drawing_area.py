"""The canvas below its path bar, the cut profile at its right edge, and the card about a cut."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.layout.model import Flow
from visualizer.ui.canvas import CanvasView
from visualizer.ui.canvas.turning import Turn
from visualizer.ui.panels.cut_profile import card_text
from visualizer.ui.panels.path_bar import PathBar
from visualizer.ui.panels.profile_strip import ProfileStrip

_ROOMY = QSize(420, 300)  # with less there is room for the canvas only
_BROAD = 640  # above, a legend has one row
_LEGEND = (64.0, 32.0)
_AWAY = 10


class DrawingArea(QWidget):
    """Keeps the strip's heights those of the canvas; a narrow area has room for the canvas only."""

    def __init__(self) -> None:
        super().__init__()
        self.path_bar = PathBar()
        self.canvas = CanvasView()
        self.strip = ProfileStrip(self.canvas.viewportTransform)
        self.card = QLabel(self)
        self._wanted = True
        self._turn = Turn()
        self._arrange()
        self._set_up_card()
        self.canvas.view_changed.connect(self._follow)
        self.strip.pointed.connect(self._tell)
        self.strip.zoom_asked.connect(self._zoom)

    def _arrange(self) -> None:
        self._row = row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        row.setSpacing(0)
        row.addWidget(self.canvas, 1)
        row.addWidget(self.strip)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.path_bar)
        column.addLayout(row, 1)

    def room_for_picture(self, flow: Flow) -> tuple[float, float]:
        """Width and height of the canvas above a legend, as there will be one, beside or above
        the profile as it is where data flows that way."""
        size = self._row.geometry().size()
        if self._has_strip(flow):
            strip = QSize(self.strip.breadth(flow), 0)
            size -= strip.transposed() if flow == "right" else strip
        return (float(size.width()), size.height() - _LEGEND[size.width() >= _BROAD])

    def _has_strip(self, flow: Flow) -> bool:
        enough = (
            self.height() >= _ROOMY.height() if flow == "right" else self.width() >= _ROOMY.width()
        )
        return self._wanted and enough

    @property
    def wants_strip(self) -> bool:
        """Whether the profile stands beside the canvas where there is room."""
        return self._wanted

    def show_strip(self, wanted: bool) -> None:
        """Whether the profile stands beside the canvas."""
        self._wanted = wanted
        self._share_room()

    def show_wrapped(self, wrapped: bool) -> None:
        """Whether the drawing is in several columns, beside which no profile can stand."""
        self.strip.show_wrapped(wrapped)
        self.card.hide()

    def show_flow(self, flow: Flow) -> None:
        """The profile stands beside a drawing that flows down, and lies below one that flows to
        the right."""
        if flow == self._turn.flow:
            return
        self._turn = Turn(flow)
        down, across = QBoxLayout.Direction.TopToBottom, QBoxLayout.Direction.LeftToRight
        self._row.setDirection(down if self._turn.is_right else across)
        self.strip.show_flow(flow)
        self._share_room()
        self._column.activate()  # the picture is about to be fitted into the new room

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.card.hide()

    def _set_up_card(self) -> None:
        self.card.setTextFormat(Qt.TextFormat.RichText)
        self.card.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.card.hide()

    def _share_room(self) -> None:
        self.strip.setVisible(self._has_strip(self._turn.flow))
        self.card.hide()

    def _follow(self) -> None:
        self.card.hide()
        self.strip.update()

    def _zoom(self, factor: float, y: float) -> None:
        middle = self._turn.point(QRectF(self.canvas.viewport().rect()).center())
        self.canvas.zoom_by(factor, self._turn.point(QPointF(middle.x(), y)))

    def _tell(self, number: int) -> None:
        """Tell about the cut under the mouse, on the canvas next to the step."""
        narrowing, theme = self.strip.narrowing, self.strip.theme
        self.card.setVisible(number >= 0)
        if number < 0 or narrowing is None or theme is None:
            return
        self.card.setStyleSheet(
            f"background: {theme.raised}; border: 1px solid {theme.strong_border};"
            " border-radius: 6px; padding: 5px 8px;"
        )
        self.card.setText(card_text(narrowing.profile, narrowing.chain_findings, number, theme))
        self.card.adjustSize()
        self.card.move(self._beside(self.strip.y_of(number)))
        self.card.raise_()

    def _beside(self, y: float) -> QPoint:
        """Left of a strip that stands, above one that lies."""
        size = self.card.size()
        at = self.strip.pos() + self._turn.point(QPointF(0, y)).toPoint()
        left, top = at.x() - _AWAY - size.width(), at.y() - size.height() // 2
        if self._turn.is_right:
            left, top = at.x() - size.width() // 2, at.y() - _AWAY - size.height()
        left = max(min(left, self.width() - size.width() - 4), 4)
        return QPoint(left, max(min(top, self.height() - size.height() - 4), 4))

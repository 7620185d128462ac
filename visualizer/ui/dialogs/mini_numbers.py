"""What the mini-network costs, beside the single convolution it replaces."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from visualizer.costs.units import exact
from visualizer.lessons.mini_designs import Design, Figure, figures
from visualizer.lessons.mini_network import size_text
from visualizer.lessons.mini_steps import Step
from visualizer.ui.panels.parts import paint_share, text_of, theme_now
from visualizer.ui.theme import canvas_font

_ROW = 54
_WIDTH = 236
_PAD = 9
_BAR = 5
_UNCOMPARED = ("field", "activations")


class MiniNumbers(QWidget):
    """The counters so far, and below them what every way of counting comes to."""

    def __init__(self) -> None:
        super().__init__()
        self.counter = text_of("", "number")
        self.counter.setAccessibleName("Counted so far")
        self.counter_title = text_of("So far", "secondary")
        self.against = text_of("", "secondary")
        self.against.setWordWrap(True)
        self.rows: list[FigureRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        for widget in (self.counter_title, self.counter, self.against):
            widget.setContentsMargins(_PAD, 0, 0, 0)
            self._column.addWidget(widget)
        self.counter.setContentsMargins(_PAD, 0, 0, 12)
        self._column.addStretch(1)
        self.setFixedWidth(_WIDTH)

    def show_design(self, design: Design) -> None:
        """The figures of another design."""
        shown = figures(design)
        while len(self.rows) < len(shown):
            self.rows.append(FigureRow())
            self._column.insertWidget(self._column.count() - 1, self.rows[-1])
        whole = "" if design.is_whole else size_text(design.whole.tile)
        for row, figure in zip(self.rows, shown, strict=True):
            row.show_figure(figure, whole)
        self.against.setText(f"Bars: this. Line: {whole} at once." if whole else "In all")

    def show_step(self, step: Step) -> None:
        """Count up to `step`, and light up the figure it is about."""
        self.counter.setText(f"{step.weights} weights · {exact(step.macs)} MACs")
        for row in self.rows:
            row.light(step.focus)


class FigureRow(QWidget):
    """A number, that of the single convolution beside it, and both as a bar and a line."""

    def __init__(self) -> None:
        super().__init__()
        self.figure: Figure | None = None
        self.lit = False
        self._whole_name = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: Figure, whole_name: str) -> None:
        """Show `figure`; `whole_name` is the convolution beside it, "" for none."""
        self.figure, self._whole_name = figure, whole_name
        self.setFixedHeight(_ROW if _has_bar(figure) else _ROW - 14)
        self.setToolTip(figure.tooltip)
        self.setAccessibleName(f"{figure.title}: {figure.value}. {self._beside(figure)}".strip())
        self.update()

    def light(self, focus: str) -> None:
        """Light up when the step is about this figure."""
        self.lit = self.figure is not None and self.figure.focus == focus
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, self.height())

    def _beside(self, figure: Figure) -> str:
        if not self._whole_name:
            return ""
        text = f"{self._whole_name}: {figure.whole}"
        if _has_bar(figure) and figure.value != figure.whole:
            change = 100 * (figure.value / figure.whole - 1)
            text += f"  ({'−' if change < 0 else '+'}{abs(change):.0f} %)"
        return text

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.figure is None:
            return
        painter, theme = QPainter(self), theme_now()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0, 1, 0, -1)
        if self.lit:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(frame, 7, 7)
        inside = frame.adjusted(_PAD, 4, -_PAD, -6)
        self._paint_words(painter, inside, self.figure)
        if _has_bar(self.figure):
            self._paint_bar(painter, inside, self.figure)

    def _paint_words(self, painter: QPainter, room: QRectF, figure: Figure) -> None:
        theme, top = theme_now(), Qt.AlignmentFlag.AlignTop
        painter.setFont(canvas_font(11))
        painter.setPen(theme.color("secondary"))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | top, figure.title)
        below = room.adjusted(0, 14, 0, 0)
        font = canvas_font(15)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | top, exact(figure.value))
        painter.setFont(canvas_font(11))
        painter.setPen(theme.color("secondary"))
        painter.drawText(
            below.adjusted(0, 3, 0, 0), Qt.AlignmentFlag.AlignRight | top, self._beside(figure)
        )

    def _paint_bar(self, painter: QPainter, room: QRectF, figure: Figure) -> None:
        theme = theme_now()
        most = max(figure.value, figure.whole)
        bar = QRectF(room.left(), room.bottom() - _BAR, room.width(), _BAR)
        color = theme.color("warning" if figure.value > figure.whole else "accent")
        paint_share(painter, bar, figure.value / most, color, theme.color("border"))
        if not self._whole_name:
            return
        x = bar.left() + (bar.width() - 1) * figure.whole / most
        painter.setPen(QPen(theme.color("text"), 2))
        painter.drawLine(QPointF(x, bar.top() - 2), QPointF(x, bar.bottom() + 2))


def _has_bar(figure: Figure) -> bool:
    """Whether more of it is dearer."""
    return figure.focus not in _UNCOMPARED

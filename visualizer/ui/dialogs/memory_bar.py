"""One stacked bar of training memory at its peak, and the legend beneath it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QToolTip, QWidget

from visualizer.costs.training import Part
from visualizer.costs.units import human_bytes, percent
from visualizer.graph.families import Family
from visualizer.ui.panels.parts import text_of
from visualizer.ui.theme import Theme

_HEIGHT, _RADIUS, _GAP = 30, 6.0, 1.0
_SWATCH = 10
_FAMILY: dict[str, Family] = {
    "Parameters": "conv",
    "Buffers": "reshape",
    "Optimizer state": "linear",
    "Gradients": "attention",
    "Saved activations": "pool",
    "Temporary": "elementwise",
}


def part_color(title: str, theme: Theme) -> QColor:
    """The colour of a part, the same in the bar and the legend."""
    return theme.family(_FAMILY[title])


class MemoryBar(QWidget):
    """The parts side by side, each as long as its share of the peak; a tooltip names each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._parts: tuple[Part, ...] = ()
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Training memory at its peak, by part")

    def show_parts(self, parts: Sequence[Part], theme: Theme) -> None:
        self._parts, self._theme = tuple(parts), theme
        said = ", ".join(f"{part.title} {human_bytes(part.bytes)}" for part in parts)
        self.setAccessibleDescription(said)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, _HEIGHT)

    def segments(self) -> list[tuple[Part, QRectF]]:
        """Where each part lies; those of nothing are left out."""
        whole = sum(part.bytes for part in self._parts)
        found, left = [], 0.0
        for part in self._parts:
            if not whole or not part.bytes:
                continue
            width = self.width() * part.bytes / whole
            found.append((part, QRectF(left, 0, width, self.height())))
            left += width
        return found

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), self._theme.color("border"))
        for part, area in self.segments():
            gap = _GAP if area.width() > 3 * _GAP else 0.0
            painter.fillRect(area.adjusted(0, 0, -gap, 0), part_color(part.title, self._theme))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            under = (p for p, area in self.segments() if area.contains(QPointF(event.pos())))
            part = next(under, None)
            text = f"{part.title}: {human_bytes(part.bytes)}\n{part.meaning}" if part else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)


class MemoryLegend(QWidget):
    """Swatch, name, bytes, share and meaning of each part, one a row; the peak below."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(4, 1)
        self._rows: dict[str, tuple[QLabel, QLabel, QLabel]] = {}

    def show_parts(self, parts: Sequence[Part], peak: int, theme: Theme) -> None:
        """Fill in the numbers; rows are made once."""
        for part in (*parts, Part("Peak", peak, "all of it at one moment")):
            swatch, size, share = self._row(part)
            if part.title in _FAMILY:
                color = part_color(part.title, theme).name()
                swatch.setStyleSheet(f"background: {color}; border-radius: 3px;")
            size.setText(human_bytes(part.bytes))
            share.setText(percent(part.bytes / peak if peak else None))

    def _row(self, part: Part) -> tuple[QLabel, QLabel, QLabel]:
        if part.title in self._rows:
            return self._rows[part.title]
        number, right = len(self._rows), Qt.AlignmentFlag.AlignRight
        role = "" if part.title in _FAMILY else "heading"
        swatch, size, share = QLabel(), text_of("", role), text_of("", "secondary")
        swatch.setFixedSize(_SWATCH, _SWATCH)
        self._grid.addWidget(swatch, number, 0)
        self._grid.addWidget(text_of(part.title, role), number, 1)
        self._grid.addWidget(size, number, 2, right)
        self._grid.addWidget(share, number, 3, right)
        meaning = text_of(part.meaning, "secondary")
        self._grid.addWidget(meaning, number, 4)
        self._rows[part.title] = (swatch, size, share)
        return self._rows[part.title]

"""Pictures of a graph as files: SVG and PDF with real text, PNG of a chosen size.

Works without a window; the same painters draw the screen.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSize, QSizeF
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QImage,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.theme import Theme, canvas_font

MARGIN = 28.0
TITLE_SIZE = 17
_TITLE_ROOM = 40.0
_LEGEND_GAP = 24.0
_LEGEND_ROOM = 480.0
_LEGEND_INSET = 12.0  # of its own padding: its text begins where the title does
# QImage paints correctly up to 32,767 pixels a side; 400 million are 1.6 GB.
LONGEST_SIDE = 32_767
MOST_PIXELS = 400_000_000
# Acrobat opens pages up to 200 inches; text in smaller units keeps its place exactly.
LONGEST_PAGE = 14_400.0
_PDF_DOTS = 720


class ExportError(ValueError):
    """The picture cannot be written as asked; the text says why and what to do."""


class Part(NamedTuple):
    """What is seen of a picture: an area of the scene at a zoom (screen pixels a scene pixel)."""

    area: QRectF
    zoom: float


class Sheet:
    """A picture, or a part of it as it is seen, with its title above and its legend below, ready
    to be painted anywhere."""

    def __init__(
        self,
        shown: ShownGraph,
        theme: Theme,
        marks: Marks | None = None,
        part: Part | None = None,
    ) -> None:
        self._content = Content.of(shown, theme, marks, signs=False)
        self._title = shown.title
        self._theme = theme
        families, dashes = self._content.families(), self._content.has_dashes
        self._legend = Legend(shown.scale, families, theme, marks, dashes, shown.placement.flow)
        self._part = part
        self._area, self._zoom = part or Part(self._content.extent(1.0), 1.0)
        room = max(self._area.width() * self._zoom, _LEGEND_ROOM)
        self._legend_size = self._legend.size(room, self._zoom)

    @property
    def ground(self) -> QColor:
        """What everything is painted on."""
        return self._theme.color("ground")

    @property
    def title(self) -> str:
        """The network's name."""
        return self._title

    @property
    def side(self) -> str:
        """Which side of bars is proportional to activations."""
        return "height" if self._content.picture.turn.is_right else "width"

    @property
    def size(self) -> QSizeF:
        """Width and height in scene pixels."""
        width = max(self._drawn.width(), self._legend_size.width(), self._title_width())
        below = _LEGEND_GAP + self._legend_size.height()
        height = _TITLE_ROOM + self._drawn.height() + below
        return QSizeF(width + 2 * MARGIN, height + 2 * MARGIN)

    @property
    def _drawn(self) -> QSizeF:
        """How large the drawing is on the sheet."""
        return self._area.size() * self._zoom

    def paint(self, painter: QPainter) -> None:
        """Paint from (0, 0) to `size`."""
        size = self.size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
        painter.fillRect(QRectF(QPointF(0, 0), size), self.ground)
        self._paint_title(painter)
        corner = QPointF(
            MARGIN - _LEGEND_INSET, size.height() - MARGIN - self._legend_size.height()
        )
        self._legend.paint(painter, QRectF(corner, self._legend_size), self._zoom, panel=False)
        painter.translate((size.width() - self._drawn.width()) / 2, MARGIN + _TITLE_ROOM)
        painter.scale(self._zoom, self._zoom)
        painter.translate(-self._area.topLeft())
        if self._part is not None:
            painter.setClipRect(self._area)
        self._content.paint_shapes(painter, self._area, self._zoom)
        self._content.texts.paint(painter, self._area, self._zoom, halo=False)
        self._content.waists.paint(painter, self._area, self._zoom)

    def _paint_title(self, painter: QPainter) -> None:
        painter.setFont(_title_font())
        painter.setPen(self._theme.color("text"))
        painter.drawText(QPointF(MARGIN, MARGIN + TITLE_SIZE * 0.8), self._title)

    def _title_width(self) -> float:
        return QFontMetricsF(_title_font()).horizontalAdvance(self._title)


def _title_font() -> QFont:
    return canvas_font(TITLE_SIZE, QFont.Weight.DemiBold)


def render_image(sheet: Sheet, scale: float = 1.0) -> QImage:
    """The sheet at `scale` image pixels a pixel of it; raises ExportError when too large."""
    size = _image_size(sheet.size, scale)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    if image.isNull():
        raise ExportError(f"no memory for a picture of {size.width():,} × {size.height():,} pixels")
    image.fill(sheet.ground)  # its last row and column are covered in part only
    painter = QPainter(image)
    painter.scale(scale, scale)
    _paint_and_end(sheet, painter)
    return image


def save(sheet: Sheet, path: Path, scale: float = 1.0) -> None:
    """Write `path` as its ending says: .svg, .pdf or .png; `scale` sizes PNG pixels.

    Raises ExportError for another ending, a PNG that is too large, or a file that cannot be
    written. Needs a running Qt application, for its fonts.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ExportError(f"cannot write '{path.name}': use a name that ends in .svg, .pdf or .png")
    if not path.parent.is_dir():
        raise ExportError(f"cannot write {path}: there is no folder {path.parent}")
    write(sheet, path, scale)
    if not path.is_file():
        raise ExportError(f"cannot write {path}: check that the folder may be written to")


def _save_png(sheet: Sheet, path: Path, scale: float) -> None:
    if not render_image(sheet, scale).save(str(path)):
        raise ExportError(f"cannot write {path}: check that the folder may be written to")


def _save_svg(sheet: Sheet, path: Path, _scale: float) -> None:
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(sheet.size.toSize())
    generator.setViewBox(QRectF(QPointF(0, 0), sheet.size))
    generator.setResolution(96)
    generator.setTitle(sheet.title)
    generator.setDescription(f"Bar {sheet.side}s are proportional to activations.")
    _paint_and_end(sheet, _painter_on(generator, path))


def _save_pdf(sheet: Sheet, path: Path, _scale: float) -> None:
    shrink = min(1.0, LONGEST_PAGE / max(sheet.size.width(), sheet.size.height()))
    writer = QPdfWriter(str(path))
    writer.setTitle(sheet.title)
    writer.setCreator("Architecture Visualizer")
    writer.setResolution(_PDF_DOTS)
    writer.setPageSize(QPageSize(sheet.size * shrink, QPageSize.Unit.Point, sheet.title))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = _painter_on(writer, path)
    painter.scale(shrink * _PDF_DOTS / 72, shrink * _PDF_DOTS / 72)
    _paint_and_end(sheet, painter)


def _painter_on(device: QSvgGenerator | QPdfWriter, path: Path) -> QPainter:
    painter = QPainter()
    if not painter.begin(device):
        raise ExportError(f"cannot write {path}: check that the folder may be written to")
    return painter


def _paint_and_end(sheet: Sheet, painter: QPainter) -> None:
    try:
        sheet.paint(painter)
    finally:
        painter.end()


def _image_size(size: QSizeF, scale: float) -> QSize:
    width, height = math.ceil(size.width() * scale), math.ceil(size.height() * scale)
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        most = min(
            LONGEST_SIDE / max(size.width(), size.height()),
            math.sqrt(MOST_PIXELS / (size.width() * size.height())),
        )
        raise ExportError(
            f"a PNG of {width:,} × {height:,} pixels is too large: use a scale up to "
            f"{math.floor(most * 100) / 100:g}, or write .svg or .pdf"
        )
    return QSize(width, height)


_Writer = Callable[[Sheet, Path, float], None]
_WRITERS: dict[str, _Writer] = {".png": _save_png, ".svg": _save_svg, ".pdf": _save_pdf}

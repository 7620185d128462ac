"""Small silhouettes as the canvas draws them: bars as wide as their tensors, ribbons between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter

from visualizer.bottlenecks.reductions import Sketch
from visualizer.graph.families import Family
from visualizer.layout.model import Span
from visualizer.ui.canvas.bands import band_path
from visualizer.ui.theme import Theme

_GAP = 7.0
_THINNEST = 2.0
_FEW_ROWS = 4
_BAR, _LOW_BAR = 8.0, 5.0
_NEAR = 4.0


@dataclass(frozen=True)
class _Entry:
    """Something that takes room in a row: a bar, or an edge that runs past (`bar` is None)."""

    bar: int | None
    edge: int | None
    width: int


class SketchLayout:
    """Who stands beside whom in each row; in numbers, so that the scale may change."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch = sketch
        self.row_of = {bar: number for number, row in enumerate(sketch.rows) for bar in row}
        self.rows: list[list[_Entry]] = []
        for number in range(len(sketch.rows)):
            self.rows.append(self._ordered(number))

    @cached_property
    def needs(self) -> list[tuple[int, int]]:
        """For each row its numbers and its count of gaps."""
        return [(sum(entry.width for entry in row), len(row) - 1) for row in self.rows]

    def _ordered(self, number: int) -> list[_Entry]:
        """A row's entries, each below what it comes from, so that ribbons seldom cross."""
        sketch = self.sketch
        bars = [_Entry(bar, None, sketch.bars[bar].width) for bar in sketch.rows[number]]
        lanes = [
            _Entry(None, at, sketch.bars[source].width)
            for at, (source, target) in enumerate(sketch.edges)
            if self.row_of[source] < number < self.row_of[target]
        ]
        return sorted([*bars, *lanes], key=self._above)

    def _above(self, entry: _Entry) -> tuple[float, int]:
        """Mean place of what an entry comes from; among equals the order of execution."""
        edges = self.sketch.edges
        if entry.edge is not None:
            # A lane from the input has no place of its own yet: where it ends decides.
            source, target = edges[entry.edge]
            return self._place(entry.edge), source or target
        into = [self._place(at) for at, (_, target) in enumerate(edges) if target == entry.bar]
        return sum(into) / max(len(into), 1), entry.bar or 0

    def _place(self, edge: int) -> float:
        """Where an edge leaves the row laid out last."""
        if not self.rows:
            return 0.0
        source = self.sketch.edges[edge][0]
        for at, entry in enumerate(self.rows[-1]):
            if entry.edge == edge or entry.bar == source:
                return float(at)
        return 0.0


def pixels_per_number(layouts: Iterable[SketchLayout], width: float) -> float:
    """The one scale on which every row of all these sketches fits into `width` pixels."""
    return min(
        (width - gaps * _GAP) / max(numbers, 1)
        for layout in layouts
        for numbers, gaps in layout.needs
    )


@dataclass(frozen=True)
class Placed:
    """Where the bars and the ribbons of a sketch are, in pixels."""

    bars: dict[int, QRectF]
    ribbons: list[tuple[int, int, list[Span]]]

    def bar_at(self, point: QPointF) -> int | None:
        """The bar at or near a point."""
        near = (
            bar
            for bar, rect in self.bars.items()
            if rect.adjusted(-_NEAR, -_NEAR, _NEAR, _NEAR).contains(point)
        )
        return next(near, None)


def place(layout: SketchLayout, area: QRectF, scale: float) -> Placed:
    """Rows from top to bottom of `area`, each centred."""
    rows = layout.rows
    height = _BAR if len(rows) <= _FEW_ROWS else _LOW_BAR
    step = (area.height() - height) / max(len(rows) - 1, 1)
    bars: dict[int, QRectF] = {}
    lanes: dict[tuple[int, int], QRectF] = {}
    for number, row in enumerate(rows):
        top = area.top() + number * step
        for entry, (left, width) in zip(row, _along(row, area, scale), strict=True):
            rect = QRectF(left, top, width, height)
            if entry.bar is not None:
                bars[entry.bar] = rect
            elif entry.edge is not None:
                lanes[entry.edge, number] = rect
    ribbons = [
        (*edge, _spans(layout, at, bars, [rect for key, rect in lanes.items() if key[0] == at]))
        for at, edge in enumerate(layout.sketch.edges)
    ]
    return Placed(bars, ribbons)


def _along(row: Sequence[_Entry], area: QRectF, scale: float) -> list[tuple[float, float]]:
    """Left edge and width of each entry of a row."""
    widths = [max(_THINNEST, entry.width * scale) for entry in row]
    left = area.center().x() - (sum(widths) + _GAP * (len(row) - 1)) / 2
    found = []
    for width in widths:
        found.append((left, width))
        left += width + _GAP
    return found


def _spans(
    layout: SketchLayout, edge: int, bars: dict[int, QRectF], lanes: Sequence[QRectF]
) -> list[Span]:
    source, target = layout.sketch.edges[edge]
    start, end = bars[source], bars[target]
    left, right = _landing(layout, edge, bars)
    passing = [
        Span(y, lane.left(), lane.right()) for lane in lanes for y in (lane.top(), lane.bottom())
    ]
    return [
        Span(start.bottom(), start.left(), start.right()),
        *passing,
        Span(end.top(), left, right),
    ]


def _landing(layout: SketchLayout, edge: int, bars: dict[int, QRectF]) -> tuple[float, float]:
    """On a concatenation each input has its own share, on anything else the whole bar."""
    sketch = layout.sketch
    target = sketch.edges[edge][1]
    rect = bars[target]
    into = [at for at, (_, end) in enumerate(sketch.edges) if end == target]
    if sketch.bars[target].family != "concat" or len(into) < 2:
        return rect.left(), rect.right()
    above = layout.rows[layout.row_of[target] - 1]
    order = [_found(sketch, entry, into) for entry in above]
    wide = {at: sketch.bars[sketch.edges[at][0]].width for at in into}
    total = max(sum(wide.values()), 1)
    before = sum(wide[at] for at in order[: order.index(edge)] if at is not None)
    left = rect.left() + rect.width() * before / total
    return left, left + rect.width() * wide[edge] / total


def _found(sketch: Sketch, entry: _Entry, edges: Sequence[int]) -> int | None:
    """Which of these edges an entry of the row above leads into."""
    for at in edges:
        if entry.edge == at or (entry.edge is None and sketch.edges[at][0] == entry.bar):
            return at
    return None


def paint(painter: QPainter, sketch: Sketch, placed: Placed, theme: Theme) -> None:
    """Ribbons first, bars over them; what is narrower than the output in the waist's red."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for source, target, spans in placed.ribbons:
        fill = QLinearGradient(QPointF(0, spans[0].y), QPointF(0, spans[-1].y))
        for at, bar in ((0.0, source), (1.0, target)):
            fill.setColorAt(at, _color(sketch, bar, theme, theme.ribbon_alpha))
        painter.fillPath(band_path(spans), fill)
    for bar, rect in placed.bars.items():
        radius = min(2.5, rect.width() / 2, rect.height() / 2)
        painter.setBrush(_color(sketch, bar, theme, 1.0))
        painter.drawRoundedRect(rect, radius, radius)


def _color(sketch: Sketch, bar: int, theme: Theme, alpha: float) -> QColor:
    drawn = sketch.bars[bar]
    if drawn.pinch:
        return theme.color("waist", alpha)
    return theme.family(cast(Family, drawn.family), alpha)

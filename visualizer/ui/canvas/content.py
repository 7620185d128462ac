"""All layers of one picture in one theme: what the window and the exports both paint."""

from __future__ import annotations

from math import inf

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from visualizer.graph.families import FAMILY_TITLES, Family
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.bars import BarLayer
from visualizer.ui.canvas.frames import FrameLayer
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.picture import Picture
from visualizer.ui.canvas.ribbons import RibbonLayer
from visualizer.ui.canvas.text import LabelLayer
from visualizer.ui.theme import Theme


class Content:
    """A picture with its painters; replaced as a whole when graph, theme or marks change."""

    def __init__(self, picture: Picture, theme: Theme, marks: Marks | None = None) -> None:
        self.picture = picture
        self.theme = theme
        self.marks = marks
        self.frames = FrameLayer(picture, theme)
        self.ribbons = RibbonLayer(picture, theme)
        self.bars = BarLayer(picture, theme, marks)
        self.texts = LabelLayer(picture, theme, self.bars)

    @classmethod
    def of(cls, shown: ShownGraph, theme: Theme, marks: Marks | None = None) -> Content:
        return cls(Picture(shown), theme, marks)

    def paint_shapes(self, painter: QPainter, exposed: QRectF, scale: float) -> None:
        """Everything without text that touches `exposed`, bottom to top."""
        self.frames.paint(painter, exposed, scale)
        self.ribbons.paint(painter, exposed, scale)
        self.bars.paint(painter, exposed, scale)

    def extent(self, scale: float) -> QRectF:
        """The picture with its labels, as large as it is at `scale`."""
        area = QRectF(self.picture.ink)
        for label in self.texts.labels(self.picture.bounds, scale):
            area = area.united(label.box)
        return area

    def left_below(self, height: float, scale: float) -> float:
        """How far left anything reaches that is lower than scene `height`; inf for nothing."""
        boxes = self.picture.boxes
        low = boxes[boxes[:, 3] > height, 0]
        labels = self.texts.labels(self.picture.bounds, scale)
        lefts = [label.box.left() for label in labels if label.box.bottom() > height]
        return min([*lefts, float(low.min()) if low.size else inf], default=inf)

    def item_at(self, point: QPointF, exposed: QRectF, scale: float) -> str:
        """The bar, label or group frame under `point`, "" for empty ground."""
        slack = 3.0 / scale
        return (
            self.picture.bar_at(point, slack)
            or self.texts.item_at(point, exposed, scale)
            or self.picture.group_edge_at(point, slack)
        )

    def families(self) -> list[tuple[str, str]]:
        """(title, colour) of the families present, those of one colour together."""
        present = {bar.family for bar in self.picture.bars}
        by_color: dict[str, list[Family]] = {}
        for family in FAMILY_TITLES:
            if family in present:
                by_color.setdefault(self.theme.families[family], []).append(family)
        return [
            (", ".join(FAMILY_TITLES[family] for family in families), color)
            for color, families in by_color.items()
        ]

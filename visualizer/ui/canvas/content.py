"""All layers of one picture in one theme: what the window and the exports both paint."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from visualizer.graph.families import FAMILY_TITLES, Family
from visualizer.session.cuts import CutMark
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.bars import BarLayer
from visualizer.ui.canvas.frames import FrameLayer
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.picture import Picture, across
from visualizer.ui.canvas.ribbons import RibbonLayer
from visualizer.ui.canvas.text import LabelLayer
from visualizer.ui.canvas.waists import WaistLayer
from visualizer.ui.theme import Theme


class Content:
    """A picture with its painters; replaced as a whole when graph, theme or marks change.

    `signs` says whether the plus and minus that open and close modules are drawn.
    """

    def __init__(
        self, picture: Picture, theme: Theme, marks: Marks | None = None, signs: bool = True
    ) -> None:
        self.picture = picture
        self.theme = theme
        self.marks = marks
        self.frames = FrameLayer(picture, theme, signs)
        self.ribbons = RibbonLayer(picture.as_flowing_down, theme, marks)
        self.bars = BarLayer(picture.as_flowing_down, theme, marks, signs)
        self.texts = LabelLayer(picture, theme, self.bars, marks)
        self.waists = WaistLayer(picture, theme, self._known_waists(), self.texts)

    @classmethod
    def of(
        cls, shown: ShownGraph, theme: Theme, marks: Marks | None = None, signs: bool = True
    ) -> Content:
        return cls(Picture(shown), theme, marks, signs)

    def paint_shapes(
        self, painter: QPainter, exposed: QRectF, scale: float, whole: QRectF | None = None
    ) -> None:
        """Everything without text that touches `exposed`, bottom to top; a part of a frame is
        as fine as the `whole`."""
        self.frames.paint(painter, exposed, scale)
        turn = self.picture.turn
        exposed, whole = turn.rect(exposed), turn.rect(whole or exposed)
        with turn.painting(painter):
            self.ribbons.paint(painter, exposed, scale, whole)
            self.bars.paint(painter, exposed, scale, whole)

    def paint_silhouette(self, painter: QPainter) -> None:
        """All bars and ribbons in flat colours: how they look from far away."""
        with self.picture.turn.painting(painter):
            self.ribbons.paint_silhouette(painter)
            self.bars.paint_silhouette(painter)

    def extent(self, scale: float, part: QRectF | None = None) -> QRectF:
        """The picture, or a `part` of it, with its labels, as large as it is at `scale`."""
        whole = part is None or part.contains(self.picture.ink)
        area = QRectF(self.picture.ink if part is None else part)
        boxes = [label.box for label in self.texts.labels(self.picture.bounds, scale)]
        boxes += [text.box for text in self.waists.texts(self.picture.bounds, scale)]
        turn = self.picture.turn
        for box in boxes:
            here = turn.rect(area)
            if whole or here.top() <= turn.rect(box).top() < here.bottom():
                area = area.united(box)
        return area

    def extents_seen(self, seen: QRectF, scale: float) -> tuple[QRectF, QRectF]:
        """From side to side across the flow, what is drawn and written next to what is `seen`;
        and the same without frames and ribbons. Null where there is nothing."""
        turn = self.picture.turn
        here, ink = turn.rect(seen), turn.rect(self.picture.ink)
        band = QRectF(ink.left(), here.top(), ink.width(), here.height())
        words = turn.boxes(self.texts.boxes(turn.rect(here.united(band)), scale))
        all_boxes, bars = turn.boxes(self.picture.boxes), turn.boxes(self.picture.bar_boxes)
        return (
            turn.rect(across(np.vstack([all_boxes, words]), band)),
            turn.rect(across(np.vstack([bars, words]), band)),
        )

    def named_rect(self, items: Collection[str], scale: float) -> QRectF:
        """Around bars or groups and what is written for them; null where none is shown."""
        rect = QRectF()
        for item in items:
            rect = rect.united(self.picture.rect_of(item) or QRectF())
        if rect.isNull():
            return rect
        for label in self.texts.labels(rect, scale):
            if label.item in items:
                rect = rect.united(label.box)
        return rect

    def item_at(self, point: QPointF, exposed: QRectF, scale: float) -> str:
        """The bar, label or group frame under `point`, "" for empty ground."""
        slack = 3.0 / scale
        return (
            self.picture.bar_at(point, slack)
            or self.texts.item_at(point, exposed, scale)
            or self.picture.group_edge_at(point, slack)
        )

    def families(self) -> list[tuple[str, str]]:
        """(title, colour) of the families seen, those of one colour together."""
        present = {bar.family for bar in self.picture.bars if not self._on_ramp(bar.id)}
        by_color: dict[str, list[Family]] = {}
        for family in FAMILY_TITLES:
            if family in present:
                by_color.setdefault(self.theme.families[family], []).append(family)
        return [
            (", ".join(FAMILY_TITLES[family] for family in families), color)
            for color, families in by_color.items()
        ]

    def _known_waists(self) -> tuple[CutMark, ...]:
        """The waists whose bars are all in this picture."""
        at, waists = self.picture.bar_numbers, self.marks.waists if self.marks else ()
        return tuple(w for w in waists if w.bars and all(bar in at for bar in w.bars))

    @property
    def has_dashes(self) -> bool:
        """Whether something is shown that runs only in training."""
        return any(bar.training_only for bar in self.picture.bars)

    def _on_ramp(self, bar: str) -> bool:
        """Whether a metric's colour hides that of the bar's family."""
        return self.marks is not None and self.marks.is_overlay and bar in self.marks.colors

"""What is drawn on the canvas: a content with its marks, words over it, the legend below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QWidget

from visualizer.session.cuts import CutMark
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.cut_line import paint_cut_label
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.looking import LookingView
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.overlay import Overlay
from visualizer.ui.canvas.pointing import Pointer
from visualizer.ui.canvas.transition import Transition
from visualizer.ui.theme import LIGHT, Theme


class DrawnView(LookingView):
    """A view of a content in a theme's colours, with what is marked in it and what its colours
    mean."""

    def __init__(self, theme: Theme = LIGHT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._marks: Marks | None = None
        self._pointer: Pointer | None = None
        self._legend: Legend | None = None
        self._with_legend = True
        self._more: Callable[[str], str] = lambda item: ""
        self._overlay = Overlay()
        self._transition = Transition(self, lambda: self.viewport().update())

    # What is marked, in which colours

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._rebuild()

    def set_marks(
        self, marks: Mapping[str, QColor | None] | Marks | None, legend: str = ""
    ) -> None:
        """Colour bars by id over their family's colour; None takes the overlay away."""
        before = self._marks.waists if self._marks else ()
        self._marks = marks if marks is None or isinstance(marks, Marks) else Marks(marks, legend)
        self._rebuild()
        waists = self._marks.waists if self._marks else ()
        if waists != before and self._camera.fitted:  # their numbers need room too
            self._fit(self._whole)

    def say_more(self, of_item: Callable[[str], str]) -> None:
        """What the tooltip of a bar or group says besides, "" for nothing."""
        self._more = of_item
        self._content_changed()

    def set_selected(self, item: str | None) -> None:
        """Outline a bar or group and its ribbons; None or "" outlines nothing."""
        self._overlay.selected = item or ""
        self._refresh()

    def set_cut(self, cut: CutMark | None) -> None:
        """Mark all tensors of a cut together, with its numbers; None marks nothing."""
        self._overlay.cut = cut
        self._painting.show_cut(self._shown_cut())
        self.viewport().update()

    def set_matches(self, ids: Iterable[str]) -> None:
        """Mark search hits."""
        self._overlay.set_matches(ids)
        self._refresh()

    @property
    def cut(self) -> CutMark | None:
        """The cut that is marked."""
        return self._overlay.cut

    @property
    def shown(self) -> ShownGraph | None:
        """The graph on the screen."""
        return self._content.picture.shown if self._content else None

    @property
    def content(self) -> Content | None:
        """What is painted now."""
        return self._content

    @property
    def marks(self) -> Marks | None:
        """The colours laid over bars."""
        return self._marks

    @property
    def theme(self) -> Theme:
        """The colours it is painted in."""
        return self._theme

    @property
    def moving(self) -> bool:
        """Whether things are on their way to their new places."""
        return self._transition.running

    # What follows from it

    def _refresh(self) -> None:
        """Something is marked otherwise."""
        self.viewport().update()

    def _rebuild(self) -> None:
        if self._content is not None:
            self._content = Content(self._content.picture, self._theme, self._marks)
        before = self._room
        self._content_changed()
        self._fit_again(before)

    def _content_changed(self) -> None:
        collapsed = self._legend.collapsed if self._legend else False
        self._legend, self._pointer = None, None
        if self._content is not None:
            self._pointer = Pointer(self._content, self._camera, self._more)
            scale = self._content.picture.shown.scale
            families, dashes = self._content.families(), self._content.has_dashes
            flow = self._content.picture.turn.flow
            self._legend = Legend(scale, families, self._theme, self._marks, dashes, flow)
            self._legend.collapsed = collapsed
        self._painting.show(self._content, self._theme, self._shown_cut())
        self._refresh()

    # The legend

    def show_legend(self, shown: bool) -> None:
        """Draw the legend below, or leave saying what colours mean to somebody else."""
        before = self._room
        self._with_legend = shown
        self._fit_again(before)
        self.viewport().update()

    def legend_box(self) -> QRectF:
        """Where the legend is in the viewport; empty while nothing is shown."""
        if self._legend is None or not self._with_legend:
            return QRectF()
        return self._legend.strip(QRectF(self.viewport().rect()), self.zoom)

    def _on_legend(self, at: QPointF) -> bool:
        """A click on the legend folds it down to the scale, or opens it."""
        if self._legend is None or not self.legend_box().contains(at):
            return False
        before = self._room
        self._legend.collapsed = not self._legend.collapsed
        self._fit_again(before)
        self.viewport().update()
        return True

    # Painting

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """The kept frame: ground, frames, ribbons and bars."""
        painter.save()
        painter.resetTransform()
        if self.moving:
            painter.fillRect(self.viewport().rect(), self._theme.color("ground"))
            self._transition.paint(painter)
        if (share := self._arrived) > 0.0:
            painter.setOpacity(share)
            ratio = painter.device().devicePixelRatioF()
            self._painting.paint_shapes(painter, self._place(ratio))
        painter.restore()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Selection, its cut, hover, text, and the legend below."""
        if self._content is None or self._legend is None:
            return
        if (share := self._arrived) > 0.0:
            painter.setOpacity(share)
            self._paint_marks_and_words(painter, self._content)
            painter.setOpacity(1.0)
        painter.save()
        painter.resetTransform()
        if self._with_legend:
            self._legend.paint(painter, self.legend_box(), self.zoom)
        painter.restore()

    @property
    def _arrived(self) -> float:
        """How much of the exact picture is to be seen, 0 to 1."""
        return self._transition.arrived if self.moving else 1.0

    def _paint_marks_and_words(self, painter: QPainter, content: Content) -> None:
        self._overlay.paint(painter, content, self._camera.seen, self.zoom)
        painter.save()
        painter.resetTransform()
        self._painting.paint_words(painter, self._place(painter.device().devicePixelRatioF()))
        if (cut := self._shown_cut()) is not None:
            paint_cut_label(painter, content, cut, self.viewportTransform(), self._room)
        painter.restore()

    def _shown_cut(self) -> CutMark | None:
        return self._overlay.shown_cut(self._content) if self._content else None

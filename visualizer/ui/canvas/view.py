"""The canvas widget: shows a graph, tells what is done to it. It decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from visualizer.session.cuts import CutMark
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas.anchor import anchor_of, put_back
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.cut_line import paint_cut_label
from visualizer.ui.canvas.legend import Legend
from visualizer.ui.canvas.looking import LookingView
from visualizer.ui.canvas.marks import Marks
from visualizer.ui.canvas.minimap import Minimap, Seen
from visualizer.ui.canvas.overlay import Overlay
from visualizer.ui.canvas.picture import touching
from visualizer.ui.canvas.pointing import Pointer
from visualizer.ui.canvas.transition import Moment, Transition
from visualizer.ui.theme import LIGHT, Theme


class CanvasView(LookingView):
    """Bars, ribbons and groups of a ShownGraph with pan, zoom, hover and selection.

    Signals carry the id of a bar or group, "" for empty ground. `fold_requested` asks to open
    or close one module, `fold_all_requested` everything below it; `key_step` is "up", "down",
    "left" or "right", `paths_requested` asks for the paths from the selection to a bar (Shift and
    a click), `view_changed` says that the part of the picture that is seen has moved
    or is another size. Selecting is up to the receiver: it calls `set_selected`.
    """

    item_clicked = Signal(str)
    fold_requested = Signal(str)
    fold_all_requested = Signal(str)
    item_hovered = Signal(str)
    key_step = Signal(str)
    paths_requested = Signal(str)

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
        self._animated = False
        self._minimap = Minimap(self, self._seen_small)
        self._minimap.look_asked.connect(self._look_from_minimap)
        self._minimap.zoom_asked.connect(self._zoom_from_minimap)
        self.view_changed.connect(self._minimap.follow)
        self.listen(self)
        self._set_up_access()

    def _set_up_access(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Network graph")
        self.setAccessibleDescription(
            "Layers in the direction in which data flows, from top to bottom or from left to "
            "right, each as wide or high as its activations. Arrow keys walk along "
            "the edges, plus and minus open and close modules, F fits the picture."
        )

    # What to show

    def show_graph(self, shown: ShownGraph | None, keep_view: bool = False) -> None:
        """Show another picture, fitted; with `keep_view` what the user looks at stays where it
        is, at the same zoom unless a picture that was seen whole has become too broad for it."""
        anchor, before = None, self._last_moment() if keep_view and self._animated else None
        was_fitted = self._camera.fitted
        if keep_view and self._content is not None:
            looked_at = self._overlay.hovered or self._overlay.selected
            anchor = anchor_of(self._content.picture, self._camera, looked_at)
        self._content = Content.of(shown, self._theme, self._marks) if shown else None
        self._overlay.content_changed()
        self._content_changed()
        if self._content is None:
            return
        self._camera.watch(self._content.picture.bounds)
        if anchor is None or not put_back(self._content.picture, self._camera, anchor):
            self._fit(whole=False)
        else:
            self._show_across(self._content, was_fitted)
        after = self._moment()
        if before and after and before.content.picture.turn == after.content.picture.turn:
            self._transition.start(before, after, QRectF(self.viewport().rect()))

    def _moment(self) -> Moment | None:
        """What is seen now, to move from or to; None while that is nothing."""
        seen = self._content is not None and self.isVisible()
        return Moment(self._content, self.viewportTransform()) if self._content and seen else None

    def _last_moment(self) -> Moment | None:
        """What is seen now, with its frame."""
        moment = self._moment()
        if moment is None:
            return None
        ratio = self.viewport().devicePixelRatioF()
        frame = QPixmap(self.viewport().size() * ratio)
        frame.setDevicePixelRatio(ratio)
        painter = QPainter(frame)
        self.render(painter)
        painter.end()
        return moment._replace(frame=frame)

    @property
    def animated(self) -> bool:
        """Whether another picture of the same network is moved to."""
        return self._animated

    def set_animated(self, animated: bool) -> None:
        """Whether another picture of the same network is moved to, or there at once."""
        self._animated = animated
        self._transition.finish()

    @property
    def moving(self) -> bool:
        """Whether things are on their way to their new places."""
        return self._transition.running

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
    def minimap(self) -> Minimap:
        """The picture in small, in a corner."""
        return self._minimap

    def show_minimap(self, wanted: bool) -> None:
        """Whether there is a minimap where the picture does not fit."""
        self._minimap.wanted = wanted
        self._minimap.follow()

    def _refresh(self) -> None:
        """Something is marked otherwise."""
        self.viewport().update()
        self._minimap.follow()

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

    # Where it is

    def show_legend(self, shown: bool) -> None:
        """Draw the legend below, or leave saying what colours mean to somebody else."""
        before = self._room
        self._with_legend = shown
        self._fit_again(before)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._transition.finish()
        if self._camera.fitted:
            self._fit(self._whole)
        else:
            self._camera.widen()
        self.view_changed.emit()

    def replace_viewport(self, port: QWidget) -> None:
        """Draw on another kind of widget, where everything stays as it was."""
        port.setMouseTracking(True)
        self.setViewport(port)
        self._minimap.raise_()
        self._minimap.follow()
        port.update()

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

    def legend_box(self) -> QRectF:
        """Where the legend is in the viewport; empty while nothing is shown."""
        if self._legend is None or not self._with_legend:
            return QRectF()
        return self._legend.strip(QRectF(self.viewport().rect()), self.zoom)

    def hurry(self) -> None:
        """The picture is being moved: what was on its way is there."""
        self._transition.finish()
        super().hurry()

    # The minimap

    def _seen_small(self) -> Seen | None:
        """What the minimap shows."""
        overview = self._painting.overview
        if self._content is None or overview is None:
            return None
        selected = self._content.picture.rect_of(self._overlay.selected) or QRectF()
        matches = self._overlay.match_boxes(self._content)
        waists = self._content.waists.boxes
        view, bars = self.seen, self._content.picture.bar_boxes
        words = partial(self._content.texts.boxes, view, self.zoom)
        return Seen(
            overview, self._theme, self._room, view, selected, matches, waists, words,
            bars[touching(bars, view)],
        )  # fmt: skip

    def _exact(self) -> None:
        super()._exact()
        self._minimap.follow()  # words have other places now

    def _look_from_minimap(self, point: QPointF) -> None:
        self.hurry()
        self._camera.fitted = False
        self._camera.bring(point, self._room.center())

    def _zoom_from_minimap(self, factor: float) -> None:
        self.hurry()
        self.zoom_by(factor, self._room.center())

    # What gestures ask for

    def press(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """A click at viewport point `at`."""
        if self._on_legend(at):
            return
        item = self.item_at(at)
        if item and modifiers & Qt.KeyboardModifier.AltModifier:
            self.fold_all_requested.emit(item)
        elif item and modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.paths_requested.emit(item)
        elif self._pointer is not None and self._pointer.on_sign(at, item):
            self.fold_requested.emit(item)
        else:
            self.item_clicked.emit(item)

    def _on_legend(self, at: QPointF) -> bool:
        """A click on the legend folds it down to the scale, or opens it."""
        if self._legend is None or not self.legend_box().contains(at):
            return False
        before = self._room
        self._legend.collapsed = not self._legend.collapsed
        self._fit_again(before)
        self.viewport().update()
        return True

    def ask_fold(self, opening: bool) -> None:
        """Open the selected module, or close it (or the one around the selected bar)."""
        if self._content is None or not self._overlay.selected:
            return
        picture, item = self._content.picture, self._overlay.selected
        if opening:
            target = item if picture.is_folded(item) else ""
        else:
            target = item if item in picture.group_numbers else picture.group_around(item)
        if target:
            self.fold_requested.emit(target)

    def clear(self) -> None:
        """Esc: nothing is selected any more."""
        self.item_clicked.emit("")

    def step(self, direction: str) -> None:
        """An arrow key."""
        self.key_step.emit(direction)

    def item_at(self, at: QPointF) -> str:
        """The bar, label or group frame at a viewport point, "" for empty ground."""
        return self._pointer.item_at(at) if self._pointer else ""

    def tooltip(self, at: QPointF) -> str:
        """The essentials of what is at a viewport point, "" for empty ground."""
        return self._pointer.tooltip(at) if self._pointer else ""

    def double_press(self, at: QPointF) -> None:
        """A double click opens or closes a module."""
        item = self.item_at(at)
        if self._content is not None and self._content.picture.can_fold(item):
            self.fold_requested.emit(item)

    def item_for_keys(self) -> str:
        return self._overlay.selected

    def hover(self, at: QPointF | None) -> None:
        """Emphasize what is under the mouse, nothing for None."""
        item, ribbon = "", None
        if self._pointer is not None and at is not None:
            item = self._pointer.item_at(at)
            ribbon = None if item else self._pointer.ribbon_at(at)
        if (item, ribbon) == (self._overlay.hovered, self._overlay.ribbon):
            return
        if item != self._overlay.hovered:
            self.item_hovered.emit(item)
        self._overlay.hovered, self._overlay.ribbon = item, ribbon
        self.viewport().update()

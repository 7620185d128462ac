"""Frames of the canvas: exact ones, and while the user moves quick ones that become exact."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QObject, QRect, QTimer
from PySide6.QtGui import QPainter, QRegion

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.backdrop import Backdrop, Place
from visualizer.ui.canvas.content import Content
from visualizer.ui.canvas.layers import ShapesLayer, WordsLayer
from visualizer.ui.canvas.overview import Overview
from visualizer.ui.theme import Theme

# Seconds: what takes less is painted anew at once; of other frames a slice between two events.
_QUICK, _SLICE = 0.009, 0.003


class Painting:
    """Keeps the shapes and the words of one content. `hurry` allows frames that are not exact
    until `place_now` has been painted, in slices between the events; then `done` is called."""

    def __init__(
        self, owner: QObject, place_now: Callable[[], Place], done: Callable[[], None]
    ) -> None:
        self._place_now = place_now
        self._done = done
        self._content: Content | None = None
        self._shapes: Backdrop | None = None
        self._words: Backdrop | None = None
        self._overview: Overview | None = None
        self._until = 0.0
        self._timer = QTimer(owner)
        self._timer.timeout.connect(self.advance)

    def show(self, content: Content | None, theme: Theme, cut: CutMark | None) -> None:
        """Paint this from now on."""
        self.settle()
        self._content = content
        self._overview = None
        self._shapes = Backdrop(ShapesLayer(content, theme))
        self.show_cut(cut)

    def show_cut(self, cut: CutMark | None) -> None:
        """Leave the marks of one waist out of the words."""
        self._words = Backdrop(WordsLayer(self._content, cut)) if self._content else None

    @property
    def overview(self) -> Overview | None:
        """The whole picture, small; None while nothing is shown."""
        if self._overview is None and self._content is not None:
            self._overview = Overview(self._content)
        return self._overview

    @property
    def is_hurried(self) -> bool:
        """Whether frames may be other than exact."""
        return self._timer.isActive()

    def hurry(self) -> None:
        """The user is moving the picture: rather soon than exact."""
        if self._content is not None:
            self._content.texts.frozen = True
            self._timer.start(0)

    def settle(self) -> None:
        """Frames are exact from now on."""
        self._timer.stop()
        if self._content is not None:
            self._content.texts.frozen = False

    def paint_shapes(self, painter: QPainter, place: Place) -> None:
        """Everything without text, in viewport pixels."""
        self._until = perf_counter() + self._time_in_frame()
        if self._shapes is None:
            return
        self._bring(self._shapes, place)
        covered = self._shapes.covered(place)
        if not covered.contains(place.whole):
            self._paint_overview(painter, place, covered)
        _draw(self._shapes, painter, place)

    def paint_words(self, painter: QPainter, place: Place) -> None:
        """Labels and marks, in viewport pixels."""
        if self._words is not None:
            self._bring(self._words, place)
            _draw(self._words, painter, place)

    def _time_in_frame(self) -> float:
        usual = sum(backdrop.seconds for backdrop in self._backdrops())
        return _QUICK if usual < _QUICK else 0.0

    def _backdrops(self) -> list[Backdrop]:
        return [backdrop for backdrop in (self._shapes, self._words) if backdrop is not None]

    def _bring(self, backdrop: Backdrop, place: Place) -> None:
        if self.is_hurried:
            backdrop.hurry(place, self._until)
        else:
            backdrop.update(place)

    def _paint_overview(self, painter: QPainter, place: Place, covered: QRect) -> None:
        """What comes into view around a frame that is too small now."""
        if self._content is None or self.overview is None:
            return
        painter.save()
        painter.setClipRegion(QRegion(place.whole).subtracted(covered))
        painter.fillRect(place.whole, self._content.theme.color("ground"))
        self.overview.draw(painter, place.transform.mapRect(self.overview.area))
        painter.restore()

    def advance(self) -> None:
        """Between two events: work on what is not exact yet."""
        place, until = self._place_now(), perf_counter() + _SLICE
        if all(backdrop.advance(place, until) for backdrop in self._backdrops()):
            self.settle()
            self._done()


def _draw(backdrop: Backdrop, painter: QPainter, place: Place) -> None:
    painter.save()
    backdrop.draw(painter, place)
    painter.restore()

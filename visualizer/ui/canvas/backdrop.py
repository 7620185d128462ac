"""A layer of the picture kept as pixels: hovering repaints nothing, panning only what comes in,
and while the user zooms the last frame is scaled until the next one is painted, in slices."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from time import perf_counter
from typing import NamedTuple, Protocol

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

from visualizer.ui.canvas.inked import Inked

_SLICES = 32
_FAR = 0.8  # of the viewport: nothing worth keeping is left of the old frame


class Place(NamedTuple):
    """What a frame shows: viewport pixels, device pixels for each of them, and from scene to
    viewport."""

    size: QSize
    ratio: float
    transform: QTransform

    @property
    def zoom(self) -> float:
        """Screen pixels per scene pixel."""
        return float(self.transform.m11())

    @property
    def whole(self) -> QRect:
        """The viewport."""
        return QRect(QPoint(), self.size)

    def in_scene(self, part: QRect) -> QRectF:
        """The scene under a part of the viewport."""
        inverse, _ = self.transform.inverted()
        return inverse.mapRect(QRectF(part))


class Layer(Protocol):
    """What a backdrop keeps. `edition` changes when what is painted does."""

    ground: QColor

    @property
    def edition(self) -> int: ...
    def is_ready(self, place: Place) -> bool: ...
    def prepare(self, place: Place) -> Iterator[None]: ...
    def paint(self, painter: QPainter, place: Place, part: QRect) -> None: ...


class Backdrop:
    """A pixmap as large as the viewport that shows a layer at some place, and the work under
    way on the next one."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._pixmap = QPixmap()
        self._inked: Inked | None = None
        self._place: Place | None = None
        self._edition = -1
        self._work: Iterator[None] | None = None
        self._spent = 0.0  # seconds, on the work under way
        self.seconds = 0.0  # that the last whole frame took

    def update(self, place: Place) -> None:
        """Show `place` exactly: scrolled and mended where only the place changed."""
        self._work = None
        start = perf_counter()
        for _ in self._layer.prepare(place):
            pass
        if self._edition != self._layer.edition or not self._mend(place):
            self._keep(_blank(place, self._layer.ground), place)
            self._paint(self._pixmap, place, [place.whole])
            self.seconds = perf_counter() - start

    def hurry(self, place: Place, until: float) -> None:
        """Show `place` as well as can be done by `until` (of `perf_counter`); the rest is up to
        `advance`."""
        if self._place is None or self._place.size != place.size:
            self.update(place)
        elif self._work or self._edition != self._layer.edition or not self._mend(place):
            self.advance(place, until)

    def advance(self, place: Place, until: float) -> bool:
        """Work on the frame of `place` for a while; returns whether it is shown exactly.

        A frame begun for another place is finished first: while the user keeps zooming it is
        nearer than the one before.
        """
        now = perf_counter()
        while now < until and (self._work is not None or not self.is_exact(place)):
            self._work = self._work or self._steps(place)
            done = next(self._work, self) is self
            now, before = perf_counter(), now
            self._spent += now - before
            if done:
                self._finish(place)
        return self.is_exact(place)

    def _finish(self, place: Place) -> None:
        """The frame that was worked on is there; the view may have been panned on."""
        self._work = None
        self.seconds, self._spent = self._spent, 0.0
        self._mend(place)

    def is_exact(self, place: Place) -> bool:
        """Whether what is kept is what a frame painted anew would show."""
        is_there = self._place == place and self._edition == self._layer.edition
        return self._work is None and is_there and self._layer.is_ready(place)

    def covered(self, place: Place) -> QRect:
        """The part of the viewport of `place` that what is kept fills."""
        return self._to(place).mapRect(QRectF(place.whole)).toRect()

    def draw(self, painter: QPainter, place: Place) -> None:
        """Draw what is kept where `place` has it; `painter` has viewport pixels."""
        transform = self._to(place)
        smooth = not transform.isIdentity()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        if smooth and self._pixmap.hasAlphaChannel():
            self._inked = self._inked or Inked(self._pixmap)
            painter.setClipRegion(self._inked.under(transform))
        painter.setTransform(transform, combine=True)
        painter.drawPixmap(0, 0, self._pixmap)

    def _to(self, place: Place) -> QTransform:
        """From the viewport of what is kept to that of `place`."""
        assert self._place is not None
        inverse, _ = self._place.transform.inverted()
        return QTransform() if self._place == place else inverse * place.transform

    def _steps(self, place: Place) -> Iterator[None]:
        yield from self._layer.prepare(place)
        pixmap = _blank(place, self._layer.ground)
        for part in _slices(place.size):
            self._paint(pixmap, place, [part])
            yield
        self._keep(pixmap, place)

    def _keep(self, pixmap: QPixmap, place: Place) -> None:
        self._pixmap, self._inked = pixmap, None
        self._place = Place(place.size, place.ratio, QTransform(place.transform))
        self._edition = self._layer.edition

    def _mend(self, place: Place) -> bool:
        """Scroll what is kept, and paint what comes in; False when that is not enough."""
        moved = None if self._place is None else _moved(self._place, place)
        if moved is None:
            return False
        if not moved.isNull():
            step = moved * int(place.ratio)
            self._pixmap.scroll(step.x(), step.y(), self._pixmap.rect())
            self._paint(self._pixmap, place, _uncovered(place.size, moved))
        self._keep(self._pixmap, place)
        return True

    def _paint(self, pixmap: QPixmap, place: Place, parts: list[QRect]) -> None:
        painter = QPainter(pixmap)
        try:
            for part in parts:
                painter.save()
                painter.setClipRect(part)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
                painter.fillRect(part, self._layer.ground)
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
                painter.setTransform(place.transform)
                self._layer.paint(painter, place, part)
                painter.restore()
        finally:
            painter.end()  # Qt crashes on a pixmap that dies while it is painted on


def _blank(place: Place, ground: QColor) -> QPixmap:
    pixmap = QPixmap(place.size * place.ratio)
    pixmap.setDevicePixelRatio(place.ratio)
    if ground.alpha() < 255:
        pixmap.fill(Qt.GlobalColor.transparent)  # makes room for an alpha channel
    return pixmap


def _moved(old: Place, new: Place) -> QPoint | None:
    """By how many whole pixels the view moved, None when the old frame is of no use."""
    same = old.size == new.size and old.ratio == new.ratio and old.zoom == new.zoom
    if not same or new.ratio != int(new.ratio):
        return None
    dx = new.transform.dx() - old.transform.dx()
    dy = new.transform.dy() - old.transform.dy()
    whole = QPoint(round(dx), round(dy))
    if abs(dx - whole.x()) > 1e-6 or abs(dy - whole.y()) > 1e-6:
        return None
    far = abs(whole.x()) > new.size.width() * _FAR or abs(whole.y()) > new.size.height() * _FAR
    return None if far else whole


def _uncovered(size: QSize, moved: QPoint) -> list[QRect]:
    """What comes into view when a frame of `size` moves: a strip across and one down."""
    width, height, dx, dy = size.width(), size.height(), moved.x(), moved.y()
    across = QRect(0, 0 if dy > 0 else height + dy, width, abs(dy))
    beside = QRect(0 if dx > 0 else width + dx, max(dy, 0), abs(dx), height - abs(dy))
    return [strip for strip in (across, beside) if not strip.isEmpty()]


def _slices(size: QSize) -> list[QRect]:
    """A viewport from its top to its bottom."""
    edges = [round(number * size.height() / _SLICES) for number in range(_SLICES + 1)]
    return [QRect(0, top, size.width(), bottom - top) for top, bottom in pairwise(edges)]

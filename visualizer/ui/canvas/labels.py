"""Where names stand: inside their bar, or beside it, never over a neighbour.

Text has a constant size in scene pixels while that is legible; seen from further away it
keeps a steady size on the screen and the names that matter most take the room there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRectF

from visualizer.ui.canvas.boxes import touching
from visualizer.ui.canvas.captions import CaptionPlacer
from visualizer.ui.canvas.label import (
    CROWD,
    GAP,
    LINE,
    Label,
    by_importance,
    says_nothing,
    short_title,
    shorter_and_shorter,
)
from visualizer.ui.canvas.lettering import Role, elided, text_width, unit_at
from visualizer.ui.canvas.occupied import Occupied
from visualizer.ui.canvas.picture import Picture

_BESIDE = 8.0
_AIR = 2.0
_INSIDE_PADDING = 5.0
_SHORTEST = 48.0
_FLOOR_MARK = 3.0
_OVERHANG, _LESS_OVERHANG = 260.0, 32.0  # past the room that layout keeps, on the screen
_TAGLINES = 4
_SPARE = 0.15  # of the height of a line


def place_labels(picture: Picture, area: QRectF, scale: float) -> list[Label]:
    """Labels of everything that touches `area`, at `scale` screen pixels per scene pixel.

    No two overlap and none lies on another bar (in a crowd of more than 2,000 bars only
    folded modules and groups are named). What lacks room loses its last words, is elided in the
    middle or left out.
    """
    return list(placing(picture, area, scale))


def placing(picture: Picture, area: QRectF, scale: float) -> Iterator[Label]:
    """The labels of `place_labels` one by one: there may be many."""
    placer = CaptionPlacer if picture.turn.is_right else _Placer
    return placer(picture, area, scale).labels()


class _Placer:
    def __init__(self, picture: Picture, area: QRectF, scale: float) -> None:
        self._picture = picture
        self._scale = scale
        self._unit = unit_at(scale)
        self._groups = touching(picture.group_boxes, area)
        self._bars = touching(picture.bar_boxes, area)
        self._taken = Occupied(LINE * self._unit)
        self._edges = self._frames_edges(area)
        over = _OVERHANG if picture.stretch <= 1.0 else _LESS_OVERHANG
        self._limit = picture.bounds.right() + over / scale

    def _frames_edges(self, area: QRectF) -> Occupied:
        """The borders of frames, before which names of bars end."""
        edges = Occupied(LINE * self._unit)
        for left, top, right, bottom in self._picture.group_boxes[self._groups].tolist():
            edges.add_border(left, top, right, bottom, area.top(), area.bottom())
        return edges

    def labels(self) -> Iterator[Label]:
        crowd = len(self._bars) > CROWD
        for left, right in self._picture.lanes_between:
            self._taken.add(left, self._picture.ink.top(), right, self._picture.ink.bottom())
        if not crowd:
            for left, top, right, bottom in self._picture.bar_boxes[self._bars].tolist():
                self._taken.add(left, top, right, bottom)
        for number in self._groups.tolist():
            yield from self._group(number)
        names: list[tuple[int, Label]] = []
        for number in by_importance(self._picture, self._bars).tolist():
            if (name := self._bar(number)) is not None:
                names.append((number, name))
                yield name
        for number, name in names:
            if (detail := self._detail(number, name)) is not None:
                yield detail

    def _group(self, number: int) -> Iterator[Label]:
        """A title in its bar, else beside the frame: it never gives way to names of bars."""
        group, rect = self._picture.groups[number], self._picture.group_rect(number)
        height = LINE * self._unit
        inside: list[Label] = []
        if height <= self._picture.title_height * 0.85:
            left = self._picture.handle_rect(number).right() + GAP * self._unit
            room = rect.right() - 10 - left
            top = rect.top() + (self._picture.title_height - height) / 2
            title = self._that_fits(group.title, "title", room)
            inside = list(self._fitted(group.id, title, "title", left, top, room))
        if inside:
            yield from inside
        elif rect.height() * self._scale >= LINE:
            yield from self._tag(group.id, short_title(group.title), rect)

    def _tag(self, item: str, title: str, rect: QRectF) -> Iterator[Label]:
        """A title that no longer fits its frame: to the left of it, or where that would lie
        on other frames, to the left of all around it with a line to it, or to its right."""
        width, gap = text_width(title, "tag") * self._unit, GAP * self._unit
        outer = min(self._frames_around(rect), default=rect.left())
        for left in (rect.left() - gap - width, outer - gap - width, rect.right() + gap):
            top = self._free_height(left, width, rect)
            if top is not None:
                yield self._put(item, title, "tag", left, top, width, rect.left())
                return

    def _free_height(self, left: float, width: float, rect: QRectF) -> float | None:
        """The highest of a few lines beside `rect` where a text and the way to it are free."""
        height = LINE * self._unit
        reach = max(rect.left() - left, width)
        for line in range(min(_TAGLINES, int(rect.height() / height))):
            box = QRectF(left, rect.top() + line * height, width, height)
            free = self._taken.room(left, box.top(), box.bottom()) >= reach
            if free and not self._on_an_edge(box):
                return box.top()
        return None

    def _on_an_edge(self, box: QRectF) -> bool:
        """Whether a frame begins or ends under `box`."""
        frames = self._picture.group_boxes[self._groups]
        touched = frames[touching(frames, box)]
        inside = (touched[:, 0] < box.left()) & (touched[:, 2] > box.right())
        if self._picture.stretch > 1.0:
            inside &= (touched[:, 1] < box.top()) & (touched[:, 3] > box.bottom())
        return not bool(inside.all())

    def _frames_around(self, rect: QRectF) -> list[float]:
        """Left edges of the groups around the frame `rect`."""
        boxes = self._picture.group_boxes[self._groups]
        around = (boxes[:, 1] < rect.top()) & (boxes[:, 3] > rect.bottom())
        around &= (boxes[:, 0] < rect.left()) & (boxes[:, 2] > rect.right())
        edges: list[float] = boxes[around, 0].tolist()
        return edges

    def _bar(self, number: int) -> Label | None:
        """The name of a bar: inside it, else to its right. In a picture of few rows it keeps
        out of other frames as long as there is a place for it, shorter or over the bar."""
        bar = self._picture.bars[number]
        if self._picture.stretch > 1.0:
            if (label := self._in_figure(number, bar.label)) is not None:
                return label
        elif bar.label_inside and (label := self._inside(number, bar.label)) is not None:
            return label
        start, top = self._beside(number)
        room = self._room(start, top, self._picture.bar_rect(number).right())
        text = self._that_fits(bar.label, "name", room)
        return next(self._fitted(bar.id, text, "name", start, top, room), None)

    def _in_figure(self, number: int, name: str) -> Label | None:
        """Whole, without its type before it goes over or below the bar, without an activation
        last."""
        places: list[tuple[Callable[[int, str], Label | None], str]] = []
        for text in dict.fromkeys((name, name.partition(" + ")[0])):
            places += [(self._inside, text), (self._clear_beside, text)]
            if self._picture.bars[number].folded:
                places.append((self._clear_beside, short_title(text)))
            places.append((self._over_or_below, text))
        return next((label for place, text in places if (label := place(number, text))), None)

    def _beside(self, number: int) -> tuple[float, float]:
        """Left and top of what is written to the right of a bar."""
        rect, floored = self._picture.bar_rect(number), self._picture.bars[number].floored
        air = _BESIDE + (_FLOOR_MARK if floored else 0.0)
        return rect.right() + air * self._unit, rect.center().y() - LINE * self._unit / 2

    def _inside(self, number: int, text: str) -> Label | None:
        bar, rect, unit = self._picture.bars[number], self._picture.bar_rect(number), self._unit
        width, height = text_width(text, "inside") * unit, LINE * unit
        spare = 2 * _INSIDE_PADDING * unit + self._beside_plus(number)
        if width + spare > rect.width() or height > rect.height() + 3:
            return None
        left, top = rect.center().x() - width / 2, rect.center().y() - height / 2
        return Label(bar.id, text, "inside", QRectF(left, top, width, height))

    def _clear_beside(self, number: int, text: str) -> Label | None:
        """To the right of a bar, whole and on no frame's edge."""
        start, top = self._beside(number)
        width = text_width(text, "name") * self._unit
        box = QRectF(start, top, width, LINE * self._unit)
        reach = box.united(self._picture.bar_rect(number))
        if width > self._room(start, top, start) or self._on_an_edge(reach):
            return None
        return self._put(self._picture.bars[number].id, text, "name", start, top, width)

    def _over_or_below(self, number: int, text: str) -> Label | None:
        """Over the ribbon below or above a bar, whole and on no frame's edge."""
        rect = self._picture.bar_rect(number)
        width = text_width(text, "name") * self._unit
        height, air = LINE * self._unit, _AIR * self._unit
        left = self._into_frame(number, rect.center().x() - width / 2, width)
        for top in (rect.bottom() + air, rect.top() - air - height):
            box = QRectF(left, top, width, height)
            if self._taken.room(left, top, top + height) >= width and not self._on_an_edge(box):
                return self._put(self._picture.bars[number].id, text, "name", left, top, width)
        return None

    def _into_frame(self, number: int, left: float, width: float) -> float:
        """`left`, moved so that a text begins and ends in the frame that its bar is in."""
        around = self._picture.rect_of(self._picture.group_around(self._picture.bars[number].id))
        if around is None:
            return left
        air = GAP * self._unit / 2
        return max(min(left, around.right() - air - width), around.left() + air)

    def _that_fits(self, text: str, role: Role, room: float) -> str:
        """A text without as many of its last words as there is no room for: no activation, no
        type. Numbers, which say nothing alone, keep theirs."""
        texts = [part for part in shorter_and_shorter(text) if not says_nothing(part)] or [text]
        wide = (part for part in texts if text_width(part, role) * self._unit <= room)
        return next(wide, texts[-1])

    def _detail(self, number: int, name: Label) -> Label | None:
        """The shape, whole or not at all: half a shape says something else."""
        bar = self._picture.bars[number]
        start, top = self._beside(number)
        end = self._picture.bar_rect(number).right()
        if name.role == "name":
            end = name.box.right()
            start, top = end + GAP * self._unit, name.box.top()
        width = text_width(bar.detail, "detail") * self._unit
        if not bar.detail or name.text != bar.label or width > self._room(start, top, end):
            return None
        box = QRectF(start, top, width, LINE * self._unit)
        if self._picture.stretch > 1.0 and self._on_an_edge(box.united(name.box)):
            return None
        return self._put(bar.id, bar.detail, "detail", start, top, width)

    def _fitted(
        self, item: str, text: str, role: Role, left: float, top: float, room: float
    ) -> Iterator[Label]:
        unit = self._unit
        width = text_width(text, role) * unit
        if width > room:
            if room < max(_SHORTEST * unit, 0.75 * width):
                return
            text = elided(text, role, room / unit)
            width = text_width(text, role) * unit
        if text and width <= room:
            yield self._put(item, text, role, left, top, width)

    def _put(
        self, item: str, text: str, role: Role, left: float, top: float, width: float,
        leader: float | None = None,
    ) -> Label:  # fmt: skip
        height, end = LINE * self._unit, left + width + GAP * self._unit
        self._taken.add(left, top, end, top + height)
        if leader is not None and leader > end + self._unit:
            middle = top + height / 2
            self._taken.add(end, middle - self._unit, leader, middle + self._unit)
        return Label(item, text, role, QRectF(left, top, width, height), leader)

    def _room(self, start: float, top: float, after: float) -> float:
        """Free width to the right of `start`, with no border of a frame right of `after`."""
        height = LINE * self._unit
        free = self._taken.room(start, top, top + height)
        spare = _SPARE * height  # above and below the letters
        within = self._edges.room(after, top + spare, top + height - spare) - (start - after)
        return min(free, within - _AIR * self._unit, self._limit - start)

    def _beside_plus(self, number: int) -> float:
        """Width that a plus inside the bar takes from both sides of a centred name."""
        if not self._picture.bars[number].folded:
            return 0.0
        rect, plus = self._picture.bar_rect(number), self._picture.plus_rect(number)
        return 2 * (plus.right() - rect.left()) if rect.contains(plus) else 0.0

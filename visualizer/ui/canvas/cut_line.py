"""The selected cut on the canvas: its tensors outlined together, a line through them, numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from visualizer.session.cuts import CutMark
from visualizer.ui.canvas.bars import at_least
from visualizer.ui.canvas.boxes import touching
from visualizer.ui.canvas.content import Content
from visualizer.ui.theme import Theme, canvas_font

_AIR, _AIR_AROUND_SELECTED = 3.0, 6.5
_BEFORE = 20.0
_BEND = 70.0
_MARGIN, _PADDING, _HEIGHT, _FROM_BAR = 12.0, 8.0, 21.0, 18.0
_NEAR = 200.0
_AROUND_OTHERS = 7.0
_FONT = 11
_STEPS, _STEP = 9, 16.0
_LEADER_FROM = 8.0
_OPAQUE = 0.75


def cut_color(cut: CutMark, theme: Theme) -> QColor:
    """Red for a waist, else the colour of text: that of a selection is taken."""
    return theme.color("waist" if cut.warned else "text")


def paint_cut(
    painter: QPainter, content: Content, cut: CutMark, selected: str, seen: QRectF, scale: float
) -> None:
    """The line and the outlines, in scene pixels; the `selected` bar has an outline of its own,
    so that the cut's lies around that."""
    turn = content.picture.turn
    with turn.painting(painter):
        _paint_down(painter, content, cut, selected, turn.rect(seen), scale)


def _paint_down(
    painter: QPainter, content: Content, cut: CutMark, selected: str, seen: QRectF, scale: float
) -> None:
    """As if data flowed down, as all that follows."""
    color = cut_color(cut, content.theme)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 2.0 / scale))
    for bar in cut.bars:
        air = _AIR_AROUND_SELECTED if bar == selected else _AIR
        radius = 3.0 + air / scale
        painter.drawRoundedRect(_outline(content, bar, air, scale), radius, radius)
    color.setAlphaF(_OPAQUE)
    pen = QPen(color, 1.3 / scale)
    pen.setDashPattern([4, 3])
    painter.setClipPath(_clear_of_others(content, cut, seen, scale), Qt.ClipOperation.IntersectClip)
    painter.strokePath(line_through(content, cut, seen, scale), pen)


def line_through(content: Content, cut: CutMark, seen: QRectF, scale: float) -> QPainterPath:
    """From the left of the drawing from bar to bar, and on to the right edge of what is seen (of
    its column, in a wrapped picture), where it arrives at the cut's own height; all in layout's
    places."""
    path, picture = QPainterPath(), content.picture
    rects = [_outline(content, bar, _AIR_AROUND_SELECTED, scale) for bar in cut.bars]
    if not rects:
        return path
    column = picture.as_flowing_down.column_around(rects[0])
    start = max(seen.left(), column.left() - _BEFORE / scale)
    end = min(seen.right(), column.right()) if picture.lanes_between else seen.right()
    path.moveTo(min(start, rects[0].left()), rects[0].center().y())
    path.lineTo(rects[0].left(), rects[0].center().y())
    for one, other in pairwise(rects):
        _join(path, one, other)
    last = rects[-1]
    path.moveTo(last.right(), last.center().y())
    if last.right() < end:
        bend = min(last.right() + _BEND / scale, end)
        _curve(path, QPointF(last.right(), last.center().y()), QPointF(bend, cut.y))
        path.lineTo(end, cut.y)
    return path


def _join(path: QPainterPath, one: QRectF, other: QRectF) -> None:
    """From the side of a bar to that of the next, or straight down where one is over the other."""
    if one.right() < other.left():
        path.moveTo(one.right(), one.center().y())
        _curve(path, path.currentPosition(), QPointF(other.left(), other.center().y()))
        return
    upper, lower = sorted((one, other), key=lambda rect: rect.top())
    path.moveTo(upper.center().x(), upper.bottom())
    path.lineTo(lower.center().x(), lower.top())


def _curve(path: QPainterPath, start: QPointF, end: QPointF) -> None:
    middle = (start.x() + end.x()) / 2
    path.cubicTo(QPointF(middle, start.y()), QPointF(middle, end.y()), end)


def _outline(content: Content, bar: str, air: float, scale: float) -> QRectF:
    rect = _rect(content, bar)
    gap = air / scale
    return at_least(rect, 1.0 / scale, 1.5 / scale).adjusted(-gap, -gap, gap, gap)


def _rect(content: Content, bar: str) -> QRectF:
    picture = content.picture.as_flowing_down
    return picture.bar_rect(picture.bar_numbers[bar])


def _clear_of_others(content: Content, cut: CutMark, seen: QRectF, scale: float) -> QPainterPath:
    """What is seen, less the names and the bars that are not in the cut: the line breaks off
    around these, so that nobody takes them for a part of it."""
    clip, air, turn = QPainterPath(), 3.0 / scale, content.picture.turn
    clip.addRect(seen)
    for label in content.texts.labels(turn.rect(seen), scale):
        box = turn.rect(label.box.adjusted(-air, 0, air, 0)).intersected(seen)
        if label.role != "inside" and not box.isEmpty():
            clip.addRect(box)
    picture = content.picture.as_flowing_down
    others = QPainterPath()
    others.setFillRule(Qt.FillRule.WindingFill)
    gap = _AROUND_OTHERS / scale
    for number in touching(picture.bar_boxes, _reach(content, cut, seen, scale)).tolist():
        if picture.bars[number].id not in cut.bars:
            others.addRect(picture.bar_rect(number).adjusted(-gap, -gap, gap, gap))
    return clip.subtracted(others) if not others.isEmpty() else clip


def _reach(content: Content, cut: CutMark, seen: QRectF, scale: float) -> QRectF:
    """What is seen between the highest and the lowest that the cut's line gets."""
    rects = [_outline(content, bar, _AIR_AROUND_SELECTED, scale) for bar in cut.bars]
    top = min([cut.y, *(rect.top() for rect in rects)])
    bottom = max([cut.y, *(rect.bottom() for rect in rects)])
    return QRectF(seen.left(), top, seen.width(), bottom - top)


def paint_cut_label(
    painter: QPainter, content: Content, cut: CutMark, view: QTransform, room: QRectF
) -> None:
    """The cut's numbers in viewport pixels, inside `room`; not when its height is not seen."""
    turn = content.picture.turn
    view, room = turn.view(view), turn.rect(room)
    middle = view.map(QPointF(0, cut.y)).y()
    if not room.top() <= middle <= room.bottom():
        return
    text, box = _text_and_box(content, cut, view, room)
    theme = content.theme
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(cut_color(cut, theme), 1.0))
    if box.top() - middle > _LEADER_FROM or middle - box.bottom() > _LEADER_FROM:
        edge = box.top() if box.top() > middle else box.bottom()
        ends = QPointF(box.center().x(), edge), QPointF(box.center().x(), middle)
        painter.drawLine(*map(turn.point, ends))
    box = turn.rect(box)
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 5, 5)
    painter.setFont(canvas_font(_FONT))
    painter.setPen(theme.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _text_and_box(
    content: Content, cut: CutMark, view: QTransform, room: QRectF
) -> tuple[str, QRectF]:
    """In one line or two, at an end of the cut's line or near it: the first place where no bar
    and no name is hidden, else where least is."""
    taken = _around(content, cut, view, room)
    texts = (cut.text, cut.text.replace(" · ", "\n", 1))
    hidden: list[tuple[float, str, QRectF]] = []
    for step in (0, *(sign * k for k in range(1, _STEPS + 1) for sign in (-1, 1))):
        for text in texts:
            size = content.picture.turn.size(_size(text))
            for place in _places(content, cut, view, room, size, step):
                lost = sum(_area(rect.intersected(place)) for rect in taken)
                if not lost:
                    return text, place
                hidden.append((lost, text, place))
    _, text, place = min(hidden, key=lambda entry: entry[0])
    return text, place


def _size(text: str) -> QSizeF:
    metrics, lines = QFontMetricsF(canvas_font(_FONT)), text.split("\n")
    width = max(metrics.horizontalAdvance(line) for line in lines)
    return QSizeF(width + 2 * _PADDING, _HEIGHT + (len(lines) - 1) * metrics.lineSpacing())


def _places(
    content: Content, cut: CutMark, view: QTransform, room: QRectF, size: QSizeF, step: int
) -> Iterator[QRectF]:
    """`step` places below the cut's height: at the right end of the line, left of its first
    bar, and in the left corner."""
    middle = view.map(QPointF(0, cut.y)).y()
    top = middle - size.height() / 2 + step * _STEP
    top = min(max(top, room.top() + 2), room.bottom() - 2 - size.height())
    first = _rect(content, cut.bars[0])
    beside = view.map(first.topLeft()).x() - _FROM_BAR - size.width()
    end, corner = room.right() - size.width(), room.left() + 2
    for x in dict.fromkeys((end - _MARGIN, end - 2, max(beside, corner), corner)):
        yield QRectF(QPointF(x, top), size)


def _around(content: Content, cut: CutMark, view: QTransform, room: QRectF) -> list[QRectF]:
    """Bars and names near the cut's height, and its outlines, in viewport pixels."""
    inverse, _ = view.inverted()
    middle = view.map(QPointF(0, cut.y)).y()
    band = QRectF(room.left(), middle - _NEAR, room.width(), 2 * _NEAR)
    near, picture = inverse.mapRect(band), content.picture.as_flowing_down
    rects = [picture.bar_rect(n) for n in touching(picture.bar_boxes, near).tolist()]
    turn = content.picture.turn
    labels = content.texts.labels(turn.rect(inverse.mapRect(room)), view.m11())
    rects += [box for label in labels if (box := turn.rect(label.box)).intersects(near)]
    rects += [_outline(content, bar, _AIR_AROUND_SELECTED + 2, view.m11()) for bar in cut.bars]
    return [view.mapRect(rect) for rect in rects]


def _area(rect: QRectF) -> float:
    return rect.width() * rect.height() if not rect.isEmpty() else 0.0

"""What must not move when a module opens or closes: the thing the user looks at."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from visualizer.ui.canvas.camera import Camera
from visualizer.ui.canvas.picture import Picture


class Anchor(NamedTuple):
    """An item and where in the viewport was the middle of the edge at which data comes in; and
    the bar that feeds it and where its middle was, which says where the stream runs: a module
    with a lane beside it is broader on one side."""

    item: str
    spot: QPointF
    feeding: str
    stream: QPointF


def anchor_of(picture: Picture, camera: Camera, looked_at: str) -> Anchor | None:
    """Hold on to `looked_at` if it is in view, else to the bar nearest to the middle."""
    rect = picture.rect_of(looked_at)
    if rect is None or not camera.seen.intersects(rect):
        looked_at = picture.nearest(camera.seen.center())
        rect = picture.rect_of(looked_at)
    if rect is None:
        return None
    feeding = picture.feeding(looked_at)
    stream = picture.rect_of(feeding) or rect
    begin, middle = camera.to_view(_begin(picture, rect)), camera.to_view(stream.center())
    return Anchor(looked_at, begin, feeding, middle)


def put_back(picture: Picture, camera: Camera, anchor: Anchor) -> bool:
    """Bring the item, or the module it was folded into, to where it was.

    Returns False when the new picture has neither.
    """
    item = anchor.item
    while item and picture.rect_of(item) is None:
        item = item.rpartition(".")[0]
    rect = picture.rect_of(item)
    if rect is None:
        return False
    camera.fitted = False
    begin, spot = _begin(picture, rect), anchor.spot
    stream = picture.rect_of(anchor.feeding)
    if stream is not None:
        begin = _across_from(picture, stream.center(), begin)
        spot = _across_from(picture, anchor.stream, spot)
    camera.bring(begin, spot)
    return True


def _across_from(picture: Picture, across: QPointF, along: QPointF) -> QPointF:
    """The point that is across the flow where one is, and along it where the other is."""
    turn = picture.turn
    return turn.point(QPointF(turn.point(across).x(), turn.point(along).y()))


def _begin(picture: Picture, rect: QRectF) -> QPointF:
    here = picture.turn.rect(rect)
    return picture.turn.point(QPointF(here.center().x(), here.top()))

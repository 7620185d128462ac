"""What must not move when a module opens or closes: the thing the user looks at."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF

from visualizer.ui.canvas.camera import Camera
from visualizer.ui.canvas.picture import Picture


class Anchor(NamedTuple):
    """An item and where in the viewport was the middle of the edge at which data comes in."""

    item: str
    spot: QPointF


def anchor_of(picture: Picture, camera: Camera, looked_at: str) -> Anchor | None:
    """Hold on to `looked_at` if it is in view, else to the bar nearest to the middle."""
    rect = picture.rect_of(looked_at)
    if rect is None or not camera.seen.intersects(rect):
        looked_at = picture.nearest(camera.seen.center())
        rect = picture.rect_of(looked_at)
    return None if rect is None else Anchor(looked_at, camera.to_view(_begin(picture, rect)))


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
    camera.bring(_begin(picture, rect), anchor.spot)
    return True


def _begin(picture: Picture, rect: QRectF) -> QPointF:
    here = picture.turn.rect(rect)
    return picture.turn.point(QPointF(here.center().x(), here.top()))

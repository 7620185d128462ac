"""What is under the mouse, and what to say about it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF

from visualizer.ui.canvas.camera import Camera
from visualizer.ui.canvas.content import Content


class Pointer:
    """Reads viewport points as items of the picture; `more` has what else to say of one."""

    def __init__(self, content: Content, camera: Camera, more: Callable[[str], str]) -> None:
        self._content = content
        self._picture = content.picture
        self._camera = camera
        self._more = more

    def item_at(self, at: QPointF) -> str:
        """The bar, sign, label or group frame at a viewport point, "" for empty ground."""
        point = self._camera.to_scene(at)
        return self._content.item_at(point, self._camera.seen, self._camera.zoom)

    def ribbon_at(self, at: QPointF) -> int | None:
        """The thinnest ribbon at a viewport point."""
        return self._picture.ribbon_at(self._camera.to_scene(at))

    def on_sign(self, at: QPointF, item: str) -> bool:
        """Whether the point is on the plus or minus of `item`."""
        point = self._camera.to_scene(at)
        if item in self._picture.group_numbers:
            parts = self._picture.parts_of(item)
            return any(self._picture.handle_rect(part).contains(point) for part in parts)
        if not self._picture.is_folded(item):
            return False
        return self._picture.plus_rect(self._picture.bar_numbers[item]).contains(point)

    def tooltip(self, at: QPointF) -> str:
        """The essentials of what is at a viewport point, "" for empty ground."""
        item = self.item_at(at)
        if (number := self._picture.bar_numbers.get(item)) is not None:
            bar = self._picture.bars[number]
            return self._with_more(item, bar.tooltip or f"{bar.label}\n{bar.detail}")
        if (number := self._picture.group_numbers.get(item)) is not None:
            return self._with_more(item, self._picture.groups[number].title)
        ribbon = self.ribbon_at(at)
        return "" if ribbon is None else self._ribbon_text(ribbon)

    def _with_more(self, item: str, text: str) -> str:
        return "\n".join(filter(None, (text, self._more(item))))

    def _ribbon_text(self, number: int) -> str:
        ribbon = self._picture.ribbons[number]
        return ribbon.tooltip or f"{ribbon.source} → {ribbon.target}\n{ribbon.detail}"

"""Ribbons that carry one tensor along a common lane: painted as one, so that what they share
is no darker than the rest."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath

from visualizer.ui.canvas.picture import Picture

# A ribbon of more spans than this runs in a lane between its ends.
_STRAIGHT = 2


class Bundles:
    """Which ribbons belong together; the first of them stands for all."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._paths: dict[int, QPainterPath] = {}

    @cached_property
    def members(self) -> dict[int, tuple[int, ...]]:
        """Leader -> the ribbons of its bundle, itself included; only where there are several."""
        found: dict[tuple[str, str], list[int]] = {}
        for number, ribbon in enumerate(self._picture.ribbons):
            in_lane = len(self._picture.spans[number]) > _STRAIGHT
            if ribbon.tensor and in_lane and not ribbon.training_only:
                found.setdefault((ribbon.source, ribbon.tensor), []).append(number)
        return {numbers[0]: tuple(numbers) for numbers in found.values() if len(numbers) > 1}

    @cached_property
    def leader_of(self) -> dict[int, int]:
        """The leader of each ribbon that is in a bundle."""
        return {number: leader for leader, numbers in self.members.items() for number in numbers}

    def path(self, leader: int) -> QPainterPath:
        """The outline of all ribbons of a bundle together, overlaps filled once."""
        made = self._paths.get(leader)
        if made is None:
            made = QPainterPath()
            made.setFillRule(Qt.FillRule.WindingFill)
            for number in self.members[leader]:
                made.addPath(self._picture.ribbon_path(number))
            self._paths[leader] = made
        return made

    def box(self, leader: int) -> QRectF:
        """The box around a bundle."""
        boxes = self._picture.ribbon_boxes[list(self.members[leader])]
        left, top = boxes[:, :2].min(axis=0).tolist()
        right, bottom = boxes[:, 2:].max(axis=0).tolist()
        return QRectF(left, top, right - left, bottom - top)

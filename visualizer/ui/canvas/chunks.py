"""Many small shapes as few: runs of neighbours merged into one path per colour.

Seen from far away, thousands of bars and ribbons are a pixel or two high; painting them one
by one would cost more than anybody can see.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath

from visualizer.ui.canvas.boxes import Boxes, Numbers, touching

CHUNK = 200


class Chunk(NamedTuple):
    """Paths of one run of shapes, one per colour."""

    paths: tuple[tuple[QColor, QPainterPath], ...]


class ChunkCache:
    """Shapes `numbers` (rows of `boxes`) in runs of neighbours by height, merged when first seen.

    `color_of` gives a shape's colour, `add` puts its outline into a path.
    """

    def __init__(
        self,
        boxes: Boxes,
        numbers: Numbers,
        color_of: Callable[[int], QColor],
        add: Callable[[QPainterPath, int], None],
    ) -> None:
        middles = boxes[numbers, 1] + boxes[numbers, 3]
        ordered = numbers[np.argsort(middles, kind="stable")]
        self._runs = [ordered[at : at + CHUNK] for at in range(0, len(ordered), CHUNK)]
        self._extents = _extents(boxes, self._runs)
        self._color_of = color_of
        self._add = add
        self._made: dict[int, Chunk] = {}

    def within(self, area: QRectF) -> list[Chunk]:
        """The chunks that touch `area`, top to bottom."""
        return [self._chunk(number) for number in touching(self._extents, area).tolist()]

    def _chunk(self, number: int) -> Chunk:
        if number not in self._made:
            self._made[number] = self._merge(self._runs[number].tolist())
        return self._made[number]

    def _merge(self, numbers: Sequence[int]) -> Chunk:
        colors: dict[int, QColor] = {}
        paths: dict[int, QPainterPath] = {}
        for number in numbers:
            color = self._color_of(number)
            key = color.rgba()
            if key not in paths:
                colors[key] = color
                paths[key] = QPainterPath()
                paths[key].setFillRule(Qt.FillRule.WindingFill)
            self._add(paths[key], number)
        return Chunk(tuple((colors[key], path) for key, path in paths.items()))


def _extents(boxes: Boxes, runs: Sequence[Numbers]) -> Boxes:
    rows = [(*boxes[run, :2].min(axis=0), *boxes[run, 2:].max(axis=0)) for run in runs]
    return np.array(rows, dtype=float).reshape(-1, 4)

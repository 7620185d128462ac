"""Where a pixmap has any ink: scaling one that is mostly clear costs as much as its ink does."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtGui import QBitmap, QImage, QPixmap, QRegion, QTransform

_TILE = 32  # pixels


class Inked:
    """The tiles of `pixmap` in which something is painted, found when first asked for."""

    def __init__(self, pixmap: QPixmap) -> None:
        self._pixmap = pixmap
        self._tiles: QRegion | None = None

    def under(self, transform: QTransform) -> QRegion:
        """What the pixmap, drawn with `transform`, may paint on."""
        if self._tiles is None:
            self._tiles = _tiles(self._pixmap.toImage())
        side = _TILE / self._pixmap.devicePixelRatio()
        region = (QTransform.fromScale(side, side) * transform).map(self._tiles)
        # Scaled ink spreads, and tiles are rounded one by one: none may be cut off between two.
        far = 1 + math.ceil(max(transform.m11(), 1.0))
        for across, down in ((far, 0), (0, far)):
            region = region.united(region.translated(across, down)).united(
                region.translated(-across, -down)
            )
        return region


def _tiles(image: QImage) -> QRegion:
    """A pixel for each tile of an image with alpha that is not clear."""
    height, width = image.height(), image.width()
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(height, -1)[:, :width]
    rows = np.bitwise_or.reduceat(pixels, np.arange(0, height, _TILE), axis=0)
    tiles = np.bitwise_or.reduceat(rows, np.arange(0, width, _TILE), axis=1) != 0
    down, across = tiles.shape
    bits = np.packbits(tiles, axis=1, bitorder="little")
    return QRegion(
        QBitmap.fromData(QSize(across, down), bits.tobytes(), QImage.Format.Format_MonoLSB)
    )

"""Where the mini-network's grids stand on the screen: planes above each other, seen from above."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPolygonF

from visualizer.lessons.mini_network import MiniNetwork, Size

Sides = tuple[float, float]

# Of a cell's side: how far a row behind is shifted to the right, how high it stands on the
# screen, and how far the next plane is above, at least, and free between them.
_SHEAR, _DEPTH, _LIFT, _FREE = 0.42, 0.5, 2.35, 0.35


@dataclass(frozen=True)
class Scene:
    """A projection: `grids` are the sides of each plane in cells, the inputs first."""

    grids: tuple[Sides, ...]
    unit: float
    center: QPointF

    @property
    def lift(self) -> float:
        """How far each plane is above the one below, so that neither hides the other."""
        below, above = self.grids[0][0], self.grids[1][0]
        return max(_LIFT, _DEPTH * (below + above) / 2 + _FREE)

    def point(self, plane: int, row: float, column: float) -> QPointF:
        """A corner of the cells of a plane; (0, 0) is the far left one."""
        rows, columns = self.grids[plane]
        x, y = column - columns / 2, row - rows / 2
        across = x - _SHEAR * y
        down = _DEPTH * y - self.lift * plane
        return QPointF(self.center.x() + self.unit * across, self.center.y() + self.unit * down)

    def patch(self, plane: int, row: float, column: float, size: Sides = (1, 1)) -> QPolygonF:
        """A rectangle of cells: far left, far right, near right, near left corner."""
        bottom, right = row + size[0], column + size[1]
        corners = ((row, column), (row, right), (bottom, right), (bottom, column))
        return QPolygonF([self.point(plane, *corner) for corner in corners])

    def plane(self, plane: int) -> QPolygonF:
        return self.patch(plane, 0, 0, self.grids[plane])


def grids_of(network: MiniNetwork, block: Sides) -> tuple[Sides, ...]:
    """Sides of the inputs and of every layer's grid for a block of outputs."""
    sizes: tuple[Size, ...] = (network.tile, *(layer.grid for layer in network.layers))
    return tuple((rows + block[0] - 1, columns + block[1] - 1) for rows, columns in sizes)


def fit_scene(network: MiniNetwork, block: Sides, room: QRectF) -> Scene:
    """The largest scene in `room`."""
    flat = Scene(grids_of(network, block), 1.0, QPointF(0, 0))
    bounds = QRectF()
    for plane in range(len(flat.grids)):
        bounds = bounds.united(flat.plane(plane).boundingRect())
    unit = max(1.0, min(room.width() / bounds.width(), room.height() / bounds.height()))
    return Scene(flat.grids, unit, room.center() - bounds.center() * unit)

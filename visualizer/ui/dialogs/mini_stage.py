"""The painted mini-network: tile, grid and output, and the window that moves over them."""

from __future__ import annotations

import math

from PySide6.QtCore import QEasingCurve, QPointF, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.lessons.mini_network import Cell, MiniNetwork, cells, size_text
from visualizer.lessons.mini_steps import Step
from visualizer.ui.dialogs.mini_scene import Scene, Sides, fit_scene, grids_of
from visualizer.ui.panels.parts import theme_now
from visualizer.ui.theme import Theme, blend, canvas_font, text_on

_MOVE_MS = 420
_LABELS = 144
_MARGIN = 22
_LEGEND = 30
_LEAST = QSize(420, 300)


class MiniStage(QWidget):
    """Draws one step; from the step before it moves there smoothly."""

    def __init__(self) -> None:
        super().__init__()
        self._network: MiniNetwork | None = None
        self._step: Step | None = None
        self._before: Step | None = None
        self._moved = 1.0
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setEasingCurve(QEasingCurve.Type.InOutCubic)
        self._animation.valueChanged.connect(self._set_moved)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("The mini-network, drawn")

    @property
    def is_moving(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    def show_network(self, network: MiniNetwork) -> None:
        """Another design; its first step is shown next."""
        self._network = network
        self._step = self._before = None

    def show_step(self, step: Step, speed: float = 1.0) -> None:
        """Move on, or back, to `step`."""
        self._before, self._step = self._step, step
        self.setAccessibleDescription(f"{step.title}. {step.text}")
        self._animation.stop()
        if self._before is None or not self.isVisible():
            self._set_moved(1.0)
            return
        self._set_moved(0.0)
        self._animation.setDuration(round(_MOVE_MS / speed))
        self._animation.start()

    def sizeHint(self) -> QSize:
        return QSize(640, 470)

    def minimumSizeHint(self) -> QSize:
        return _LEAST

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._animation.stop()
        self._set_moved(1.0)

    def _set_moved(self, share: float) -> None:
        self._moved = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._network is None or self._step is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_LABELS, -_MARGIN - _LEGEND)
        scene = fit_scene(self._network, self._block(), room)
        _Drawing(painter, scene, self._network, theme_now()).draw(
            self._before, self._step, self._moved
        )

    def _block(self) -> Sides:
        """The outputs drawn, on the way from one step's to the other's."""
        assert self._step is not None
        after = self._step.block
        before = self._before.block if self._before is not None else after
        return _between(before, after, self._moved)


class _Drawing:
    """One picture: planes from below, between them the window's rays, then the words."""

    def __init__(self, painter: QPainter, scene: Scene, network: MiniNetwork, theme: Theme) -> None:
        self._painter = painter
        self._scene = scene
        self._network = network
        self._theme = theme

    def draw(self, before: Step | None, step: Step, moved: float) -> None:
        for plane in range(len(self._scene.grids)):
            self._draw_plane(plane, before, step, moved)
            if plane == 0:
                self._outline_tile(before, step, moved)
            self._draw_window(plane, before, step, moved)
            self._label_plane(plane, step)
        self._draw_legend(step)

    # ------------------------------------------------------------------ planes

    def _draw_plane(self, plane: int, before: Step | None, step: Step, moved: float) -> None:
        rows, columns = self._scene.grids[plane]
        old = before if before is not None else step
        for cell in cells((math.ceil(rows), math.ceil(columns))):
            color = blend(self._color(plane, cell, old), self._color(plane, cell, step), moved)
            self._draw_cell(plane, cell, color)
            if plane == 0 and step.shows_paths and cell in self._network.paths:
                self._draw_count(cell, color, moved)

    def _draw_cell(self, plane: int, cell: Cell, color: QColor) -> None:
        """A cell, or as much of it as is inside a plane that grows or shrinks."""
        rows, columns = self._scene.grids[plane]
        size = (min(1.0, rows - cell[0]), min(1.0, columns - cell[1]))
        self._painter.setPen(QPen(blend(color, text_on(color), 0.28), 1.0))
        self._painter.setBrush(color)
        self._painter.drawPolygon(self._scene.patch(plane, cell[0], cell[1], size))

    def _outline_tile(self, before: Step | None, step: Step, moved: float) -> None:
        """The inputs of the output that is told about."""
        here = _between(_tile_of(before or step), _tile_of(step), moved)
        self._painter.setPen(QPen(self._theme.color("accent"), 1.8, Qt.PenStyle.DashLine))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawPolygon(self._scene.patch(0, *here, self._network.tile))

    def _draw_count(self, cell: Cell, color: QColor, shown: float) -> None:
        """In how many ways an input reaches the output."""
        painter = self._painter
        painter.setOpacity(shown)
        painter.setPen(text_on(color))
        painter.setFont(canvas_font(max(9, round(self._scene.unit * 0.3))))
        area = self._scene.patch(0, cell[0], cell[1]).boundingRect()
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(self._network.paths[cell]))
        painter.setOpacity(1.0)

    def _color(self, plane: int, cell: Cell, step: Step) -> QColor:
        theme = self._theme
        if plane == 0:
            return self._input_color(cell, step)
        if cell in step.fresh[plane - 1]:
            return theme.color("accent")
        if cell in step.reused[plane - 1]:
            return theme.color("success")
        if cell in step.done[plane - 1]:
            return self._mixed("accent", 0.3)
        return theme.color("window")

    def _input_color(self, cell: Cell, step: Step) -> QColor:
        rows, columns = self._network.tile
        inside = cell[0] < rows and cell[1] < columns
        if step.shows_paths and inside:
            most = max(self._network.paths.values())
            return self._mixed("match", 0.2 + 0.8 * self._network.paths[cell] / most)
        return self._mixed("secondary", 0.16)

    def _mixed(self, role: str, share: float) -> QColor:
        return blend(self._theme.color("ground"), self._theme.color(role), share)

    # ------------------------------------------------------------------ the window

    def _draw_window(self, plane: int, before: Step | None, step: Step, moved: float) -> None:
        """What one number of the next plane is computed from, and the rays that lead there."""
        if step.window is None or step.window[0] != plane:
            return
        layer = self._network.layers[plane]
        here: Sides = step.window[1]
        strength = moved
        if before is not None and before.window is not None and before.window[0] == plane:
            here, strength = _between(before.window[1], here, moved), 1.0
        base = self._scene.patch(plane, *here, layer.kernel)
        top = self._scene.patch(plane + 1, *here)
        self._painter.setOpacity(strength)
        self._draw_rays(base, top, 0.3 if plane == 0 else 0.08)
        self._painter.setOpacity(1.0)

    def _draw_rays(self, base: QPolygonF, top: QPolygonF, alpha_below: float) -> None:
        painter, theme = self._painter, self._theme
        painter.setPen(QPen(theme.color("accent"), 2.0))
        painter.setBrush(theme.color("accent", alpha_below))
        painter.drawPolygon(base)
        painter.setPen(Qt.PenStyle.NoPen)
        for first, second, alpha in ((0, 1, 0.05), (3, 0, 0.08), (1, 2, 0.14), (2, 3, 0.1)):
            painter.setBrush(theme.color("accent", alpha))
            face = [base.at(first), base.at(second), top.at(second), top.at(first)]
            painter.drawPolygon(QPolygonF(face))
        painter.setPen(QPen(theme.color("accent", 0.75), 1.2))
        for corner in range(4):
            painter.drawLine(base.at(corner), top.at(corner))

    # ------------------------------------------------------------------ words

    def _label_plane(self, plane: int, step: Step) -> None:
        corners = self._scene.plane(plane)
        middle = (corners.at(1) + corners.at(2)) / 2
        at = QPointF(self._right_edge() + 14, middle.y())
        rows, columns = grids_of(self._network, step.block)[plane]
        names = ["inputs", *(["grid between"] * (len(self._scene.grids) - 2)), "outputs"]
        whole = (round(rows), round(columns))
        name = "output" if plane == len(names) - 1 and whole == (1, 1) else names[plane]
        size = "1" if whole == (1, 1) else size_text(whole)
        self._write(at, f"{size} {name}", True)
        if plane + 1 < len(self._scene.grids):
            self._label_layer(plane, at)

    def _label_layer(self, plane: int, at: QPointF) -> None:
        layer = self._network.layers[plane]
        lift = self._scene.plane(plane).at(0).y() - self._scene.plane(plane + 1).at(0).y()
        spot = QPointF(at.x(), at.y() - max(lift, 46.0) / 2)
        self._write(spot - QPointF(0, 7), f"{size_text(layer.kernel)} convolution", False)
        self._write(spot + QPointF(0, 7), f"{layer.weights} weights", False)

    def _right_edge(self) -> float:
        planes = range(len(self._scene.grids))
        return max(self._scene.plane(plane).boundingRect().right() for plane in planes)

    def _write(self, at: QPointF, text: str, strong: bool) -> None:
        painter = self._painter
        font = canvas_font(12 if strong else 11)
        font.setBold(strong)
        painter.setFont(font)
        painter.setPen(self._theme.color("text" if strong else "secondary"))
        height = painter.fontMetrics().height()
        box = QRectF(at.x(), at.y() - height / 2, 1, height)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
        painter.drawText(box, flags, text)

    def _draw_legend(self, step: Step) -> None:
        """What the colours mean, in a line at the bottom."""
        theme, painter = self._theme, self._painter
        entries = [("being computed", theme.color("accent")),
                   ("computed", self._mixed("accent", 0.3))]  # fmt: skip
        if any(step.reused):
            entries.append(("used again", theme.color("success")))
        if step.shows_paths:
            entries = [("ways from an input to the output", theme.color("match"))]
        height = painter.device().height()
        left, y = float(_MARGIN), height - _MARGIN + 2.0
        painter.setFont(canvas_font(11))
        for text, color in entries:
            painter.setPen(QPen(theme.color("strong_border"), 1))
            painter.setBrush(color)
            painter.drawRoundedRect(QRectF(left, y - 6, 12, 12), 3, 3)
            self._write(QPointF(left + 18, y), text, False)
            left += 18 + painter.fontMetrics().horizontalAdvance(text) + 20


def _tile_of(step: Step) -> Cell:
    """Where the tile of the step's output begins: as far on as the output itself."""
    return (step.block[0] - 1, step.block[1] - 1)


def _between(start: Sides, end: Sides, share: float) -> Sides:
    return (
        start[0] + (end[0] - start[0]) * share,
        start[1] + (end[1] - start[1]) * share,
    )

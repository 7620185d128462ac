"""The cut profile beside the canvas, or below it: one of its axes is the canvas' own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip

from visualizer.bottlenecks import CutProfile
from visualizer.layout.model import Flow
from visualizer.layout.sizing import WidthScale
from visualizer.session.cuts import CutPlace
from visualizer.session.network import Narrowing
from visualizer.ui.canvas.turning import Turn
from visualizer.ui.panels.cut_words import NO_FLOW
from visualizer.ui.panels.parts import Panel
from visualizer.ui.panels.strip_painting import foot_of, paint_aside
from visualizer.ui.panels.strip_plot import StripPlot
from visualizer.ui.panels.strip_steps import Steps
from visualizer.ui.theme import Theme, canvas_font

_WIDTH = 142
_HEIGHT = 104  # of one that lies below the canvas
_NOTCH, _ZOOM_PER_NOTCH = 120.0, 1.2
_PAGE = 10  # cuts
_MEANING = (
    "{Unit} of one example that can pass at each height of the drawing, drawn as wide as on the "
    "canvas' scale. Narrowest so far: what comes later holds no more than that. Dashed: the input."
)
_WRAPPED_WIDTH = 28
_WRAPPED: dict[Flow, str] = {
    "down": "The profile stands beside a drawing in one column: View, Columns",
    "right": "The profile lies below a drawing in one row: View, Columns",
}
_WAITING = "The cut profile will stand here."


class ProfileStrip(Panel):
    """Steps as wide as the cuts, each at the height of its tensors on the canvas; where data
    flows to the right it lies below the canvas, and heights are places from left to right.

    `view` gives the canvas' transform from scene to viewport pixels, whose heights the strip
    shares. `picked` has the number of the cut chosen, `pointed` that under the mouse (-1:
    none), `zoom_asked` a factor and the height to zoom around; `cleared`: none shall be chosen.
    """

    picked = Signal(int)
    cleared = Signal()
    pointed = Signal(int)
    zoom_asked = Signal(float, float)

    def __init__(self, view: Callable[[], QTransform]) -> None:
        super().__init__()
        self._view = view
        self._narrowing: Narrowing | None = None
        self._steps: Steps | None = None
        self._cut: int | None = None
        self._wrapped = False
        self._hovered: int | None = None
        self._turn = Turn()
        self.show_flow("down")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Cut profile beside the drawing")
        self.setAccessibleDescription(
            "How many numbers can pass at each place of the drawing. Arrow keys select "
            "the cut before and after, Page Up and Page Down go ten of them, Home and End to the "
            "first and last; Escape clears the selection."
        )
        self.dress()

    # ------------------------------------------------------------------ what is shown

    def show_profile(
        self, narrowing: Narrowing | None, places: tuple[CutPlace, ...], scale: WidthScale | None
    ) -> None:
        """Show a profile at these places, on the canvas' width scale; None while there is none."""
        self._narrowing, self._steps = narrowing, None
        if narrowing is not None and scale is not None and narrowing.profile.cuts:
            self._steps = Steps(narrowing.profile, places, scale)
        self._hovered = None
        self.update()

    def show_wrapped(self, wrapped: bool) -> None:
        """Heights mean nothing beside a drawing in several columns: a narrow strip says so."""
        self.setToolTip(_WRAPPED[self._turn.flow] if wrapped else "")
        if wrapped != self._wrapped:
            self._wrapped = wrapped
            self.updateGeometry()
            self.update()

    def show_flow(self, flow: Flow) -> None:
        """Stand beside a drawing that flows down, or lie below one that flows to the right."""
        self._turn = Turn(flow)
        policies = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*(policies[::-1] if self._turn.is_right else policies))
        self.updateGeometry()

    def show_cut(self, number: int | None) -> None:
        """Mark cut `number` as the selected one, or none."""
        self._cut = number
        self.update()

    @property
    def marked(self) -> int | None:
        """The cut that is marked as selected."""
        return self._cut

    def y_of(self, number: int) -> float:
        """Where a cut is along the flow, in this widget's pixels."""
        if (plot := self._plot) is None:
            raise ValueError("no profile is shown")
        return plot.y_of(number)

    @property
    def _plot(self) -> StripPlot | None:
        """The steps where they are now."""
        if self._narrowing is None or self._steps is None:
            return None
        view = self._turn.view(self._view())
        return StripPlot(self._narrowing, self._steps, QRectF(self.rect()), self._turn, view)

    def breadth(self, flow: Flow) -> int:
        """Pixels that it takes from a drawing that flows so."""
        return _WRAPPED_WIDTH if self._wrapped else _HEIGHT if flow == "right" else _WIDTH

    def sizeHint(self) -> QSize:
        size = QSize(self.breadth(self._turn.flow), 100)
        return size.transposed() if self._turn.is_right else size

    def restyle(self, theme: Theme) -> None:
        self.update()

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect())
        painter.fillRect(area, self.theme.color("ground"))
        if self._wrapped:
            paint_aside(painter, area, _WRAPPED[self._turn.flow], self._turn, self.theme)
        elif (plot := self._plot) is not None:
            plot.paint(painter, self._cut, self._bands(self.theme), self.theme)
        else:
            self._paint_words(painter, area, self.theme)
        rim = "accent" if self.hasFocus() else "border"
        edge = QRectF(0, 0, 1, self._turn.rect(area).height())
        painter.fillRect(self._turn.rect(edge), self.theme.color(rim))

    def _bands(self, theme: Theme) -> list[tuple[int, QColor]]:
        """Behind the cut under the mouse and, over it, the selected one."""
        both = ((self._hovered, 0.1), (self._cut, 0.18))
        return [(n, theme.color("accent", alpha)) for n, alpha in both if n is not None]

    def _paint_words(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        painter.setFont(canvas_font(11))
        painter.setPen(theme.color("secondary"))
        words = _WAITING if self._narrowing is None else NO_FLOW
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(12, 12, -12, -12), int(flags), words)

    # ------------------------------------------------------------------ what the user does

    def cut_at(self, y: float) -> int | None:
        """The cut at a height of this widget (of one that lies: so far from its left end): a
        finding near it, else the step there."""
        plot = self._plot
        return None if self._wrapped or plot is None else plot.cut_at(y)

    def _cut_under(self, at: QPointF) -> int | None:
        return None if self._is_in_foot(at) else self.cut_at(self._turn.point(at).y())

    def _is_in_foot(self, at: QPointF) -> bool:
        return at.y() > self.height() - foot_of(self._turn)

    def event(self, event: QEvent) -> bool:
        """Below the axis a tooltip says what the lines are; above it the card tells of cuts."""
        below = isinstance(event, QHelpEvent) and self._is_in_foot(QPointF(event.pos()))
        if isinstance(event, QHelpEvent) and below and not self._wrapped:
            unit = self.profile.unit.capitalize() if self.profile is not None else "Numbers"
            QToolTip.showText(event.globalPos(), _MEANING.format(Unit=unit), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._cut_under(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self._cut_under(event.position())
        if number is not None and event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit(number)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel means what it means on the canvas."""
        factor = _ZOOM_PER_NOTCH ** (event.angleDelta().y() / _NOTCH)
        self.zoom_asked.emit(factor, self._turn.point(event.position()).y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cleared.emit()
            return
        count = len(self._steps.heights) if self._steps is not None else 0
        here = self._cut if self._cut is not None else -1
        target = {
            Qt.Key.Key_Up: here - 1, Qt.Key.Key_Down: here + 1,
            Qt.Key.Key_Left: here - 1, Qt.Key.Key_Right: here + 1, Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: count - 1, Qt.Key.Key_PageUp: here - _PAGE,
            Qt.Key.Key_PageDown: here + _PAGE,
        }.get(Qt.Key(event.key()))  # fmt: skip
        if target is None or not count:
            super().keyPressEvent(event)
        else:
            self.picked.emit(min(max(target, 0), count - 1))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _point(self, number: int | None) -> None:
        if number != self._hovered:
            self._hovered = number
            self.setCursor(
                Qt.CursorShape.ArrowCursor if number is None else Qt.CursorShape.PointingHandCursor
            )
            self.pointed.emit(-1 if number is None else number)
            self.update()

    @property
    def profile(self) -> CutProfile | None:
        """The profile that is shown."""
        return self._narrowing.profile if self._narrowing is not None else None

    @property
    def narrowing(self) -> Narrowing | None:
        """The profile with what was found in it."""
        return self._narrowing

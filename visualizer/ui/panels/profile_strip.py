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
from visualizer.ui.panels.strip_painting import (
    across,
    by_weight,
    foot_of,
    lying,
    paint_aside,
    paint_foot,
    paint_glyph,
    paint_head,
    paint_input,
    paint_line,
    paint_lying_foot,
    paint_steps,
    paint_waist,
)
from visualizer.ui.panels.strip_steps import Steps
from visualizer.ui.theme import Theme, canvas_font

_WIDTH = 142
_HEIGHT = 104  # of one that lies below the canvas
_NOTCH, _ZOOM_PER_NOTCH = 120.0, 1.2
_SNAP = 6.0
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
        if self._steps is None:
            raise ValueError("no profile is shown")
        return self._to_screen(float(self._steps.heights[number]))

    def sizeHint(self) -> QSize:
        side = _HEIGHT if self._turn.is_right else _WIDTH
        size = QSize(_WRAPPED_WIDTH if self._wrapped else side, 100)
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
        elif self._narrowing is not None and self._steps is not None:
            self._paint_profile(painter, area, self._narrowing, self._steps, self.theme)
        else:
            self._paint_words(painter, area, self.theme)
        rim = "accent" if self.hasFocus() else "border"
        edge = QRectF(0, 0, 1, self._turn.rect(area).height())
        painter.fillRect(self._turn.rect(edge), self.theme.color(rim))

    def _paint_profile(
        self, painter: QPainter, area: QRectF, narrowing: Narrowing, steps: Steps, theme: Theme
    ) -> None:
        profile, view = narrowing.profile, self._turn.view(self._view())
        plot = self._plot(area)
        width = plot.right()
        painter.save()
        if self._turn.is_right:
            painter.setTransform(lying(area), combine=True)
        painter.setClipRect(plot)
        if profile.final + 1 < len(profile.cuts):
            head = self._to_screen(float(steps.edges[profile.final + 1]))
            paint_head(painter, head, plot, theme)
        for number, alpha in ((self._hovered, 0.1), (self._cut, 0.18)):
            self._paint_band(painter, number, plot, theme.color("accent", alpha))
        seen = steps.seen(view.m22(), view.dy(), plot.top(), plot.bottom())
        for number in narrowing.waist_cuts:
            if (box := self._step_box(number, steps, width)).intersects(plot):
                paint_waist(painter, box, theme)
        paint_input(painter, across(float(steps.shares[0]), width), plot.bottom(), theme)
        paint_steps(painter, seen, width, theme)
        self._paint_marks(painter, narrowing, steps, width, theme)
        painter.restore()
        paint = paint_lying_foot if self._turn.is_right else paint_foot
        paint(painter, area, profile, theme)

    def _plot(self, area: QRectF) -> QRectF:
        """Where steps are painted, as if data flowed down."""
        foot = foot_of(self._turn)
        if self._turn.is_right:
            return QRectF(0, 0, area.height() - foot - 1, area.width())
        return area.adjusted(1, 0, 0, -foot)

    def _paint_marks(
        self, painter: QPainter, narrowing: Narrowing, steps: Steps, width: float, theme: Theme
    ) -> None:
        if self._cut is not None and self._cut < len(steps.heights):
            color = theme.color("waist" if self._cut in narrowing.waist_cuts else "text", 0.75)
            paint_line(painter, self.y_of(self._cut), width, color)
        for finding in by_weight(narrowing.chain_findings):
            at = QPointF(across(float(steps.shares[finding.cut]), width), self.y_of(finding.cut))
            if -_SNAP < at.y() < max(self.height(), self.width()):
                paint_glyph(painter, at, finding.severity, theme)

    def _paint_band(
        self, painter: QPainter, number: int | None, plot: QRectF, color: QColor
    ) -> None:
        if number is not None and self._steps is not None and number < len(self._steps.heights):
            box = self._step_box(number, self._steps, plot.width())
            painter.fillRect(QRectF(plot.left(), box.top(), plot.width(), box.height()), color)

    def _step_box(self, number: int, steps: Steps, width: float) -> QRectF:
        """From the baseline to the end of a cut's step."""
        top, bottom = (self._to_screen(float(steps.edges[number + side])) for side in (0, 1))
        start = across(0.0, width)
        return QRectF(start, top, across(float(steps.shares[number]), width) - start, bottom - top)

    def _paint_words(self, painter: QPainter, area: QRectF, theme: Theme) -> None:
        painter.setFont(canvas_font(11))
        painter.setPen(theme.color("secondary"))
        words = _WAITING if self._narrowing is None else NO_FLOW
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(area.adjusted(12, 12, -12, -12), int(flags), words)

    def _to_screen(self, height: float) -> float:
        view = self._turn.view(self._view())
        return view.dy() + view.m22() * height

    # ------------------------------------------------------------------ what the user does

    def cut_at(self, y: float) -> int | None:
        """The cut at a height of this widget (of one that lies: so far from its left end): a
        finding near it, else the step there."""
        if self._wrapped or self._narrowing is None or self._steps is None:
            return None
        if y > self._plot(QRectF(self.rect())).bottom():
            return None
        found = (finding.cut for finding in self._narrowing.chain_findings)
        near = [number for number in found if abs(self.y_of(number) - y) <= _SNAP]
        if near:
            return min(near, key=lambda number: abs(self.y_of(number) - y))
        view = self._turn.view(self._view())
        return self._steps.at((y - view.dy()) / view.m22())

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

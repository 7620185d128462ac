"""The line above the canvas: where the selection is in the network, back, forward, bookmarks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QSizePolicy, QSlider, QToolButton

from visualizer.ui.panels.parts import Panel, tool_button
from visualizer.ui.theme import Theme, icon

_ICON = QSize(16, 16)
_BETWEEN = "  ›  "
_LEFT_OUT = "…"
_STEPS = 200
_MARK, _UNMARK = "Bookmark the selection (Ctrl+Shift+B)", "Remove the bookmark (Ctrl+Shift+B)"


class PathBar(Panel):
    """`picked` has the module or op that was clicked, "" for the network itself.

    `back_asked`, `forward_asked` walk through former selections, `bookmark_toggled` marks the
    selection, `lineage_cleared` ends telling some layers apart, `limit_chosen` has the share
    (0..1) of the overlay's scale below which layers are faint.
    """

    picked = Signal(str)
    back_asked = Signal()
    forward_asked = Signal()
    bookmark_toggled = Signal()
    lineage_cleared = Signal()
    limit_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._crumbs: tuple[tuple[str, str], ...] = ()
        self._marked = False
        self._build_buttons()
        self._build_path()
        self._build_limit()
        self._build_lineage()
        self._arrange()
        self.dress()

    def show_path(self, crumbs: Sequence[tuple[str, str]]) -> None:
        """Show (id, name) of the network and of what is around the selection, itself last."""
        self._crumbs = tuple(crumbs)
        self._write()

    def show_steps(self, back: bool, forward: bool) -> None:
        """Whether one can go back and forward."""
        self.back_button.setEnabled(back)
        self.forward_button.setEnabled(forward)

    def show_bookmarks(self, selection: str, marked: Sequence[str]) -> None:
        """Whether the selection is marked, and what else is."""
        self._marked = selection in marked
        self.star.setEnabled(bool(selection))
        self.star.setToolTip(_UNMARK if self._marked else _MARK)
        self.star.setAccessibleName(self.star.toolTip())
        self._draw_star()
        self.marks.clear()
        for item in marked:
            self.marks.addAction(item, partial(self.picked.emit, item))
        self.marks_button.setVisible(bool(marked))

    def show_lineage(self, title: str) -> None:
        """Say which layers are told apart; "" when none are."""
        self.lineage.setText(title)
        self.lineage_frame.setVisible(bool(title))
        self._write()

    def show_limit(self, share: float, value: str | None) -> None:
        """The share of the overlay's scale and the value there; None while nothing is scaled."""
        self.limit_frame.setVisible(value is not None)
        self.limit_text.setText(f"≥ {value}" if share else "all")
        self.limit.blockSignals(True)
        self.limit.setValue(round(share * _STEPS))
        self.limit.blockSignals(False)
        self._write()

    def restyle(self, theme: Theme) -> None:
        self._write()
        self._draw_star()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._write()

    # ------------------------------------------------------------------ construction

    def _build_buttons(self) -> None:
        self.back_button = _small("back", "Back to what was selected before (Alt+Left)")
        self.forward_button = _small("forward", "Forward again (Alt+Right)")
        self.star = _small("", _MARK)
        self.marks_button = _small("chevron-down", "Bookmarks")
        self.marks = QMenu(self)
        self.marks_button.setMenu(self.marks)
        self.marks_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.back_button.clicked.connect(self.back_asked)
        self.forward_button.clicked.connect(self.forward_asked)
        self.star.clicked.connect(self.bookmark_toggled)
        self.show_steps(False, False)

    def _build_path(self) -> None:
        self.path = QLabel()
        self.path.setTextFormat(Qt.TextFormat.RichText)
        self.path.setAccessibleName("Path of the selection")
        self.path.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.path.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.path.linkActivated.connect(lambda link: self.picked.emit(link.removeprefix("item:")))

    def _build_limit(self) -> None:
        self.limit = QSlider(Qt.Orientation.Horizontal)
        self.limit.setRange(0, _STEPS)
        self.limit.setFixedSize(90, 24)
        self.limit.setAccessibleName("Least value of the layers shown in full")
        self.limit.setToolTip("Layers below this value of the colour scale become faint")
        self.limit.valueChanged.connect(lambda step: self.limit_chosen.emit(step / _STEPS))
        self.limit_text = QLabel()
        self.limit_text.setProperty("role", "secondary")
        self.limit_text.setMinimumWidth(self.fontMetrics().horizontalAdvance("≥ 88.88 MiB"))
        self.limit_frame = QFrame()
        row = QHBoxLayout(self.limit_frame)
        row.setContentsMargins(4, 0, 4, 0)
        row.setSpacing(6)
        row.addWidget(self.limit)
        row.addWidget(self.limit_text)
        self.limit_frame.hide()

    def _build_lineage(self) -> None:
        self.lineage = QLabel()
        self.lineage.setTextFormat(Qt.TextFormat.PlainText)
        self.clear_button = _small("close", "Show all layers alike again (Esc)")
        self.clear_button.clicked.connect(self.lineage_cleared)
        self.lineage_frame = QFrame()
        self.lineage_frame.setObjectName("lineage")
        row = QHBoxLayout(self.lineage_frame)
        row.setContentsMargins(8, 0, 2, 0)
        row.setSpacing(2)
        row.addWidget(self.lineage)
        row.addWidget(self.clear_button)
        self.lineage_frame.hide()

    def _arrange(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        row.setSpacing(2)
        row.addWidget(self.back_button)
        row.addWidget(self.forward_button)
        row.addSpacing(6)
        row.addWidget(self.path, 1)
        row.addWidget(self.limit_frame)
        row.addWidget(self.lineage_frame)
        row.addWidget(self.star)
        row.addWidget(self.marks_button)
        self.show_bookmarks("", ())

    # ------------------------------------------------------------------ drawing

    def _draw_star(self) -> None:
        if self.theme is not None:
            color = self.theme.color("accent") if self._marked else None
            name = "star-filled" if self._marked else "star"
            self.star.setIcon(icon(name, self.theme, color=color))

    def _write(self) -> None:
        """As much of the path as there is room for: its end, and the network."""
        if self.theme is None:
            return
        crumbs = _shortened(self._crumbs, self.path.fontMetrics(), self.path.width())
        self.path.setText(
            f'<span style="color:{self.theme.faint}">{_BETWEEN.replace(" ", "&nbsp;")}</span>'.join(
                self._link(item, name, last=number == len(crumbs) - 1)
                for number, (item, name) in enumerate(crumbs)
            )
        )
        self.path.setToolTip(_BETWEEN.join(name for _, name in self._crumbs))

    def _link(self, item: str, name: str, last: bool) -> str:
        assert self.theme is not None
        if name == _LEFT_OUT:
            return f'<span style="color:{self.theme.faint}">{name}</span>'
        style = f"color:{self.theme.text if last else self.theme.secondary};text-decoration:none"
        weight = ";font-weight:600" if last else ""
        return f'<a href="item:{escape(item)}" style="{style}{weight}">{escape(name)}</a>'


def _shortened(
    crumbs: tuple[tuple[str, str], ...], metrics: QFontMetrics, room: int
) -> tuple[tuple[str, str], ...]:
    """`crumbs` without some behind the first, so that they fit into `room` pixels."""
    for left_out in range(max(1, len(crumbs) - 1)):
        kept = (*crumbs[:1], ("", _LEFT_OUT), *crumbs[1 + left_out :]) if left_out else crumbs
        if metrics.horizontalAdvance(_BETWEEN.join(name for _, name in kept)) * 1.05 <= room:
            return kept
    return crumbs[-1:]


def _small(name: str, tooltip: str) -> QToolButton:
    button = tool_button(name, tooltip)
    button.setObjectName("dockButton")
    button.setIconSize(_ICON)
    return button

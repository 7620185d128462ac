"""Between a comparison and its window: made when there is first something to compare."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, cast

from PySide6.QtCore import QObject

from visualizer.costs.published import Published
from visualizer.layout.model import Placement
from visualizer.session.comparison import Comparison
from visualizer.session.picture import LayoutPort
from visualizer.session.session import Session
from visualizer.session.shown import WidthMode
from visualizer.session.side_by_side import SideBySideController
from visualizer.session.state import Message
from visualizer.ui.bridge import Bridge
from visualizer.ui.comparison.colors import change_marks
from visualizer.ui.window import MainWindow

if TYPE_CHECKING:
    from visualizer.ui.comparison.accuracy import AccuracyDialog, AccuracyPanel
    from visualizer.ui.comparison.window import CompareWindow


class ClosableLayout(LayoutPort, Protocol):
    """A layout process of the comparison's own, so that the main drawing waits for nothing."""

    def close(self) -> None: ...


class ComparePresenter(QObject):
    """Shows `SessionState.comparison` and `.published`; `ask_other` asks what to compare with,
    or with True which network to add to the comparison.

    `start_layout` starts the layout process, which is needed for the first comparison only.
    """

    def __init__(
        self,
        window: MainWindow,
        session: Session,
        bridge: Bridge,
        start_layout: Callable[[], ClosableLayout],
    ) -> None:
        super().__init__(window)
        self._main, self._session = window, session
        self._start_layout = start_layout
        self._layout: ClosableLayout | None = None
        self.sides: SideBySideController | None = None
        self.window: CompareWindow | None = None
        self.accuracies: AccuracyDialog | None = None
        self.ask_other: Callable[[bool], None] = lambda add: None
        self._drawn: set[int] = set()
        bridge.side_placed.connect(self._placed)
        bridge.side_failed.connect(self._layout_failed)
        events = session.state.events
        events.comparison.connect(self._comparison_changed)
        events.published.connect(self._published_changed)
        events.message.connect(self._say)

    @property
    def busy(self) -> bool:
        """Whether something of a comparison is still to come."""
        drawing = self.sides is not None and self.sides.waiting
        return self._session.comparing.busy or self._session.published.busy or drawing

    def close(self) -> None:
        """End the layout process."""
        self._session.comparing.close()
        if self._layout is not None:
            self._layout.close()

    def show_accuracies(self) -> None:
        """Which architecture? In a window beside the main one; one is enough."""
        from visualizer.ui.comparison.accuracy import AccuracyDialog  # late: rarely asked for

        dialog = self.accuracies
        if dialog is None:
            dialog = self.accuracies = AccuracyDialog(self._main)
            self._feed(dialog.panel)
        network = self._session.state.network
        dialog.panel.show_networks([(network.source.text, network)] if network else [])
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    # ------------------------------------------------------------------ what arrives

    def _comparison_changed(self, comparison: Comparison | None) -> None:
        if comparison is None:
            return
        window, sides = self._needed()
        window.show_comparison(comparison)
        self._drawn.clear()
        window.silhouettes.select([None] * len(comparison.networks))
        sides.show(comparison)
        window.show()
        window.raise_()
        window.activateWindow()

    def _needed(self) -> tuple[CompareWindow, SideBySideController]:
        from visualizer.ui.comparison.window import CompareWindow  # late: for the first comparison

        if self.window is None or self.sides is None:
            self._layout = self._start_layout()
            self.sides = SideBySideController(self._layout)
            self.window = CompareWindow(self._main)
            self.window.resize(self._main.size())
            self._connect(self.window, self.sides)
        return self.window, self.sides

    def _connect(self, window: CompareWindow, sides: SideBySideController) -> None:
        window.silhouettes.picked.connect(self._pick)
        window.silhouettes.fold_requested.connect(sides.toggle)
        window.curves.picked.connect(self._pick)
        window.changes.picked.connect(self._pick_change)
        window.width_chosen.connect(lambda mode: sides.set_mode(cast(WidthMode, mode)))
        window.other_wanted.connect(lambda: self.ask_other(False))
        window.one_more_wanted.connect(lambda: self.ask_other(True))
        window.silhouettes.removed.connect(self._session.comparing.remove)
        window.changes.pair_chosen.connect(self._show_all_marks)
        window.message_bar.retry_requested.connect(self._session.retry)
        self._feed(window.accuracy)

    def _feed(self, panel: AccuracyPanel) -> None:
        panel.wanted.connect(self._session.published.ask)
        panel.show_published(self._session.state.published)

    def _placed(self, placement: Placement) -> None:
        found = self.sides.placed(placement) if self.sides is not None else None
        if found is None or self.window is None:
            return
        side, shown = found
        self.window.silhouettes.show_graph(side, shown, keep_view=side in self._drawn)
        self._drawn.add(side)
        self._show_marks(side)

    def _show_marks(self, side: int) -> None:
        window = self.window
        if window is None or window.theme is None or window.comparison is None or not self.sides:
            return
        members = self.sides.members(side)
        marks = change_marks(window.comparison, window.changes.pair, side, members, window.theme)
        window.silhouettes.show_marks(side, marks)

    def set_theme(self) -> None:
        """Colour what changed anew."""
        self._show_all_marks()

    def _show_all_marks(self) -> None:
        for side in sorted(self._drawn):
            self._show_marks(side)

    def _layout_failed(self, run: int, text: str) -> None:
        if self.sides is not None and self.window is not None:
            self.sides.failed(run)
            self.window.message_bar.show_text(text, "error")

    def _published_changed(self, entries: tuple[Published, ...]) -> None:
        if self.window is not None:
            self.window.accuracy.show_published(entries)
        if self.accuracies is not None:
            self.accuracies.panel.show_published(entries)

    def _say(self, message: Message | None) -> None:
        """What goes wrong is told in this window too, while it is open."""
        if self.window is not None and self.window.isVisible() and not (message and message.of_run):
            self.window.message_bar.show_message(message)

    # ------------------------------------------------------------------ what is chosen

    def _pick(self, side: int, item: str) -> None:
        """An item of one side: its counterparts in the others are selected with it."""
        comparison = self._session.state.comparison
        if comparison is None or self.window is None or self.sides is None:
            return
        items = enumerate(comparison.counterparts(side, item))
        self.window.silhouettes.select([self.sides.visible_item(*each) for each in items])
        self.window.changes.select(side, item)

    def _pick_change(self, before: str, after: str) -> None:
        """An op of a row of what changed: left or right of the pair, whichever has it."""
        if self.window is not None:
            left, right = self.window.changes.pair
            self._pick(*((left, before) if before else (right, after)))

"""Back and forward through what was selected, and bookmarks."""

from __future__ import annotations

from visualizer.session.network import OpenNetwork
from visualizer.session.state import SessionState

_MOST = 200


class HistoryController:
    """Remembers the selections in one network, as a browser remembers pages."""

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._visited: list[str] = []
        self._at = -1
        self._walking = False
        state.events.selection.connect(self._visit)
        state.events.network.connect(self._forget)

    @property
    def can_go_back(self) -> bool:
        """Whether something was selected before."""
        return self._at > 0

    @property
    def can_go_forward(self) -> bool:
        """Whether one has gone back."""
        return self._at + 1 < len(self._visited)

    def before(self, item: str) -> str:
        """What was selected last, other than `item`; "" when there is nothing."""
        visited = self._visited[: self._at + 1]
        return next((other for other in reversed(visited) if other != item), "")

    def back(self) -> str:
        """What was selected before; "" when there is nothing."""
        return self._go(-1) if self.can_go_back else ""

    def forward(self) -> str:
        """What was selected after that; "" when there is nothing."""
        return self._go(1) if self.can_go_forward else ""

    def _go(self, step: int) -> str:
        self._at += step
        self._walking = True
        self._state.selection = self._visited[self._at]
        self._walking = False
        return self._visited[self._at]

    def _visit(self, item: str) -> None:
        """A new selection drops what lay ahead; nothing selected is no place to go back to."""
        if self._walking or not item or self._visited[self._at : self._at + 1] == [item]:
            return
        self._visited = [*self._visited[: self._at + 1], item][-_MOST:]
        self._at = len(self._visited) - 1

    def _forget(self, _: OpenNetwork | None) -> None:
        self._visited, self._at = [], -1


class BookmarkController:
    """Layers and modules that the user wants to find again, in the order they were marked."""

    def __init__(self, state: SessionState) -> None:
        self._state = state

    def toggle(self) -> None:
        """Mark what is selected, or take its mark away."""
        item, marked = self._state.selection, self._state.bookmarks
        if item:
            rest = tuple(other for other in marked if other != item)
            self._state.bookmarks = rest if item in marked else (*marked, item)

    def restore(self, items: tuple[str, ...]) -> None:
        """The bookmarks of the network that was opened; those it no longer has are left out."""
        network = self._state.network
        known = network.has if network is not None else lambda item: False
        self._state.bookmarks = tuple(item for item in items if known(item))

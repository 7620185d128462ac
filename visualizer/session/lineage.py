"""What the selected layer depends on, what follows from it, and the paths between two layers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

import msgspec

from visualizer.graph.lineage import between, downstream, upstream
from visualizer.graph.model import LayerGraph
from visualizer.session.network import OpenNetwork
from visualizer.session.state import Lineage, Message, SessionState

Direction = Literal["upstream", "downstream", "both"]


class _Kind(msgspec.Struct, frozen=True):
    words: str
    find: Callable[[LayerGraph, Iterable[str]], frozenset[str]]


_KINDS: dict[Direction, _Kind] = {
    "upstream": _Kind("What {} depends on", upstream),
    "downstream": _Kind("What depends on {}", downstream),
    "both": _Kind(
        "What {} depends on, and what depends on it",
        lambda graph, ops: upstream(graph, ops) | downstream(graph, ops),
    ),
}


class LineageController:
    """Sets `state.lineage`. A direction stays chosen and follows the selection until cleared."""

    def __init__(self, state: SessionState) -> None:
        self._state = state
        self._direction: Direction | None = None
        state.events.selection.connect(self._follow)
        state.events.network.connect(self.clear)

    def show(self, direction: Direction) -> None:
        """Tell apart what lies in `direction` of the selected layer."""
        self._direction = direction
        if not self._state.selection:
            self._state.message = Message("Select a layer first.", "warning")
        self._follow(self._state.selection)

    def show_paths(self, first: str, second: str) -> None:
        """Tell apart the paths between two layers or modules; says so when there is none."""
        network = self._state.network
        if network is None:
            return
        self._direction = None
        found = between(network.graph, _ops(network, first), _ops(network, second))
        if not found or first == second:
            self._state.message = Message(f"No path leads from {first} to {second}, nor back.")
            return
        self._state.lineage = Lineage(f"Paths between {first} and {second}", found)

    def clear(self, *_: object) -> None:
        """Tell nothing apart any more."""
        self._direction = None
        self._state.lineage = None

    def _follow(self, selection: str) -> None:
        network = self._state.network
        if network is None or not selection:
            self._state.lineage = None
        elif self._direction is not None:
            kind = _KINDS[self._direction]
            found = kind.find(network.graph, _ops(network, selection))
            self._state.lineage = Lineage(kind.words.format(selection), found)


def _ops(network: OpenNetwork, item: str) -> tuple[str, ...]:
    """The ops of a module, or the op itself."""
    group = network.group(item)
    return group.nodes if group is not None else (item,)

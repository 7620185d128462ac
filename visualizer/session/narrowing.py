"""Where the open network narrows: worked out beside the window, shown when it is there."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import msgspec

from visualizer.bottlenecks import Thresholds
from visualizer.bottlenecks.tensors import Unit
from visualizer.costs.units import UnknownDtypeError
from visualizer.session.network import Narrowing, OpenNetwork, narrowing_of
from visualizer.session.state import Message, SessionState

# Seconds without a newer batch or precision before the narrow places are worked out again.
_REST = 0.25


class _Asked(msgspec.Struct, frozen=True, eq=False):
    """What is to be worked out, after `rest` seconds in which nothing newer is asked."""

    network: OpenNetwork
    unit: Unit
    rest: float = 0.0


class NarrowingController:
    """Works out the narrow places of each network that is opened, in a thread of its own.

    `post` is called from that thread with a Narrowing, or with the error that came up; who
    owns the state hands it to `arrived`. What cuts are counted in is `SessionState.cut_unit`;
    it goes back to numbers, with a message, where the size of a dtype is not known. When only
    the costs of the network change, what is known stays until they have come to rest.
    """

    def __init__(self, state: SessionState, post: Callable[[Narrowing | Exception], None]) -> None:
        self._state = state
        self._post = post
        self._asked: deque[_Asked] = deque()  # answers come in this order
        self._newer = threading.Event()
        self._closed = False
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="narrowing")
        state.events.network.connect(self._network_changed)
        state.events.revision.connect(self._costs_changed)
        state.events.cut_unit.connect(self._unit_changed)
        state.events.thresholds.connect(self._thresholds_changed)

    def arrived(self, found: Narrowing | Exception) -> None:
        """Take the result, unless another network or unit has been asked for meanwhile, or
        nobody looks any more."""
        if self._closed:
            return
        asked = self._asked.popleft()
        if asked.network is not self._state.network or asked.unit != self._state.cut_unit:
            return
        if isinstance(found, Narrowing):
            self._state.narrowing = found.judged(self._state.thresholds)
        elif isinstance(found, UnknownDtypeError):
            self._state.message = Message(f"Cuts stay in numbers: {found}.", "warning")
            self._state.cut_unit = "numbers"

    @property
    def busy(self) -> bool:
        """Whether a result is still to arrive."""
        return bool(self._asked)

    def close(self) -> None:
        """Wait for nothing more."""
        self._closed = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _network_changed(self, network: OpenNetwork | None) -> None:
        self._state.narrowing = None
        if network is not None:
            self._ask(network)

    def _costs_changed(self) -> None:
        if self._state.network is not None:
            self._ask(self._state.network, rest=_REST)

    def _unit_changed(self, unit: Unit) -> None:
        """The profile in the other unit stays until the new one is there."""
        narrowing, network = self._state.narrowing, self._state.network
        known = narrowing is not None and narrowing.profile.unit == unit
        if network is not None and not known:
            self._ask(network)

    def _thresholds_changed(self, thresholds: Thresholds) -> None:
        """The profile stays, only its judgement changes: that is done at once."""
        if self._state.narrowing is not None:
            self._state.narrowing = self._state.narrowing.judged(thresholds)

    def _ask(self, network: OpenNetwork, rest: float = 0.0) -> None:
        asked = _Asked(network, self._state.cut_unit, rest)
        self._asked.append(asked)
        self._newer.set()
        self._threads.submit(self._work, asked)

    def _work(self, asked: _Asked) -> None:
        """Once nothing newer has been asked for a moment, where `rest` wants that."""
        self._newer.clear()
        if asked.rest and (self._asked[-1] is not asked or self._newer.wait(asked.rest)):
            self._asked.remove(asked)
            return
        try:
            self._post(narrowing_of(asked.network, asked.unit))
        except Exception as error:  # noqa: BLE001 - told in the window's log, which stays open
            self._post(error)

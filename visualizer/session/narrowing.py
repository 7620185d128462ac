"""Where the open network narrows: worked out beside the window, shown when it is there."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from visualizer.session.network import Narrowing, OpenNetwork, narrowing_of
from visualizer.session.state import SessionState


class NarrowingController:
    """Works out the narrow places of each network that is opened, in a thread of its own.

    `post` is called from that thread with a Narrowing, or with the error that came up; who
    owns the state hands it to `arrived`.
    """

    def __init__(self, state: SessionState, post: Callable[[Narrowing | Exception], None]) -> None:
        self._state = state
        self._post = post
        self._waiting = 0
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="narrowing")
        state.events.network.connect(self._network_changed)

    def arrived(self, found: Narrowing | Exception) -> None:
        """Take the result, unless another network has been opened meanwhile."""
        self._waiting -= 1
        if isinstance(found, Narrowing) and found.network is self._state.network:
            self._state.narrowing = found

    @property
    def busy(self) -> bool:
        """Whether a result is still to arrive."""
        return self._waiting > 0

    def close(self) -> None:
        """Wait for nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _network_changed(self, network: OpenNetwork | None) -> None:
        self._state.narrowing = None
        if network is not None:
            self._waiting += 1
            self._threads.submit(self._work, network)

    def _work(self, network: OpenNetwork) -> None:
        try:
            self._post(narrowing_of(network))
        except Exception as error:  # noqa: BLE001 - told in the window's log, which stays open
            self._post(error)

"""Comparing: a second network is opened beside the open one, which nothing happens to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from visualizer.engine.messages import Failed, ModelLoaded
from visualizer.session.comparison import Comparison, compare
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource, SourceError, parse_source


class BesidePort(Protocol):
    """The part of the worker client that comparing needs."""

    def load_beside(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int: ...

    def cancel(self, run: int) -> None: ...


class CompareController:
    """One comparison at a time, of the network that is open when it is asked for. Both are
    compared at a batch of their own, in the precision and convention that `prepared` gives them.

    It is worked out in a thread of its own: `post` is called from there with a Comparison, or
    with the error that came up; who owns the state hands it to `arrived`. What goes wrong is a
    message; the open network and the comparison before stay.
    """

    def __init__(
        self,
        state: SessionState,
        worker: BesidePort,
        prepared: Callable[[OpenNetwork], OpenNetwork] = lambda network: network,
    ) -> None:
        self.post: Callable[[Comparison | Exception], None] = self.arrived
        self._state = state
        self._worker = worker
        self._prepared = prepared
        self._run: int | None = None
        self._first: OpenNetwork | None = None
        self._asked: tuple[ModelSource, tuple[InputSpec, ...]] | None = None
        self._working = 0
        self._threads: ThreadPoolExecutor | None = None

    def compare_text(
        self, text: str, weights: str | None = None, inputs: tuple[InputSpec, ...] = ()
    ) -> bool:
        """Compare the open network with what the user typed; what cannot be read becomes a
        message."""
        try:
            source = parse_source(text, weights)
        except SourceError as error:
            self._state.message = Message(str(error), "error")
            return False
        return self.compare(source, inputs)

    def compare(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> bool:
        """Compare the open network with `source`; False, with a message, when none is open."""
        if self._state.network is None:
            self._state.message = Message("Open a network first, then compare it.", "warning")
            return False
        self.cancel()
        self._first, self._asked = self._state.network.plain, (source, inputs)
        self._state.message = None
        self._run = self._worker.load_beside(source, inputs)
        self._state.activity = Activity(self._run, f"Opening {source.text} to compare")
        return True

    def compare_when_open(self, text: str) -> None:
        """Compare the network that is opened next with what the user typed."""
        opened = self._state.events.network

        def begin(_: OpenNetwork | None) -> None:
            opened.disconnect(begin)
            self.compare_text(text)

        opened.connect(begin)

    def retry(self) -> None:
        """Ask again for what failed last."""
        if self._asked is not None:
            self.compare(*self._asked)

    def cancel(self) -> None:
        if self._run is not None:
            self._worker.cancel(self._run)

    @property
    def busy(self) -> bool:
        """Whether a comparison is on its way."""
        return self._run is not None or self._working > 0

    def owns(self, run: int) -> bool:
        return run == self._run

    def loaded(self, reply: ModelLoaded) -> None:
        """The second network is there: work out the differences."""
        self._finish()
        if self._first is None:
            return
        self._working += 1
        self._threads = self._threads or ThreadPoolExecutor(1, thread_name_prefix="comparing")
        self._threads.submit(self._work, self._first, reply)

    def arrived(self, found: Comparison | Exception) -> None:
        """Take the result, or say why there is none."""
        self._working -= 1
        if isinstance(found, Comparison):
            self._state.comparison = found
        else:
            text = f"The networks could not be compared: {found}"
            self._state.message = Message(text, "error", repr(found))

    def failed(self, reply: Failed) -> None:
        self._finish()
        if reply.kind == "cancelled":
            self._state.message = Message("Comparing was cancelled.", can_retry=True)
            return
        text = f"Cannot compare: {reply.message}"
        self._state.message = Message(text, "error", reply.detail, can_retry=True)

    def close(self) -> None:
        """Wait for nothing more."""
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _finish(self) -> None:
        self._run = None
        self._state.activity = None

    def _work(self, first: OpenNetwork, reply: ModelLoaded) -> None:
        try:
            pair = (first.plain, open_network(reply))
            self.post(compare(*map(self._prepared, pair)))
        except Exception as error:  # noqa: BLE001 - told in the window, which stays open
            self.post(error)

"""Comparing: other networks are opened beside the open one, which nothing happens to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import msgspec

from visualizer.engine.messages import Failed, ModelLoaded
from visualizer.engine.saved import Fit, SavedFile
from visualizer.session.comparison import MOST_COMPARED, Comparison, compare
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource, SourceError, parse_source

_NO_ROOM = (
    f"{MOST_COMPARED} networks are compared at a time: take one out of the comparison first, or "
    "use `visualizer compare A B C …` for tables of as many as you like."
)


class BesidePort(Protocol):
    """The part of the worker client that comparing needs."""

    def load_beside(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int: ...

    def cancel(self, run: int) -> None: ...


Inputs = tuple[InputSpec, ...]


class CompareController:
    """One comparison at a time: of the network that is open when it is asked for with another,
    or of those that are compared with one more. All are compared at a batch of their own, in the
    precision and convention that `prepared` gives them.

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
        self.is_trusted: Callable[[str], bool] = lambda sha256: False
        self.post: Callable[[Comparison | Exception], None] = self.arrived
        self._state = state
        self._worker = worker
        self._prepared = prepared
        self._run: int | None = None
        self._before: tuple[OpenNetwork, ...] = ()  # the new one is compared with these
        self._asked: tuple[ModelSource, Inputs, bool] | None = None
        self._next: list[str] = []  # still to be added
        self._working = 0
        self._threads: ThreadPoolExecutor | None = None

    def compare_text(
        self, text: str, weights: str | None = None, inputs: Inputs = (), add: bool = False
    ) -> bool:
        """Compare the open network with what the user typed, or with `add` those that are
        compared with one more; what cannot be read becomes a message."""
        try:
            source = parse_source(text, weights)
        except SourceError as error:
            self._state.message = Message(str(error), "error")
            return False
        return self.compare(source, inputs, add)

    def compare(self, source: ModelSource, inputs: Inputs = (), add: bool = False) -> bool:
        """Compare the open network with `source`, or with `add` those that are compared with it
        too; False, with a message, when there is none or no room for one more."""
        before = self._compared_with(add)
        if not before:
            return False
        self.cancel()
        self._before, self._asked = before, (source, inputs, add)
        self._state.message = None
        self._run = self._worker.load_beside(source, inputs)
        self._state.activity = Activity(self._run, f"Opening {source.text} to compare")
        return True

    def remove(self, side: int) -> bool:
        """Compare without one of the networks; False when only one would be left."""
        comparison = self._state.comparison
        if comparison is None or len(comparison.networks) <= 2 or self.busy:
            return False
        left = list(comparison.networks)
        del left[side]
        self._submit(tuple(network.plain for network in left))
        return True

    def compare_when_open(self, *texts: str) -> None:
        """Compare the network that is opened next with what the user typed, one or several."""
        opened = self._state.events.network

        def begin(_: OpenNetwork | None) -> None:
            opened.disconnect(begin)
            self._next = list(texts[1:])
            self.compare_text(texts[0])

        opened.connect(begin)

    def examined(self, file: SavedFile) -> None:
        """The file is no network by itself: as when opening, the user is asked about it, unless
        its code is trusted."""
        self._finish()
        if file.needs_trust and self.is_trusted(file.sha256) and not file.source.trust:
            self.open_trusted(file)
        else:
            self._state.examined = file

    def open_trusted(self, file: SavedFile) -> None:
        """Compare with the file, with the code in it: the one that was looked at."""
        self._compare_as(msgspec.structs.replace(file.source, trust=file.sha256))

    def open_as(self, file: SavedFile, fit: Fit) -> None:
        """Compare with a network known by name with the weights in the file."""
        self._compare_as(parse_source(fit.network, file.source.location))

    def _compare_as(self, source: ModelSource) -> None:
        assert self._asked is not None
        self._state.examined = None
        self.compare(source, *self._asked[1:])

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
        """The other network is there: work out the differences."""
        self._finish()
        self._submit(self._before, reply)

    def arrived(self, found: Comparison | Exception) -> None:
        """Take the result, or say why there is none."""
        self._working -= 1
        if isinstance(found, Comparison):
            self._state.comparison = found
            if self._next:
                self.compare_text(self._next.pop(0), add=True)
        else:
            text = f"The networks could not be compared: {found}"
            self._state.message = Message(text, "error", repr(found))

    def failed(self, reply: Failed) -> None:
        self._finish()
        self._next.clear()
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

    def _compared_with(self, add: bool) -> tuple[OpenNetwork, ...]:
        """What a new network is compared with; none, with a message, where that cannot be."""
        network, comparison = self._state.network, self._state.comparison
        if add and comparison is not None:
            if comparison.full:
                self._state.message = Message(_NO_ROOM, "warning")
                return ()
            return tuple(each.plain for each in comparison.networks)
        if network is None:
            self._state.message = Message("Open a network first, then compare it.", "warning")
            return ()
        return (network.plain,)

    def _submit(self, networks: tuple[OpenNetwork, ...], reply: ModelLoaded | None = None) -> None:
        self._working += 1
        self._threads = self._threads or ThreadPoolExecutor(1, thread_name_prefix="comparing")
        self._threads.submit(self._work, networks, reply)

    def _work(self, networks: tuple[OpenNetwork, ...], reply: ModelLoaded | None) -> None:
        try:
            new = () if reply is None else (open_network(reply),)
            self.post(compare(*map(self._prepared, (*networks, *new))))
        except Exception as error:  # noqa: BLE001 - told in the window, which stays open
            self.post(error)

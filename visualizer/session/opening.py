"""Opening a network: ask the worker, keep the old one until the new one is here, offer Retry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from visualizer.engine.messages import Failed, ModelLoaded
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource, SourceError, parse_source


class LoadPort(Protocol):
    """The part of the worker client that opening needs."""

    def load(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int: ...

    def cancel(self, run: int) -> None: ...


class OpenController:
    """One network at a time; a newer request replaces one that is still under way.

    `prepare` makes of a network that was loaded the one that is shown.
    """

    def __init__(
        self,
        state: SessionState,
        worker: LoadPort,
        prepare: Callable[[OpenNetwork], OpenNetwork] = lambda network: network,
    ) -> None:
        self._state = state
        self._worker = worker
        self._prepare = prepare
        self._run: int | None = None
        self._asked: tuple[ModelSource, tuple[InputSpec, ...]] | None = None

    def open_text(
        self, text: str, weights: str | None = None, inputs: tuple[InputSpec, ...] = ()
    ) -> bool:
        """Open what the user typed; a text that cannot be read becomes a message."""
        try:
            self.open(parse_source(text, weights), inputs)
        except SourceError as error:
            self._state.message = Message(str(error), "error")
            return False
        return True

    def open(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> None:
        if self._run is not None:
            self._worker.cancel(self._run)
        self._asked = (source, inputs)
        self._state.message = None
        self._run = self._worker.load(source, inputs)
        self._state.activity = Activity(self._run, f"Opening {source.text}")

    def retry(self) -> None:
        """Ask again for what failed last."""
        if self._asked is not None:
            self.open(*self._asked)

    def cancel(self) -> None:
        if self._run is not None:
            self._worker.cancel(self._run)

    @property
    def busy(self) -> bool:
        return self._run is not None

    def owns(self, run: int) -> bool:
        return run == self._run

    def loaded(self, reply: ModelLoaded) -> None:
        self._finish()
        self.show(self._prepare(open_network(reply)))

    def show(self, network: OpenNetwork) -> None:
        """Make `network` the open one: the selection, folding and the last pass start anew."""
        state = self._state
        state.selection = ""
        state.preprocessing = None
        if state.network is None or state.network.source != network.source:
            state.node_data = ()
        with state.events.expanded.blocked():  # the new network is drawn once, not the old one anew
            state.expanded = network.first_view
        state.message = None
        state.network = network

    def failed(self, reply: Failed) -> None:
        self._finish()
        if reply.kind == "cancelled":
            self._state.message = Message("Opening was cancelled.", can_retry=True)
            return
        self._state.message = Message(reply.message, "error", reply.detail, can_retry=True)

    def _finish(self) -> None:
        self._run = None
        self._state.activity = None

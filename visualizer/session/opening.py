"""Opening a network: ask the worker, keep the old one until the new one is here, offer Retry."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from visualizer.engine.messages import Failed, ModelLoaded, Retraced
from visualizer.engine.saved import Fit, SavedFile
from visualizer.session.network import OpenNetwork, open_network
from visualizer.session.recosting import retraced
from visualizer.session.state import Activity, Message, SessionState, drawn
from visualizer.sources import InputSpec, ModelSource, SourceError, parse_source


class LoadPort(Protocol):
    """The part of the worker client that opening needs."""

    def load(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> int: ...

    def retrace(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], keep: bool = False
    ) -> int: ...

    def cancel(self, run: int) -> None: ...


class OpenController:
    """One network at a time; a newer request replaces one that is still under way.

    `prepare` makes of a network that was loaded the one that is shown. `is_trusted` says of the
    SHA-256 of a file whether the user has allowed the code in it to run.
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
        self._allowed: ModelSource | None = None
        self.is_trusted: Callable[[str], bool] = lambda sha256: False
        self._traced_for: tuple[ModelSource, tuple[InputSpec, ...]] | None = None
        self._inferred: dict[ModelSource, tuple[InputSpec, ...]] = {}

    def open_text(
        self,
        text: str,
        weights: str | None = None,
        inputs: tuple[InputSpec, ...] = (),
        trust: bool = False,
    ) -> bool:
        """Open what the user typed, `trust`: with the code in that file; a text that cannot be
        read becomes a message."""
        try:
            source = parse_source(text, weights)
            self._allowed = source if trust else None
            self.open(source, inputs)
        except SourceError as error:
            self._state.message = Message(str(error), "error")
            return False
        return True

    def open(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> None:
        if self._run is not None:
            self._worker.cancel(self._run)
        self._asked = (source, inputs)
        self._state.message = None
        self._state.examined = None
        self._run = self._worker.load(source, inputs)
        self._state.activity = Activity(self._run, f"Opening {source.text}")

    def give_inputs(self, source: ModelSource, inputs: tuple[InputSpec, ...]) -> None:
        """Open `source` with these inputs, inferred ones when there are none. If it is the open
        network it is only traced again."""
        network = self._state.network
        if network is None or network.source != source or not inputs:
            self.open(source, inputs)
            return
        if self._run is not None:
            self._worker.cancel(self._run)
        self._traced_for = (source, inputs)
        self._state.message = None
        self._run = self._worker.retrace(source, inputs, keep=True)
        self._state.activity = Activity(self._run, f"Tracing {network.graph.name}")

    @property
    def asked_source(self) -> ModelSource | None:
        """What was asked for last, whether it is open or not."""
        return self._asked[0] if self._asked is not None else None

    def inferred(self, source: ModelSource) -> tuple[InputSpec, ...]:
        """What `source` takes by itself; empty when that is not known."""
        return self._inferred.get(source, ())

    def retraced(self, reply: Retraced) -> None:
        """Show the open network for its new inputs, the same layers selected and unfolded."""
        before, self._asked = self._state.network, self._traced_for
        self._finish()
        assert before is not None
        network = self._prepare(retraced(before.plain, reply))
        if network.hierarchy is not before.hierarchy:
            self.show(network)
            return
        self._state.preprocessing = None
        self._state.message = None
        self._state.network = network

    def close(self) -> None:
        """Show no network any more: the start page comes back."""
        self.cancel()
        state = self._state
        state.selection, state.message, state.forward, state.node_data = "", None, None, ()
        state.network = None
        state.bookmarks = ()  # only now: those of the network that was open are kept

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
        if self._asked is not None and not self._asked[1]:
            self._inferred[reply.source] = reply.inputs
        self.show(self._prepare(open_network(reply)))

    def show(self, network: OpenNetwork) -> None:
        """Make `network` the open one: the selection, folding and the last pass start anew."""
        state = self._state
        state.selection = ""
        state.preprocessing = None
        if state.network is None or state.network.source != network.source:
            state.node_data = ()
        with state.events.expanded.blocked():  # the new network is drawn once, not the old one anew
            state.expanded = (drawn(network, state.repeats) or network).first_view
        state.message = None
        state.network = network

    def examined(self, file: SavedFile) -> None:
        """The file is no network by itself: it is opened if its code is trusted, or else the user
        is asked. What is open stays open."""
        allowed = file.source == self._allowed or self.is_trusted(file.sha256)
        if file.needs_trust and allowed and not file.source.trust:
            self.open_trusted(file)
        else:
            self._finish()
            self._state.examined = file

    def open_trusted(self, file: SavedFile) -> None:
        """Open the file, with the code in it: it has to be the one that was looked at."""
        inputs = self._asked[1] if self._asked is not None else ()
        self.open(msgspec.structs.replace(file.source, trust=file.sha256), inputs)

    def open_as(self, file: SavedFile, fit: Fit) -> None:
        """Open a network known by name with the weights in the file."""
        inputs = self._asked[1] if self._asked is not None else ()
        self.open(parse_source(fit.network, file.source.location), inputs)

    def failed(self, reply: Failed) -> None:
        was_traced, asked = self._traced_for is not None, self._traced_for or self._asked
        self._finish()
        if reply.kind == "cancelled":
            self._state.message = Message("Opening was cancelled.", can_retry=True)
            return
        inputs = None
        if reply.inputs is not None:
            inputs = asked[1] if asked is not None and asked[1] else reply.inputs
        retry = not was_traced and reply.kind != "gone"
        self._state.message = Message(
            reply.message, "error", reply.detail, can_retry=retry, inputs=inputs
        )

    def _finish(self) -> None:
        self._run = self._traced_for = None
        self._state.activity = None

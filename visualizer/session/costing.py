"""Costs for another batch, resolution, precision or convention, without loading again.

Batch, precision and convention need shapes only: they are worked out at once. The worker is
asked to trace, on tensors without numbers, for another resolution and, once a resolution, for
the two batches that tell how shapes depend on the batch.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import msgspec

from visualizer.costs.settings import CostSettings, at_batch, at_resolution, batch_of, resolution_of
from visualizer.engine.messages import Failed, Retraced
from visualizer.graph import LayerGraph
from visualizer.graph.rebatching import Rebatching, RebatchingError
from visualizer.session.network import OpenNetwork
from visualizer.session.recosting import costed, retraced
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource

Resolution = tuple[int, int] | None


class RetracePort(Protocol):
    """The part of the worker client that is needed here."""

    def retrace(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], keep: bool = False
    ) -> int: ...

    def cancel(self, run: int) -> None: ...


class _Asked(NamedTuple):
    """A trace that is on its way: for a batch at a resolution, None for the network's own."""

    resolution: Resolution
    batch: int | None


class CostController:
    """Shows the open network as `SessionState.settings` want it.

    What has been traced is remembered until another network is opened. Until a trace is there,
    and when it fails, the network stays as it is shown; a failure puts the settings back.
    """

    def __init__(self, state: SessionState, worker: RetracePort) -> None:
        self._state = state
        self._worker = worker
        self._mine: OpenNetwork | None = None
        self._warning: Message | None = None
        self._runs: dict[int, _Asked] = {}
        self._forget(None)
        state.events.network.connect(self._network_changed)

    def for_opening(self, network: OpenNetwork) -> OpenNetwork:
        """A network that is about to be opened, in the precision and unit of the session; batch
        and resolution are its own, and only multiply-adds count: what was added to them for the
        network before would make these totals disagree with every published one."""
        settings = self._state.settings
        wanted = CostSettings(dtype=settings.dtype, headline=settings.headline)
        return network if wanted == CostSettings() else costed(network, network.graph, wanted)

    def prepared(self, network: OpenNetwork) -> OpenNetwork:
        """A network to compare with that of the session, in its precision and convention; batch
        and resolution are its own."""
        wanted = msgspec.structs.replace(self._state.settings, batch=None, resolution=None)
        return network if wanted == CostSettings() else costed(network, network.graph, wanted)

    def choose(self, settings: CostSettings) -> None:
        """Show costs for `settings`, now or as soon as they are traced; what the open network
        does not have, a batch or a resolution, is told and changes nothing."""
        if problem := self._problem(settings):
            self._warn(Message(problem, "warning"))
            return
        self._take_warning_back()
        self._state.settings = self._normal(settings)
        self._settle()

    def _warn(self, message: Message) -> None:
        self._warning = self._state.message = message

    def _take_warning_back(self) -> None:
        """What was refused does not matter any more once something else is chosen."""
        if self._warning is not None and self._state.message is self._warning:
            self._state.message = None
        self._warning = None

    def prepare_batches(self) -> None:
        """Have the traces made that make every batch instant; they are about to be needed."""
        plain = self._plain.get(self._state.settings.resolution)
        if plain is not None:
            self._ask_batches(plain, self._state.settings.resolution)

    def cancel(self) -> None:
        for run in self._runs:
            self._worker.cancel(run)

    @property
    def original_inputs(self) -> tuple[InputSpec, ...]:
        """The inputs of the network as it was opened."""
        return self._original.inputs if self._original is not None else ()

    @property
    def busy(self) -> bool:
        """Whether a trace is still to arrive."""
        return bool(self._runs)

    def owns(self, run: int) -> bool:
        return run in self._runs

    def traced(self, reply: Retraced) -> None:
        """Take in what was asked for, and show what is wanted if that can be done now."""
        asked = self._finish(reply.run)
        if asked.batch is None and self._original is not None:
            self._plain[asked.resolution] = retraced(self._original, reply)
        elif asked.batch is not None:
            self._graphs[asked.resolution, asked.batch] = reply.graph
            self._conclude(asked.resolution)
        self._settle()

    def failed(self, reply: Failed) -> None:
        """Say why in one line; costs stay what they were."""
        asked = self._finish(reply.run)
        state, network = self._state, self._state.network
        if network is None:
            return
        if asked.batch is not None and state.settings.batch is None:
            self._affine[asked.resolution] = None  # it was only a preparation
            return
        state.settings = network.settings
        if reply.kind != "cancelled":
            what = f"at batch {asked.batch}"
            if asked.resolution is not None and asked.batch is None:
                what = "at {}×{}".format(*asked.resolution)
            text = f"{network.graph.name} does not run {what}: {reply.message}"
            self._warn(Message(text, "warning", reply.detail))

    def _normal(self, settings: CostSettings) -> CostSettings:
        """What is as it was opened is not said."""
        inputs, replace = self.original_inputs, msgspec.structs.replace
        if settings.batch == batch_of(inputs):
            settings = replace(settings, batch=None)
        if settings.resolution == resolution_of(inputs):
            settings = replace(settings, resolution=None)
        if {settings.dtype} == {spec.dtype for spec in inputs}:
            settings = replace(settings, dtype="")
        return settings

    def _problem(self, settings: CostSettings) -> str:
        inputs = self.original_inputs
        if inputs and settings.batch is not None and batch_of(inputs) is None:
            return "The inputs of this network have no batch in common."
        if inputs and settings.resolution is not None and resolution_of(inputs) is None:
            return "This network does not take pictures of one size."
        return ""

    # ------------------------------------------------------------------ what is known

    def _network_changed(self, network: OpenNetwork | None) -> None:
        """Another network: nothing that was traced counts any more."""
        if network is not None and network is self._mine:
            return
        self.cancel()
        self._runs.clear()
        self._forget(network.plain if network is not None else None)
        if network is not None:
            self._state.settings = network.settings

    def _forget(self, original: OpenNetwork | None) -> None:
        self._original = original
        self._plain: dict[Resolution, OpenNetwork] = {} if original is None else {None: original}
        self._graphs: dict[tuple[Resolution, int], LayerGraph] = {}
        self._affine: dict[Resolution, Rebatching | None] = {}

    def _conclude(self, resolution: Resolution) -> None:
        """Once both batches are there: how shapes depend on the batch, if that can be said."""
        plain = self._plain[resolution]
        own = batch_of(plain.inputs) or 1
        pair = [self._graphs.get((resolution, own + more)) for more in (1, 2)]
        one, other = pair
        if one is None or other is None or resolution in self._affine:
            return
        try:
            found = Rebatching(own + 1, one, other)
            agrees = found.agrees_with(plain.graph, own)
        except RebatchingError:
            agrees = False
        self._affine[resolution] = found if agrees else None

    def _graph_at(
        self, plain: OpenNetwork, resolution: Resolution, batch: int
    ) -> LayerGraph | None:
        """The graph at `batch`; None while it is being traced. A batch of one has views where
        others need copies, so it is always traced."""
        if batch == batch_of(plain.inputs):
            return plain.graph
        if (known := self._graphs.get((resolution, batch))) is not None:
            return known
        affine = self._affine.get(resolution)
        if affine is not None and batch > 1:
            return affine.at(batch)
        if resolution in self._affine or batch == 1:
            self._ask(_Asked(resolution, batch), at_batch(plain.inputs, batch))
        else:
            self._ask_batches(plain, resolution)
        return None

    # ------------------------------------------------------------------ what is to be done

    def _settle(self) -> None:
        """Show what is wanted, or ask for what is missing."""
        wanted, original = self._state.settings, self._original
        if original is None:
            return
        plain = self._plain.get(wanted.resolution)
        if plain is None:
            assert wanted.resolution is not None
            inputs = at_resolution(original.inputs, wanted.resolution)
            self._ask(_Asked(wanted.resolution, None), inputs)
            return
        batch = wanted.batch or batch_of(plain.inputs)
        graph = self._graph_at(plain, wanted.resolution, batch) if batch else plain.graph
        if graph is not None:
            self._show(plain if wanted == CostSettings() else costed(plain, graph, wanted))

    def _show(self, network: OpenNetwork) -> None:
        """Another resolution is another run of the network; anything else only other numbers."""
        state, shown = self._state, self._state.network
        self._mine = network
        if shown is None or shown.plain is not network.plain:
            state.message = None
            state.network = network
            return
        with state.events.network.blocked():
            state.network = network
        state.revision += 1

    def _ask_batches(self, plain: OpenNetwork, resolution: Resolution) -> None:
        own = batch_of(plain.inputs)
        if own is None or resolution in self._affine:
            return
        for batch in (own + 1, own + 2):
            if (resolution, batch) not in self._graphs:
                self._ask(_Asked(resolution, batch), at_batch(plain.inputs, batch))

    def _ask(self, asked: _Asked, inputs: tuple[InputSpec, ...]) -> None:
        if self._original is None or asked in self._runs.values():
            return
        for run, other in list(self._runs.items()):
            if other.resolution != asked.resolution:
                del self._runs[run]  # its answer is not wanted any more
                self._worker.cancel(run)
        run = self._worker.retrace(self._original.source, inputs, keep=asked.batch is None)
        self._runs[run] = asked
        self._state.activity = Activity(run, f"Tracing {self._original.graph.name}")

    def _finish(self, run: int) -> _Asked:
        asked = self._runs.pop(run)
        if not self._runs:
            self._state.activity = None
        return asked

"""Training memory of the open network: observed by the worker when it is first wanted, worked
out anew for every choice."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import msgspec

from visualizer.costs.checkpointing import Checkpointing, SavedBy, checkpointing, saved_by_part
from visualizer.costs.observed import TrainingObserved
from visualizer.costs.training import Plan, TrainingMemory, largest_batch, training_memory
from visualizer.engine.messages import Failed, TrainingWatched
from visualizer.session.network import OpenNetwork
from visualizer.session.state import Activity, SessionState
from visualizer.sources import InputSpec, ModelSource


class TrainingPort(Protocol):
    """The part of the worker client that this needs."""

    def observe_training(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], mixed: bool = False
    ) -> int: ...

    def cancel(self, run: int) -> None: ...


class TrainingShown(msgspec.Struct, frozen=True):
    """What is to be seen: memory under the plan, the largest batch that fits, what saves most.

    `blocks` is how many modules can be checkpointed, `recomputed` the share of the forward
    pass's MACs that they run twice.
    """

    name: str
    observed: TrainingObserved
    memory: TrainingMemory
    largest: int
    gib: float
    parts: tuple[SavedBy, ...]
    blocks: int
    recomputed: float


class TrainingController:
    """Asks the worker once for each network and precision, while `training_wanted`."""

    def __init__(self, state: SessionState, worker: TrainingPort) -> None:
        self._state = state
        self._worker = worker
        self._run: int | None = None
        state.events.network.connect(self._network_changed)
        state.events.training_plan.connect(self._ask)
        state.events.training_wanted.connect(self._wanted_changed)

    def choose(self, plan: Plan) -> None:
        """Work with another plan from now on."""
        self._state.training_plan = plan

    def retry(self) -> None:
        """Ask again after a failure."""
        self._state.training_problem = ""
        self._ask()

    def cancel(self) -> None:
        if self._run is not None:
            self._worker.cancel(self._run)

    def owns(self, run: int) -> bool:
        return run == self._run

    def watched(self, reply: TrainingWatched) -> None:
        self._finish()
        self._state.training = (*self._state.training, reply.observed)
        self._ask()  # the precision may have been changed meanwhile

    def failed(self, reply: Failed) -> None:
        self._finish()
        cancelled = reply.kind == "cancelled"
        self._state.training_problem = "This was cancelled." if cancelled else reply.message

    def _finish(self) -> None:
        self._run = None
        self._state.activity = None

    def _network_changed(self) -> None:
        self.cancel()
        self._run = None
        self._state.training = ()
        self._state.training_problem = ""
        self._ask()

    def _wanted_changed(self, wanted: bool) -> None:
        if wanted:
            self.retry()
        else:
            self.cancel()

    def _ask(self) -> None:
        state, network = self._state, self._state.network
        mixed = state.training_plan.mixed
        known = any(observed.mixed == mixed for observed in state.training)
        idle = self._run is None and not state.training_problem
        if network is None or known or not idle or not state.training_wanted:
            return
        self._run = self._worker.observe_training(network.source, network.plain.inputs, mixed)
        state.activity = Activity(self._run, "Watching a training step")


def training_shown(state: SessionState) -> TrainingShown | None:
    """What the state amounts to; None while nothing was observed in the plan's precision."""
    network = state.network.plain if state.network is not None else None
    plan = state.training_plan
    found = (o for o in state.training if o.mixed == plan.mixed)
    observed = next(found, None)
    if network is None or observed is None:
        return None
    return training_of(network, observed, plan, state.training_gib)


def training_of(
    network: OpenNetwork, observed: TrainingObserved, plan: Plan, gib: float = 16.0
) -> TrainingShown:
    """What `plan` amounts to for a network of which a training step was `observed`."""
    blocks = _blocks(_Key(network, observed))
    if blocks is None:
        plan = msgspec.structs.replace(plan, checkpoint=False)
    macs = network.report.totals.macs
    return TrainingShown(
        name=network.graph.name,
        observed=observed,
        memory=training_memory(observed, plan, blocks),
        largest=largest_batch(observed, plan, gib, blocks),
        gib=gib,
        parts=saved_by_part(network.graph, observed, plan.batch),
        blocks=len(blocks.blocks) if blocks is not None else 0,
        recomputed=blocks.extra_macs / macs if blocks is not None and macs else 0.0,
    )


class _Key:
    """A network and an observation of it, the same ones and no others that are equal."""

    def __init__(self, network: OpenNetwork, observed: TrainingObserved) -> None:
        self.network, self.observed = network, observed

    def __hash__(self) -> int:
        return hash((id(self.network), id(self.observed)))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Key):
            return False
        return self.network is other.network and self.observed is other.observed


@lru_cache(maxsize=2)
def _blocks(key: _Key) -> Checkpointing | None:
    return checkpointing(key.network.graph, key.network.report, key.observed)

"""What is measured for an overlay: asked of the worker when it is first chosen, once a network
and device, or once a pass over a picture."""

from __future__ import annotations

from typing import Protocol

import msgspec

from visualizer.engine.messages import (
    Device,
    Failed,
    ForwardFinished,
    RanksMeasured,
    TimesMeasured,
)
from visualizer.session.state import Activity, Message, SessionState
from visualizer.sources import InputSpec, ModelSource

_NEEDS_PICTURE = "Effective rank is measured on a picture: open one, or drop it here."


class MeasuringPort(Protocol):
    """The part of the worker client that measuring needs."""

    def measure_times(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], device: Device = "auto"
    ) -> int: ...

    def measure_ranks(self, forward_run: int) -> int: ...

    def cancel(self, run: int) -> None: ...


class MeasuringController:
    """Measures while the overlay "time" or "rank" is chosen and its numbers are not there.

    After a failure or a cancel nothing is asked again until the overlay is chosen anew.
    """

    def __init__(self, state: SessionState, worker: MeasuringPort) -> None:
        self._state = state
        self._worker = worker
        self._times_run: int | None = None
        self._ranks_run: int | None = None
        self._about: object = None  # the pass that `ranks` belong to
        self._told: Message | None = None
        state.events.network.connect(self._network_changed)
        state.events.device.connect(self._device_changed)
        state.events.forward.connect(self._forward_changed)
        state.events.overlay.connect(self._overlay_changed)

    def owns(self, run: int) -> bool:
        return run in (self._times_run, self._ranks_run)

    def cancel(self) -> None:
        for run in (self._times_run, self._ranks_run):
            if run is not None:
                self._worker.cancel(run)

    def retry(self) -> None:
        """Measure what the overlay shows, if that is not known."""
        self._withdraw()
        if self._state.network is not None:
            if self._state.overlay == "time":
                self._ask_times()
            elif self._state.overlay == "rank":
                self._ask_ranks()

    def timed(self, reply: TimesMeasured) -> None:
        self._times_run = None
        self._state.activity = None
        self._state.times = reply

    def ranked(self, reply: RanksMeasured) -> None:
        """What an earlier pass over the same picture had stays: a pass may keep single layers."""
        self._ranks_run = None
        self._state.activity = None
        before = self._state.ranks
        if before is not None:
            few = dict.fromkeys((*before.too_few, *reply.too_few))
            reply = msgspec.structs.replace(
                reply, shares={**before.shares, **reply.shares}, too_few=tuple(few)
            )
        self._state.ranks = reply

    def failed(self, reply: Failed) -> None:
        what = "times" if reply.run == self._times_run else "effective ranks"
        self._times_run = self._ranks_run = None
        self._state.activity = None
        if reply.kind == "cancelled":
            self._say(Message(f"Measuring the {what} was cancelled.", can_retry=True))
        else:
            retry = reply.kind != "gone"
            self._say(Message(reply.message, "error", reply.detail, can_retry=retry))

    # ------------------------------------------------------------------ what changes

    def _network_changed(self) -> None:
        self._forget_times()
        self._forget_ranks()
        if self._state.overlay == "time":  # ranks wait for a pass of this network
            self.retry()

    def _device_changed(self) -> None:
        self._forget_times()
        if self._state.overlay == "time":
            self.retry()

    def _forward_changed(self, forward: ForwardFinished | None) -> None:
        if forward is None:
            self._forget_ranks()
            return
        about = (self._state.picture, forward.preprocessing, forward.device)
        if about != self._about:
            self._forget_ranks()
        self._about = about
        if self._state.overlay == "rank":
            self._withdraw()
            self._ask_ranks(again=True)

    def _overlay_changed(self, overlay: str) -> None:
        if overlay != "time":
            self._drop(self._times_run)
            self._times_run = None
        if overlay != "rank":
            self._drop(self._ranks_run)
            self._ranks_run = None
        self.retry()

    def _forget_times(self) -> None:
        self._drop(self._times_run)
        self._times_run = self._state.times = None

    def _forget_ranks(self) -> None:
        self._drop(self._ranks_run)
        self._ranks_run = self._state.ranks = None
        self._about = None

    def _drop(self, run: int | None) -> None:
        """Nobody waits for this run any more."""
        if run is None:
            return
        self._worker.cancel(run)
        if self._state.activity is not None and self._state.activity.run == run:
            self._state.activity = None

    # ------------------------------------------------------------------ asking

    def _ask_times(self) -> None:
        state, network = self._state, self._state.network
        if network is None or state.times is not None or self._times_run is not None:
            return
        plain = network.plain
        self._times_run = self._worker.measure_times(plain.source, plain.inputs, state.device)
        state.activity = Activity(self._times_run, "Measuring times")

    def _ask_ranks(self, again: bool = False) -> None:
        state = self._state
        if state.forward is None:
            if not state.picture:
                self._say(Message(_NEEDS_PICTURE))
            return
        if self._ranks_run is not None or (state.ranks is not None and not again):
            return
        self._ranks_run = self._worker.measure_ranks(state.forward.run)
        state.activity = Activity(self._ranks_run, "Measuring effective ranks")

    # ------------------------------------------------------------------ telling

    def _say(self, message: Message) -> None:
        self._told = self._state.message = message

    def _withdraw(self) -> None:
        """What was said of an overlay does not hold for another."""
        if self._told is not None and self._state.message is self._told:
            self._state.message = None
        self._told = None

"""The session: state, the controllers that change it, and where the worker's replies go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import psygnal

from visualizer.engine.messages import (
    Failed,
    FileExamined,
    ForwardFinished,
    MapsFetched,
    ModelLoaded,
    Progressed,
    PublishedListed,
    RanksMeasured,
    Reply,
    Retraced,
    TimesMeasured,
    TrainingWatched,
    WorkerReady,
)
from visualizer.session.comparing import BesidePort, CompareController
from visualizer.session.costing import CostController, RetracePort
from visualizer.session.cuts import CutController
from visualizer.session.history import BookmarkController, HistoryController
from visualizer.session.lineage import LineageController
from visualizer.session.live import LiveController, LivePort
from visualizer.session.measuring import MeasuringController, MeasuringPort
from visualizer.session.opening import LoadPort, OpenController
from visualizer.session.published import PublishedController, PublishedPort
from visualizer.session.state import Activity, Message, SessionState
from visualizer.session.training import TrainingController, TrainingPort
from visualizer.session.unfolding import FoldController

_WORKER_GONE = ("crash", "timeout", "memory", "gone")


class WorkerPort(
    LoadPort,
    LivePort,
    BesidePort,
    PublishedPort,
    TrainingPort,
    RetracePort,
    MeasuringPort,
    Protocol,
):
    """What the session needs of the worker client."""


class Session:
    """Everything the window is about, without the window.

    `handle` takes each reply of the worker, on the thread that owns the state. Signals:
    `maps_fetched` (MapsFetched) and `worker_ready` (WorkerReady). `examiner` asked for the file
    that is no network by itself (`state.examined`), and takes the user's answer.
    """

    maps_fetched = psygnal.Signal(object)
    worker_ready = psygnal.Signal(object)

    def __init__(self, worker: WorkerPort) -> None:
        self.state = SessionState()
        self.costing = CostController(self.state, worker)
        self.opening = OpenController(self.state, worker, self.costing.for_opening)
        self.folding = FoldController(self.state)
        self.cuts = CutController(self.state)
        self.history = HistoryController(self.state)
        self.bookmarks = BookmarkController(self.state)
        self.lineage = LineageController(self.state)
        self.comparing = CompareController(self.state, worker, self.costing.prepared)
        self.published = PublishedController(self.state, worker)
        self.live = LiveController(self.state, worker, self.maps_fetched.emit)
        self.training = TrainingController(self.state, worker)
        self.measuring = MeasuringController(self.state, worker)
        self.examiner: OpenController | CompareController = self.opening
        self._retry: Callable[[], None] = self.opening.retry
        self.state.events.selection.connect(self._selection_changed)
        self.state.events.network.connect(self._network_changed)
        self.state.events.device.connect(self._device_changed)

    def handle(self, reply: Reply) -> None:
        """Let the controller that asked deal with the reply; nobody's reply is dropped."""
        match reply:
            case WorkerReady():
                self.worker_ready.emit(reply)
            case Progressed():
                self._progressed(reply)
            case ModelLoaded() if self.opening.owns(reply.run):
                self.opening.loaded(reply)
            case ModelLoaded() if self.comparing.owns(reply.run):
                self.comparing.loaded(reply)
            case PublishedListed() if self.published.owns(reply.run):
                self.published.listed(reply)
            case ForwardFinished() if self.live.owns(reply.run):
                self.live.finished(reply)
            case MapsFetched() if self.live.owns(reply.run):
                self.live.fetched(reply)
            case Failed():
                self._failed(reply)
            case _:
                self._answered_otherwise(reply)

    def _examined(self, reply: FileExamined) -> None:
        for asked in (self.opening, self.comparing):
            if asked.owns(reply.run):
                self.examiner = asked
                asked.examined(reply.file)

    def _answered_otherwise(self, reply: Reply) -> None:
        match reply:
            case FileExamined():
                self._examined(reply)
            case Retraced() if self.opening.owns(reply.run):
                self.opening.retraced(reply)
            case Retraced() if self.costing.owns(reply.run):
                self.costing.traced(reply)
            case TrainingWatched() if self.training.owns(reply.run):
                self.training.watched(reply)
            case TimesMeasured() if self.measuring.owns(reply.run):
                self.measuring.timed(reply)
            case RanksMeasured() if self.measuring.owns(reply.run):
                self.measuring.ranked(reply)

    def retry(self) -> None:
        """Do again what failed last."""
        self._retry()

    def cancel(self) -> None:
        """Stop whatever is under way."""
        self.opening.cancel()
        self.comparing.cancel()
        self.training.cancel()
        self.measuring.cancel()
        self.costing.cancel()
        self.live.cancel()

    def worker_died(self, reason: str) -> None:
        """The worker ended while nothing was asked of it: only what it kept is lost."""
        self.state.forward = None
        self.state.message = Message(reason, "warning")

    def _progressed(self, reply: Progressed) -> None:
        owners = (
            self.opening,
            self.comparing,
            self.training,
            self.measuring,
            self.costing,
            self.live,
        )
        if any(owner.owns(reply.run) for owner in owners):
            self.state.activity = Activity(reply.run, reply.text, reply.fraction)

    def _failed(self, reply: Failed) -> None:
        if reply.kind in _WORKER_GONE:
            self.state.forward = None
        if self.opening.owns(reply.run):
            self._retry = self.opening.retry
            self.opening.failed(reply)
        elif self.comparing.owns(reply.run):
            self._retry = self.comparing.retry
            self.comparing.failed(reply)
        elif self.published.owns(reply.run):
            self._retry = self.published.ask
            self.published.failed(reply)
        elif self.training.owns(reply.run):
            self.training.failed(reply)
        elif self.measuring.owns(reply.run):
            self._retry = self.measuring.retry
            self.measuring.failed(reply)
        elif self.costing.owns(reply.run):
            self.costing.failed(reply)
        elif self.live.owns(reply.run):
            self._retry = self.live.run
            self.live.failed(reply)

    def _selection_changed(self) -> None:
        if self.state.forward is not None:
            self.live.show_selected()

    def _network_changed(self) -> None:
        self.live.forget()
        network = self.state.network
        if network is not None and network.preprocessing is not None and self.state.picture:
            self.live.run()

    def _device_changed(self) -> None:
        if self.state.forward is not None:
            self.live.run()

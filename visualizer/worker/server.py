"""Answers requests one at a time, whatever the user's code does meanwhile."""

from __future__ import annotations

import time

import torch

from visualizer.channel import Channel
from visualizer.engine.messages import (
    Failed,
    FetchMaps,
    FileExamined,
    ForwardFinished,
    ListPublished,
    LoadModel,
    Logged,
    MapsFetched,
    MeasureRanks,
    MeasureTimes,
    ModelLoaded,
    ObserveTraining,
    PublishedListed,
    RanksMeasured,
    Request,
    Retrace,
    Retraced,
    RunForward,
    TimesMeasured,
    TrainingWatched,
    Work,
    WorkerReady,
)
from visualizer.worker.failures import RunError, failure
from visualizer.worker.inbox import Inbox
from visualizer.worker.live import available_devices
from visualizer.worker.loaders.saved_files import NotANetwork
from visualizer.worker.loaders.torchvision_published import published_accuracies
from visualizer.worker.networks import Networks
from visualizer.worker.passes import Pass, run_on_picture
from visualizer.worker.running import Running
from visualizer.worker.warming import warm_up

Answer = (
    ModelLoaded | ForwardFinished | MapsFetched | Retraced | TrainingWatched | TimesMeasured
    | RanksMeasured | PublishedListed
)  # fmt: skip


def leave_a_core() -> None:
    """One core is the window's: threads that wait for one that painting holds up cost more."""
    torch.set_num_threads(max(1, torch.get_num_threads() - 1))


Devices = tuple[tuple[str, str], ...]


class Server:
    """The worker's main thread: takes from the inbox, answers over the channel.

    With `devices` it is a guest in the user's own process: it offers these, and neither tries
    others out nor prepares for networks that are known by name.
    """

    def __init__(
        self,
        channel: Channel[Request],
        inbox: Inbox,
        networks: Networks | None = None,
        devices: Devices | None = None,
    ) -> None:
        self._channel = channel
        self._inbox = inbox
        self._networks = networks or Networks()
        self._latest: Pass | None = None
        self._devices = devices
        self._is_warm = devices is not None

    def serve(self) -> None:
        """Answer until the inbox is closed; raises ChannelClosed when nobody listens any more."""
        self._channel.send(self._ready(()))
        while True:
            if self._inbox.empty and not self._is_warm:
                self._warm_up()
            request = self._inbox.next()
            if request is None:
                return
            self._answer(request)

    def _ready(self, names: tuple[str, ...]) -> WorkerReady:
        devices = available_devices() if self._devices is None else self._devices
        return WorkerReady(str(torch.__version__), devices, names)

    def _warm_up(self) -> None:
        """While nothing is asked: import what the first network needs, and tell the names."""
        self._is_warm = True
        try:
            self._channel.send(self._ready(warm_up()))
        except Exception as error:  # noqa: BLE001 - a broken torchvision only ends torchvision names
            self._channel.send(Logged(f"torchvision cannot be used: {error}"))

    def _answer(self, request: Work) -> None:
        """Send the answer, or what went wrong: not even sys.exit gets past here."""
        reply: Answer | FileExamined | Failed
        with self._inbox.working_on(request.run) as check:
            try:
                check()
                reply = self._done(request, Running(self._channel, request.run, check))
            except NotANetwork as error:
                reply = FileExamined(request.run, error.file)
            except BaseException as error:  # noqa: BLE001
                reply = failure(request.run, error)
        self._channel.send(reply)

    def _done(self, request: Work, running: Running) -> Answer:
        match request:
            case LoadModel():
                return self._load(request, running)
            case RunForward():
                return self._run(request, running)
            case FetchMaps():
                return self._fetch(request)
            case Retrace():
                return self._retrace(request, running)
            case ObserveTraining():
                return self._watch_training(request, running)
            case MeasureTimes():
                return self._measure_times(request, running)
            case MeasureRanks():
                return self._pass(request.forward_run).ranks(running)
            case ListPublished():
                return PublishedListed(request.run, published_accuracies())

    def _load(self, request: LoadModel, running: Running) -> ModelLoaded:
        started = time.perf_counter()
        network = self._networks.open(request.source, request.inputs, running, request.keep)
        return ModelLoaded(
            run=request.run,
            source=request.source,
            inputs=network.inputs,
            graph=network.graph,
            weights_text=network.weights_text,
            trained=network.trained,
            preprocessing=network.preprocessing,
            seconds=time.perf_counter() - started,
            categories=network.categories,
        )

    def _retrace(self, request: Retrace, running: Running) -> Retraced:
        network = self._networks.retrace(request.source, request.inputs, running, request.keep)
        return Retraced(request.run, network.inputs, network.graph, network.preprocessing)

    def _run(self, request: RunForward, running: Running) -> ForwardFinished:
        network = self._networks.find(request.source, request.inputs)
        network = network or self._networks.open(request.source, request.inputs, running)
        if not request.capture:
            self._latest = None  # its memory is needed for the new one
        self._latest = run_on_picture(network, request, running)
        return self._latest.finished()

    def _measure_times(self, request: MeasureTimes, running: Running) -> TimesMeasured:
        network = self._networks.find(request.source, request.inputs)
        network = network or self._networks.open(request.source, request.inputs, running)
        return network.measure_times(network.choose_device(request.device), running)

    def _watch_training(self, request: ObserveTraining, running: Running) -> TrainingWatched:
        network = self._networks.find(request.source, request.inputs)
        network = network or self._networks.open(request.source, request.inputs, running)
        observed = network.observe_training(request.mixed, running)
        return TrainingWatched(request.run, observed)

    def _fetch(self, request: FetchMaps) -> MapsFetched:
        return self._pass(request.forward_run).maps(request)

    def _pass(self, forward_run: int) -> Pass:
        """The latest pass, if it is this one; raises RunError."""
        if self._latest is None or self._latest.run != forward_run:
            raise RunError("the activations of that run are gone: run the picture again")
        return self._latest

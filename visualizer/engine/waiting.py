"""The worker for those who wait: the command line and the tests."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from visualizer.costs.observed import TrainingObserved
from visualizer.costs.published import Published
from visualizer.engine.client import WorkerClient
from visualizer.engine.deadlines import Deadlines
from visualizer.engine.messages import (
    Device,
    Failed,
    FileExamined,
    ForwardFinished,
    Frame,
    Logged,
    MapsFetched,
    ModelLoaded,
    Progressed,
    PublishedListed,
    Reply,
    Retraced,
    TrainingWatched,
    WorkerReady,
)
from visualizer.engine.saved import SavedFile
from visualizer.sources import InputSpec, ModelSource, Preprocessing

if TYPE_CHECKING:
    import numpy as np

Answer = TypeVar(
    "Answer",
    ModelLoaded, ForwardFinished, MapsFetched, Retraced, TrainingWatched, PublishedListed,
)  # fmt: skip


class WorkerFailure(Exception):
    """The worker could not do it; `failed` says why, and so does the text, in one line."""

    def __init__(self, failed: Failed) -> None:
        super().__init__(failed.message)
        self.failed = failed


class NotANetwork(Exception):
    """The source is a file that holds only weights, or a network as code; `file` says what."""

    def __init__(self, file: SavedFile) -> None:
        super().__init__(file.line)
        self.file = file


class WorkerSession:
    """A worker whose methods return answers or raise WorkerFailure; a context manager.

    `progress` is called with what the worker is doing and the fraction done, or None.
    `log` has the lines that the worker, and the user's code in it, wrote.
    """

    def __init__(
        self,
        progress: Callable[[str, float | None], None] | None = None,
        command: Sequence[str] | None = None,
        deadlines: Deadlines | None = None,
    ) -> None:
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._progress = progress or (lambda text, fraction: None)
        self.log: list[str] = []
        self.ready: WorkerReady | None = None
        self.client = WorkerClient(self._replies.put, self.log.append, command, deadlines)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the worker."""
        self.client.close()

    def load(self, source: ModelSource, inputs: tuple[InputSpec, ...] = ()) -> ModelLoaded:
        """Open and trace a network; raises WorkerFailure, or NotANetwork."""
        return self.wait(self.client.load(source, inputs), ModelLoaded)

    def forward(
        self,
        source: ModelSource,
        inputs: tuple[InputSpec, ...],
        picture: str,
        device: Device = "auto",
        preprocessing: Preprocessing | None = None,
        capture: tuple[str, ...] = (),
    ) -> ForwardFinished:
        """Run a network on a picture; raises WorkerFailure."""
        run = self.client.run_forward(source, inputs, picture, device, preprocessing, capture)
        return self.wait(run, ForwardFinished)

    def maps(self, forward_run: int, node: str) -> np.ndarray[Any, Any]:
        """Output of `node` in a forward pass, first example, float32; raises WorkerFailure."""
        fetched = self.wait(self.client.fetch_maps(forward_run, node), MapsFetched)
        return self.take(fetched.maps)

    def retrace(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], keep: bool = False
    ) -> Retraced:
        """The open network for other inputs; raises WorkerFailure."""
        return self.wait(self.client.retrace(source, inputs, keep), Retraced)

    def observe_training(
        self, source: ModelSource, inputs: tuple[InputSpec, ...], mixed: bool = False
    ) -> TrainingObserved:
        """What a training step keeps in memory; raises WorkerFailure."""
        run = self.client.observe_training(source, inputs, mixed)
        return self.wait(run, TrainingWatched).observed

    def published(self) -> tuple[Published, ...]:
        """Published accuracies of the networks known by name; raises WorkerFailure."""
        return self.wait(self.client.list_published(), PublishedListed).entries

    def take(self, frame: Frame) -> np.ndarray[Any, Any]:
        """The array of a frame; raises frames.FrameError."""
        return self.client.take(frame)

    def wait(self, run: int, answer: type[Answer]) -> Answer:
        """The final reply to `run`; raises WorkerFailure."""
        while True:
            reply = self._replies.get()
            match reply:
                case Logged():
                    self.log.append(reply.text)
                case WorkerReady():
                    self.ready = reply
                case Progressed() if reply.run == run:
                    self._progress(reply.text, reply.fraction)
                case FileExamined() if reply.run == run:
                    raise NotANetwork(reply.file)
                case Failed() if reply.run == run:
                    raise WorkerFailure(reply)
                case _ if isinstance(reply, answer) and reply.run == run:
                    return reply

"""What the worker has been asked, filled by a thread that listens while it works."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from visualizer.channel import Channel, ChannelClosed
from visualizer.engine import frames
from visualizer.engine.messages import (
    Cancel,
    FetchMaps,
    ListPublished,
    LoadModel,
    ObserveTraining,
    ReleaseFrame,
    Request,
    Retrace,
    RunForward,
    Shutdown,
)

Work = LoadModel | RunForward | FetchMaps | Retrace | ObserveTraining | ListPublished


class Cancelled(BaseException):
    """The run was cancelled. Not an Exception: what retries on errors must not retry on this."""


class Inbox:
    """Requests for work, oldest first, and which of them have been cancelled."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._current: int | None = None

    def put(self, request: Work) -> None:
        self._work.put(request)

    def cancel(self, run: int) -> None:
        self._cancelled.add(run)

    def next(self) -> Work:
        """The oldest request; waits for one."""
        return self._work.get()

    @property
    def empty(self) -> bool:
        return self._work.empty()

    @property
    def current(self) -> int | None:
        """The run that is being worked on."""
        return self._current

    @contextmanager
    def working_on(self, run: int) -> Iterator[Callable[[], None]]:
        """Yields a `check` that raises Cancelled once the run has been cancelled."""

        def check() -> None:
            if run in self._cancelled:
                raise Cancelled

        self._current = run
        try:
            yield check
        finally:
            self._current = None
            self._cancelled.discard(run)


def listen(channel: Channel[Request], inbox: Inbox) -> threading.Thread:
    """Take requests in a thread of its own; when the window is gone, the process ends."""
    thread = threading.Thread(target=_listen, args=(channel, inbox), name="inbox", daemon=True)
    thread.start()
    return thread


def _listen(channel: Channel[Request], inbox: Inbox) -> None:
    try:
        while True:
            _sort(channel.receive(), inbox)
    except ChannelClosed:
        end_process(0)


def _sort(request: Request, inbox: Inbox) -> None:
    match request:
        case Cancel():
            inbox.cancel(request.run)
        case ReleaseFrame():
            frames.release(request.block)
        case Shutdown():
            end_process(0)
        case _:
            inbox.put(request)


def end_process(code: int) -> None:
    """End at once, also in the middle of the user's code; shared memory is freed first."""
    frames.release_all()
    os._exit(code)

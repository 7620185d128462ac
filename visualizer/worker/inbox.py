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
    ReleaseFrame,
    Request,
    Shutdown,
    Work,
)


class Cancelled(BaseException):
    """The run was cancelled. Not an Exception: what retries on errors must not retry on this."""


class Inbox:
    """Requests for work, oldest first, and which of them have been cancelled."""

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._cancelled: set[int] = set()
        self._current: int | None = None
        self._closed = False

    def put(self, request: Work) -> None:
        self._work.put(request)

    def cancel(self, run: int) -> None:
        self._cancelled.add(run)

    def close(self) -> None:
        """Nothing more will be asked: what is being worked on is cancelled."""
        self._closed = True
        self._work.put(None)

    def next(self) -> Work | None:
        """The oldest request; waits for one. None once the inbox is closed."""
        request = self._work.get()
        return None if self._closed else request

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
            if self._closed or run in self._cancelled:
                raise Cancelled

        self._current = run
        try:
            yield check
        finally:
            self._current = None
            self._cancelled.discard(run)


def end_worker() -> None:
    """What a worker does when its window is gone."""
    end_process(0)


def listen(
    channel: Channel[Request], inbox: Inbox, on_end: Callable[[], None] = end_worker
) -> threading.Thread:
    """Take requests in a thread of its own; `on_end` is called when the window is gone."""
    thread = threading.Thread(
        target=_listen, args=(channel, inbox, on_end), name="inbox", daemon=True
    )
    thread.start()
    return thread


def _listen(channel: Channel[Request], inbox: Inbox, on_end: Callable[[], None]) -> None:
    try:
        while not isinstance(request := channel.receive(), Shutdown):
            _sort(request, inbox)
    except ChannelClosed:
        pass  # it ended without a word: the same
    on_end()


def _sort(request: Request, inbox: Inbox) -> None:
    match request:
        case Cancel():
            inbox.cancel(request.run)
        case ReleaseFrame():
            frames.release(request.block)
        case Shutdown():
            inbox.close()
        case _:
            inbox.put(request)


def end_process(code: int) -> None:
    """End at once, also in the middle of the user's code; shared memory is freed first."""
    frames.release_all()
    os._exit(code)

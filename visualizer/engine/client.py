"""The window's end of the worker: numbered requests, deadlines, cancelling, restarting."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from visualizer.engine import frames
from visualizer.engine.asking import Asking, RequestFor
from visualizer.engine.child import DEFAULT_COMMAND, MEMORY_EXIT_CODE, Launch, Life, WorkerProcess
from visualizer.engine.deadlines import Deadlines, doing
from visualizer.engine.messages import (
    Cancel,
    Failed,
    FileExamined,
    ForwardFinished,
    Frame,
    Logged,
    MapsFetched,
    ModelLoaded,
    Progressed,
    PublishedListed,
    RanksMeasured,
    ReleaseFrame,
    Reply,
    Retraced,
    Shutdown,
    TimesMeasured,
    TrainingWatched,
    Work,
    WorkerReady,
)

if TYPE_CHECKING:
    import numpy as np

Final = (
    ModelLoaded | ForwardFinished | MapsFetched | Retraced | TrainingWatched | TimesMeasured
    | RanksMeasured | PublishedListed | FileExamined | Failed
)  # fmt: skip


GONE = "The process that holds the network has ended"
AGAIN = "Run its script again, with visualizer.show(model)."


class WorkerClient(Asking):
    """Keeps a worker running and every request answered exactly once.

    The worker does one thing at a time, oldest first. `on_reply` gets replies to requests
    that are still open (late ones are dropped), WorkerReady and Logged; it is called from
    threads of the client. A request whose worker crashed, hung past its deadline or did not
    stop within a moment after `cancel` ends with Failed ("crash", "timeout", "cancelled"),
    and a new worker takes up the requests behind it. `on_exit` is told when a worker ended
    while nothing was asked of it. Methods may be called from any thread and never block.

    `launch` begins the life of a worker, by default a process of `command`. One that is not
    ours (`Life.is_ours`) is neither ended nor started again: once it is gone, every request
    fails. `numbers` are shared by clients whose replies go to one listener.
    """

    def __init__(
        self,
        on_reply: Callable[[Reply], None],
        on_exit: Callable[[str], None],
        command: Sequence[str] | None = None,
        deadlines: Deadlines | None = None,
        launch: Launch | None = None,
        numbers: Iterator[int] | None = None,
    ) -> None:
        self._on_reply, self._on_exit = on_reply, on_exit
        self._launch = launch or WorkerProcess.launching(command or DEFAULT_COMMAND)
        self._deadlines = deadlines or Deadlines()
        self._numbers = numbers or itertools.count(1)
        self._changed = threading.Condition(threading.RLock())
        self._open: dict[int, Work] = {}  # oldest first: the one that the worker is at
        self._cancelled_at: dict[int, float] = {}
        self._last_sign = time.monotonic()
        self._ready = self._has_answered = self._out_of_memory = False
        self._closed = self._is_gone = False
        self._process: Life | None = None
        with self._changed:
            self._start()
        self._watcher = threading.Thread(target=self._watch, name="worker deadlines", daemon=True)
        self._watcher.start()

    # ------------------------------------------------------------------ requests

    def ask(self, request_for: RequestFor) -> int:
        with self._changed:
            if self._closed:
                raise RuntimeError("the worker client is closed")
            run = next(self._numbers)
            request = request_for(run)
            if not self._open:
                self._last_sign = time.monotonic()
            self._open[run] = request
            if self._process is None and not self._is_gone:
                self._start()  # which also sends what is open
            else:
                self._send(request)
            self._changed.notify_all()
            return run

    def cancel(self, run: int) -> None:
        """Have `run` end with Failed("cancelled") within a moment, unless it has ended already."""
        with self._changed:
            if run not in self._open:
                return
            self._send(Cancel(run))
            if run == self._head:
                self._cancelled_at.setdefault(run, time.monotonic())
                self._changed.notify_all()
                return
            self._close_run(run)
        self._on_reply(_cancelled(run))

    def take(self, frame: Frame) -> np.ndarray[Any, Any]:
        """The array of a reply, copied, and its memory given back; raises frames.FrameError."""
        try:
            return frames.receive(frame)
        finally:
            self.release(frame)

    def release(self, frame: Frame) -> None:
        """Say that the memory of a reply is not needed here."""
        with self._changed:
            self._send(ReleaseFrame(frame.block))

    @property
    def worker_pid(self) -> int | None:
        """Process id of the worker that runs now."""
        with self._changed:
            return self._process.pid if self._process else None

    def close(self) -> None:
        """End the worker and wait for it; open requests get no answer any more."""
        with self._changed:
            self._closed = True
            self._open.clear()
            process, self._process = self._process, None
            self._changed.notify_all()
        if process is not None:
            process.send(Shutdown())
            process.close()
        if threading.current_thread() is not self._watcher:
            self._watcher.join()

    # ------------------------------------------------------------------ keeping the books

    @property
    def _head(self) -> int | None:
        """The run that the worker is at, or comes to next."""
        return next(iter(self._open), None)

    def _close_run(self, run: int) -> None:
        was_head = run == self._head
        del self._open[run]
        self._cancelled_at.pop(run, None)
        if was_head:
            self._last_sign = time.monotonic()
        self._changed.notify_all()

    def _send(self, request: msgspec.Struct) -> None:
        if self._process is not None:
            self._process.send(request)

    def _start(self) -> None:
        """A new worker, which takes up everything that is still open."""
        self._ready = self._has_answered = self._out_of_memory = False
        self._last_sign = time.monotonic()
        self._process = self._launch(self._replied, self._ended)
        for request in self._open.values():
            self._process.send(request)

    # ------------------------------------------------------------------ replies

    def _replied(self, process: Life, reply: Reply) -> None:
        with self._changed:
            wanted = process is self._process and self._note(reply)
        if wanted:
            self._on_reply(reply)

    def _note(self, reply: Reply) -> bool:
        """Keep the books up to date with a reply; whether it is to be passed on."""
        match reply:
            case WorkerReady():
                self._ready = True
                self._last_sign = time.monotonic()
                return True
            case Logged():
                return True
            case Progressed():
                self._last_sign = time.monotonic()
                return reply.run in self._open
            case _:
                return self._note_final(reply)

    def _note_final(self, reply: Final) -> bool:
        if isinstance(reply, Failed) and reply.kind == "memory":
            self._out_of_memory = True
        self._has_answered = True
        if reply.run in self._open:
            self._close_run(reply.run)
            return True
        for frame in _frames_of(reply):
            self._send(ReleaseFrame(frame.block))
        return False

    # ------------------------------------------------------------------ worker gone or stuck

    def _ended(self, process: Life, how: str) -> None:
        if not process.is_ours:
            self._lose(process)
            return
        with self._changed:
            if process is not self._process or self._closed:
                return
            # It said that it was out of memory, then ended itself: nobody is told twice.
            announced = self._out_of_memory and process.exit_code == MEMORY_EXIT_CODE
            failures = [] if announced else self._failures_of_crash(process, how)
            for failure in failures:
                self._close_run(failure.run)
            # One that never did anything would only end again: wait for the next request.
            self._process = None
            if self._open or self._has_answered:
                self._start()
        for failure in failures:
            self._on_reply(failure)
        if not announced and not failures:
            self._on_exit(f"the worker ended unexpectedly ({how}); what it kept is lost")

    def _lose(self, process: Life) -> None:
        """A worker that is not ours has ended: what is asked from now on fails at once."""
        with self._changed:
            if process is not self._process or self._closed:
                return
            self._is_gone, self._process = True, None
            is_idle = not self._open
            self._changed.notify_all()  # the watcher tells it of every open request
        if is_idle:
            self._on_exit(f"{GONE}: what is shown stays, but nothing can be run any more. {AGAIN}")

    def _failures_of_crash(self, process: Life, how: str) -> list[Failed]:
        """The run the worker was at; all of them when it never got as far as being ready."""
        detail = process.last_lines
        if not self._ready:
            last = detail.splitlines()[-1] if detail else "it said nothing"
            text = f"the worker could not start ({how}): {last}"
            return [Failed(run, "crash", text, detail) for run in self._open]
        if self._head is None:
            return []
        busy = doing(self._open[self._head])
        text = f"the worker ended unexpectedly ({how}) while {busy}; Retry starts a new one"
        return [Failed(self._head, "crash", text, detail)]

    def _watch(self) -> None:
        """Give up on a worker that does not answer in time, for as long as the client lives."""
        while True:
            with self._changed:
                if self._closed:
                    return
                failure = self._overdue()
                if failure is None:
                    self._changed.wait(self._patience())
                    continue
                self._give_up(failure.run)
            self._on_reply(failure)

    def _patience(self) -> float | None:
        """Seconds until something could be overdue; None: nothing is asked."""
        moments = list(self._due())
        return max(min(moments) - time.monotonic(), 0.0) if moments else None

    def _due(self) -> Iterator[float]:
        if self._head is None:
            return
        yield self._last_sign + self._deadlines.of(self._open[self._head])
        if self._head in self._cancelled_at:
            yield self._cancelled_at[self._head] + self._deadlines.cancel

    def _overdue(self) -> Failed | None:
        run, now = self._head, time.monotonic()
        if run is not None and self._is_gone:
            return Failed(run, "gone", f"{GONE}: it cannot be asked any more. {AGAIN}")
        if run is None or all(moment > now for moment in self._due()):
            return None
        if run in self._cancelled_at:
            return _cancelled(run)
        seconds = self._deadlines.of(self._open[run])
        slow = doing(self._open[run])
        return Failed(run, "timeout", f"{slow} took more than {seconds:g} s and was stopped")

    def _give_up(self, run: int) -> None:
        self._close_run(run)
        if self._is_gone or (self._process is not None and not self._process.is_ours):
            return  # its late answer will be dropped
        if self._process is not None:
            self._process.kill()
        self._start()


def _cancelled(run: int) -> Failed:
    return Failed(run, "cancelled", "cancelled")


def _frames_of(reply: Final) -> tuple[Frame, ...]:
    match reply:
        case ForwardFinished():
            return (reply.picture,)
        case MapsFetched():
            return (reply.maps,)
        case _:
            return ()

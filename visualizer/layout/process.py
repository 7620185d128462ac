"""The layout process as the window sees it: never waits, the newest request wins."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import BinaryIO, cast

import msgspec

from visualizer.channel import Channel, ChannelClosed, environment
from visualizer.layout.model import LayoutReply, LayoutRequest, Placement

DEADLINE = 10.0
PATIENCE = 2.0  # for a request that a newer one has overtaken
# -P: nothing in the current folder is imported.
COMMAND = (sys.executable, "-P", "-m", "visualizer.layout")


class _Child:
    """One running layout process, with threads that write to it and read its answers.

    None among the answers says that the process is gone.
    """

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
        )
        self._reader = cast(BinaryIO, self._process.stdout)
        self._writer = cast(BinaryIO, self._process.stdin)
        self._channel: Channel[LayoutReply] = Channel(self._reader, self._writer, LayoutReply)
        self._requests: queue.SimpleQueue[LayoutRequest | None] = queue.SimpleQueue()
        self.answers: queue.SimpleQueue[LayoutReply | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=work, name=f"layout {work.__name__}", daemon=True)
            for work in (self._read, self._write)
        ]
        for thread in self._threads:
            thread.start()

    def send(self, request: LayoutRequest) -> None:
        """Hand over a request; never waits, even for a process that does not read."""
        self._requests.put(request)

    def _write(self) -> None:
        while (request := self._requests.get()) is not None:
            try:
                self._channel.send(request)
            except ChannelClosed:
                self.answers.put(None)
                return

    def _read(self) -> None:
        while True:
            try:
                self.answers.put(self._channel.receive())
            except ChannelClosed:
                self.answers.put(None)
                return

    def end(self) -> None:
        """Kill the process and wait until nothing of it is left."""
        self._process.kill()
        self._process.wait()
        self._requests.put(None)
        for thread in self._threads:
            thread.join()
        for pipe in (self._reader, self._writer):
            with suppress(OSError):  # unsent bytes for a process that is gone
                pipe.close()


class LayoutProcess:
    """Lays out in a child process, which is started by the first request or by `warm_up`.

    `on_placed(placement)` and `on_failed(run, message)` are called from a thread of this
    object. A request that is overtaken by a newer one is dropped and never answered. One that
    takes longer than `deadline` seconds, or ends the child, is asked again with engine
    "simple"; the placement's notes then say so.
    """

    def __init__(
        self,
        on_placed: Callable[[Placement], None],
        on_failed: Callable[[int, str], None],
        deadline: float = DEADLINE,
        command: Sequence[str] = COMMAND,
    ) -> None:
        self._on_placed = on_placed
        self._on_failed = on_failed
        self._deadline = deadline
        self._command = command
        self._changed = threading.Condition()
        self._next: LayoutRequest | None = None
        self._closed = False
        self._warm = False
        self._child: _Child | None = None
        self._thread = threading.Thread(target=self._work, name="layout", daemon=True)
        self._thread.start()

    def warm_up(self) -> None:
        """Start the child process now, so that the first request finds it ready."""
        with self._changed:
            self._warm = True
            self._changed.notify_all()

    def submit(self, request: LayoutRequest) -> None:
        """Ask for a layout; returns at once. Requests not yet begun are dropped."""
        with self._changed:
            self._next = request
            self._changed.notify_all()

    def close(self) -> None:
        """End the child process and the threads; nothing is called back afterwards."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _work(self) -> None:
        while (request := self._take()) is not None:
            self._serve(request)
        if self._child is not None:
            self._child.end()

    def _take(self) -> LayoutRequest | None:
        """Wait for the next request; None when closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._warm or self._next is not None)
            self._warm = False
        if not self._closed:
            self._running_child()
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._next is not None)
            request, self._next = self._next, None
            return None if self._closed else request

    def _running_child(self) -> _Child:
        if self._child is None:
            self._child = _Child(self._command)
        return self._child

    @property
    def _overtaken(self) -> bool:
        return self._closed or self._next is not None

    def _serve(self, request: LayoutRequest) -> None:
        reply = self._ask(request)
        if reply.placement is None and request.engine != "simple" and not self._overtaken:
            reason = reply.error
            reply = self._ask(msgspec.structs.replace(request, engine="simple"))
            if reply.placement is not None:
                note = f"Branches are in plain execution order: the full layout {reason}."
                notes = (*reply.placement.notes, note)
                placement = msgspec.structs.replace(reply.placement, notes=notes)
                reply = LayoutReply(reply.run, placement)
        self._deliver(request.run, reply)

    def _deliver(self, run: int, reply: LayoutReply) -> None:
        if self._overtaken:
            return
        if reply.placement is not None:
            self._on_placed(reply.placement)
        else:
            self._on_failed(run, f"The layout {reply.error}. Fold some groups and try again.")

    def _ask(self, request: LayoutRequest) -> LayoutReply:
        """One try; a child that is late or gone is replaced."""
        started = time.monotonic()
        child = self._running_child()
        child.send(request)
        try:
            answer = self._answer(child, started)
        except TimeoutError:
            self._restart()
            return LayoutReply(request.run, None, f"took longer than {self._deadline:g} s")
        if answer is None:
            self._restart()
            return LayoutReply(request.run, None, "ended unexpectedly")
        if answer.placement is None:
            return LayoutReply(request.run, None, f"failed ({answer.error})")
        return answer

    def _answer(self, child: _Child, started: float) -> LayoutReply | None:
        """Wait for the child; raises TimeoutError when its time is over."""
        while True:
            allowed = min(self._deadline, PATIENCE) if self._overtaken else self._deadline
            left = started + (0.0 if self._closed else allowed) - time.monotonic()
            try:
                return child.answers.get(timeout=max(0.0, min(left, 0.1)))
            except queue.Empty:
                if left <= 0:
                    raise TimeoutError from None

    def _restart(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child = None if self._closed else _Child(self._command)

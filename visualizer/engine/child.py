"""One life of the worker process: started, talked to, ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import BinaryIO, Protocol, Self, cast

import msgspec

from visualizer.channel import Channel, ChannelClosed, Nonsense, piped
from visualizer.engine.messages import Logged, Reply

_LINES_KEPT = 20
_SECONDS_TO_END_BY_ITSELF = 1.0
_SECONDS_TO_BE_REAPED = 2.0

# With which the worker ends itself when it has outgrown its share of memory, having said so.
MEMORY_EXIT_CODE = 3

# -P: a file called queue.py in the user's folder must not be taken for Python's.
DEFAULT_COMMAND = (sys.executable, "-P", "-m", "visualizer.worker")


class Life(Protocol):
    """A worker that is there now, as the client sees it.

    `is_ours` says whether it was started to serve the window: then it may be ended, and another
    one started in its place.
    """

    is_ours: bool

    @property
    def pid(self) -> int | None: ...

    @property
    def exit_code(self) -> int | None: ...

    @property
    def last_lines(self) -> str: ...

    def send(self, request: msgspec.Struct) -> bool: ...

    def kill(self) -> None: ...

    def close(self) -> None: ...


OnReply = Callable[[Life, Reply], None]
OnEnd = Callable[[Life, str], None]
Launch = Callable[[OnReply, OnEnd], Life]
"""Begins the life of a worker; both callbacks are called from threads of its own."""


class WorkerProcess:
    """A running worker. `on_reply` and `on_end` are called from threads of its own.

    `on_end` is called once, with a few words on how it ended, after the last reply.
    """

    is_ours = True

    @classmethod
    def launching(cls, command: Sequence[str]) -> Callable[[OnReply, OnEnd], Self]:
        """What starts a process of `command`."""
        return lambda on_reply, on_end: cls(command, on_reply, on_end)

    def __init__(self, command: Sequence[str], on_reply: OnReply, on_end: OnEnd) -> None:
        self._process = piped(command)
        reader = cast("BinaryIO", self._process.stdout)
        writer = cast("BinaryIO", self._process.stdin)
        self._channel: Channel[Reply] = Channel(reader, writer, Reply)
        self._on_reply, self._on_end = on_reply, on_end
        self._last_lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._log_reader = self._start(self._read_log)
        self._reply_reader = self._start(self._read_replies)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended (minus the signal's number when it was killed); None while it runs."""
        return self._process.poll()

    @property
    def last_lines(self) -> str:
        """What it wrote to stderr last."""
        return "\n".join(self._last_lines)

    def send(self, request: msgspec.Struct) -> bool:
        """Whether it could be written; a worker that is gone says so through `on_end`."""
        try:
            self._channel.send(request)
        except ChannelClosed:
            return False
        return True

    def kill(self) -> None:
        """End it at once, whatever it is doing; does not wait."""
        self._process.kill()

    def close(self) -> None:
        """End it and wait until it is gone: by itself if it does so soon, else killed."""
        try:
            self._process.wait(_SECONDS_TO_END_BY_ITSELF)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._process.wait()
        for thread in (self._reply_reader, self._log_reader):
            if thread is not threading.current_thread():
                thread.join(_SECONDS_TO_END_BY_ITSELF)

    def _start(self, target: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=target, name=target.__name__, daemon=True)
        thread.start()
        return thread

    def _read_replies(self) -> None:
        try:
            while True:
                self._on_reply(self, self._channel.receive())
        except Nonsense as nonsense:
            self._end(str(nonsense), 0.0)  # it cannot be trusted further
        except ChannelClosed as closed:
            self._end(str(closed), _SECONDS_TO_BE_REAPED)

    def _end(self, reason: str, patience: float) -> None:
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            self._on_end(self, reason)
            return
        # What it said on stderr explains the end: let it be read to its end first.
        self._log_reader.join(_SECONDS_TO_END_BY_ITSELF)
        self._on_end(self, _exit_text(code))

    def _read_log(self) -> None:
        for raw in cast("BinaryIO", self._process.stderr):
            line = raw.decode(errors="replace").rstrip()
            self._last_lines.append(line)
            self._on_reply(self, Logged(line))


def _exit_text(code: int) -> str:
    """`signal 9, killed` or `exit code 1`."""
    if code >= 0:
        return f"exit code {code}"
    return f"signal {-code}, {(signal.strsignal(-code) or 'unknown').lower()}"

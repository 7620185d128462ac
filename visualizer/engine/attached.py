"""A window opened from a script: the network is in the process that opened it.

That process is talked to over the window's own stdin and stdout, the two private pipes that it
made when it started the window. It is never ended from here.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from visualizer.channel import Channel, ChannelClosed
from visualizer.engine.asking import Asking, RequestFor
from visualizer.engine.child import OnEnd, OnReply
from visualizer.engine.client import WorkerClient
from visualizer.engine.messages import FetchMaps, Frame, ListPublished, MeasureRanks, Reply

if TYPE_CHECKING:
    import numpy as np


class Attached:
    """The process that holds the network, as a worker (`Life`) that is not ours to end."""

    is_ours = False
    pid = None
    exit_code = None
    last_lines = ""

    def __init__(
        self, reader: BinaryIO, writer: BinaryIO, on_reply: OnReply, on_end: OnEnd
    ) -> None:
        self._writer = writer
        self._channel: Channel[Reply] = Channel(reader, writer, Reply)
        self._on_reply, self._on_end = on_reply, on_end
        threading.Thread(target=self._read, name="replies of the owner", daemon=True).start()

    def send(self, request: msgspec.Struct) -> bool:
        """Whether it could be written; a process that is gone says so through `on_end`."""
        try:
            self._channel.send(request)
        except ChannelClosed:
            return False
        return True

    def kill(self) -> None:
        """It belongs to the user: only the conversation ends."""
        self.close()

    def close(self) -> None:
        """End the conversation; the process goes on."""
        try:
            self._writer.close()
        except OSError:
            return  # it has ended before

    def _read(self) -> None:
        try:
            while True:
                self._on_reply(self, self._channel.receive())
        except ChannelClosed as closed:
            self._on_end(self, str(closed))


class RoutedClient(Asking):
    """Asks the owner about its object, and an ordinary worker about everything else.

    The ordinary worker is started when it is first needed: other people's code, downloads and
    whatever a file may do never get into the process of the user who shows an object.
    """

    def __init__(
        self,
        reader: BinaryIO,
        writer: BinaryIO,
        on_reply: Callable[[Reply], None],
        on_exit: Callable[[str], None],
    ) -> None:
        self._on_reply, self._on_exit = on_reply, on_exit
        self._numbers = itertools.count(1)
        self._owners_runs: set[int] = set()
        self._ordinary: WorkerClient | None = None
        self._owner = WorkerClient(
            on_reply,
            on_exit,
            launch=lambda replied, ended: Attached(reader, writer, replied, ended),
            numbers=self._numbers,
        )

    def ask(self, request_for: RequestFor) -> int:
        request = request_for(0)
        if isinstance(request, FetchMaps | MeasureRanks):
            to_owner = request.forward_run in self._owners_runs
        elif isinstance(request, ListPublished):
            to_owner = False
        else:
            to_owner = request.source.kind == "object"
        if not to_owner:
            return self._worker().ask(request_for)
        run = self._owner.ask(request_for)
        self._owners_runs.add(run)
        return run

    def cancel(self, run: int) -> None:
        """As WorkerClient.cancel."""
        if run in self._owners_runs:
            self._owner.cancel(run)
        elif self._ordinary is not None:
            self._ordinary.cancel(run)

    def take(self, frame: Frame) -> np.ndarray[Any, Any]:
        """As WorkerClient.take. Whoever published the block frees it: the other one of the two
        does not know its name."""
        array = self._owner.take(frame)
        if self._ordinary is not None:
            self._ordinary.release(frame)
        return array

    @property
    def worker_pid(self) -> int | None:
        """Process id of the ordinary worker; None as long as nobody needed one."""
        return self._ordinary.worker_pid if self._ordinary is not None else None

    def close(self) -> None:
        """End the conversation with the owner, and the ordinary worker."""
        self._owner.close()
        if self._ordinary is not None:
            self._ordinary.close()

    def _worker(self) -> WorkerClient:
        if self._ordinary is None:
            self._ordinary = WorkerClient(self._on_reply, self._on_exit, numbers=self._numbers)
        return self._ordinary

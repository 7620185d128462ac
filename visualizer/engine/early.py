"""A worker that is started before there is anybody to listen to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from visualizer.engine.attached import RoutedClient
from visualizer.engine.client import WorkerClient
from visualizer.engine.messages import Reply

Item = TypeVar("Item")


class Mailbox(Generic[Item]):
    """Keeps what is put in until somebody listens; then hands everything on at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: list[Item] = []
        self._listener: Callable[[Item], None] | None = None

    def put(self, item: Item) -> None:
        """Called from any thread."""
        with self._lock:
            if self._listener is None:
                self._kept.append(item)
                return
            listener = self._listener
        listener(item)

    def listen(self, listener: Callable[[Item], None]) -> None:
        """Give `listener` what has come so far, in order, and everything from now on."""
        with self._lock:
            for item in self._kept:
                listener(item)
            self._kept.clear()
            self._listener = listener


Client = WorkerClient | RoutedClient
Make = Callable[[Callable[[Reply], None], Callable[[str], None]], Client]


class EarlyWorker:
    """Importing torch takes longer than importing Qt and making the window: begin with it.

    `make` makes the client, from what is told of replies and what is told of the worker's end.
    """

    def __init__(self, make: Make = WorkerClient) -> None:
        self._replies: Mailbox[Reply] = Mailbox()
        self._exits: Mailbox[str] = Mailbox()
        self.client: Client = make(self._replies.put, self._exits.put)

    def listen(self, on_reply: Callable[[Reply], None], on_exit: Callable[[str], None]) -> None:
        """Hand on what the worker has said and will say; see WorkerClient."""
        self._replies.listen(on_reply)
        self._exits.listen(on_exit)

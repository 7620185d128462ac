"""A worker as a guest in the user's own process: a thread that answers one window.

It never ends the process, takes neither its stdin and stdout nor its threads, watches no memory,
and opens nothing but the object that it was made for.
"""

from __future__ import annotations

import threading
from typing import Any, BinaryIO

import torch
from torch import nn

from visualizer.channel import Channel, ChannelClosed
from visualizer.engine import frames
from visualizer.engine.messages import Failed, ModelLoaded, Reply, Request
from visualizer.worker.given import given
from visualizer.worker.inbox import Inbox, listen
from visualizer.worker.networks import Networks
from visualizer.worker.object_networks import LiveObject, ObjectOpener
from visualizer.worker.server import Server

_hosts: set[Host] = set()


class Host:
    """Answers a window about `network` from a thread of its own, until the window is closed.

    Raises SourceError when `inputs` cannot be read.
    """

    def __init__(self, network: nn.Module, inputs: Any) -> None:
        self._held = LiveObject(network, given(network, inputs))
        self._inbox = Inbox()
        self.first_answer: ModelLoaded | Failed | None = None
        self.answered = threading.Event()

    @property
    def name(self) -> str:
        """What people call the network."""
        return self._held.name

    def serve(self, reader: BinaryIO, writer: BinaryIO) -> None:
        """Begin to answer what comes through `reader`."""
        channel: Channel[Request] = _Told(reader, writer, self._note)
        _hosts.add(self)
        listen(channel, self._inbox, self._inbox.close)
        networks = Networks((ObjectOpener(self._held),))
        server = Server(channel, self._inbox, networks, _devices())
        threading.Thread(
            target=self._serve, args=(server,), name="visualizer window", daemon=True
        ).start()

    def _serve(self, server: Server) -> None:
        try:
            server.serve()
        except ChannelClosed:
            pass  # the window was closed while it was being answered
        finally:
            _hosts.discard(self)
            self.answered.set()
            if not _hosts:
                frames.release_all()

    def _note(self, reply: Reply) -> None:
        if self.first_answer is None and isinstance(reply, ModelLoaded | Failed):
            self.first_answer = reply
            self.answered.set()


class _Told(Channel[Request]):
    """A channel that tells what is sent over it."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, tell: Any) -> None:
        super().__init__(reader, writer, Request)
        self._tell = tell

    def send(self, message: Any) -> None:
        super().send(message)
        self._tell(message)


def _devices() -> tuple[tuple[str, str], ...]:
    """What can be chosen, without touching a GPU that the user's process has not touched."""
    found = []
    if torch.cuda.is_available():
        is_used = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        found.append(("cuda", torch.cuda.get_device_name() if is_used else "CUDA GPU"))
    if torch.backends.mps.is_available():
        found.append(("mps", "Apple GPU"))
    return (*found, ("cpu", "CPU"))

"""Typed messages over a pair of pipes: a length, then msgpack checked against its type.

Both child processes (worker, layout) talk this way. Nothing is ever unpickled: what cannot
be decoded into the declared types raises, and the peer is treated as broken.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar

import msgspec

Incoming = TypeVar("Incoming")

_LENGTH = struct.Struct("<Q")
MAX_MESSAGE_BYTES = 1 << 30


class ChannelClosed(EOFError):
    """The other process is gone, or said something that is not a message."""


class Nonsense(ChannelClosed):
    """The other process said something that is not a message; it may well go on."""


def environment() -> dict[str, str]:
    """This process's, and this very package importable whatever the current folder."""
    home = str(Path(__file__).resolve().parents[1])
    inherited = os.environ.get("PYTHONPATH")
    path = os.pathsep.join((home, inherited)) if inherited else home
    return {**os.environ, "PYTHONPATH": path}


def piped(command: Sequence[str]) -> subprocess.Popen[bytes]:
    """A process of this package that is talked to over stdin and stdout, stderr apart.

    Ctrl+C in the terminal is not for it: whoever started it ends it.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for messages; whatever is printed goes to stderr instead."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="replace")  # type: ignore[union-attr]
    return reader, writer


class Channel(Generic[Incoming]):
    """One end of a conversation; `send` may be called from any thread, `receive` from one."""

    def __init__(self, reader: BinaryIO, writer: BinaryIO, incoming: Any) -> None:
        self._reader = reader
        self._writer = writer
        self._decoder: msgspec.msgpack.Decoder[Incoming] = msgspec.msgpack.Decoder(incoming)
        self._encoder = msgspec.msgpack.Encoder()
        self._send_lock = threading.Lock()

    def send(self, message: msgspec.Struct) -> None:
        """Write one message; raises ChannelClosed when the other end is gone."""
        body = self._encoder.encode(message)
        try:
            with self._send_lock:
                self._writer.write(_LENGTH.pack(len(body)) + body)
                self._writer.flush()
        except (OSError, ValueError) as error:
            raise ChannelClosed(str(error)) from error

    def receive(self) -> Incoming:
        """Wait for one message; raises ChannelClosed at the end or on nonsense."""
        (length,) = _LENGTH.unpack(self._read(_LENGTH.size))
        if length > MAX_MESSAGE_BYTES:
            raise Nonsense(f"a message of {length:,} bytes is not believable")
        try:
            return self._decoder.decode(self._read(length))
        except msgspec.DecodeError as error:
            raise Nonsense(f"undecodable message: {error}") from error

    def _read(self, count: int) -> bytes:
        try:
            data = self._reader.read(count)
        except (OSError, ValueError) as error:
            raise ChannelClosed(str(error)) from error
        if data is None or len(data) < count:
            raise ChannelClosed("end of stream")
        return data

"""`python -m visualizer.worker`: started by the window, spoken to over stdin and stdout."""

from __future__ import annotations

import os
import socket
import sys
from typing import BinaryIO

from visualizer.channel import Channel
from visualizer.engine.child import MEMORY_EXIT_CODE
from visualizer.engine.messages import Failed, Request
from visualizer.worker.inbox import Inbox, end_process, listen
from visualizer.worker.limits import memory_limit_bytes, memory_text, watch_memory

# A server that sends nothing for so long is given up; without this a download could hang.
_SECONDS_OF_SILENCE = 60.0


def main() -> None:
    """Answer requests until the window closes or says Shutdown."""
    channel: Channel[Request] = Channel(*_take_over_pipes(), Request)
    inbox = Inbox()
    try:
        limit = memory_limit_bytes()
    except ValueError as error:
        sys.exit(f"the worker's memory limit cannot be read: {error}")
    listen(channel, inbox)
    watch_memory(limit, lambda: _out_of_memory(channel, inbox, limit))
    socket.setdefaulttimeout(_SECONDS_OF_SILENCE)
    # Only now, with somebody listening: this imports torch, which takes seconds.
    from visualizer.worker.server import Server

    Server(channel, inbox).serve()


def _take_over_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Keep stdin and stdout for messages; what the user's code prints goes to stderr instead."""
    reader, writer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True, errors="replace")  # type: ignore[union-attr]
    return reader, writer


def _out_of_memory(channel: Channel[Request], inbox: Inbox, limit: int) -> None:
    text = memory_text(limit)
    if inbox.current is None:
        print(text, file=sys.stderr)
    else:
        channel.send(Failed(inbox.current, "memory", text))
    end_process(MEMORY_EXIT_CODE)


if __name__ == "__main__":
    main()

"""`python -m visualizer.worker`: started by the window, spoken to over stdin and stdout."""

from __future__ import annotations

import socket
import sys

from visualizer.channel import Channel, take_over_pipes
from visualizer.engine.child import MEMORY_EXIT_CODE
from visualizer.engine.messages import Failed, Request
from visualizer.worker.inbox import Inbox, end_process, listen
from visualizer.worker.limits import memory_limit_bytes, memory_text, watch_memory

# A server that sends nothing for so long is given up; without this a download could hang.
_SECONDS_OF_SILENCE = 60.0


def main() -> None:
    """Answer requests until the window closes or says Shutdown."""
    channel: Channel[Request] = Channel(*take_over_pipes(), Request)
    inbox = Inbox()
    try:
        limit = memory_limit_bytes()
    except ValueError as error:
        sys.exit(f"the worker's memory limit cannot be read: {error}")
    listen(channel, inbox)
    watch_memory(limit, lambda: _out_of_memory(channel, inbox, limit))
    socket.setdefaulttimeout(_SECONDS_OF_SILENCE)
    # Only now, with somebody listening: this imports torch, which takes seconds.
    from visualizer.worker.server import Server, leave_a_core

    leave_a_core()
    Server(channel, inbox).serve()


def _out_of_memory(channel: Channel[Request], inbox: Inbox, limit: int) -> None:
    text = memory_text(limit)
    if inbox.current is None:
        print(text, file=sys.stderr)
    else:
        channel.send(Failed(inbox.current, "memory", text))
    end_process(MEMORY_EXIT_CODE)


if __name__ == "__main__":
    main()

"""The layout process: `python -m visualizer.layout`, requests on stdin, answers on stdout."""

from __future__ import annotations

import os
import signal
import sys

from visualizer.channel import Channel, ChannelClosed
from visualizer.layout.model import LayoutReply, LayoutRequest
from visualizer.layout.placement import lay_out


def serve(channel: Channel[LayoutRequest]) -> None:
    """Answer requests until the other end is gone."""
    while True:
        try:
            request = channel.receive()
        except ChannelClosed:
            return
        channel.send(answer(request))


def answer(request: LayoutRequest) -> LayoutReply:
    """The placement, or why there is none: no request may end this process."""
    try:
        return LayoutReply(request.run, lay_out(request))
    except Exception as error:  # noqa: BLE001 - reported to the window, which tries again simply
        return LayoutReply(request.run, None, f"{type(error).__name__}: {error}")


def main() -> None:
    """Keep stdout for answers alone: whatever a library prints goes to stderr."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the window, which closes us
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(Channel(sys.stdin.buffer, answers, LayoutRequest))


if __name__ == "__main__":
    main()

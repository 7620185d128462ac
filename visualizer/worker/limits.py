"""A ceiling on the worker's memory: past it the worker says so and ends, not the machine."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

import psutil

GIB = 1 << 30
LIMIT_VARIABLE = "VISUALIZER_WORKER_MEMORY_GIB"
SHARE_OF_MACHINE = 0.8
_SECONDS_BETWEEN_LOOKS = 0.05


def memory_limit_bytes() -> int:
    """Resident bytes the worker may use: 80 % of the machine's unless the variable says GiB.

    Raises ValueError when the variable is not a positive number.
    """
    text = os.environ.get(LIMIT_VARIABLE)
    if not text:
        return int(psutil.virtual_memory().total * SHARE_OF_MACHINE)
    gib = float(text)
    if not gib > 0:
        raise ValueError(f"{LIMIT_VARIABLE}={text} must be a positive number of GiB")
    return int(gib * GIB)


def memory_text(limit: int) -> str:
    """What the user is told when the limit is reached."""
    return (
        f"the network needs more than the {limit / GIB:.1f} GiB of memory that the worker may use; "
        f"set {LIMIT_VARIABLE} to allow more"
    )


def watch_memory(limit: int, on_exceeded: Callable[[], None]) -> threading.Thread:
    """Call `on_exceeded` once, from a thread of its own, when resident memory passes `limit`."""
    process = psutil.Process()

    def watch() -> None:
        while process.memory_info().rss <= limit:
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        on_exceeded()

    thread = threading.Thread(target=watch, name="memory watch", daemon=True)
    thread.start()
    return thread

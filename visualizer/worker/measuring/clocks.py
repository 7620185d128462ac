"""Moments on a device: the clock of the CPU, events in the queue of a GPU."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch


class Clock:
    """Marks moments of a pass. Seconds between them may be asked for once `settle` has returned.

    `mark` gives the time on the CPU, which has done then whatever came before.
    """

    def __init__(self, settle: Callable[[], None] | None = None, waits: bool = False) -> None:
        self._settle = settle
        self._waits = waits

    def mark(self) -> Any:
        """This moment."""
        if self._waits:
            self.settle()
        return time.perf_counter()

    def settle(self) -> None:
        """Wait until the device has done what it was asked."""
        if self._settle is not None:
            self._settle()

    def seconds(self, begun: Any, ended: Any) -> float:
        """Between two moments."""
        return float(ended - begun)


class EventClock(Clock):
    """Of a GPU: moments are events that it reaches in its own time, so that nothing waits for it
    and the queue stays full."""

    def mark(self) -> torch.cuda.Event:
        event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
        event.record()
        return event

    def seconds(self, begun: Any, ended: Any) -> float:
        return float(begun.elapsed_time(ended)) / 1000


def clock_of(device: str) -> Clock:
    """How time is taken on a device: "cpu", "cuda" or "mps"."""
    if device == "cuda":
        return EventClock(torch.cuda.synchronize)
    if device == "mps":
        return Clock(torch.mps.synchronize, waits=True)
    return Clock()

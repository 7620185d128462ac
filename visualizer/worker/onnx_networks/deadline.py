"""How long finding out what a file does may take: its loops may have no end."""

from __future__ import annotations

from time import monotonic

from visualizer.worker.failures import RunError

_MOST_SECONDS = 15.0  # with the start of the program, less than 20 s


class Deadline:
    """One for all that is done to open a file: following its loops, runs of it, other sizes."""

    def __init__(self, seconds: float = _MOST_SECONDS) -> None:
        self._seconds = seconds
        self._latest = monotonic() + seconds

    @property
    def is_over(self) -> bool:
        return monotonic() > self._latest

    def check(self) -> None:
        """Raises RunError when it is over."""
        if self.is_over:
            raise RunError(f"following and running it took more than {self._seconds:g} s")

"""The run under way, as its stages see it: what to tell, and when to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, Self

import msgspec

from visualizer.engine.messages import Progressed

_SECONDS_BETWEEN_SIGNS = 5.0


class Listener(Protocol):
    """Whoever is told what is going on; a Channel is one."""

    def send(self, message: msgspec.Struct) -> None: ...


class Nobody:
    """Is told and does not listen."""

    def send(self, message: msgspec.Struct) -> None:
        """Forget it."""


@dataclass(frozen=True)
class Running:
    """`check` raises Cancelled once the user has cancelled the run."""

    channel: Listener
    run: int
    check: Callable[[], None]

    @classmethod
    def unheard(cls) -> Self:
        """Of a run that nobody is told of, nor can cancel."""
        return cls(Nobody(), 0, lambda: None)

    def stage(self, text: str, fraction: float | None = None) -> None:
        """A new stage begins, at `fraction` of the run where that is known; nothing new begins
        in a cancelled run."""
        self.check()
        self.channel.send(Progressed(self.run, text, fraction))

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """A stage that may rightly take longer than the window's patience, like a download."""
        self.stage(text)
        over = threading.Event()

        def give_signs() -> None:
            while not over.wait(_SECONDS_BETWEEN_SIGNS):
                self.channel.send(Progressed(self.run, text))

        signs = threading.Thread(target=give_signs, name="signs of life", daemon=True)
        signs.start()
        try:
            yield
        finally:
            over.set()
            signs.join()

"""Published accuracies: asked of the worker once, when somebody wants to see them."""

from __future__ import annotations

from typing import Protocol

from visualizer.engine.messages import Failed, PublishedListed
from visualizer.session.state import Message, SessionState


class PublishedPort(Protocol):
    """The part of the worker client that is needed here."""

    def list_published(self) -> int: ...


class PublishedController:
    """Fills `SessionState.published`."""

    def __init__(self, state: SessionState, worker: PublishedPort) -> None:
        self._state = state
        self._worker = worker
        self._run: int | None = None

    def ask(self) -> None:
        """Have the list come, unless it is there or on its way."""
        if not self._state.published and self._run is None:
            self._run = self._worker.list_published()

    @property
    def busy(self) -> bool:
        return self._run is not None

    def owns(self, run: int) -> bool:
        return run == self._run

    def listed(self, reply: PublishedListed) -> None:
        self._run = None
        self._state.published = reply.entries

    def failed(self, reply: Failed) -> None:
        self._run = None
        text = f"Published accuracies are not known: {reply.message}"
        self._state.message = Message(text, "warning", reply.detail, can_retry=True)

"""Opening a source for a command: in the worker, with one line of progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from visualizer.cli.opening import Opening
from visualizer.engine.saved import SavedFile
from visualizer.engine.waiting import NotANetwork, WorkerFailure, WorkerSession
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import ModelSource, SourceError


class OnlyWeights(SourceError):
    """The source is a file of weights; `file` says which."""

    def __init__(self, file: SavedFile) -> None:
        super().__init__(file.line)
        self.file = file


@contextmanager
def worker() -> Iterator[WorkerSession]:
    """A worker for the length of one command; what it refuses is raised as SourceError."""
    try:
        with WorkerSession(_show_progress) as session:
            yield session
    except NotANetwork as found:
        if found.file.needs_trust:
            raise SourceError(str(found)) from found
        raise OnlyWeights(found.file) from found
    except WorkerFailure as failure:
        raise SourceError(str(failure)) from failure
    finally:
        _clear_progress()


def open_source(session: WorkerSession, opening: Opening) -> tuple[ModelSource, OpenNetwork]:
    """The network, and the source as it was opened.

    Raises SourceError, WorkerFailure or NotANetwork.
    """
    source, inputs = opening.source, opening.given_inputs
    try:
        return source, open_network(session.load(source, inputs))
    except NotANetwork as found:
        if not (opening.trust and found.file.needs_trust):
            raise
        # Trust is for the very bytes that were looked at: the worker compares their hash.
        source = msgspec.structs.replace(source, trust=found.file.sha256)
        return source, open_network(session.load(source, inputs))


def _show_progress(text: str, fraction: float | None) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text} …", end="", file=sys.stderr, flush=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

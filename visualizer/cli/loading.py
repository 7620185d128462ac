"""Opening a source for a command: in the worker, with one line of progress on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from visualizer.engine.waiting import WorkerFailure, WorkerSession
from visualizer.session.network import OpenNetwork, open_network
from visualizer.sources import InputSpec, ModelSource, SourceError, parse_input, parse_source


def parse_inputs(texts: tuple[str, ...]) -> tuple[InputSpec, ...]:
    """`--input` options; raises SourceError."""
    return tuple(map(parse_input, texts))


@contextmanager
def worker() -> Iterator[WorkerSession]:
    """A worker for the length of one command; what it refuses is raised as SourceError."""
    try:
        with WorkerSession(_show_progress) as session:
            yield session
    except WorkerFailure as failure:
        raise SourceError(failure.failed.message) from failure
    finally:
        _clear_progress()


def open_source(
    session: WorkerSession, text: str, weights: str | None, inputs: tuple[InputSpec, ...]
) -> tuple[ModelSource, OpenNetwork]:
    source = parse_source(text, weights)
    return source, open_network(session.load(source, inputs))


def _show_progress(text: str, fraction: float | None) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{text} …", end="", file=sys.stderr, flush=True)


def _clear_progress() -> None:
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr, flush=True)

"""From an exception to the one line that the user is told."""

from __future__ import annotations

import traceback
from collections.abc import Iterator

import torch

from visualizer.engine.messages import Failed
from visualizer.worker.extraction import TraceError
from visualizer.worker.inbox import Cancelled
from visualizer.worker.live import CaptureMismatchError, DeviceError, PictureError
from visualizer.worker.loaders import BuildError, InputsError, LoadError
from visualizer.worker.loaders.base import one_line

_ALLOCATOR_COMPLAINTS = ("can't allocate memory", "not enough memory", "out of memory")


class RunError(Exception):
    """What was asked cannot be done with this network; the text says why and what to do."""


def failure(run: int, error: BaseException) -> Failed:
    """What to tell of `error`: its kind, one line, and more of it for the log."""
    if isinstance(error, Cancelled):
        return Failed(run, "cancelled", "cancelled")
    if any(_is_out_of_memory(cause) for cause in _causes(error)):
        text = f"there is not enough memory for this: {one_line(error)}"
        return Failed(run, "memory", text, _traceback(error))
    match error:
        case BuildError():
            return Failed(run, "build", one_line(error, 600), error.detail)
        case InputsError():
            return Failed(run, "source", one_line(error, 600), error.detail, inputs=error.inputs)
        case LoadError():
            return Failed(run, "source", one_line(error, 600), error.detail)
        case TraceError():
            return Failed(
                run, "trace", error.message, error.detail, error.layer, inputs=error.inputs
            )
        case PictureError():
            return Failed(run, "picture", one_line(error))
        case RunError() | DeviceError() | CaptureMismatchError():
            return Failed(run, "run", one_line(error))
        case SystemExit():
            text = f"the network called sys.exit({error.code!r})"
            return Failed(run, "run", text, _traceback(error))
        case _:
            text = f"{type(error).__name__}: {one_line(error)}"
            return Failed(run, "run", text, _traceback(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and any(
        complaint in str(error) for complaint in _ALLOCATOR_COMPLAINTS
    )


def _traceback(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))

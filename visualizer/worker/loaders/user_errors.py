"""Errors in the user's own code, told with the user's own lines and none of ours."""

from __future__ import annotations

import linecache
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import visualizer
from visualizer.worker.loaders.base import BuildError, LoadError, one_line

_LIBRARIES = tuple(
    Path(sysconfig.get_path(key)).resolve() for key in ("stdlib", "purelib", "platlib")
)
_OURS = Path(visualizer.__file__).resolve().parent


@contextmanager
def telling_user_errors(what: str) -> Iterator[None]:
    """Whatever the user's code does to get out becomes a BuildError.

    Its line: `what`, the exception and the user's own "file.py:LINE code"; its detail: the
    user's frames. sys.exit and KeyboardInterrupt do not get past it either.
    """
    try:
        yield
    except LoadError:
        raise
    except SystemExit as error:
        shown = "" if error.code is None else repr(error.code)
        place = _in_place(_place(error))
        raise BuildError(
            f"{what} called sys.exit({shown}){place}", user_traceback(error)
        ) from error
    except (Exception, KeyboardInterrupt) as error:
        text = one_line(error)
        reason = type(error).__name__ + (f": {text}" if text else "")
        place = _in_place(_place(error))
        raise BuildError(f"{what} raised {reason}{place}", user_traceback(error)) from error


def is_library(path: str) -> bool:
    """Whether a source file belongs to Python, an installed package or this program."""
    if not path or path.startswith("<"):
        return True
    resolved = Path(path).resolve()
    return resolved.is_relative_to(_OURS) or any(map(resolved.is_relative_to, _LIBRARIES))


def user_traceback(error: BaseException) -> str:
    """The traceback with the user's frames only; empty when none of them is the user's."""
    frames = user_frames(error)
    if not frames:
        return ""
    head = "Traceback (most recent call last):\n"
    last = traceback.format_exception_only(type(error), error)
    return head + "".join(traceback.format_list(frames)) + "".join(last)


def user_frames(error: BaseException) -> list[traceback.FrameSummary]:
    """The frames of the traceback that are in the user's files, outermost first."""
    frames = traceback.extract_tb(error.__traceback__)
    return [frame for frame in frames if not is_library(frame.filename)]


def _place(error: BaseException) -> tuple[str, int, str] | None:
    """File, line and code where the user's own code was last."""
    if isinstance(error, SyntaxError) and error.filename and error.lineno:
        code = error.text or linecache.getline(error.filename, error.lineno)
        return error.filename, error.lineno, code
    frames = user_frames(error)
    if not frames:
        return None
    return frames[-1].filename, frames[-1].lineno or 0, frames[-1].line or ""


def _in_place(place: tuple[str, int, str] | None) -> str:
    if place is None:
        return ""
    filename, line, code = place
    return f" at {Path(filename).name}:{line} `{one_line(code, 120)}`"

"""Arrays through shared memory: the worker publishes a block, the window copies it.

A block belongs to the process that published it until the receiver says that it has copied
it (`ReleaseFrame`), or until that process ends. When it is killed, Python's resource tracker,
a process of its own, removes what was left.
"""

from __future__ import annotations

import atexit
import math
import sys
import threading
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, Any

from visualizer.engine.messages import Frame

if TYPE_CHECKING:
    # Imported where it is used: the worker is started before anybody needs arrays.
    import numpy as np

_published: dict[str, SharedMemory] = {}
_lock = threading.Lock()


class FrameError(RuntimeError):
    """The block is gone, or does not hold what the message says."""


def publish(array: np.ndarray[Any, Any]) -> Frame:
    """Copy `array` into a new block, kept until `release`; raises OSError when memory is short."""
    import numpy as np

    block = SharedMemory(create=True, size=max(array.nbytes, 1))
    view = np.ndarray(array.shape, array.dtype, buffer=block.buf)
    view[...] = array
    with _lock:
        _published[block.name] = block
    return Frame(block.name, tuple(array.shape), array.dtype.name)


def receive(frame: Frame) -> np.ndarray[Any, Any]:
    """A copy of the published array; raises FrameError when the block is gone or too small."""
    import numpy as np

    dtype = _numeric_dtype(frame.dtype)
    block = _attach(frame.block)
    try:
        _check_size(frame, dtype, block.size)
        # The view is gone before the block is closed: a mapping in use cannot be unmapped.
        return np.ndarray(frame.shape, dtype, buffer=block.buf).copy()
    finally:
        block.close()


def release(name: str) -> None:
    """Free a block published here; a name that is not (or no longer) ours changes nothing."""
    with _lock:
        block = _published.pop(name, None)
    if block is not None:
        block.close()
        block.unlink()


def release_all() -> None:
    """Free every block published here; also done when the process ends by itself."""
    for name in list(_published):
        release(name)


atexit.register(release_all)


def _attach(name: str) -> SharedMemory:
    if not name or "/" in name:
        raise FrameError(f"'{name}' is not the name of a shared memory block")
    try:
        return _open_untracked(name)
    except (OSError, ValueError) as error:
        raise FrameError(f"shared memory block {name} is gone: {error}") from error


def _open_untracked(name: str) -> SharedMemory:
    """Open a block without making this process's tracker responsible for it."""
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    block = SharedMemory(name)
    # Attaching registers the block too; left so, the receiver's tracker would warn of a leak
    # and free the block at exit. A block published by this same process stays registered.
    if sys.platform != "win32" and name not in _published:
        resource_tracker.unregister(f"/{name}", "shared_memory")
    return block


def _numeric_dtype(name: str) -> np.dtype[Any]:
    import numpy as np

    try:
        dtype = np.dtype(name)
    except TypeError as error:
        raise FrameError(f"a frame cannot hold {name}") from error
    if dtype.hasobject:
        raise FrameError(f"a frame cannot hold {name}")
    return dtype


def _check_size(frame: Frame, dtype: np.dtype[Any], available: int) -> None:
    if any(side < 0 for side in frame.shape):
        raise FrameError(f"a frame cannot have the shape {frame.shape}")
    needed = math.prod(frame.shape) * dtype.itemsize
    if needed > available:
        raise FrameError(
            f"block {frame.block} holds {available:,} bytes, the frame says {needed:,}"
        )

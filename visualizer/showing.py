"""`visualizer.show`: the window on a network that lives in the caller's process.

The window is a process of its own. It asks this one over two private pipes, its stdin and stdout,
and a thread here answers (`worker.hosting`). Feature maps travel through shared memory.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Self, cast

from visualizer.channel import piped
from visualizer.engine.messages import Failed

if TYPE_CHECKING:
    from torch import nn

    from visualizer.worker.hosting import Host

_SECONDS_TO_END = 5.0
_LINES_KEPT = 20


class Window:
    """A window that was opened on a network. As a context manager it is closed at the end."""

    def __init__(self, host: Host, command: list[str]) -> None:
        self._host = host
        self._process = piped(command)
        self._lines: deque[str] = deque(maxlen=_LINES_KEPT)
        self._log = threading.Thread(target=self._hand_on_lines, name="window's log", daemon=True)
        self._log.start()
        host.serve(cast("BinaryIO", self._process.stdout), cast("BinaryIO", self._process.stdin))

    @property
    def is_open(self) -> bool:
        """Whether the window is still there."""
        return self._process.poll() is None

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until the window is closed, at most `timeout` seconds; whether it is.

        Raises RuntimeError when it could not do what it was asked for.
        """
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        self._log.join(_SECONDS_TO_END)
        if code > 0:
            said = self._lines[-1] if self._lines else f"exit code {code}"
            raise RuntimeError(f"the window ended: {said.removeprefix('Error: ')}")
        return True

    def wait_until_traced(self, timeout: float | None = None) -> bool:
        """Wait until the network has been handed to the window, at most `timeout` seconds;
        whether it was. Raises RuntimeError, saying why, when it cannot be traced."""
        if not self._host.answered.wait(timeout):
            return False
        if isinstance(self._host.first_answer, Failed):
            raise RuntimeError(self._host.first_answer.message)
        return self._host.first_answer is not None

    def close(self) -> None:
        """Close the window, if it is still open."""
        if self.is_open:
            self._process.terminate()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<visualizer window of {self._host.name}, {'open' if self.is_open else 'closed'}>"

    def _hand_on_lines(self) -> None:
        """What the window says goes to this process's stderr, which may be a notebook's."""
        for raw in cast("BinaryIO", self._process.stderr):
            line = raw.decode(errors="replace").rstrip()
            self._lines.append(line)
            print(line, file=sys.stderr)


def show(
    model: nn.Module,
    inputs: Any = None,
    *,
    block: bool | None = None,
    picture: str | Path | None = None,
    select: str = "",
    panel: str = "",
    theme: str = "system",
    screenshot: str | Path | None = None,
    size: tuple[int, int] | None = None,
) -> Window:
    """Open the window on `model`, which stays in this process and is left as it is.

    `inputs` as for `trace`. `picture` is run on it at once; every run reads the weights that the
    model has then, and F5 in the window traces it anew. With `block`, wait until the window is
    closed; None: unless Python is used interactively, as in a notebook. `screenshot` draws the
    window, of `size` (width, height), into a PNG file instead of showing it, and so does a
    machine without a display, which says where. Raises TypeError for what is no network,
    ValueError when the inputs cannot be read, RuntimeError when a screenshot cannot be made.
    """
    from visualizer.worker.hosting import Host
    from visualizer.worker.object_networks import checked_network

    if picture is not None and not Path(picture).is_file():
        raise ValueError(f"there is no picture {picture}")
    host = Host(checked_network(model), inputs)
    options = {
        "--image": str(Path(picture).resolve()) if picture else "",
        "--select": select,
        "--panel": panel,
        "--theme": theme,
        "--screenshot": str(Path(screenshot).resolve()) if screenshot else "",
        "--size": f"{size[0]}x{size[1]}" if size else "",
    }
    command = [sys.executable, "-P", "-m", "visualizer", "window", f"object:{host.name}"]
    command.append("--attached")
    for option, value in options.items():
        command += [option, value] if value else []
    window = Window(host, command)
    if block is False or (block is None and screenshot is None and _is_interactive()):
        return window
    try:
        window.wait()
    except BaseException:  # Ctrl+C, too: what was blocked has no window left behind
        window.close()
        raise
    return window


def _is_interactive() -> bool:
    """Whether somebody types what is run: a prompt or a notebook."""
    return hasattr(sys, "ps1") or bool(sys.flags.interactive) or "get_ipython" in _builtins()


def _builtins() -> dict[str, Any]:
    import builtins

    return vars(builtins)

"""The `window` command: the window, or a picture of it where it cannot be seen."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

from visualizer.channel import take_over_pipes
from visualizer.cli.opening import Opening
from visualizer.engine.attached import RoutedClient
from visualizer.engine.early import EarlyWorker
from visualizer.sources import SourceError

DEFAULT_SIZE = (1280, 800)
UNSEEN = Path("visualizer.png")


@dataclass(frozen=True)
class WindowOptions:
    """The options as given."""

    opening: Opening | None
    image: str
    device: str
    screenshot: Path | None
    size: str
    theme: str
    select: str
    panel: str
    compare: tuple[str, ...] = ()
    attached: bool = False


def open_window(options: WindowOptions) -> int:
    """Show the window; without a display draw it into `visualizer.png` and say so."""
    if options.image and not Path(options.image).is_file():
        raise SourceError(f"there is no picture {options.image}")
    size, opening = parse_size(options.size), options.opening or Opening("")
    worker = _attached() if options.attached else EarlyWorker()
    app = window_module()
    request = app.Request(
        *opening.as_typed, opening.given_inputs, options.image,
        options.device, "" if options.theme == "system" else options.theme, options.select,
        options.panel, options.compare, opening.trust,
    )  # fmt: skip
    target = options.screenshot
    if target is None and app.display_available():
        code: int = app.run(request, worker)
        return code
    error = app.take_screenshot(request, target or UNSEEN, size, worker)
    if error:
        raise SourceError(error)
    if target is None:
        print(
            f"There is no display here: the window is drawn in {UNSEEN.resolve()}", file=sys.stderr
        )
    return 0


def _attached() -> EarlyWorker:
    """Asks the process that started this one, which holds the network, over stdin and stdout."""
    return EarlyWorker(partial(RoutedClient, *take_over_pipes()))


def window_module() -> ModuleType:
    """The window's code, imported without garbage collections until the window is shown:
    what imports and widgets make, stays, and looking through it takes a tenth of the start."""
    gc.disable()
    from visualizer import app

    return app


def parse_size(text: str) -> tuple[int, int]:
    """`1920x1080` as numbers; raises SourceError."""
    if not text:
        return DEFAULT_SIZE
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise SourceError(f"cannot read size '{text}': write it like 1280x800")
    return int(width), int(height)

"""The `window` command: the window, or a picture of it where it cannot be seen."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from visualizer.cli.loading import parse_inputs
from visualizer.sources import SourceError

DEFAULT_SIZE = (1280, 800)
UNSEEN = Path("visualizer.png")


@dataclass(frozen=True)
class WindowOptions:
    """The options as given."""

    source: str
    weights: str | None
    inputs: tuple[str, ...]
    image: str
    device: str
    screenshot: Path | None
    size: str
    theme: str
    select: str
    panel: str


def open_window(options: WindowOptions) -> int:
    """Show the window; without a display draw it into `visualizer.png` and say so."""
    from visualizer.app import Request, display_available, run, take_screenshot

    if options.image and not Path(options.image).is_file():
        raise SourceError(f"there is no picture {options.image}")
    request = Request(
        options.source, options.weights, parse_inputs(options.inputs), options.image,
        options.device, "" if options.theme == "system" else options.theme, options.select,
        options.panel,
    )  # fmt: skip
    target = options.screenshot
    if target is None and display_available():
        return run(request)
    error = take_screenshot(request, target or UNSEEN, parse_size(options.size))
    if error:
        raise SourceError(error)
    if target is None:
        print(
            f"There is no display here: the window is drawn in {UNSEEN.resolve()}", file=sys.stderr
        )
    return 0


def parse_size(text: str) -> tuple[int, int]:
    """`1920x1080` as numbers; raises SourceError."""
    if not text:
        return DEFAULT_SIZE
    width, _, height = text.partition("x")
    if not (width.isdigit() and height.isdigit()):
        raise SourceError(f"cannot read size '{text}': write it like 1280x800")
    return int(width), int(height)

"""`python -m tests.perf.canvas_memory SMALL LARGE`: kilobytes for each node that the canvas needs.

In a process of its own: where a layout has run, freed memory hides what is taken. The pictures are
pickled; all views of the small one come first, so that frames, fonts and code are not counted.
"""

from __future__ import annotations

import gc
import pickle
import sys
from pathlib import Path

import psutil

from tests.perf.canvas import VIEWS, blank_view, look, paint
from visualizer.app import qt_application
from visualizer.session.shown import ShownGraph
from visualizer.ui.canvas import CanvasView


def main(small: str, large: str) -> None:
    """Print the kilobytes."""
    qt_application()
    few, many = (pickle.loads(Path(name).read_bytes()) for name in (small, large))
    view = blank_view()
    _after_all_views(view, few)  # the next picture comes while this one is still there
    before = _after_all_views(view, few)
    taken = _after_all_views(view, many) - before
    print(taken / 1024 / (len(many.bars) - len(few.bars)))


def _after_all_views(view: CanvasView, shown: ShownGraph) -> int:
    """Bytes of memory that this process has once a picture was seen from everywhere."""
    view.show_graph(shown)
    for _, zoom in VIEWS:
        look(view, zoom)
        paint(view)
    gc.collect()
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main(*sys.argv[1:])

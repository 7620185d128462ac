"""Architecture Visualizer: where a network narrows, what each layer costs, what it sees.

Packages, lowest first; imports go down only:

    sources     what to open, as plain data
    graph       what the network is: layer graph, module groups, folding, search
    costs       what it costs: formulas with derivations, memory, receptive field
    layout      where things go: sizes, order, placement, routes
    engine      talking to the worker process: messages, frames, client
    worker      the child process: loading, extraction, live runs (torch lives here only)
    session     what the user looks at: state, controllers, resolving to frozen pictures
    reports     one file about a network: HTML or Markdown
    ui, app     what is on the screen (Qt lives here only)
    cli         commands
    showing     `show`: the window on a network in the memory of a script
    api         `trace` and `show`, for scripts and notebooks; imported when first used
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing alone would take longer to import than all this
if TYPE_CHECKING:
    from typing import Any

    from visualizer.api import InputSpec, Traced, Window, show, trace

__version__ = "0.1.0"
__all__ = ["InputSpec", "Traced", "Window", "__version__", "show", "trace"]


def __getattr__(name: str) -> Any:
    """What is public is imported when asked for: importing this brings neither torch nor Qt."""
    if name not in __all__:
        raise AttributeError(f"module 'visualizer' has no attribute '{name}'")
    return getattr(import_module("visualizer.api"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]

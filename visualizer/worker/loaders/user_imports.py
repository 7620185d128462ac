"""Importing the user's Python files afresh, as `python file.py` would find them."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.user_errors import is_library


@contextmanager
def on_import_path(folder: Path) -> Iterator[None]:
    """Modules beside the user's file can be imported, also lazily while it builds.

    No `__pycache__` is left there, and so none is ever stale.
    """
    sys.path.insert(0, str(folder))
    kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = kept
        # The user's code may have changed the path meanwhile: take out one entry, if there.
        if str(folder) in sys.path:
            sys.path.remove(str(folder))


def forget_modules_under(folder: Path) -> None:
    """Drop what was imported from `folder` before, so that edited files are read again."""
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name == "__main__" or not path or is_library(path):
            continue
        if Path(path).resolve().is_relative_to(folder):
            del sys.modules[name]
    importlib.invalidate_caches()


def import_root(path: Path) -> tuple[Path, str]:
    """The folder to search and the dotted name under which a file is imported.

    A file in a package (a folder with `__init__.py`) is imported as part of it, so that its
    relative imports work.
    """
    folder = path.parent
    parts = [] if path.stem == "__init__" else [path.stem]
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        parts.insert(0, folder.name)
        folder = folder.parent
    return folder, ".".join(parts)


def import_file(path: Path, name: str) -> ModuleType:
    """Run the file as module `name`; what it raises passes through."""
    if "." in name:
        return importlib.import_module(name)
    if name in sys.modules:  # a file called like something that torch has imported already
        name = f"opened_{name}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise LoadError(f"{path} cannot be imported as a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

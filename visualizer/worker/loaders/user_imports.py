"""Importing the user's Python files afresh, as `python file.py` would find them."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import ClassVar

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.user_errors import is_library


class UserImports:
    """What one opened source has imported from the user's own files.

    Two sources may each have a `helper.py` beside them, and a file may have been edited since
    it was opened before: so every source starts without, and keeps its own.
    """

    _in_place: ClassVar[UserImports | None] = None

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._modules: dict[str, ModuleType] = {}

    @contextmanager
    def active(self) -> Iterator[None]:
        """Inside, imports find the folder first, and the user's modules are this source's.

        No `__pycache__` is left in the folder, and so none is ever stale.
        """
        self._take_place()
        known = set(sys.modules)
        sys.path.insert(0, self._folder)
        kept, sys.dont_write_bytecode = sys.dont_write_bytecode, True
        try:
            yield
        finally:
            sys.dont_write_bytecode = kept
            # The user's code may have changed the path meanwhile: take out one entry, if there.
            if self._folder in sys.path:
                sys.path.remove(self._folder)
            self._keep(name for name in list(sys.modules) if name not in known)

    def _take_place(self) -> None:
        previous = UserImports._in_place
        if previous is not self:
            for name in previous._modules if previous else ():
                sys.modules.pop(name, None)
            sys.modules.update(self._modules)
            importlib.invalidate_caches()
            UserImports._in_place = self

    def _keep(self, names: Iterable[str]) -> None:
        for name in names:
            module = sys.modules[name]
            if not is_library(_home(module)):
                self._modules[name] = module


def _home(module: ModuleType) -> str:
    """The file of a module, or the folder of a package that has none; "" for a built-in."""
    return getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), "")


def import_root(path: Path) -> tuple[Path, str]:
    """The folder to search and the dotted name under which a file is imported.

    A file in a package (a folder with `__init__.py`), or one that imports relatively from a
    folder without one, is imported as part of that package, so that its relative imports work.
    A dot in the name of a file or folder (`net-1.0`) becomes an underscore.
    """
    folder = path.parent
    parts = [] if path.stem == "__init__" else [path.stem]
    levels = _levels_imported(path)
    while folder != folder.parent and ((folder / "__init__.py").is_file() or levels > 0):
        parts.insert(0, folder.name)
        folder = folder.parent
        levels -= 1
    return folder, ".".join(_undotted(part) for part in parts)


def _levels_imported(path: Path) -> int:
    """How many folders up the file imports from: 1 for `from . import parts`, 0 for none.

    A file that is not Python has none; importing it says what is wrong with it.
    """
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return 0
    return max(
        (node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0
    )


def _undotted(part: str) -> str:
    return part.replace(".", "_")


def import_file(path: Path, name: str) -> ModuleType:
    """Run the file as module `name` of `import_root`; what it raises passes through."""
    package = name.rpartition(".")[0]
    if package:
        inside = path.parent if path.stem != "__init__" else path.parent.parent
        _mount(inside, package)
        importlib.import_module(package)
    if package and _undotted(path.stem) == path.stem:
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


def _mount(folder: Path, package: str) -> None:
    """Let `package` be found in `folder`, and its parents above, where a dot is in their names."""
    if folder.name and package:
        parent = package.rpartition(".")[0]
        _mount(folder.parent, parent)
        if _undotted(folder.name) != folder.name:
            module = ModuleType(package)
            module.__path__ = [str(folder)]
            sys.modules[package] = module

"""What a Python file offers to build a network with: read from its text, nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path

from visualizer.sources import SourceError


def factories_in(path: Path) -> tuple[str, ...]:
    """Names of the functions and classes of a file that can be called without arguments.

    Those that look like networks (classes derived from a `Module`, functions called `build...`,
    `make...`, `create...` or `get...`) come first, otherwise in the file's order. Raises
    SourceError for a file that cannot be read or is not Python.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SourceError(f"cannot read {path.name}: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"{path.name} is not valid Python: {error}") from error
    found = [node for node in tree.body if _can_be_called(node)]
    found.sort(key=lambda node: not _looks_like_a_network(node))
    return tuple(node.name for node in found if isinstance(node, _NAMED))


_NAMED = (ast.FunctionDef, ast.ClassDef)
_PREFIXES = ("build", "make", "create", "get")


def _can_be_called(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        constructor = next(
            (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
        )
        return bool(node.bases) and (constructor is None or _required(constructor) <= 1)
    return isinstance(node, ast.FunctionDef) and _required(node) == 0


def _required(function: ast.FunctionDef) -> int:
    """How many arguments must be given, `self` included."""
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    return positional + sum(default is None for default in arguments.kw_defaults)


def _looks_like_a_network(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any("Module" in ast.unparse(base) for base in node.bases)
    return isinstance(node, ast.FunctionDef) and node.name.startswith(_PREFIXES)

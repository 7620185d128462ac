"""What a Python file offers to build a network with: read from its text, nothing is run."""

from __future__ import annotations

import ast
from pathlib import Path

from visualizer.sources import SourceError


def factories_in(path: Path) -> tuple[str, ...]:
    """What a file offers: names of functions and classes that can be called without arguments,
    then calls to be filled in, such as `build(width=)`, of those that look like networks.

    What looks like a network (a class derived from a `Module`, a function called `build...`,
    `make...`, `create...` or `get...`) comes first, otherwise in the file's order. Raises
    SourceError for a file that cannot be read or is not Python.
    """
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise SourceError(f"cannot read {path.name}: {error.strerror}") from error
    except (SyntaxError, ValueError) as error:
        raise SourceError(f"{path.name} is not valid Python: {error}") from error
    named = [node for node in tree.body if isinstance(node, _NAMED) and _may_be_one(node)]
    ready = [node for node in named if not _required(node)]
    ready.sort(key=lambda node: not _looks_like_a_network(node))
    asking = [node for node in named if _required(node) and _looks_like_a_network(node)]
    return (*(node.name for node in ready), *map(_call_to_fill_in, asking))


_NAMED = (ast.FunctionDef, ast.ClassDef)
_PREFIXES = ("build", "make", "create", "get")


def _may_be_one(node: ast.FunctionDef | ast.ClassDef) -> bool:
    return isinstance(node, ast.FunctionDef) or bool(node.bases)


def _required(node: ast.FunctionDef | ast.ClassDef) -> tuple[str, ...]:
    """The arguments that have to be given, by name."""
    if isinstance(node, ast.ClassDef):
        constructor = next(
            (n for n in node.body if isinstance(n, ast.FunctionDef) and n.name == "__init__"), None
        )
        return _without_default(constructor)[1:] if constructor else ()
    return _without_default(node)


def _without_default(function: ast.FunctionDef) -> tuple[str, ...]:
    given = function.args
    positional = [*given.posonlyargs, *given.args]
    positional = positional[: len(positional) - len(given.defaults)]
    named = zip(given.kwonlyargs, given.kw_defaults, strict=True)
    keyword = [argument for argument, default in named if default is None]
    return tuple(argument.arg for argument in (*positional, *keyword))


def _call_to_fill_in(node: ast.FunctionDef | ast.ClassDef) -> str:
    return f"{node.name}({', '.join(f'{name}=' for name in _required(node))})"


def _looks_like_a_network(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return any("Module" in ast.unparse(base) for base in node.bases)
    return isinstance(node, ast.FunctionDef) and node.name.startswith(_PREFIXES)

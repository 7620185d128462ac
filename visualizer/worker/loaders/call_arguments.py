"""What a factory is called with: the plain values in `model.py:build(width=2)`, never code."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from visualizer.worker.loaders.base import LoadError, one_line

_PLAIN = "numbers, texts, True, False, None, and lists, tuples and dictionaries of them"
_TOO_LONG = 10_000


@dataclass(frozen=True)
class CallArguments:
    """Positional and named values; `text` is how they were typed."""

    text: str = ""
    positional: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)

    def check(self, target: Callable[..., Any], what: str) -> None:
        """Raises LoadError with the signature when `target` cannot be called with these."""
        try:
            signature = inspect.signature(target)
        except (TypeError, ValueError):  # written in C: only calling it will tell
            return
        try:
            signature.bind(*self.positional, **self.named)
        except TypeError as error:
            how = f"with ({self.text})" if self.text else "without arguments"
            raise LoadError(
                f"{what}{signature} cannot be called {how} ({error}): write the values behind the "
                "name, as in build(width=2)"
            ) from error

    def call(self, target: Callable[..., Any]) -> Any:
        return target(*self.positional, **self.named)


def parse_arguments(text: str, factory: str) -> CallArguments:
    """Read `2, width=(3, 4)`; raises LoadError for anything but plain values."""
    call = _call(text, factory)
    positional = tuple(_value(node, "an argument", factory) for node in call.args)
    named = {}
    for keyword in call.keywords:
        if keyword.arg is None:
            raise LoadError(f"{factory}({text}): ** cannot be used here, write name=value")
        named[keyword.arg] = _value(keyword.value, keyword.arg, factory)
    return CallArguments(text, positional, named)


def _call(text: str, factory: str) -> ast.Call:
    try:
        if len(text) > _TOO_LONG:
            raise ValueError("they are too long")
        body = ast.parse(f"f({text}\n)", mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise LoadError(
            f"cannot read the arguments in {factory}({one_line(text, 100)}): write them as in "
            f"build(width=2, sizes=(3, 4)) [{getattr(error, 'msg', error)}]"
        ) from error
    if not isinstance(body, ast.Call) or not isinstance(body.func, ast.Name):
        raise LoadError(f"{factory}({one_line(text, 100)}) is not one call: check its brackets")
    return body


def _value(node: ast.expr, name: str, factory: str) -> Any:
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise LoadError(
            f"{factory}: {name} is {one_line(ast.unparse(node), 60)}, which is no plain value; "
            f"arguments are {_PLAIN}"
        ) from error

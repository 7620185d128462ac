"""Which argument is which: positional arguments of any torch function get their names.

Python functions tell by `inspect.signature`, built-in ones by their registered schemas.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.overrides import get_testing_overrides

_RENAMED = {
    "self": "input",
    "embed_dim_to_check": "embed_dim",
    "split_size_or_sections": "split_size",
}
_BY_HAND: dict[str, tuple[tuple[str, ...], str]] = {
    "einsum": (("equation",), "operands"),
    "getitem": (("input", "index"), ""),
    "setitem": (("input", "index", "value"), ""),
    "tensor": (("data",), ""),
    "as_tensor": (("data",), ""),
}
"""Positional names and the name of the rest, for functions that tell nothing themselves."""


@dataclass(frozen=True, slots=True)
class Names:
    """Names by position. Positional arguments from number `gather_at` on are one list, named
    by that position. `defaults` are the values of arguments that were not given."""

    positional: tuple[str, ...]
    gather_at: int = -1
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def bind(self, args: Sequence[Any]) -> dict[str, Any]:
        if 0 <= self.gather_at < len(args):
            args = (*args[: self.gather_at], tuple(args[self.gather_at :]))
        bound = dict(zip(self.positional, args, strict=False))
        for number in range(len(self.positional), len(args)):
            bound[f"argument_{number}"] = args[number]
        return bound


class Binder:
    """Names the arguments of one function; what it found for a pattern of types is kept."""

    def __init__(self, choose: Callable[[Sequence[Any], Iterable[str]], Names]) -> None:
        self._choose = choose
        self._known: dict[tuple[object, ...], Names] = {}

    @classmethod
    def fixed(
        cls, *positional: str, rest: str = "", defaults: Mapping[str, Any] | None = None
    ) -> Binder:
        gather_at = len(positional) if rest else -1
        names = Names((*positional, rest) if rest else positional, gather_at, defaults or {})
        return cls(lambda args, keywords: names)

    def names(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Names:
        key = (*map(type, args), *kwargs)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._choose(args, kwargs)
        return found

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Arguments by name, in the order of the call."""
        bound = self.names(args, kwargs).bind(args)
        for name, value in kwargs.items():
            bound[_RENAMED.get(name, name)] = value
        return bound


def binder_for(func: Callable[..., Any], op: str, name: str) -> Binder:
    """How to name the arguments of `func`, called `name` in torch and `op` in the graph."""
    if op in _BY_HAND:
        positional, rest = _BY_HAND[op]
        return Binder.fixed(*positional, rest=rest)
    by_signature = _from_python(func)
    if by_signature is not None:
        return by_signature
    schemas = _schemas(func, name) or _schemas(func, op)
    if schemas:
        return Binder(lambda args, keywords: _first_fit(schemas, args, keywords))
    stand_in = get_testing_overrides().get(func)
    by_stand_in = _from_python(stand_in) if stand_in is not None else None
    return by_stand_in or Binder.fixed("input", rest="others")


def _from_python(func: Callable[..., Any]) -> Binder | None:
    """From a Python function's own signature; None when it has none worth the name."""
    if not inspect.isfunction(func):
        return None
    try:
        parameters = list(inspect.signature(func).parameters.values())
    except ValueError:  # `Tensor.__pow__` and its like only wrap a built-in function
        return None
    named = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    rest = next((p.name for p in parameters if p.kind is p.VAR_POSITIONAL), "")
    if not named and rest == "args":
        stand_in = get_testing_overrides().get(func)
        return _from_python(stand_in) if stand_in is not None else None
    defaults = {p.name: p.default for p in parameters if p.default is not p.empty}
    names = (_RENAMED.get(p.name, p.name) for p in named)
    return Binder.fixed(*names, rest=rest, defaults=defaults)


def _schemas(func: Callable[..., Any], name: str) -> list[Any]:
    """All registered overloads of a built-in function, those that write to `out` excepted."""
    own = getattr(func, "_schema", None)
    if own is not None:
        return [own]
    qualified = getattr(func, "_qualified_op_name", f"aten::{name}")
    found = torch._C._jit_get_schemas_for_operator(qualified)
    return [schema for schema in found if not any(a.is_out for a in schema.arguments)]


def _first_fit(schemas: list[Any], args: Sequence[Any], keywords: Iterable[str]) -> Names:
    for schema in schemas:
        if _fits(schema.arguments, args, keywords):
            return _names(schema.arguments, args)
    return _names(schemas[0].arguments, args)


def _fits(arguments: Sequence[Any], args: Sequence[Any], keywords: Iterable[str]) -> bool:
    positional = [a for a in arguments if not a.kwarg_only]
    known = {a.name for a in arguments}
    if not all(name in known or name == "out" for name in keywords):
        return False
    gather_at = _gather_at(positional, args)
    given = args if gather_at < 0 else args[:gather_at]
    needed = [a for a in positional if not a.has_default_value() and a.name not in keywords]
    if len(given) > len(positional) or (gather_at < 0 and len(args) < len(needed)):
        return False
    return all(_accepts(str(a.type), value) for a, value in zip(positional, given, strict=False))


def _accepts(kind: str, value: Any) -> bool:
    if kind.startswith("Optional["):
        return value is None or _accepts(kind[9:-1], value)
    if kind.startswith("List["):
        return isinstance(value, (list, tuple, int))
    if kind == "Tensor":
        return isinstance(value, torch.Tensor)
    if kind == "str":
        return isinstance(value, str)
    if kind in ("int", "float", "number", "bool"):
        return isinstance(value, (int, float, complex, torch.dtype))
    return True


def _gather_at(positional: Sequence[Any], args: Sequence[Any]) -> int:
    """Where `x.view(2, 3)` begins to spell out a list; -1 when nothing is spelled out."""
    last = len(positional) - 1
    if last < 0 or last >= len(args) or str(positional[last].type) != "List[int]":
        return -1
    return last if positional[last].N is None and isinstance(args[last], int) else -1


def _names(arguments: Sequence[Any], args: Sequence[Any]) -> Names:
    positional = [a for a in arguments if not a.kwarg_only]
    return Names(
        tuple(_RENAMED.get(a.name, a.name) for a in positional),
        _gather_at(positional, args),
        {a.name: a.default_value for a in arguments if a.has_default_value()},
    )

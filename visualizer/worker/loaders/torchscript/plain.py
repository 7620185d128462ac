"""What TorchScript does with numbers, text, lists and dictionaries, in Python.

Only used when no tensor takes part: then ops such as `aten::add` are ordinary arithmetic. Lists
and dictionaries are changed in place, as there.
"""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable
from typing import Any

Plain = Callable[..., Any]


def _div(left: Any, right: Any, rounding_mode: str | None = None) -> Any:
    if rounding_mode == "floor":
        return left // right
    return math.trunc(left / right) if rounding_mode == "trunc" else left / right


def _add(left: Any, right: Any, alpha: Any = 1) -> Any:
    return left + (right if alpha == 1 else right * alpha)


def _sub(left: Any, right: Any, alpha: Any = 1) -> Any:
    return left - (right if alpha == 1 else right * alpha)


def _pow(base: Any, exponent: Any) -> Any:
    """Whole numbers have 64 bits there: larger powers are none, and would take for ever here."""
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * exponent > 128:
        raise OverflowError("a power in the file's code does not fit into 64 bits")
    return base**exponent


def _shifted(value: int, by: int) -> int:
    return value << min(by, 64)


def _range_length(low: int, high: int, step: int) -> int:
    return len(range(low, high, step))


def _slice(values: Any, start: Any = None, stop: Any = None, step: Any = None) -> Any:
    return values[start:stop:step]


def _sorted(values: Any, reverse: bool = False) -> list[Any]:
    return sorted(values, reverse=reverse)


def _set(values: Any, key: Any, value: Any) -> Any:
    values[key] = value
    return values


def _delete(values: Any, key: Any) -> None:
    del values[key]


def _changed(method: str) -> Plain:
    """A method that changes its object and gives it back, as `aten::append` does."""

    def change(values: Any, *args: Any) -> Any:
        getattr(values, method)(*args)
        return values

    return change


def _method(name: str) -> Plain:
    return lambda value, *args: getattr(value, name)(*args)


def _listed(method: str) -> Plain:
    return lambda value: list(getattr(value, method)())


def _same(left: Any, right: Any) -> bool:
    return left is right or (not isinstance(left, (list, dict)) and left == right)


def _format(text: str, *values: Any) -> str:
    """Only `{}` is filled in: no attribute of a value can be reached."""
    parts = text.split("{}")
    filled = [str(value) for value in values][: len(parts) - 1]
    shown = [*filled, *[""] * (len(parts) - len(filled))]
    return "".join(part + value for part, value in zip(parts, shown, strict=True))


_METHODS = """
count index get split rsplit strip lstrip rstrip upper lower startswith endswith replace join find
rfind isdigit isalpha isalnum title capitalize center ljust rjust zfill partition rpartition
splitlines
"""
_CHANGES = "append extend insert clear remove reverse sort update"
_OF_MATH = "ceil floor sqrt exp log sin cos isnan isinf"
_COMPARED = "eq ne lt le gt ge neg"

ATEN: dict[str, Plain] = {
    **{name: getattr(python, name) for name in _COMPARED.split()},
    **{name: _method(name) for name in _METHODS.split()},
    **{name: _changed(name) for name in _CHANGES.split()},
    **{name: getattr(math, name) for name in _OF_MATH.split()},
    **{name: _listed(name) for name in ("keys", "values", "items")},
    "add": _add, "add_": _changed("__iadd__"), "sub": _sub, "mul": python.mul, "div": _div,
    "rsub": lambda left, right, alpha=1: right - left * alpha, "pow": _pow,
    "floordiv": python.floordiv, "floor_divide": python.floordiv, "remainder": python.mod,
    "fmod": math.fmod, "abs": abs, "round": round, "__and__": python.and_, "__or__": python.or_,
    "__xor__": python.xor, "__not__": python.not_, "__lshift__": _shifted,
    "__rshift__": python.rshift, "__is__": _same, "__isnot__": lambda a, b: not _same(a, b),
    "__contains__": python.contains, "__getitem__": python.getitem, "_set_item": _set,
    "Delete": _delete, "len": len, "pop": _method("pop"), "popitem": _method("popitem"),
    "setdefault": _method("setdefault"), "copy": _method("copy"), "list": list, "dict": dict,
    "slice": _slice, "range": lambda *bounds: list(range(*bounds)), "sorted": _sorted,
    "__range_length": _range_length,
    "__derive_index": lambda index, start, step: start + index * step,
    "Int": int, "Float": float, "Bool": bool, "str": str, "IntImplicit": int,
    "FloatImplicit": float, "ScalarImplicit": lambda v: v, "Scalar": lambda v: v,
    "item": lambda v: v, "format": _format,
    "any": any, "all": all, "sum": sum, "ord": ord, "chr": chr, "hex": hex, "bin": bin,
    "alias": lambda v: v, "detach": lambda v: v, "clone": lambda v, *_: v,
}  # fmt: skip
"""`aten::` ops by name, for operands that are no tensors."""

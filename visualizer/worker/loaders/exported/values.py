"""From the JSON of an exported program to values: dtypes, sizes, arguments of a call.

Every value is a union with one key that says its kind: `{"as_int": 3}`, `{"as_tensor": ...}`.
The numbers of dtypes, layouts and memory formats are those of torch's own export schema
(torch/_export/serde/schema.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.exported.archive import Json

_DTYPES = {
    1: "uint8", 2: "int8", 3: "int16", 4: "int32", 5: "int64", 6: "float16", 7: "float32",
    8: "float64", 9: "complex32", 10: "complex64", 11: "complex128", 12: "bool", 13: "bfloat16",
    28: "uint16", 29: "float8_e4m3fn", 30: "float8_e5m2", 31: "float8_e4m3fnuz",
    32: "float8_e5m2fnuz", 33: "float8_e8m0fnu", 34: "uint32", 35: "uint64",
}  # fmt: skip
_LAYOUTS = {1: "sparse_coo", 2: "sparse_csr", 3: "sparse_csc", 4: "sparse_bsr", 5: "sparse_bsc",
            7: "strided"}  # fmt: skip
_FORMATS = {1: "contiguous_format", 2: "channels_last", 3: "channels_last_3d", 4: "preserve_format"}
_NO_NUMBERS = {"Infinity": math.inf, "-Infinity": -math.inf, "NaN": math.nan}

MOST_NUMBERS = 1 << 48
"""More than any tensor of a network has."""

Lookup = Callable[[str], Any]
"""The value that goes by a name, in the run."""


class ProgramError(LoadError):
    """The graph has something that is not understood here; the text names it."""


def _of_torch(table: Mapping[int, str], number: Any, what: str) -> Any:
    name = table.get(number) if isinstance(number, int) else None
    value = getattr(torch, name, None) if name else None
    if value is None:
        raise ProgramError(f"the program has {what} number {number!r}, which this torch has not")
    return value


def dtype_of(number: Any) -> torch.dtype:
    """The dtype of a number in the schema; raises ProgramError."""
    dtype: torch.dtype = _of_torch(_DTYPES, number, "dtype")
    return dtype


def only(union: Json) -> tuple[str, Any]:
    """Kind and value of a union; raises ProgramError when it has not exactly one."""
    given = [(kind, value) for kind, value in union.items() if value is not None]
    if len(given) != 1:
        raise ProgramError("the program has a value of no known kind: the file is damaged")
    return given[0]


def whole_number(size: Json) -> int:
    """A size; of a symbolic one the number that it had in the example it was exported with."""
    kind, value = only(size)
    if kind == "as_int":
        return _whole(value)
    hint = value.get("hint")
    if not hint:
        raise ProgramError(
            f"a size of the program is the symbol {str(value.get('expr_str'))[:40]} without an "
            "example: export it again with example inputs, or give its inputs with --input"
        )
    return _whole(only(hint)[1])


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ProgramError(f"a size of the program is {value!r}, not a whole number")
    return value


# --------------------------------------------------------------------------- arguments


def _decimal(value: Any) -> float:
    return _NO_NUMBERS[value] if isinstance(value, str) else float(value)


def _named(value: Json, lookup: Lookup) -> Any:
    return lookup(value["name"])


def _symbol(value: Json, lookup: Lookup) -> Any:
    kind, content = only(value)
    return lookup(content) if kind == "as_name" else content


def _optional(value: Json, lookup: Lookup) -> Any:
    kind, content = only(value)
    return lookup(content["name"]) if kind == "as_tensor" else None


def _device(value: Json, lookup: Lookup) -> torch.device:
    """Where the run is, wherever the program was exported."""
    device: torch.device = lookup("")
    return device


_READERS: dict[str, Callable[[Any, Lookup], Any]] = {
    "as_none": lambda v, _: None,
    "as_int": lambda v, _: v,
    "as_ints": lambda v, _: list(v),
    "as_int_lists": lambda v, _: [list(part) for part in v],
    "as_float": lambda v, _: _decimal(v),
    "as_floats": lambda v, _: [_decimal(part) for part in v],
    "as_float_lists": lambda v, _: [[_decimal(x) for x in part] for part in v],
    "as_bool": lambda v, _: v,
    "as_bools": lambda v, _: list(v),
    "as_string": lambda v, _: v,
    "as_strings": lambda v, _: list(v),
    "as_complex": lambda v, _: complex(_decimal(v["real"]), _decimal(v["imag"])),
    "as_scalar_type": lambda v, _: dtype_of(v),
    "as_layout": lambda v, _: _of_torch(_LAYOUTS, v, "layout"),
    "as_memory_format": lambda v, _: _of_torch(_FORMATS, v, "memory format"),
    "as_device": _device,
    "as_tensor": _named,
    "as_tensors": lambda v, lookup: [_named(part, lookup) for part in v],
    "as_nested_tensors": lambda v, lookup: [[_named(x, lookup) for x in part] for part in v],
    "as_optional_tensor": _optional,
    "as_optional_tensors": lambda v, lookup: [_optional(part, lookup) for part in v],
    "as_sym_int": _symbol,
    "as_sym_ints": lambda v, lookup: [_symbol(part, lookup) for part in v],
    "as_sym_float": _symbol,
    "as_sym_floats": lambda v, lookup: [_symbol(part, lookup) for part in v],
    "as_sym_bool": _symbol,
    "as_sym_bools": lambda v, lookup: [_symbol(part, lookup) for part in v],
    "as_graph": lambda v, _: v["graph"],
}


def value_of(argument: Json, lookup: Lookup) -> Any:
    """The value of an argument; raises ProgramError for a kind that is not understood."""
    kind, value = only(argument)
    reader = _READERS.get(kind)
    if reader is None:
        raise ProgramError(
            f"the program has an argument of the kind {kind[:40]}: only tensors, numbers and words "
            "are understood here"
        )
    return reader(value, lookup)


def names_in(argument: Json) -> list[str]:
    """The names that an argument refers to, or that an output is given."""
    kind, value = only(argument)
    if kind == "as_graph":
        return []
    found: list[str] = []
    value_of({kind: value}, lambda name: found.append(name))
    return [name for name in found if name]

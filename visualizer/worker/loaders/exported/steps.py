"""The nodes of an exported graph, made ready to run: what is called, with what, for which names."""

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch

from visualizer.worker.extraction.words import words
from visualizer.worker.loaders.exported.archive import Json
from visualizer.worker.loaders.exported.values import Lookup, ProgramError, names_in, only, value_of
from visualizer.worker.loaders.programs.operators import OperatorError, operator

_OPS = "torch.ops."
_HIGHER = "torch.ops.higher_order."
_PYTHON = words(
    "getitem add sub mul truediv floordiv mod pow neg pos eq ne lt le gt ge and_ or_ not_"
)
_MATH = words("trunc ceil floor sqrt")
_SYMBOLIC = words("sym_int sym_float sym_max sym_min sym_not sym_ite sym_sum sym_sqrt _sym_sqrt")
_CHECKS = ("_assert", "sym_constrain", "_check")


@dataclass(frozen=True, eq=False)
class Step:
    """One node. `graphs` marks a higher-order op, whose graph arguments are run by its function.

    `outputs` are unions that name the results; `drop` are names that nobody reads later.
    """

    call: Callable[..., Any]
    inputs: tuple[Json, ...]
    outputs: tuple[Json, ...]
    calls: tuple[tuple[str, str, str], ...]
    graphs: bool = False
    drop: tuple[str, ...] = ()

    def arguments(self, lookup: Lookup) -> tuple[list[Any], dict[str, Any]]:
        """Positional and named arguments of the call."""
        args, kwargs = [], {}
        by_name = isinstance(self.call, torch._ops.OpOverload)
        for given in self.inputs:
            value = value_of(given["arg"], lookup)
            kind = given.get("kind")
            if kind == 2 or (kind is None and by_name):
                kwargs[given["name"]] = value
            else:
                args.append(value)
        return args, kwargs

    def results(self, value: Any) -> Iterable[tuple[str, Any]]:
        """Every named result with its value."""
        values = [value] if len(self.outputs) == 1 else list(value or ())
        for union, part in zip(self.outputs, values, strict=False):
            names = names_in(union)
            several = only(union)[0] == "as_tensors"
            yield from zip(names, part if several else [part], strict=False)

    @property
    def makes_tensors(self) -> bool:
        return any(only(union)[0] in ("as_tensor", "as_tensors") for union in self.outputs)


def steps_of(graph: Json, kept: Iterable[str]) -> list[Step]:
    """All nodes of a graph in order; `kept` are the names still needed after the last.

    Raises ProgramError for a node that is not run here.
    """
    steps = [_step(node) for node in graph["nodes"] if not _only_checks(node["target"])]
    return _dropping(steps, set(kept))


def _only_checks(target: str) -> bool:
    return target.startswith(f"{_OPS}aten.") and target.split(".")[3].startswith(_CHECKS)


def _step(node: Json) -> Step:
    target = node["target"]
    return Step(
        function_of(target),
        tuple(node["inputs"]),
        tuple(node["outputs"]),
        _module_calls((node.get("metadata") or {}).get("nn_module_stack") or ""),
        graphs=target.startswith(_HIGHER),
    )


def _dropping(steps: Sequence[Step], needed: set[str]) -> list[Step]:
    """The steps, each told which names are not read after it."""
    done: list[Step] = []
    for step in reversed(steps):
        touched = [n for given in step.inputs for n in names_in(given["arg"])]
        touched += [n for union in step.outputs for n in names_in(union)]
        last = tuple(name for name in dict.fromkeys(touched) if name not in needed)
        needed.update(touched)
        done.append(replace(step, drop=last))
    return done[::-1]


def _module_calls(stack: str) -> tuple[tuple[str, str, str], ...]:
    """Calls around a node as (key, path, qualified type), from `key,path,type;key,path,type`."""
    found = []
    for entry in stack.split(";") if stack else ():
        parts = entry.split(",")
        if len(parts) >= 3:
            found.append((parts[0], parts[1], parts[-1]))
    return tuple(found)


def function_of(target: str) -> Callable[..., Any]:
    """What a node calls; raises ProgramError unless it is on the list of what may be."""
    home, _, name = target.rpartition(".")
    if target.startswith(_HIGHER):
        return _higher_order(target.removeprefix(_HIGHER))
    if target.startswith(_OPS) and len(parts := target.split(".")) in (4, 5):
        try:
            return operator(parts[2], parts[3], parts[4] if len(parts) == 5 else "default")
        except OperatorError as error:
            raise ProgramError(f"the program cannot be run: {error}") from error
    if home == "_operator" and name in _PYTHON:
        return getattr(python, name)  # type: ignore[no-any-return]
    if home == "math" and name in _MATH:
        return getattr(math, name)  # type: ignore[no-any-return]
    if home == "torch" and name in _SYMBOLIC and hasattr(torch, name):
        return getattr(torch, name)  # type: ignore[no-any-return]
    raise ProgramError(
        f"the program calls {target[:80]}, which is no torch op: a file may not call other "
        "functions, so it is not opened"
    )


# --------------------------------------------------------------------------- ops with graphs

RunGraph = Callable[[Json, Sequence[Any]], list[Any]]


def _higher_order(name: str) -> Callable[..., Any]:
    function = _WITH_GRAPHS.get(name)
    if function is None:
        raise ProgramError(
            f"the program uses the control-flow op {name[:60]}, which is not understood here: "
            "export the network without it"
        )
    return function


def _plainly(run: RunGraph, setting: Any, graph: Json, *operands: Any) -> list[Any]:
    return run(graph, operands)


def _autocast(
    run: RunGraph, device: str, dtype: Any, enabled: bool, cache: Any, graph: Json, *operands: Any
) -> list[Any]:
    with torch.autocast(str(device), dtype=dtype, enabled=enabled, cache_enabled=cache):
        return run(graph, operands)


def _condition(
    run: RunGraph, condition: Any, yes: Json, no: Json, operands: Sequence[Any]
) -> list[Any]:
    return run(yes if bool(condition) else no, operands)


_WITH_GRAPHS: dict[str, Callable[..., Any]] = {
    "wrap_with_set_grad_enabled": _plainly,
    "wrap_with_autocast": _autocast,
    "cond": _condition,
}

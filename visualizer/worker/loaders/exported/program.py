"""What an exported program takes and gives: its signature, read from the JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from visualizer.sources import InputSpec
from visualizer.worker.loaders.exported.archive import Json
from visualizer.worker.loaders.exported.values import (
    MOST_NUMBERS,
    ProgramError,
    dtype_of,
    only,
    value_of,
    whole_number,
)

_STORED = {"parameter": "parameter_name", "buffer": "buffer_name"}
_MOST_DEPTH = 50


@dataclass(frozen=True)
class UserInput:
    """One value that the caller gives: its name in the graph, its keyword ("" by position), and
    for a tensor its shape and dtype in the example."""

    name: str
    keyword: str
    spec: InputSpec | None


@dataclass(frozen=True)
class Program:
    """The signature of a program and its graph.

    `stored` and `constants` are full names of saved tensors by the graph's names; `fixed` are
    inputs that were plain values when the program was exported. `mutations` are buffers to be
    overwritten, by the name of their new value; `outputs` are unions of what the user gets.
    """

    graph: Json
    inputs: tuple[UserInput, ...]
    stored: Mapping[str, str]
    constants: Mapping[str, str]
    fixed: Mapping[str, Any]
    mutations: Mapping[str, str]
    outputs: tuple[Json, ...]

    def bind(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Values by the graph's names; raises TypeError when they are too few or too many."""
        positional = [i.name for i in self.inputs if not i.keyword]
        keywords = {i.keyword: i.name for i in self.inputs if i.keyword}
        # By name is also allowed what is taken by position, and the other way round.
        names = {name: name for name in positional} | keywords
        order = [*positional, *keywords.values()]
        bound = dict(zip(order, args, strict=False))
        for keyword, value in kwargs.items():
            if keyword not in names:
                raise TypeError(f"the program has no input {keyword}: it takes {', '.join(names)}")
            bound[names[keyword]] = value
        if len(args) > len(order) or len(bound) != len(order):
            raise TypeError(
                f"the program takes {len(order)} inputs ({', '.join(names)}), not {len(bound)}"
            )
        return {**self.fixed, **bound}


def program_of(program: Json) -> Program:
    """The signature and graph in the JSON of a program; raises ProgramError."""
    module = program["graph_module"]
    graph, signature = module["graph"], module["signature"]
    specs = [only(spec) for spec in signature["input_specs"]]
    fixed = {
        content["name"]: value_of(content["value"], _no_name)
        for kind, content in specs
        if kind == "constant_input"
    }
    return Program(
        graph,
        _user_inputs(specs, graph, _keywords(module)),
        {c["arg"]["name"]: c[_STORED[kind]] for kind, c in specs if kind in _STORED},
        {c["arg"]["name"]: c["tensor_constant_name"] for k, c in specs if k == "tensor_constant"},
        fixed,
        *_results(signature["output_specs"]),
    )


def _no_name(name: str) -> Any:
    raise ProgramError(f"the program has a fixed input that names {name[:40]}: it is damaged")


def _user_inputs(
    specs: Sequence[tuple[str, Any]], graph: Json, keywords: Sequence[str]
) -> tuple[UserInput, ...]:
    """Tensors and symbolic numbers that the caller gives, in the order of the leaves."""
    leaves = [(kind, c) for kind, c in specs if kind in ("user_input", "constant_input")]
    found = []
    for (kind, content), keyword in zip(leaves, [*keywords, *[""] * len(leaves)], strict=False):
        if kind != "user_input":
            continue
        what, argument = only(content["arg"])
        if what == "as_tensor":
            name = argument["name"]
            found.append(UserInput(name, keyword, _spec(graph["tensor_values"][name], keyword)))
        elif what not in ("as_none", "as_int", "as_float", "as_bool", "as_string"):
            raise ProgramError(
                f"the program takes an input of the kind {what[:40]}: only tensors can be given "
                "here, so export it with tensors or fixed numbers"
            )
    return tuple(found)


def _spec(meta: Json, keyword: str) -> InputSpec:
    shape = tuple(whole_number(size) for size in meta["sizes"])
    if math.prod(shape) > MOST_NUMBERS or min(shape, default=0) < 0:
        raise ProgramError(f"an input of the program has an impossible shape {shape}")
    return InputSpec(shape, str(dtype_of(meta["dtype"])).removeprefix("torch."), keyword)


def _results(specs: Sequence[Json]) -> tuple[dict[str, str], tuple[Json, ...]]:
    """Buffers to overwrite by the name of the value, and the user's outputs."""
    mutations, outputs = {}, []
    for kind, content in map(only, specs):
        if kind in ("user_output", "loss_output"):
            outputs.append(_output(content["arg"]))
        elif kind == "buffer_mutation":
            mutations[content["arg"]["name"]] = content["buffer_name"]
    return mutations, tuple(outputs)


def _output(argument: Json) -> Json:
    """A loss output is a tensor's name without the union around it."""
    return {"as_tensor": argument} if set(argument) == {"name"} else argument


# --------------------------------------------------------------------------- argument names


def _keywords(module: Json) -> list[str]:
    """For every leaf of the inputs the keyword that it goes by, "" by position.

    The structure is a tree in JSON: a tuple of positional arguments and a dictionary of others.
    """
    root = next((c for c in module["module_call_graph"] if not c["fqn"]), None)
    text = ((root or {}).get("signature") or {}).get("in_spec") or ""
    if not text:
        return []
    positional, named = json.loads(text)[1]["children_spec"]
    keywords = [""] * _leaves(positional)
    names = named.get("context")
    names = json.loads(names) if isinstance(names, str) else (names or [])
    for name, child in zip(names, named["children_spec"], strict=False):
        count = _leaves(child)
        keywords += [str(name)] if count == 1 else [f"{name}_{k + 1}" for k in range(count)]
    return keywords


def _leaves(spec: Json, depth: int = 0) -> int:
    if depth > _MOST_DEPTH:
        raise ProgramError("the program's inputs are nested too deeply: the file is damaged")
    if spec["type"] is None:
        return 1
    return sum(_leaves(child, depth + 1) for child in spec["children_spec"])

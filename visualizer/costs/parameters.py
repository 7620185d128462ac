"""Which op owns which parameter: a shared weight belongs to the op that uses it first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from visualizer.costs.gates import GATES
from visualizer.costs.model import Derivation
from visualizer.costs.units import (
    UnknownDtypeError,
    element_bytes,
    exact,
    product_text,
    tensor_bytes,
)
from visualizer.graph.families import family_of
from visualizer.graph.model import LayerGraph, Node, Parameter

NO_PARAMETERS = Derivation("parameters", "no weights", "no weights", "0")


class Owned(NamedTuple):
    """The parameters of one op: `first` it uses first, by role; `shared` are counted earlier."""

    first: dict[str, Parameter]
    shared: dict[str, Parameter]
    buffers: dict[str, Parameter]


NOTHING = Owned({}, {}, {})


def ownership(graph: LayerGraph) -> dict[str, Owned]:
    """For every op that uses parameters or buffers, which of them it is the first to use.

    What the network shares with a head that runs only in training belongs to the network.
    """
    seen: set[str] = set()
    owned: dict[str, Owned] = {}
    for node in (*graph.ops, *graph.training_ops):
        if node.parameters:
            owned[node.id] = _claim(graph, node, seen)
    return owned


def _claim(graph: LayerGraph, node: Node, seen: set[str]) -> Owned:
    claim = Owned({}, {}, {})
    by_name = graph.parameter_by_name
    for role, name in node.parameters.items():
        parameter = by_name[name]
        if parameter.is_buffer:
            claim.buffers[role] = parameter
        elif parameter.name in seen:
            if parameter not in claim.first.values():
                claim.shared[role] = parameter
        else:
            seen.add(parameter.name)
            claim.first[role] = parameter
    return claim


def kept_buffers(graph: LayerGraph) -> list[Parameter]:
    """All buffers but those of modules that run only in training."""
    heads = {node.module_path for node in graph.training_ops}
    heads -= {node.module_path for node in graph.ops}
    buffers = (parameter for parameter in graph.parameters if parameter.is_buffer)
    return [p for p in buffers if p.name.rpartition(".")[0] not in heads]


def unused(graph: LayerGraph) -> tuple[Parameter, ...]:
    """Parameters (not buffers) that no op reads, in training neither."""
    by_name = graph.parameter_by_name
    read = {name for node in graph.nodes for name in node.parameters.values()}
    used = {by_name[name].name for name in read}
    return tuple(p for p in graph.parameters if not p.is_buffer and p.name not in used)


def unused_note(graph: LayerGraph, idle: Sequence[Parameter]) -> str:
    """`3,326,696 parameters never run (AuxLogits)` of those in `idle`; "" when there are none."""
    if not idle:
        return ""
    idle_names = {p.name for p in idle}
    busy = {
        prefix
        for parameter in graph.parameters
        if not parameter.is_buffer and parameter.name not in idle_names
        for prefix in _prefixes(parameter.name)
    }
    tops = list(dict.fromkeys(_top(p.name, busy) for p in idle))
    names = ", ".join(tops[:3]) + (f" and {len(tops) - 3} more" if len(tops) > 3 else "")
    return f"{sum(p.spec.elements for p in idle):,} parameters never run ({names})"


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _top(name: str, busy: set[str]) -> str:
    """The outermost module around `name` in which nothing runs."""
    return next((prefix for prefix in _prefixes(name) if prefix not in busy), name)


def elements_of(parameters: dict[str, Parameter]) -> int:
    return sum(parameter.spec.elements for parameter in parameters.values())


def bytes_of(parameters: list[Parameter]) -> int:
    """Memory of the parameters, those of unknown dtype left out (`unknown_dtypes` names them)."""
    return sum(
        tensor_bytes(p.spec.elements, p.spec.dtype)
        for p in parameters
        if bytes_or_none(p.spec.dtype) is not None
    )


@cache
def bytes_or_none(dtype: str) -> int | None:
    """Bytes of one element, None when unknown."""
    try:
        return element_bytes(dtype)
    except UnknownDtypeError:
        return None


def parameter_derivation(node: Node, owned: Owned) -> Derivation:
    """How the number of parameters of `node` comes about."""
    if not owned.first:
        if not owned.shared:
            return NO_PARAMETERS
        names = ", ".join(parameter.name for parameter in owned.shared.values())
        rule = f"shared: {names} counted where used first"
        return Derivation("parameters", rule, "counted before", "0")
    total = exact(elements_of(owned.first))
    gates = GATES.get(node.op)
    if gates is not None and any(role.startswith("weight_ih") for role in owned.first):
        return Derivation("parameters", *_recurrent(owned.first, gates), total)
    return Derivation("parameters", _rule(node, owned.first), _numbers(node, owned.first), total)


def _recurrent(first: dict[str, Parameter], gates: int) -> tuple[str, str]:
    """Rule and numbers for each layer and direction: every gate has its rows in each weight."""
    cells: dict[str, list[str]] = {}
    for role, parameter in first.items():
        rows, *rest = parameter.spec.shape
        tail = role.partition("_l")[2]
        shape = (rows, *rest) if role.startswith("weight_hr") else (gates, rows // gates, *rest)
        cells.setdefault(tail, []).append(product_text(shape))
    rule = "gates·H·I + gates·H·H"
    if any(role.startswith("weight_hr") for role in first):
        rule = "gates·H·I + gates·H·P + P·H"
    rule += " + 2·gates·H" if any(role.startswith("bias") for role in first) else ""
    parts = [f"({' + '.join(cell)})" if len(cells) > 1 else " + ".join(cell)
             for cell in cells.values()]  # fmt: skip
    every = " for each layer and direction" if len(cells) > 1 else ""
    return rule + every, " + ".join(parts)


def _numbers(node: Node, first: dict[str, Parameter]) -> str:
    shapes = [parameter.spec.shape for parameter in first.values()]
    if family_of(node.op) == "norm" and len(shapes) > 1 and len(set(shapes)) == 1:
        return product_text((len(shapes), *shapes[0]))
    if node.op == "multi_head_attention_forward":
        shapes = [
            (3, shape[0] // 3, *shape[1:]) if role.startswith("in_proj") else shape
            for role, shape in zip(first, shapes, strict=True)
        ]
    if node.op == "linear":
        shapes = [tuple(reversed(shape)) for shape in shapes]
    return " + ".join(product_text(shape) for shape in shapes)


_OF_ATTENTION = {
    "in_proj_weight": "3·E·E", "in_proj_bias": "3·E", "out_proj_weight": "E·E",
    "out_proj_bias": "E", "q_proj_weight": "E·C_q", "k_proj_weight": "E·C_k",
    "v_proj_weight": "E·C_v", "bias_k": "E", "bias_v": "E",
}  # fmt: skip
_KERNEL_RULES = {3: "K", 4: "K_h·K_w", 5: "K_d·K_h·K_w"}


def _rule(node: Node, first: dict[str, Parameter]) -> str:
    bias = " + C_out" if "bias" in first else ""
    rank = len(first["weight"].spec.shape) if "weight" in first else 0
    family = family_of(node.op)
    if family == "conv" and rank in _KERNEL_RULES:
        grouped = "/g" if node.attributes.get("groups", 1) != 1 else ""
        sides = f"C_in·C_out{grouped}" if "transpose" in node.op else f"C_out·C_in{grouped}"
        return f"{sides}·{_KERNEL_RULES[rank]}{bias}"
    if node.op == "linear" and rank == 2:
        return f"C_in·C_out{bias}"
    if family == "norm":
        return "2·C" if len(first) == 2 else "C" if rank == 1 else "elements"
    if node.op == "embedding":
        return "entries·C"
    if node.op == "multi_head_attention_forward":
        return " + ".join(_OF_ATTENTION.get(role, role) for role in first)
    return " + ".join(first)


def total_elements(graph: LayerGraph) -> int:
    """All parameters of the network, run or not; buffers are not parameters."""
    return sum(math.prod(p.spec.shape) for p in graph.parameters if not p.is_buffer)

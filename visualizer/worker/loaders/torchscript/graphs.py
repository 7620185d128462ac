"""Graphs of TorchScript as plain steps, made once: torch's own nodes are slow to ask."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

_SCHEMA = re.compile(r"(\w+)::(\w+)(?:\.(\w+))?\(")
_FUNCTION, _DEVICE = "FunctionType", "DeviceObjType"


@dataclass(frozen=True)
class FunctionName:
    """A function of the file as a constant in a graph."""

    qualified: str


class RunDevice:
    """A device written into the graph: the run's own is taken instead."""


@dataclass
class Step:
    """One node: `kind` such as prim::If or aten::relu, names of what it reads and makes.

    `drop` are names of its block that nobody reads after it. `overload` is set for ops.
    """

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    overload: str = ""
    name: str = ""
    value: Any = None
    blocks: tuple[Block, ...] = ()
    drop: tuple[str, ...] = ()


@dataclass
class Block:
    """Steps in order, the names it is given and those it gives back."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    steps: list[Step] = field(default_factory=list)


def block_of(graph: Any) -> Block:
    """The steps of a torch._C.Graph or Block."""
    block = Block(_names(graph.inputs()), _names(graph.outputs()))
    block.steps = [_step(node) for node in graph.nodes()]
    _note_last_uses(block)
    return block


def _names(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(value.debugName() for value in values)


def _step(node: Any) -> Step:
    kind = node.kind()
    step = Step(kind, _names(node.inputs()), _names(node.outputs()))
    found = _SCHEMA.match(node.schema())
    step.overload = (found[3] or "") if found else ""
    if kind == "prim::Constant":
        step.value = _constant(node)
    elif kind == "prim::CreateObject":
        step.value = node.output().type().qualified_name()
    elif kind == "prim::isinstance":
        step.value = [kind_of.annotation_str for kind_of in node.tys("types")]
    elif kind == "prim::TupleSlice":
        step.value = (node.i("beg"), node.i("end"))
    if node.hasAttribute("name"):
        step.name = node.s("name")
    graphs = [node.g("Subgraph")] if node.hasAttribute("Subgraph") else node.blocks()
    step.blocks = tuple(block_of(inner) for inner in graphs)
    return step


def _constant(node: Any) -> Any:
    kind = node.output().type().kind()
    if kind == _FUNCTION:
        return FunctionName(node.output().type().annotation_str)
    value = node.output().toIValue()
    return RunDevice() if kind == _DEVICE else value


def _note_last_uses(block: Block) -> None:
    own = {*block.inputs, *(name for step in block.steps for name in step.outputs)}
    needed = set(block.outputs)
    for step in reversed(block.steps):
        touched = {*_read(step), *step.outputs}
        step.drop = tuple(name for name in touched if name in own and name not in needed)
        needed |= touched


def _read(step: Step) -> Iterable[str]:
    """Names that a step reads, in its blocks too."""
    yield from step.inputs
    for block in step.blocks:
        yield from block.outputs
        for inner in block.steps:
            yield from _read(inner)

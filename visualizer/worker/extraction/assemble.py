"""From the recorder's list of ops to the immutable layer graph."""

from __future__ import annotations

import dataclasses
import inspect
import linecache
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import PurePath
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from visualizer.graph.model import Kept, LayerGraph, Module, Node, Parameter, TensorRef
from visualizer.worker.extraction.frames import OpNames, name_frames
from visualizer.worker.extraction.packed import Packed
from visualizer.worker.extraction.recorder import Recorder
from visualizer.worker.extraction.records import Location, Record, spec_of
from visualizer.worker.extraction.sequences import input_tensors

_LONGEST_SUMMARY = 200
_LONGEST_LINE = 160


def assemble(
    recorder: Recorder,
    input_names: Sequence[str],
    outputs: Sequence[tuple[int, int]],
    name: str,
    route: str,
    notes: Sequence[str],
) -> LayerGraph:
    """The graph of everything `recorder` saw; `outputs` are what the network gave back."""
    name_frames(recorder.frames)
    names = OpNames(recorder.frames)
    refs: list[list[TensorRef]] = []
    nodes = []
    for number, record in enumerate(recorder.records):
        given = input_names[number] if number < len(input_names) else None
        node = _node(record, refs, names, given)
        refs.append([TensorRef(node.id, k) for k in range(len(node.outputs))])
        nodes.append(node)
    module = recorder.root.module
    kept = [
        Kept(refs[number][k], nodes[last].id)
        for (number, k), last in recorder.holding.longer_than_read(outputs)
    ]
    return LayerGraph(
        name=name,
        nodes=tuple(nodes),
        outputs=tuple(refs[number][k] for number, k in outputs),
        parameters=_parameters(module, recorder.packed),
        modules=tuple(_described(path, part) for path, part in module.named_modules()),
        route=route,
        notes=tuple(notes),
        kept=tuple(kept),
    )


def _node(
    record: Record, refs: Sequence[Sequence[TensorRef]], names: OpNames, input_name: str | None
) -> Node:
    if input_name is not None:
        return Node(
            names.unique(input_name), "input", outputs=record.outputs, aliases=record.aliases
        )
    frame = record.frame
    node_id, scope = names.name(frame, record.op)
    return Node(
        id=node_id,
        op=record.op,
        module_path=frame.path,
        module_type=frame.type_name,
        call_index=frame.call,
        inputs=tuple(refs[number][k] for number, k in record.inputs),
        outputs=record.outputs,
        attributes=record.attributes,
        parameters=record.parameters,
        scope=scope,
        in_place=record.in_place,
        aliases=record.aliases,
        source_line=_line(record.location),
    )


def _line(location: Location | None) -> str:
    """`net.py:12 x = self.conv(x)`."""
    if location is None:
        return ""
    filename, number = location
    text = linecache.getline(filename, number).strip()
    return f"{_base_name(filename)}:{number} {text}"[:_LONGEST_LINE].rstrip()


@cache
def _base_name(filename: str) -> str:
    return PurePath(filename).name


def _parameters(module: nn.Module, packed: Packed) -> tuple[Parameter, ...]:
    """All parameters, then all buffers, used or not; tied ones once, with their other names.
    Those that quantized layers keep packed come last."""
    found: dict[int, Parameter] = {}
    for is_buffer in (False, True):
        for name, tensor in _named_tensors(module, is_buffer):
            known = found.get(id(tensor))
            if known is None:
                found[id(tensor)] = Parameter(name, spec_of(tensor), is_buffer)
            elif name != known.name:
                aliases = (*known.aliases, name)
                found[id(tensor)] = Parameter(known.name, known.spec, known.is_buffer, aliases)
    quantized = (Parameter(w.name, w.spec) for weights in packed.values() for w in weights)
    return (*found.values(), *quantized)


def _named_tensors(module: nn.Module, buffers: bool) -> Iterator[tuple[str, torch.Tensor]]:
    for path, owner in module.named_modules(remove_duplicate=False):
        prefix = f"{path}." if path else ""
        for name, tensor in (owner._buffers if buffers else owner._parameters).items():
            if tensor is not None and not is_lazy(tensor):
                yield prefix + name, tensor


def _described(path: str, module: nn.Module) -> Module:
    return Module(path, type(module).__name__, _summary(module))


def _summary(module: nn.Module) -> str:
    try:
        text = " ".join(module.extra_repr().split())
    except Exception as error:  # noqa: BLE001 - the user's own extra_repr may do anything
        return f"(no summary: {type(error).__name__})"
    return text if len(text) <= _LONGEST_SUMMARY else text[: _LONGEST_SUMMARY - 1] + "…"


def input_names(module: nn.Module, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> list[str]:
    """A name for every input tensor: "input" for a single one, else the forward's arguments."""
    arguments = [*zip(_argument_names(module, len(inputs)), inputs, strict=True), *kwargs.items()]
    counted = [(name, len(list(input_tensors(value)))) for name, value in arguments]
    if sum(count for _, count in counted) == 1:
        return ["input"]
    return [name for argument, count in counted for name in _several(argument, count)]


def _several(argument: str, count: int) -> list[str]:
    return [argument] if count == 1 else [f"{argument}_{number + 1}" for number in range(count)]


def _argument_names(module: nn.Module, count: int) -> list[str]:
    try:
        parameters = list(inspect.signature(module.forward).parameters.values())
    except (TypeError, ValueError):
        parameters = []
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return [*named[:count], *(f"input_{number + 1}" for number in range(len(named), count))]


def output_tensors(value: Any) -> Iterator[torch.Tensor]:
    """Everything the network gave back, dataclasses and mappings included, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from output_tensors(part)
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from output_tensors(part)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from output_tensors(getattr(value, field.name))

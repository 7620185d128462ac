"""An exported program as modules: the hierarchy that it was exported from, run node by node.

Every node remembers the module calls around it. Nodes that follow one another inside the same
call become the body of one call of that module, so that the recorder and its hooks see the calls
of the network as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import Parameter
from typing import Any

import torch
from torch import nn

from visualizer.worker.loaders.exported.archive import Json
from visualizer.worker.loaders.exported.program import Program
from visualizer.worker.loaders.exported.steps import Step, steps_of
from visualizer.worker.loaders.exported.tensors import Tensors
from visualizer.worker.loaders.exported.values import ProgramError, names_in, value_of
from visualizer.worker.loaders.programs.parts import name_containers, named, part_at, taking


@dataclass
class Call:
    """One call of the module at `path`: what it does, in order."""

    key: str
    path: str
    type_name: str
    body: list[Step | Call] = field(default_factory=list)


class Run:
    """The values of one pass by name."""

    def __init__(self, values: dict[str, Any], device: torch.device) -> None:
        self.values = values
        self.device = device

    def lookup(self, name: str) -> Any:
        return self.values[name] if name else self.device

    def execute(self, step: Step) -> Any:
        """Run one node; gives its result."""
        args, kwargs = step.arguments(self.lookup)
        result = step.call(*((self.run_graph,) if step.graphs else ()), *args, **kwargs)
        if step.graphs and len(step.outputs) == 1 and "as_tensors" not in step.outputs[0]:
            result = result[0]
        self.values.update(step.results(result))
        for name in step.drop:
            self.values.pop(name, None)
        return result

    def run_graph(self, graph: Json, operands: Sequence[Any]) -> list[Any]:
        """The outputs of a graph inside the graph, for the operands given."""
        names = [name for union in graph["inputs"] for name in names_in(union)]
        inner = Run(dict(zip(names, operands, strict=True)), self.device)
        for step in steps_of(graph, [n for union in graph["outputs"] for n in names_in(union)]):
            inner.execute(step)
        return [value_of(union, inner.lookup) for union in graph["outputs"]]


class Part(nn.Module):
    """A module of the program. It does what the call at hand says."""

    def forward(self, call: Call, run: Run, parts: Mapping[str, nn.Module]) -> Any:
        return perform(call, run, parts)


class ExportedNetwork(nn.Module):
    """The whole program. `run` takes its user inputs by position or by name."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._program = program
        self._body = Call("", "", "")
        self._parts: dict[str, nn.Module] = {}
        self.constants: dict[str, torch.Tensor] = {}

    def fill(self, tensors: Tensors) -> None:
        """Give the modules of the hierarchy their weights, and the program its constants."""
        constants = set(self._program.constants.values())
        stored = set(self._program.stored.values())
        for full, tensor in tensors.items():
            if full in constants and full not in stored:
                self.constants[full] = tensor
                continue
            path, _, last = full.rpartition(".")
            owner = part_at(self, path)
            if isinstance(tensor, nn.Parameter):
                owner._parameters[last] = tensor
            else:
                owner._buffers[last] = tensor

    def arrange(self) -> None:
        """Make the calls and modules of the hierarchy. Raises ProgramError."""
        names = [name for union in self._program.outputs for name in names_in(union)]
        steps = steps_of(self._program.graph, {*names, *self._program.mutations})
        self._body = nested(steps)
        for call in _calls(self._body):
            part = part_at(self, call.path)
            self._parts[call.path] = part
            if type(part) is nn.Module:
                part.__class__ = named(Part, call.type_name)
        name_containers(self)

    def run(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The user's outputs; state that the program changes is kept."""
        given = self._program.bind(args, kwargs)
        device = next((v.device for v in given.values() if isinstance(v, torch.Tensor)), None)
        run = Run({**given, **self._state(device)}, device or torch.device("cpu"))
        perform(self._body, run, self._parts)
        with torch._C.DisableTorchFunction():
            for name, buffer in self._program.mutations.items():
                self.get_buffer(buffer).copy_(run.values[name])
        results = [value_of(union, run.lookup) for union in self._program.outputs]
        return results[0] if len(results) == 1 else tuple(results)

    def _state(self, device: torch.device | None) -> dict[str, Any]:
        """Weights, buffers and constants by the graph's names."""
        found: dict[str, Any] = {}
        for name, full in self._program.stored.items():
            path, _, last = full.rpartition(".")
            owner = self.get_submodule(path)
            known = last in owner._parameters
            found[name] = owner._parameters[last] if known else owner._buffers[last]
        for name, full in self._program.constants.items():
            constant = self.constants[full]
            found[name] = constant if device is None else constant.to(device)
        return found


def exported_network(program: Program, type_name: str, tensors: Tensors) -> nn.Module:
    """The modules of a program with these tensors; raises ProgramError."""
    missing = {*program.stored.values(), *program.constants.values()} - tensors.keys()
    if missing:
        raise ProgramError(f"the file has no tensor {min(missing)}: it is incomplete")
    taken = [
        Parameter(i.keyword or i.name, Parameter.POSITIONAL_OR_KEYWORD) for i in program.inputs
    ]
    network = taking(ExportedNetwork, type_name, taken)(program)
    assert isinstance(network, ExportedNetwork)
    network.fill(tensors)
    network.arrange()
    return network


# --------------------------------------------------------------------------- the calls


def nested(steps: Iterable[Step]) -> Call:
    """The steps inside the module calls that they were exported from."""
    root = Call("", "", "")
    open_calls = [root]
    for step in steps:
        if step.makes_tensors and step.calls:
            _move_to(open_calls, step.calls[1:])
        open_calls[-1].body.append(step)
    return root


def _move_to(open_calls: list[Call], wanted: Sequence[tuple[str, str, str]]) -> None:
    """Leave the calls that are over and enter those that begin."""
    same = 0
    for call, (key, _, _) in zip(open_calls[1:], wanted, strict=False):
        if call.key != key:
            break
        same += 1
    del open_calls[same + 1 :]
    for key, path, type_name in wanted[same:]:
        call = Call(key, path, type_name)
        open_calls[-1].body.append(call)
        open_calls.append(call)


def _calls(call: Call) -> Iterable[Call]:
    for item in call.body:
        if isinstance(item, Call):
            yield item
            yield from _calls(item)


def perform(call: Call, run: Run, parts: Mapping[str, nn.Module]) -> Any:
    """Everything in the body of `call`, in order; gives what its last op gave."""
    result = None
    for item in call.body:
        if isinstance(item, Call):
            result = parts[item.path](item, run, parts)
            continue
        result = run.execute(item)
    return result

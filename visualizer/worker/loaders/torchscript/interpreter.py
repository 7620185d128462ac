"""Goes through the graphs of a TorchScript file, step by step.

Ops with tensors are called as torch's own under the house's recorder; arithmetic on numbers and
lists is Python's; calls of submodules are calls of the modules in `network`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, partial
from typing import Any

import torch
from torch import nn

from visualizer.worker.extraction.words import words
from visualizer.worker.loaders.programs.operators import OperatorError, operator
from visualizer.worker.loaders.torchscript import plain
from visualizer.worker.loaders.torchscript.graphs import (
    Block,
    RunDevice,
    Step,
    block_of,
)
from visualizer.worker.loaders.torchscript.primitives import PRIMITIVES, Handler, Values, each
from visualizer.worker.loaders.torchscript.tensors import ON_TENSORS
from visualizer.worker.loaders.torchscript.values import (
    QUESTIONS,
    Instance,
    ScriptError,
    dtype_of,
    question,
)

_MOST_TURNS = 100_000
_FORWARD = re.compile(r"forward(?:__)?\d*")
_OTHER_FORWARDS = ("forward_tensor", "forward_packed")
"""What quantized recurrent layers are called by, and may call themselves."""
_ARITHMETIC = words(
    "add add_ sub sub_ mul mul_ div div_ rsub floor_divide remainder pow neg Int Float"
)
_DTYPE_ARGUMENTS = ("dtype", "out_dtype", "scalar_type")


Address = tuple[int, tuple[int, ...]]


def address(tensor: torch.Tensor) -> Address:
    """Where a tensor of the file lies: two with the same address and shape are one."""
    return (tensor.data_ptr() if not tensor.is_quantized else id(tensor)), tuple(tensor.shape)


class Interpreter:
    """Runs functions of one file. `device` is where the run is: the file's own is not asked.

    `weights` are the parameters of the modules by the place that they had in the file.
    """

    def __init__(self, library: Any) -> None:
        self._library = library
        self._blocks: dict[str, Block] = {}
        self._numbers: set[int] = set()
        self.weights: dict[Address, tuple[nn.Module, str]] = {}
        self.device = torch.device("cpu")

    # ----------------------------------------------------------------- functions

    def call(self, qualified: str, args: Sequence[Any]) -> Any:
        """The result of a function or method of the file, by its qualified name."""
        block = self.code(qualified)
        if len(args) != len(block.inputs):
            raise ScriptError(f"{qualified} takes {len(block.inputs)} values, not {len(args)}")
        values = dict(zip(block.inputs, args, strict=True))
        results = self._run(block, values)
        return results[0] if len(results) == 1 else tuple(results)

    def code(self, qualified: str) -> Block:
        """The steps of such a function; raises ScriptError for one that is not in the file."""
        if qualified not in self._blocks:
            self._blocks[qualified] = self._read(qualified)
        return self._blocks[qualified]

    def _read(self, qualified: str) -> Block:
        function = self._library.find_function(qualified)
        if function is None:
            raise ScriptError(f"the file calls {qualified[:80]}, which is not in it")
        return block_of(function.graph)

    def _run(self, block: Block, values: Values) -> list[Any]:
        for step in block.steps:
            handler = _HANDLERS.get(step.kind) or _handler_of(step.kind)
            results = handler(self, step, values)
            values.update(zip(step.outputs, results, strict=True))
            for name in step.drop:
                del values[name]
        return [values[name] for name in block.outputs]

    # ----------------------------------------------------------------- control flow

    def _if(self, step: Step, values: Values) -> list[Any]:
        chosen = step.blocks[0 if bool(values[step.inputs[0]]) else 1]
        return self._run(chosen, values)

    def _loop(self, step: Step, values: Values) -> list[Any]:
        most, going, *carried = (values[name] for name in step.inputs)
        body, turn = step.blocks[0], 0
        while turn < most and going:
            if turn >= _MOST_TURNS:
                raise ScriptError(
                    f"a loop in the file's code turns more than {_MOST_TURNS:,} times"
                )
            values.update(zip(body.inputs, [turn, *carried], strict=True))
            going, *carried = self._run(body, values)
            turn += 1
        return carried

    def _fork(self, step: Step, values: Values) -> list[Any]:
        """Done at once instead of beside: the result is the same."""
        body = step.blocks[0]
        given = dict(zip(body.inputs, (values[name] for name in step.inputs), strict=True))
        results = self._run(body, given)
        return [results[0] if len(results) == 1 else tuple(results)]

    # ----------------------------------------------------------------- objects

    def _call_function(self, step: Step, values: Values) -> list[Any]:
        function, *args = (values[name] for name in step.inputs)
        return [self.call(function.qualified, args)]

    def _call_method(self, step: Step, values: Values) -> list[Any]:
        target, *args = (values[name] for name in step.inputs)
        is_forward = _FORWARD.fullmatch(step.name) or (
            step.name in _OTHER_FORWARDS and not step.inputs[0].startswith("self")
        )
        if isinstance(target, nn.Module) and is_forward:
            return [target(*args, method=step.name)]
        return [self.call(f"{_type_name(target)}.{step.name}", [target, *args])]

    def _get(self, step: Step, values: Values) -> list[Any]:
        target = values[step.inputs[0]]
        if isinstance(target, Instance):
            return [target.fields[step.name]]
        read = target.attribute if hasattr(target, "attribute") else target.getattr
        return [read(step.name)]

    def _set(self, step: Step, values: Values) -> list[Any]:
        target, value = (values[name] for name in step.inputs)
        if isinstance(target, Instance):
            target.fields[step.name] = value
        elif isinstance(target, nn.Module):
            target.assign(step.name, value)  # type: ignore[operator]
        else:
            raise ScriptError("the file's code changes an object that cannot be changed here")
        return []

    # ----------------------------------------------------------------- ops

    def _constant(self, step: Step, values: Values) -> list[Any]:
        value = step.value
        if isinstance(value, RunDevice):
            return [self.device]
        if isinstance(value, torch.Tensor):
            return [self._constant_tensor(value)]
        return [list(value) if isinstance(value, list) else value]

    def _constant_tensor(self, value: torch.Tensor) -> torch.Tensor:
        """On the run's device; a single number stays where it is, for its value may be needed."""
        if value.dim() == 0:
            self._numbers.add(id(value))
            return value
        return value if value.device == self.device else value.to(self.device)

    def placed(self, value: Any) -> Any:
        """An attribute of a module: weights in a list are the modules' own, other tensors are
        brought to the run's device."""
        if isinstance(value, list) and any(isinstance(part, torch.Tensor) for part in value):
            return [self.placed(part) for part in value]
        if not isinstance(value, torch.Tensor):
            return value
        owner = self.weights.get(address(value))
        if owner is not None:
            return owner[0]._parameters[owner[1]]
        return value if value.device == self.device else value.to(self.device)

    def _without_numbers(self, name: str, args: list[Any]) -> list[Any]:
        """A traced file has its numbers as tensors: in arithmetic they become numbers again."""
        found = [isinstance(arg, torch.Tensor) and id(arg) in self._numbers for arg in args]
        if not any(found) or name not in _ARITHMETIC:
            return args
        others = [
            a for a, n in zip(args, found, strict=True) if isinstance(a, torch.Tensor) and not n
        ]
        if all(tensor.is_floating_point() for tensor in others):
            return [a.item() if n else a for a, n in zip(args, found, strict=True)]
        return args

    def aten(self, namespace: str, name: str, step: Step, values: Values) -> list[Any]:
        """An op: torch's own when a tensor takes part, else ordinary arithmetic."""
        args = self._without_numbers(name, [values[n] for n in step.inputs])
        is_plain = not any(isinstance(arg, torch.Tensor) for arg in args)
        if is_plain and namespace == "aten" and name in plain.ATEN:
            result = plain.ATEN[name](*args)
        elif name in ON_TENSORS and namespace == "aten":
            result = ON_TENSORS[name](*args)
        elif name == "tensor" and namespace == "aten":
            data, dtype, *_ = args
            result = torch.tensor(data, dtype=dtype_of(dtype), device=self.device)
        else:
            result = self._of_torch(namespace, name, step.overload, args)
        if len(step.outputs) == 1:
            return [list(result) if isinstance(result, tuple) and _lists(step) else result]
        return list(result) if step.outputs else []

    def _of_torch(self, namespace: str, name: str, overload: str, args: list[Any]) -> Any:
        try:
            call = operator(namespace, name, overload)
        except OperatorError as error:
            raise ScriptError(f"the file cannot be run: {error}") from error
        if not isinstance(call, torch._ops.OpOverload):
            return call(*args)
        positional, named = self._arranged(call, args)
        return call(*positional, **named)

    def _arranged(
        self, call: torch._ops.OpOverload, args: Sequence[Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """By position and by name, as the schema wants; names left at their default are omitted."""
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for about, value in zip(call._schema.arguments, args, strict=False):
            if about.name in _DTYPE_ARGUMENTS:
                value = dtype_of(value)
            elif isinstance(value, (int, float)) and str(about.type) == "Tensor" and not positional:
                value = torch.tensor(value, device=self.device)
            if not about.kwarg_only:
                positional.append(value)
            elif value != about.default_value:
                named[about.name] = value
        makes = not _has_tensor(args) and any(a.name == "device" for a in call._schema.arguments)
        if makes and named.get("device") is None:
            named["device"] = self.device
        return positional, named


# --------------------------------------------------------------------------- small things


def _has_tensor(args: Sequence[Any]) -> bool:
    return any(
        isinstance(arg, torch.Tensor)
        or (isinstance(arg, (list, tuple)) and any(isinstance(p, torch.Tensor) for p in arg))
        for arg in args
    )


def _lists(step: Step) -> bool:
    """Ops that give a list of tensors, which the file's code may then change."""
    return step.kind.rpartition("::")[2] in ("split", "chunk", "unbind", "split_with_sizes")


def _type_name(target: Any) -> str:
    if isinstance(target, Instance):
        return target.type_name
    if isinstance(target, nn.Module):
        return str(target.type_name)
    kind = getattr(target, "_type", None)
    if kind is None:
        raise ScriptError(f"the file calls a method of a {type(target).__name__}")
    return str(kind().qualified_name())


_HANDLERS: dict[str, Handler] = {
    **PRIMITIVES,
    "prim::Constant": Interpreter._constant,
    "prim::If": Interpreter._if,
    "prim::Loop": Interpreter._loop,
    "prim::fork": Interpreter._fork,
    "prim::CallFunction": Interpreter._call_function,
    "prim::CallMethod": Interpreter._call_method,
    "prim::GetAttr": Interpreter._get,
    "prim::SetAttr": Interpreter._set,
}


@cache
def _handler_of(kind: str) -> Handler:
    """The handler of an op; raises ScriptError for a node that is not understood."""
    if kind in QUESTIONS:
        return each(partial(question, kind.removeprefix("prim::")))
    namespace, _, name = kind.partition("::")
    if namespace == "prim":
        raise ScriptError(f"the file uses {kind}, which is not understood here")
    return lambda interpreter, step, values: interpreter.aten(namespace, name, step, values)

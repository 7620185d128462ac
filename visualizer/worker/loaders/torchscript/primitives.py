"""Steps of a TorchScript graph that need nothing of the interpreter: lists, tuples, questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from visualizer.worker.loaders.torchscript.graphs import Step
from visualizer.worker.loaders.torchscript.values import Instance, ScriptError, is_instance

if TYPE_CHECKING:
    from visualizer.worker.loaders.torchscript.interpreter import Interpreter

Values = dict[str, Any]
Handler = Callable[["Interpreter", Step, Values], list[Any]]
"""Does one step: the values of its outputs."""


def _raise(interpreter: Interpreter, step: Step, values: Values) -> list[Any]:
    raise ScriptError(f"the file's own code raised: {values[step.inputs[0]]}")


def _given(step: Step, values: Values) -> list[Any]:
    return [values[name] for name in step.inputs]


def _first(interpreter: Interpreter, step: Step, values: Values) -> list[Any]:
    return [values[step.inputs[0]]]


def _nothing(interpreter: Interpreter, step: Step, values: Values) -> list[Any]:
    return [None] * len(step.outputs)


def _pairs(interpreter: Interpreter, step: Step, values: Values) -> list[Any]:
    given = _given(step, values)
    return [dict(zip(given[::2], given[1::2], strict=True))]


def _unwrapped(interpreter: Interpreter, step: Step, values: Values) -> list[Any]:
    value = values[step.inputs[0]]
    if value is None:
        raise ScriptError("the file's own code unwraps a value that is not there")
    return [value]


def each(function: Callable[..., Any]) -> Handler:
    """A step that gives one value made of its inputs."""
    return lambda interpreter, step, values: [function(*_given(step, values))]


PRIMITIVES: dict[str, Handler] = {
    "prim::CreateObject": lambda _, step, values: [Instance(step.value)],
    "prim::ListConstruct": lambda _, step, values: [_given(step, values)],
    "prim::TupleConstruct": lambda _, step, values: [tuple(_given(step, values))],
    "prim::DictConstruct": _pairs,
    "prim::TupleUnpack": lambda _, step, values: list(values[step.inputs[0]]),
    "prim::ListUnpack": lambda _, step, values: list(values[step.inputs[0]]),
    "prim::TupleIndex": each(lambda values, index: values[index]),
    "prim::StringIndex": each(lambda values, index: values[index]),
    "prim::TupleSlice": lambda _, step, values: [
        values[step.inputs[0]][step.value[0] : step.value[1]]
    ],
    "prim::isinstance": lambda _, step, values: [is_instance(values[step.inputs[0]], step.value)],
    "prim::NumToTensor": _first,
    "prim::unchecked_cast": _first,
    "prim::unchecked_unwrap_optional": _unwrapped,
    "prim::Uninitialized": _nothing,
    "prim::Print": _nothing,
    "prim::Enter": _nothing,
    "prim::Exit": _nothing,
    "prim::RaiseException": _raise,
    "prim::rangelist": each(lambda count: list(range(count))),
    "prim::tolist": lambda _, step, values: [values[step.inputs[0]].tolist()],
    "prim::min": each(min),
    "prim::max": each(max),
    "prim::abs": each(abs),
    # Without gradients torch's own layers would take a short cut on some devices only.
    "aten::is_grad_enabled": lambda _, step, values: [True],
    "aten::warn": _nothing,
    "aten::set_grad_enabled": _nothing,
    "aten::manual_seed": _nothing,
    "aten::_unwrap_optional": _unwrapped,
}

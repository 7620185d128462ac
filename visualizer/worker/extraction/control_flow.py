"""torch.cond, torch.while_loop, functions inside vmap and compiled parts, run as the plain Python
that they stand for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import torch
from torch._C._functorch import TransformType, get_interpreter_stack


def plainly_run(function: Any) -> Callable[..., Any] | None:
    """What does the same as an op of control flow, by taking the branch that the numbers ask
    for; None for every other function."""
    if type(function).__name__ not in _KINDS:
        return None
    return None if _is_derived(function) else _PLAINLY.get(function.__name__)


def _is_derived(function: Any) -> bool:
    """Whether a transform derives a function that may have its own formula for it."""
    transforms = get_interpreter_stack() or ()
    own = function.__name__ == "custom_function_call"
    return own and any(one.key() != TransformType.Vmap for one in transforms)


def _cond(pred: Any, true_fn: Any, false_fn: Any, operands: Sequence[Any] = ()) -> Any:
    return true_fn(*operands) if bool(pred) else false_fn(*operands)


def _while_loop(
    cond_fn: Any, body_fn: Any, carried: Sequence[Any], others: Sequence[Any] = ()
) -> Any:
    while bool(cond_fn(*carried, *others)):
        carried = body_fn(*carried, *others)
    return tuple(carried)


def _custom_function(function: Any, *operands: Any) -> Any:
    """A torch.autograd.Function that vmap maps over."""
    return function.forward(*operands)


_PLAINLY: Mapping[str, Callable[..., Any]] = {
    "cond": _cond, "while_loop": _while_loop, "custom_function_call": _custom_function,
}  # fmt: skip
_KINDS = ("CondOp", "WhileLoopOp", "CustomFunctionHigherOrderOperator")


def uncompiled() -> AbstractContextManager[Any]:
    """What torch.compile has compiled runs as it was written.

    Nothing is compiled, and nothing to do, before the compiler has been imported: that takes
    seconds, so it is left to the network that needs it (`wants_compiler`).
    """
    if "torch._dynamo" not in sys.modules:
        return nullcontext()
    return torch.compiler.set_stance("force_eager")  # type: ignore[no-any-return]


def wants_compiler(error: BaseException | None) -> bool:
    """Whether a pass failed in the compiler, which it was the first to import."""
    return error is not None and type(error).__module__.startswith("torch._dynamo")

"""Module calls as they nest, and the names that ops and groups get from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import nn

ROOT = ""

_RECURRENT = (nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell)
_WHOLE_FORWARDS = frozenset(kind.forward for kind in _RECURRENT)


class Frame:
    """One call of a module.

    `ops` counts the ops executed directly inside and `children` the modules called. A `whole`
    frame (torch's own recurrent layers) is shown as its one main op, whatever small ops its
    forward does around it; a `sealed` one (scripted) as one op of its own. `containers` are the
    modules on the way from the caller down to a callee that were not called themselves (a
    ModuleList). `id` is the group's; `scope` is known in the end.
    """

    __slots__ = (
        "call", "children", "containers", "id", "module", "ops", "parent", "path", "scope",
        "sealed", "whole",
    )  # fmt: skip

    def __init__(self, module: nn.Module, path: str, call: int, parent: Frame | None) -> None:
        self.module = module
        self.path = path
        self.call = call
        self.parent = parent
        self.ops = 0
        self.children = 0
        self.whole = getattr(type(module), "forward", None) in _WHOLE_FORWARDS
        self.sealed = isinstance(module, torch.jit.ScriptModule)
        self.containers: dict[str, str] = {}
        self.id = path if call == 1 else f"{path}#{call}"
        self.scope: tuple[str, ...] = ()

    @property
    def type_name(self) -> str:
        return type(self.module).__name__

    @property
    def is_one_op(self) -> bool:
        """A leaf module that executed exactly one op: the op is shown under the module's name."""
        return self.ops == 1 and self.children == 0 and self.parent is not None

    @property
    def is_being_made(self) -> bool:
        """Whether a lazy module makes its weights, now that it sees its first input."""
        return "_initialize_hook" in self.module.__dict__

    @property
    def untouched(self) -> bool:
        return self.ops == 0 and self.children == 0


def outermost_untouched(frame: Frame) -> Frame:
    """Where to put an op that belongs before all that `frame` is about to do.

    A correction that is only noticed when a leaf module reads its input must not make that
    leaf look as if it had executed two ops.
    """
    while frame.parent is not None and frame.untouched and frame.parent.children <= 1:
        frame = frame.parent
    return frame.parent if frame.untouched and frame.parent is not None else frame


def name_frames(frames: Sequence[Frame]) -> None:
    """Settle containers and scopes. `frames` are in call order, the network itself first."""
    used = {frame.id for frame in frames}
    for frame in frames[1:]:
        parent = frame.parent
        assert parent is not None
        around = [
            _container(parent, path, used) for path in _paths_between(parent.path, frame.path)
        ]
        frame.scope = (*parent.scope, *around, frame.id)


def _container(parent: Frame, path: str, used: set[str]) -> str:
    if path not in parent.containers:
        parent.containers[path] = fresh(path, used)
    return parent.containers[path]


def _paths_between(outer: str, inner: str) -> Iterator[str]:
    """`blocks` and `blocks.0` for a call of `blocks.0.conv` by the network itself."""
    if outer != ROOT and not inner.startswith(f"{outer}."):
        return
    start = len(outer) + 1 if outer else 0
    for position in range(start, len(inner)):
        if inner[position] == ".":
            yield inner[:position]


def fresh(name: str, used: set[str]) -> str:
    """`name`, or `name#2`, `name#3` ... when it is taken; taken from now on."""
    chosen, number = name, 1
    while chosen in used:
        number += 1
        chosen = f"{name}#{number}"
    used.add(chosen)
    return chosen


class OpNames:
    """Unique ids for ops: the module's own for its only op, else `module.op`, `module.op#2`."""

    def __init__(self, frames: Iterable[Frame]) -> None:
        self._used = {ROOT}
        for frame in frames:
            self._used.add(frame.id)
            self._used.update(frame.containers.values())
        self._next: dict[str, int] = {}

    def name(self, frame: Frame, op: str) -> tuple[str, tuple[str, ...]]:
        """Id and scope of the next op of `frame`."""
        if frame.is_one_op:
            return frame.id, frame.scope[:-1]
        return self.unique(f"{frame.id}.{op}" if frame.id else op), frame.scope

    def unique(self, name: str) -> str:
        """`name`, with `#k` behind it when it is taken."""
        number = self._next.get(name, 1)
        chosen = name if number == 1 else f"{name}#{number}"
        while chosen in self._used:
            number += 1
            chosen = f"{name}#{number}"
        self._next[name] = number + 1
        self._used.add(chosen)
        return chosen

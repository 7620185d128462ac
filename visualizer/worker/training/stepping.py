"""One training step of a network under watch: forward, and backward without a loss."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from visualizer.worker.extraction.assemble import output_tensors
from visualizer.worker.extraction.frames import Frame
from visualizer.worker.extraction.recorder import Recorder
from visualizer.worker.extraction.records import Record, tensors_in
from visualizer.worker.failures import RunError
from visualizer.worker.training.storages import Lived, StorageWatch, let_go

Key = tuple[str, str, int, int]
"""An op of the step: its name, module path, number of the call, and how often seen there."""

Place = tuple[str, int]
"""Phase and number of the op, -1 before the first."""


@dataclass
class Saver:
    """Who first saved a storage: an op by number (-1: unknown) in a module."""

    lived: Lived
    frame: Frame
    op: int = -1


@dataclass
class Step:
    """What was seen. `keys` are the ops by number, `made` the storage of each op's first output,
    `saved` what autograd held at the end of the forward pass."""

    keys: list[Key] = field(default_factory=list)
    made: dict[int, Lived] = field(default_factory=dict)
    saved: list[Saver] = field(default_factory=list)
    storages: list[Lived] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    gradients: list[Lived] = field(default_factory=list)
    trained: list[int] = field(default_factory=list)
    gradient_bytes: int = 0


def run_step(
    module: nn.Module,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    mixed: bool,
    check: Callable[[], None],
) -> Step:
    """Run `module`, which is in training mode, forward and backward; gradients are left in it.

    The backward pass starts from gradients of the outputs' own size, as any loss gives them.
    Raises RunError when nothing can be trained, TraceError, torch's own errors, and what
    `check` raises.
    """
    return _Stepping(module, check).run(args, kwargs, mixed)


class _Stepping:
    def __init__(self, module: nn.Module, check: Callable[[], None]) -> None:
        self._module = module
        self._check = check
        self._step = Step()
        self._seen: dict[tuple[str, str, int], int] = {}
        self._pending: list[Saver] = []
        self._savers: dict[int, Saver] = {}
        self._ends: list[int] = []  # autograd's sequence number after each op
        self._phase = "forward"
        self._at = -1
        fixed = (*module.parameters(), *module.buffers())
        self._watch = StorageWatch(fixed, self._place)
        self._recorder = Recorder(
            module, check, watch=self._note_op, describe=False, gradients=True
        )

    def run(self, args: Sequence[Any], kwargs: dict[str, Any], mixed: bool) -> Step:
        for tensor in (*tensors_in(list(args)), *tensors_in(kwargs)):
            self._recorder.add_input(tensor)
        hooks = saved_tensors_hooks(self._pack, let_go)
        lowered = torch.autocast("cpu", torch.bfloat16, enabled=mixed)
        with self._watch, hooks, lowered:
            result = self._recorder.run(args, kwargs)
        held = [saver for saver in self._savers.values() if saver.lived.holders]
        self._step.saved = held
        self._backward([t for t in output_tensors(result) if t.requires_grad])
        self._watch.end(("after", self._at))
        return self._finished()

    def _backward(self, outputs: list[Tensor]) -> None:
        if not outputs:
            raise RunError("nothing here can be trained: no output depends on a parameter")
        self._phase = "backward"
        with self._watch:
            torch.autograd.backward(outputs, [torch.ones_like(output) for output in outputs])

    def _finished(self) -> Step:
        step, watch = self._step, self._watch
        step.storages, step.places = watch.storages, watch.places
        for parameter in self._module.parameters():
            gradient = parameter.grad
            if gradient is None:
                continue
            step.trained.append(parameter.numel())
            step.gradient_bytes += gradient.untyped_storage().nbytes()
            if (lived := watch.see(gradient)) is not None:
                step.gradients.append(lived)
        return step

    # ------------------------------------------------------------------ what is told

    def _pack(self, tensor: Tensor) -> Any:
        held = self._watch.hold(tensor)
        lived = self._watch.see(tensor)
        if lived is not None and id(lived) not in self._savers:
            saver = Saver(lived, self._recorder.frame)
            self._savers[id(lived)] = saver
            self._pending.append(saver)
        return held

    def _note_op(self, number: int, record: Record, outputs: Sequence[Tensor]) -> None:
        """An op was executed: what was saved meanwhile, in its module, it saved."""
        for saver in self._pending:
            if saver.frame is record.frame:
                saver.op = number
        self._pending.clear()
        call = (record.op, record.frame.path, record.frame.call)
        times = self._seen[call] = self._seen.get(call, 0) + 1
        self._step.keys.append((*call, times))
        self._ends.append(_sequence_number())
        if outputs and (lived := self._watch.see(outputs[0])) is not None:
            self._step.made[number] = lived
        self._at = number + 1

    def _place(self) -> Place:
        if self._phase == "forward":
            return "forward", self._at
        self._check()
        node = torch._C._current_autograd_node()
        number = node._sequence_nr() if node is not None else None
        if number is not None and self._ends and number < self._ends[-1]:
            # The first op after which autograd had counted further.
            self._at = bisect_left(self._ends, number + 1)
        return "backward", self._at


def _sequence_number() -> int:
    number: int = torch.autograd._get_sequence_nr()  # type: ignore[attr-defined]
    return number

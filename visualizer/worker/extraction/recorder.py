"""The recorder: one forward pass under it leaves a list of executed ops.

torch functions are seen through a TorchFunctionMode, module calls through global hooks.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.nn.modules import module as module_hooks
from torch.overrides import TorchFunctionMode

from visualizer.worker.extraction.attributes import Arguments, attributes_of
from visualizer.worker.extraction.control_flow import plainly_run, uncompiled
from visualizer.worker.extraction.errors import (
    TraceError,
    asks_for_values,
    first_line,
    shapes_given,
    user_lines,
)
from visualizer.worker.extraction.frames import ROOT, Frame
from visualizer.worker.extraction.holding import Holding
from visualizer.worker.extraction.ledger import Announce, Ledger
from visualizer.worker.extraction.names import (
    SAME_OBJECT_IS_NO_OP,
    WHOLE_MODULE_OPS,
    Callee,
    callee_of,
)
from visualizer.worker.extraction.packed import packed_in, packed_weights, settings_in
from visualizer.worker.extraction.precision import refuse_mixed
from visualizer.worker.extraction.records import (
    Record,
    drained,
    numbered,
    spec_of,
    tensors_by_name,
    tensors_in,
)
from visualizer.worker.extraction.recurrent import hollow_result

Execute = Callable[[Callable[..., Any], Sequence[Any], Mapping[str, Any]], Any]
"""Runs a function with arguments by position and by name."""


class Recorder(TorchFunctionMode):
    """Records what `module` executes in `run`.

    `check` is called at every op and may raise. `device` is where factories such as
    torch.zeros make their tensors when the code does not say. `watch` sees every op as soon as
    it was executed and may raise too. Without `describe`, attributes and source lines are left
    out, which is enough to recognize ops again. With `gradients`, autograd takes part. `execute`
    runs an op instead of a plain call: to take its time.
    """

    def __init__(
        self,
        module: nn.Module,
        check: Callable[[], None],
        device: str | None = None,
        watch: Announce | None = None,
        describe: bool = True,
        gradients: bool = False,
        execute: Execute | None = None,
    ) -> None:
        super().__init__()
        self.root = Frame(module, ROOT, 1, None)
        self.frames: list[Frame] = [self.root]
        self._ledger = Ledger(module, self._announce, Recorder.run.__code__ if describe else None)
        self._check = check
        self._device = device
        self._watch = watch
        self._describe = describe
        self._gradients = gradients
        self._execute = execute or _call
        self.packed = packed_weights(module)
        self._frame = self.root
        self._thread = 0
        self._stack: list[Frame] = []
        self._paths = {id(part): path for path, part in module.named_modules()}
        self._calls: dict[str, int] = {}
        self._main_op: dict[Frame, int] = {}
        self._interruption: BaseException | None = None
        self._failed_op: tuple[BaseException, str] | None = None
        self._failed_frame: tuple[BaseException, Frame] | None = None

    @property
    def records(self) -> list[Record]:
        return self._ledger.records

    @property
    def holding(self) -> Holding:
        """Until when the network's code held what the ops gave."""
        return self._ledger.holding

    @property
    def frame(self) -> Frame:
        """The module call that runs now."""
        return self._frame

    # ----------------------------------------------------------------- running

    def add_input(self, tensor: torch.Tensor) -> None:
        """Announce a network input, before `run`."""
        self._ledger.add_input(tensor, self.root)

    def run(self, inputs: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        """The module's result. Raises TraceError, or whatever `check` or `watch` raise."""
        # The hooks are the whole process's: what other threads call is not this pass.
        self._thread = threading.get_ident()
        before = module_hooks.register_module_forward_pre_hook(self._enter)
        after = module_hooks.register_module_forward_hook(self._leave, always_call=True)
        try:
            with torch.set_grad_enabled(self._gradients), uncompiled(), self:
                return drained(self.root.module(*inputs, **kwargs))
        except Exception as error:
            if self._interruption is not None:
                raise self._interruption from None
            raise self._explained(error) from error
        finally:
            before.remove()
            after.remove()

    def source_of_output(self, tensor: torch.Tensor) -> tuple[int, int]:
        """Which op made a tensor that the network gave back."""
        source = self._ledger.source(tensor, self.root)
        if isinstance(source, str):
            return self._ledger.add("parameter", self.root, {"value": tensor}, [tensor]), 0
        return source

    def _explained(self, error: Exception) -> TraceError:
        """`fc (Linear): linear got input 1×512 and weight 1000×2048: mat1 and mat2 ...`."""
        frame, what = self._frame, f"{type(error).__name__}: "
        if self._failed_frame is not None and self._failed_frame[0] is error:
            frame = self._failed_frame[1]
        if self._failed_op is not None and self._failed_op[0] is error:
            what = self._failed_op[1]
        where = f"{frame.path or 'the network'} ({frame.type_name})"
        message = f"{where}: {what}{first_line(error)}"
        return TraceError(message, frame.path, user_lines(error), asks_for_values(error))

    def _announce(self, number: int, record: Record, outputs: Sequence[torch.Tensor]) -> None:
        if self._watch is None:
            return
        try:
            self._watch(number, record, outputs)
        except BaseException as error:
            self._interruption = error
            raise

    # ----------------------------------------------------------------- module calls

    def _enter(self, module: nn.Module, args: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        path = self._paths.get(id(module))
        parent = self._frame
        self._stack.append(parent)
        if path is None or (path == ROOT and ROOT not in self._calls):
            # A module that is not registered anywhere has no name: its ops are its caller's.
            self._calls.setdefault(ROOT, 1)
            return
        call = self._calls[path] = self._calls.get(path, 0) + 1
        parent.children += 1
        self._frame = Frame(module, path, call, parent)
        self.frames.append(self._frame)

    def _leave(self, module: nn.Module, args: Any, output: Any) -> None:
        if threading.get_ident() != self._thread:
            return
        frame, self._frame = self._frame, self._stack.pop()
        error = sys.exc_info()[1]
        if error is not None and output is None:
            # Called while the exception passes through: the first to see it is the innermost.
            if self._failed_frame is None or self._failed_frame[0] is not error:
                self._failed_frame = (error, frame)
        elif frame in self._main_op:
            self._finish_whole(frame, args, output)
        elif frame.untouched and frame is not self._frame:
            self._note_opaque(frame, args, output)

    def _finish_whole(self, frame: Frame, args: Any, output: Any) -> None:
        """A recurrent layer's op gives what the layer gives: unsorted, in the layer's layout."""
        number = self._main_op.pop(frame)
        given = {id(tensor) for tensor in tensors_in(args)}
        results = [tensor for tensor in tensors_in(output) if id(tensor) not in given]
        record = self.records[number]
        record.outputs = tuple(map(spec_of, results))
        record.aliases = (-1,) * len(results)
        for position, tensor in enumerate(results):
            self._ledger.tag(tensor, (number, position))
        self._announce(number, record, results)

    def _note_opaque(self, frame: Frame, args: Any, output: Any) -> None:
        """A module whose inside could not be seen (a scripted one) is one op of its own name."""
        results = [t for t in tensors_in(output) if self._ledger.known_source(t) is None]
        if results:
            op = frame.type_name.lower()
            self._ledger.add(op, frame, numbered(tensors_in(args)), results)

    # ----------------------------------------------------------------- ops

    def __torch_function__(
        self,
        func: Any,
        types: Any,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        callee = callee_of(func)
        kwargs = kwargs or {}
        plainly = plainly_run(func)
        if plainly is not None:
            with self:  # the ops inside are the network's own
                return plainly(*args, **kwargs)
        if callee.quiet or self._frame.sealed or self._frame.is_being_made:
            return func(*args, **kwargs)
        try:
            self._check()
        except BaseException as error:
            self._interruption = error  # gets out unchanged, whatever the user's code makes of it
            raise
        if callee.op == "iter":
            return iter(self.__torch_function__(torch.Tensor.unbind, types, args))
        if callee.makes and self._device is not None and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": self._device}
        try:
            refuse_mixed(callee.op, args, kwargs)
            hollow = hollow_result(callee.op, args) if self._frame.whole else None
            result = self._execute(func, args, kwargs) if hollow is None else hollow
        except Exception as error:
            self._note_failure(error, callee, args, kwargs)
            raise
        return self._note(callee, args, kwargs, result)

    def _note_failure(
        self, error: Exception, callee: Callee, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> None:
        given = shapes_given(tensors_by_name(callee.binder.bind(args, kwargs)))
        self._failed_op = (error, f"{callee.op} got {given}: " if given else f"{callee.op}: ")

    def _note(
        self, callee: Callee, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any
    ) -> Any:
        """Write the op down; gives what its caller is to get, most often `result` itself."""
        outputs = [result] if isinstance(result, torch.Tensor) else list(tensors_in(result))
        if not outputs and not callee.mutates:
            return result
        bound = callee.binder.bind(args, kwargs)
        bound.pop("out", None)
        given = tensors_by_name(bound)
        if callee.mutates:
            self._note_mutation(callee, bound, given)
            return result
        if self._frame.whole and callee.op not in WHOLE_MODULE_OPS:
            self._pass_through(given, outputs)
            return result
        same = next((tensor for tensor in given.values() if tensor is result), None)
        in_place = same is not None and (callee.in_place or bound.get("inplace") is True)
        if same is not None and callee.op in SAME_OBJECT_IS_NO_OP:
            return result
        if callee.op in SAME_OBJECT_IS_NO_OP and _only_moves(given, outputs):
            self._hand_on(next(iter(given.values())), outputs[0])
            return result
        if same is not None and not in_place:
            # Dropout in eval gives back its input; both must stay apart in `x + dropout(x)`.
            result = same.view_as(same)
            outputs = [result]
        number = self._ledger.add(callee.op, self._frame, given, outputs, in_place)
        if self._frame.whole:
            self._main_op[self._frame] = number
        if self._describe:
            defaults = callee.binder.names(args, kwargs).defaults
            call = Arguments(callee.op, bound, defaults, outputs)
            self.records[number].attributes = attributes_of(call)
        self._add_packed(self.records[number], bound)
        if in_place:
            self._ledger.spread(outputs[0])
        return result

    def _add_packed(self, record: Record, bound: Mapping[str, Any]) -> None:
        """The weights in the packed objects that an op of a quantized layer was given, and what
        else these know."""
        if not self.packed:
            return
        record.attributes = {**record.attributes, **settings_in(bound.values())}
        for handle in packed_in(bound.values()):
            weights = self.packed.get(id(handle), ())
            record.parameters.update((weight.role, weight.name) for weight in weights)

    def _note_mutation(
        self, callee: Callee, bound: Mapping[str, Any], given: Mapping[str, torch.Tensor]
    ) -> None:
        """`x[index] = value`: a new version of x, made of x, the value and index tensors."""
        target, value = bound["input"], bound.get("value")
        if callee.op == "set_data":
            if isinstance(value, torch.Tensor):
                self._ledger.tag(target, self._ledger.source(value, self._frame))
            return
        self._ledger.forget_pending(target, value)
        roles = sorted(given, key=lambda role: role not in ("input", "value"))
        ordered = {role: given[role] for role in roles}
        number = self._ledger.add(callee.op, self._frame, ordered, [target], in_place=True)
        if self._describe:
            call = Arguments(callee.op, bound, {}, [target])
            self.records[number].attributes = attributes_of(call)
        self._ledger.spread(target)

    def _hand_on(self, tensor: torch.Tensor, moved: torch.Tensor) -> None:
        """Moving to the device of the inputs is no op: whether it does anything depends on where
        the network runs. A tensor that nobody made becomes a constant where it is read."""
        if self._ledger.known_source(tensor) is not None or tensor._base is not None:
            self._ledger.tag(moved, self._ledger.source(tensor, self._frame))

    def _pass_through(
        self, given: Mapping[str, torch.Tensor], outputs: Sequence[torch.Tensor]
    ) -> None:
        """Small ops around a recurrent layer's main op are not shown: they hand on their input."""
        sources = (self._ledger.known_source(tensor) for tensor in given.values())
        source = next((s for s in sources if s is not None), None)
        for tensor in outputs:
            if source is not None and self._ledger.known_source(tensor) is None:
                self._ledger.tag(tensor, source)


def _call(function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
    return function(*args, **kwargs)


def _only_moves(given: Mapping[str, torch.Tensor], outputs: Sequence[torch.Tensor]) -> bool:
    """Whether the one output is the one operand, on another device."""
    if len(given) != 1 or len(outputs) != 1:
        return False
    before, after = next(iter(given.values())), outputs[0]
    return before.device != after.device and spec_of(before) == spec_of(after)

"""Who made which tensor: ops in order, and the versions of tensors that change in place.

A tensor carries a small tag that says which op made it. An op that changes a tensor in place
gives it a new tag, so that whoever reads it next reads the changed version; views and what
they are views of are brought up to date when they are next read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import CodeType

import torch
from torch import nn

from visualizer.worker.extraction.frames import Frame, outermost_untouched
from visualizer.worker.extraction.holding import Holding
from visualizer.worker.extraction.records import (
    Record,
    Source,
    parameter_names,
    spec_of,
    user_location,
)
from visualizer.worker.extraction.transforms import innermost, layers_of

_TAG = "_layer_graph_tag"
_is_alias_of: Callable[[torch.Tensor, torch.Tensor], bool] = torch._C._is_alias_of  # type: ignore[attr-defined]

Announce = Callable[[int, Record, Sequence[torch.Tensor]], None]
"""Called with every op's number, record and result tensors once it was executed."""


class Tag:
    """What a tensor carries. `stamp` orders it among in-place changes; `pending` are changed
    views whose effect on this tensor has not been written into the graph yet. It goes with its
    tensor, and says so."""

    __slots__ = ("pending", "session", "source", "stamp")

    def __init__(self, session: Holding, source: Source, stamp: int) -> None:
        self.session = session
        self.source = source
        self.stamp = stamp
        self.pending: list[torch.Tensor] = []

    def __del__(self) -> None:
        self.session.let_go(self.source)


class Ledger:
    """The ops executed so far. `stop` is the code below which no stack frame is the user's;
    without it, source lines are left out."""

    def __init__(self, module: nn.Module, announce: Announce, stop: CodeType | None) -> None:
        self.records: list[Record] = []
        self._announce = announce
        self._stop = stop
        self._parameters = parameter_names(module)
        self.holding = Holding(self.records)
        self._mutations = 0

    def add(
        self,
        op: str,
        frame: Frame,
        given: Mapping[str, torch.Tensor],
        outputs: Sequence[torch.Tensor],
        in_place: bool = False,
    ) -> int:
        """Write down an executed op; gives its number.

        `given` are the tensor arguments by role: parameters stay roles, others become inputs.
        """
        outputs = [innermost(tensor) for tensor in outputs]
        record = Record(op, frame)
        operands = self._read(record, given)
        number = len(self.records)
        frame.ops += 1
        record.in_place = in_place
        record.outputs = tuple(map(spec_of, outputs))
        record.aliases = tuple(_aliased(tensor, operands) for tensor in outputs)
        if self._stop is not None:
            record.location = user_location(self._stop)
        self.records.append(record)
        for position, tensor in enumerate(outputs):
            self.tag(tensor, (number, position))
        if not frame.whole:
            self._announce(number, record, outputs)
        return number

    def add_input(self, tensor: torch.Tensor, root: Frame) -> None:
        """A network input: no op of any module."""
        self.add("input", root, {}, [tensor])
        root.ops -= 1

    def _read(self, record: Record, given: Mapping[str, torch.Tensor]) -> list[torch.Tensor]:
        """Fill in inputs and parameters; gives the tensors behind the inputs."""
        operands = []
        for role, tensor in given.items():
            source = (
                self.known_source(tensor)
                if record.frame.whole
                else self.source(tensor, record.frame)
            )
            if isinstance(source, str):
                record.parameters[_role(role, source)] = source
            elif source is not None:
                record.inputs.append(source)
                operands.append(innermost(tensor))
        return operands

    # ------------------------------------------------------------------- tags

    def tag(self, tensor: torch.Tensor, source: Source) -> Tag:
        """Say who made `tensor` as it is now."""
        tag = Tag(self.holding, source, self._mutations)
        self.holding.take(source)
        for layer in layers_of(tensor):
            setattr(layer, _TAG, tag)
        return tag

    def own_tag(self, tensor: torch.Tensor) -> Tag | None:
        """The tag of this pass; one left by another pass does not count."""
        tag: Tag | None = getattr(tensor, _TAG, None)
        return tag if tag is not None and tag.session is self.holding else None

    def known_source(self, tensor: torch.Tensor) -> Source | None:
        tensor = innermost(tensor)
        tag = self.own_tag(tensor)
        return tag.source if tag is not None else self._parameters.get(id(tensor))

    def source(self, tensor: torch.Tensor, frame: Frame) -> Source:
        """Who made the tensor as it is now; one that nobody made becomes a constant of `frame`."""
        tensor = innermost(tensor)
        tag = self.own_tag(tensor)
        if tag is None:
            name = self._parameters.get(id(tensor))
            return name if name is not None else self._of_stranger(tensor, frame)
        if tag.pending:
            self._settle(tensor, tag, frame)
        elif tag.stamp != self._mutations and self._is_outdated(tensor, tag):
            self._correct("alias", frame, {"input": tensor._base}, tensor)
        else:
            return tag.source
        return self._surely(tensor)

    def _surely(self, tensor: torch.Tensor) -> Source:
        source = self.known_source(tensor)
        assert source is not None
        return source

    def _of_stranger(self, tensor: torch.Tensor, frame: Frame) -> Source:
        base = tensor._base
        if base is not None and self.known_source(base) is not None:
            self._correct("alias", frame, {"input": base}, tensor)
        else:
            self.add("constant", frame, {}, [tensor])
        return self._surely(tensor)

    # ------------------------------------------------------------------- changes in place

    def spread(self, changed: torch.Tensor) -> None:
        """After a change in place: views of the tensor are outdated, and so is its base."""
        changed = innermost(changed)
        self._mutations += 1
        tag = self.own_tag(changed)
        assert tag is not None
        tag.stamp = self._mutations
        base = changed._base
        source = self.known_source(base) if base is not None else None
        if base is None or source is None:
            return
        if base.shape == changed.shape and base.dtype == changed.dtype:
            self.tag(base, tag.source)
            return
        base_tag = self.own_tag(base) or self.tag(base, source)
        if not any(view is changed for view in base_tag.pending):
            base_tag.pending.append(changed)

    def forget_pending(self, target: torch.Tensor, value: object) -> None:
        """`x[:, 0] += 1` writes back the view that was just changed: one setitem, not two."""
        tag = self.own_tag(target)
        if tag is not None:
            tag.pending = [view for view in tag.pending if view is not value]

    def _is_outdated(self, view: torch.Tensor, tag: Tag) -> bool:
        """Whether the tensor this is a view of was changed as a whole since."""
        base = view._base
        base_tag = self.own_tag(base) if base is not None else None
        return base_tag is not None and base_tag.stamp > tag.stamp

    def _settle(self, base: torch.Tensor, tag: Tag, frame: Frame) -> None:
        """Write changed views back into what they are views of, now that it is read."""
        pending, tag.pending = tag.pending, []
        for view in pending:
            self._correct("setitem", frame, {"input": base, "value": view}, base, in_place=True)
        settled = self.own_tag(base)
        assert settled is not None
        settled.stamp = tag.stamp  # other views of it were not touched

    def _correct(
        self,
        op: str,
        frame: Frame,
        given: Mapping[str, torch.Tensor | None],
        result: torch.Tensor,
        in_place: bool = False,
    ) -> None:
        tensors = {role: tensor for role, tensor in given.items() if tensor is not None}
        self.add(op, outermost_untouched(frame), tensors, [result], in_place)


def _aliased(result: torch.Tensor, operands: Sequence[torch.Tensor]) -> int:
    """Number of the operand whose memory `result` shares, else -1."""
    for number, operand in enumerate(operands):
        if result is operand or _is_alias_of(result, operand):
            return number
    return -1


def _role(role: str, parameter: str) -> str:
    """Weights in a list (`params_0` of an LSTM) go by their own name: `weight_ih_l0`."""
    return parameter.rpartition(".")[2] if role.startswith("params_") else role

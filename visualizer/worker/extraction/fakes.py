"""Fake tensors that know their numbers where these follow from whole numbers given as inputs.

torch's own forget all numbers but single ones. A network that reads some, such as the height and
width of a grid of patches or which tokens stand for a picture, goes on with these: positions,
masks and lengths are worked out for real, and only what the weights take part in is fake.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.overrides import TorchFunctionMode
from torch.utils._mode_utils import no_dispatch

from visualizer.sources import InputSpec
from visualizer.worker.extraction.sequences import with_data

# What fails under these fakes is told in our own words; torch would write a traceback as well.
logging.getLogger("torch._subclasses.fake_tensor").setLevel(logging.CRITICAL)

_MOST_NUMBERS = 1 << 22
_aten = torch.ops.aten
_MAKERS = {
    _aten.arange, _aten.zeros, _aten.ones, _aten.full, _aten.eye, _aten.linspace,
    _aten.scalar_tensor, _aten.tril_indices, _aten.triu_indices, _aten.ones_like,
    _aten.zeros_like, _aten.full_like, _aten.new_ones, _aten.new_zeros, _aten.new_full,
}  # fmt: skip
_EMPTY = {_aten.empty_like, _aten.new_empty, _aten.new_empty_strided}
_FROM_LISTS = {torch.tensor, torch.as_tensor}
_WHOLE = (torch.int64, torch.int32)
_PICKING = {torch.Tensor.__getitem__, torch.Tensor.__setitem__}
_INDEXING = {_aten.index, _aten.index_put, _aten.index_put_}


class ListsOfKnown(TorchFunctionMode):
    """Lets `torch.tensor([...])` and `x[[...]]` take single numbers out of fakes that know them;
    torch itself reads the memory of each, which fakes have none of. Whole numbers that a network
    makes room for and then writes one by one are known as far as what it writes is."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func in _FROM_LISTS and args:
            args = (_as_numbers(args[0]), *args[1:])
        elif func is torch.empty and kwargs.get("dtype") in _WHOLE:
            func = torch.zeros
        elif func in _PICKING and isinstance(args[1], tuple):
            args = (args[0], tuple(map(_as_places, args[1])), *args[2:])
        return func(*args, **kwargs)


def _as_numbers(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_as_numbers(part) for part in value]
    constant = value.constant if isinstance(value, FakeTensor) else None
    return value if constant is None or value.dim() else constant.item()


def _as_places(index: Any) -> Any:
    return _as_numbers(index) if isinstance(index, (list, tuple)) else index


def _hollow(value: Any) -> Any:
    """For a fake tensor a real one like it, whose memory nobody reads or writes."""
    if not isinstance(value, FakeTensor):
        return value
    return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype)


def _is_expanded(tensor: torch.Tensor) -> bool:
    """Whether few numbers stand for many. Of fractions torch's decompositions then make many, a
    gigabyte for one `grid_sample`, from which no size follows."""
    return any(
        step == 0 and side > 1 for step, side in zip(tensor.stride(), tensor.shape, strict=True)
    )


class KnowingFakes(FakeTensorMode):  # type: ignore[no-untyped-call]
    """A mode like torch's, in which `taken` gives a fake that knows its numbers."""

    def __init__(self) -> None:
        super().__init__(allow_non_fake_inputs=True)
        self.choices_made = False

    def all_taken(self, specs: Sequence[InputSpec], made: Sequence[Any]) -> list[Any]:
        """Fakes for tensors and packed sequences made as `specs` say: whole numbers, truths and
        what a spec tells the values of stay known."""
        return [
            with_data(data, partial(self.taken, known=bool(spec.values) and not spec.packed))
            for spec, data in zip(specs, made, strict=True)
        ]

    def taken(self, tensor: torch.Tensor, known: bool = False) -> torch.Tensor:
        """A fake for `tensor`; whole numbers and truths stay known, others where `known`."""
        known = known or not (tensor.is_floating_point() or tensor.is_complex())
        result: torch.Tensor = self.fake_tensor_converter.from_real_tensor(
            self, tensor, make_constant=known
        )
        return result

    def may_turn_const(self, t: torch.Tensor) -> bool:
        """Whether a result worked out from known numbers is kept; overrides torch's."""
        return (
            t.numel() <= _MOST_NUMBERS
            and not (t.is_floating_point() and _is_expanded(t))
            and t.layout is torch.strided
            and not self.is_our_fake(t)
            and t.device.type == "cpu"
        )

    def dispatch(
        self,
        func: Any,
        types: Sequence[type],
        args: Any = (),
        kwargs: Any = None,
    ) -> Any:
        """Runs one op of torch's on fakes; overrides torch's."""
        packet = getattr(func, "overloadpacket", None)
        if packet in _INDEXING and len(args) > 1:
            args = (args[0], self._as_places(args[1]), *args[2:])
        result: Any = super().dispatch(func, types, args, kwargs or {})
        if packet in _EMPTY and isinstance(result, FakeTensor):
            result.constant = None  # what happens to lie there are no numbers to go on with
        if packet in _MAKERS and isinstance(result, FakeTensor) and result.constant is None:
            return self._made(func, args, kwargs or {}, result)
        if func is _aten.topk.default and result[1].constant is None:
            return torch.return_types.topk((result[0], self._evenly_chosen(args[0], result[1])))
        return result

    def _made(
        self, func: Any, args: Sequence[Any], kwargs: Mapping[str, Any], fake: FakeTensor
    ) -> torch.Tensor:
        """What `torch.arange` and its like make, with its numbers, unless it is too much; they
        take dtype and shape from another tensor, but none of its numbers."""
        if fake.numel() > _MOST_NUMBERS or fake.fake_device.type != "cpu":
            return fake
        with no_dispatch():
            real = func(*map(_hollow, args), **kwargs)
        result: torch.Tensor = self.fake_tensor_converter.from_real_tensor(
            self, real, make_constant=True
        )
        return result

    def _evenly_chosen(self, scores: Any, fake: FakeTensor) -> torch.Tensor:
        """Which are the largest, where nobody knows: each as often as any other, as a router of
        experts is trained to choose. Their shapes are right for any choice."""
        if fake.numel() > _MOST_NUMBERS or not scores.dim():
            return fake
        self.choices_made = True
        with no_dispatch():
            numbers = torch.arange(fake.numel()).remainder(max(scores.shape[-1], 1))
            real = numbers.reshape(fake.shape)
        result: torch.Tensor = self.fake_tensor_converter.from_real_tensor(
            self, real, make_constant=True
        )
        return result

    def _as_places(self, indices: Any) -> list[Any]:
        """Indices with the places of what is true instead of known masks: how many these are is
        a shape."""
        places: list[Any] = []
        for index in indices:
            constant = getattr(index, "constant", None)
            if constant is None or constant.dtype not in (torch.bool, torch.uint8):
                places.append(index)
                continue
            with no_dispatch():
                found = [part.contiguous() for part in constant.nonzero().unbind(1)]
            places += [self.taken(part) for part in found]
        return places

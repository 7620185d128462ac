"""Storages as they come and go in a training step, and which of them autograd holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

_NEVER = 1 << 60


@dataclass
class Lived:
    """A storage: alive in the events from `born` up to, not including, `died`, and held by
    autograd from `held` up to `released`. `holders` are the packed tensors that hold it now."""

    bytes: int
    born: int
    died: int = _NEVER
    held: int = _NEVER
    released: int = _NEVER
    holders: int = 0


class Holder:
    """What autograd gets to keep in place of a tensor; tells when it is let go."""

    __slots__ = ("_key", "_watch", "tensor")

    def __init__(self, tensor: Tensor, key: int, watch: StorageWatch) -> None:
        self.tensor = tensor
        self._key = key
        self._watch = watch

    def __del__(self) -> None:
        self._watch.let_go(self._key)


class StorageWatch(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Notes every storage that an op of torch makes, those of `fixed` tensors left out.

    An event is one op that torch runs; `note` is called at each and gives what it belongs to,
    collected in `places`. Views share a storage, and an op in place makes none.
    """

    def __init__(self, fixed: Iterable[Tensor], note: Callable[[], Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.storages: list[Lived] = []
        self.places: list[Any] = []
        self._note = note
        self._fixed = {tensor.untyped_storage()._cdata for tensor in fixed}
        self._alive: dict[int, tuple[StorageWeakRef, Lived]] = {}
        # Only what autograd does not hold can go: the others need not be asked after every op.
        self._loose: dict[int, StorageWeakRef] = {}

    @property
    def now(self) -> int:
        """Number of the event that comes next."""
        return len(self.places)

    def see(self, tensor: Tensor) -> Lived | None:
        """The storage of a tensor, noted if it is new; None for a fixed one."""
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self._fixed:
            return None
        known = self._alive.get(key)
        if known is not None and not _is_gone(known[0]):
            return known[1]
        if known is not None:
            known[1].died = self.now
        lived = Lived(storage.nbytes(), self.now)
        weak = self._loose[key] = _weak(storage)
        self._alive[key] = (weak, lived)
        self.storages.append(lived)
        return lived

    def hold(self, tensor: Tensor) -> Any:
        """What autograd is to keep of `tensor`: for saved_tensors_hooks."""
        lived = self.see(tensor)
        if lived is None:
            return tensor
        key = tensor.untyped_storage()._cdata
        lived.held = min(lived.held, self.now)
        lived.released = _NEVER
        lived.holders += 1
        self._loose.pop(key, None)
        return Holder(tensor, key, self)

    def let_go(self, key: int) -> None:
        """Autograd holds one tensor less of a storage."""
        weak, lived = self._alive[key]
        lived.holders -= 1
        if not lived.holders:
            lived.released = self.now
            self._loose[key] = weak

    def end(self, place: Any) -> None:
        """A last event, of no op."""
        self._prune()
        self.places.append(place)

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = op(*args, **(kwargs or {}))
        self._prune()
        for leaf in tree_leaves(result):
            if isinstance(leaf, torch.Tensor) and leaf.layout is torch.strided:
                self.see(leaf)
        self.places.append(self._note())
        return result

    def _prune(self) -> None:
        gone = [key for key, storage in list(self._loose.items()) if _is_gone(storage)]
        for key in gone:
            del self._loose[key]
            self._alive.pop(key)[1].died = self.now


def _weak(storage: torch.UntypedStorage) -> StorageWeakRef:
    return StorageWeakRef(storage)  # type: ignore[no-untyped-call]


def _is_gone(storage: StorageWeakRef) -> bool:
    gone: bool = storage.expired()  # type: ignore[no-untyped-call]
    return gone


def let_go(held: Any) -> Tensor:
    """The tensor that autograd wants back."""
    tensor: Tensor = held.tensor if isinstance(held, Holder) else held
    return tensor


def alive_at_each(
    storages: Iterable[Lived], events: int, span: Callable[[Lived], tuple[int, int]]
) -> list[int]:
    """Bytes at each event, of every storage from the first to before the second of its span."""
    changes = [0] * (events + 1)
    for lived in storages:
        first, end = span(lived)
        if first < end and first < events:
            changes[first] += lived.bytes
            changes[min(end, events)] -= lived.bytes
    alive, sums = 0, []
    for change in changes[:events]:
        alive += change
        sums.append(alive)
    return sums

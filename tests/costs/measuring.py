"""What a real forward pass keeps in memory: storages alive after every op that torch runs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class StorageTracker(TorchDispatchMode):
    """Sums the bytes of the storages that are alive, those of `fixed` tensors left out.

    `peak` is the most there was after any op. Workspace inside kernels is not seen.
    """

    def __init__(self, fixed: list[Tensor]) -> None:
        super().__init__()
        self._fixed = {tensor.untyped_storage()._cdata for tensor in fixed}
        self._alive: dict[int, tuple[StorageWeakRef, int]] = {}
        self.peak = 0

    def see(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if storage._cdata not in self._fixed:
            self._alive[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())

    def __torch_dispatch__(self, op: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = op(*args, **(kwargs or {}))
        self._alive = {key: seen for key, seen in self._alive.items() if not seen[0].expired()}
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                self.see(leaf)
        self.peak = max(self.peak, sum(size for _, size in self._alive.values()))
        return result


def measured_peak(network: nn.Module, *inputs: Tensor) -> int:
    """Most bytes of activations alive at once in a forward pass on the CPU, inputs included."""
    fixed = [*network.parameters(), *network.buffers()]
    with torch.inference_mode(), StorageTracker(fixed) as tracker:
        for given in inputs:
            tracker.see(given)
        network(*inputs)
    return tracker.peak

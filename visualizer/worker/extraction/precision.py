"""What torch refuses with numbers and lets pass without them: operands of different precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from visualizer.worker.extraction.recurrent import is_hollow
from visualizer.worker.extraction.words import words

_PRODUCTS = frozenset(words("linear matmul mm bmm addmm baddbmm mv addmv bilinear"))
_NORMS = frozenset(words("layer_norm batch_norm group_norm instance_norm"))
_CONVOLUTIONS = frozenset(words("conv1d conv2d conv3d"))
_WHOLE = (torch.int64, torch.int32)
_CHECKED = _PRODUCTS | _NORMS | _CONVOLUTIONS


def refuse_mixed(op: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Raises RuntimeError, as a real run would, for a product of float32 and float16 or of whole
    numbers and others, and a norm whose weights are neither in float32 nor in its input's
    precision."""
    if op not in _CHECKED or not args or not isinstance(args[0], torch.Tensor):
        return
    if not is_hollow(args[0]) or torch._C._is_any_autocast_enabled():
        return
    given = [each for each in (*args, *kwargs.values()) if isinstance(each, torch.Tensor)]
    kinds = list(dict.fromkeys(each.dtype for each in given if each.is_floating_point()))
    allowed = {kinds[0], torch.float32} if op in _NORMS and kinds else set(kinds[:1])
    other = next((kind for kind in kinds if kind not in allowed), None)
    if args[0].dtype in _WHOLE and kinds:
        kinds, other = [args[0].dtype], kinds[0]
    if other is not None:
        first, second = (str(kind).removeprefix("torch.") for kind in (kinds[0], other))
        raise RuntimeError(
            f"{first} meets {second}: give the input in the precision of the weights, such as "
            f"1x128:{second}, or convert the network"
        )

"""What recurrent layers give for tensors without numbers.

torch would run them step by step there, in Python: 25 s for a network of 72 of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

_LAYERS = frozenset(("lstm", "gru", "rnn_tanh", "rnn_relu"))


def hollow_result(op: str, args: Sequence[Any]) -> tuple[torch.Tensor, ...] | None:
    """Output and final states of a recurrent layer called as torch's own modules call it.

    The output is (..., directions·H) for an input (..., C), the states are shaped like the
    first ones, (layers·directions, N, H). None for any other op, and where there are numbers.
    """
    if op not in _LAYERS or not is_hollow(args[0]):
        return None
    # Packed sequences have their batch sizes behind the data: everything is one place later.
    is_packed = isinstance(args[3], list | tuple)
    states, is_two_way = (args[2], args[8]) if is_packed else (args[1], args[7])
    states = states if isinstance(states, list | tuple) else (states,)
    width = states[0].shape[-1] * (2 if is_two_way else 1)
    output = args[0].new_empty((*args[0].shape[:-1], width))
    return (output, *(torch.empty_like(state) for state in states))


def is_hollow(tensor: torch.Tensor) -> bool:
    """Whether it has no numbers: a meta or a fake tensor."""
    return tensor.is_meta or getattr(tensor, "fake_mode", None) is not None

"""Layers of torch's own, told by class name and weight shapes: what a network may take."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

_CONVOLUTIONS: dict[str, Callable[..., nn.Module]] = {
    "Conv1d": nn.Conv1d,
    "Conv2d": nn.Conv2d,
    "Conv3d": nn.Conv3d,
}
_RECURRENT: dict[str, tuple[Callable[..., nn.Module], int]] = {
    "LSTM": (nn.LSTM, 4),
    "GRU": (nn.GRU, 3),
    "RNN": (nn.RNN, 1),
}


def eager_twin(part: nn.Module) -> nn.Module | None:
    """A layer without weights with the sizes of `part`; None when its class is not known.

    The groups of a convolution are not in its weight's shape: one group is assumed, which is
    true of nearly every first layer.
    """
    name = type(part).__name__
    weight = part._parameters.get("weight")
    if weight is not None and name in _CONVOLUTIONS and weight.dim() == int(name[-2]) + 2:
        return _CONVOLUTIONS[name](weight.shape[1], weight.shape[0], 1, device="meta")
    if weight is not None and weight.dim() == 2 and name == "Linear":
        return nn.Linear(weight.shape[1], weight.shape[0], device="meta")
    if weight is not None and weight.dim() == 2 and name in ("Embedding", "EmbeddingBag"):
        return nn.Embedding(weight.shape[0], weight.shape[1], device="meta")
    return _recurrent(name, part._parameters.get("weight_ih_l0"))


def _recurrent(name: str, weight: Tensor | None) -> nn.Module | None:
    if weight is None or name not in _RECURRENT:
        return None
    kind, gates = _RECURRENT[name]
    made: nn.Module = kind(weight.shape[1], weight.shape[0] // gates, device="meta")
    return made

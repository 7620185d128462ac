"""What a network takes, guessed from the first layer that tells."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.base import LoadError

_SIDE = 224
_SAMPLES = 1024
_FRAMES = 16
_TOKENS = 16
_ASK = "give its inputs, for example --input 1x3x224x224 or --input 1x128:int64"

_FIRST_LAYERS: tuple[tuple[type[nn.Module], Callable[[Any], InputSpec]], ...] = (
    (nn.Conv1d, lambda layer: InputSpec((1, layer.in_channels, _SAMPLES))),
    (nn.Conv2d, lambda layer: InputSpec((1, layer.in_channels, _SIDE, _SIDE))),
    (nn.Conv3d, lambda layer: InputSpec((1, layer.in_channels, _FRAMES, _SIDE // 2, _SIDE // 2))),
    (nn.Embedding, lambda layer: InputSpec((1, _TOKENS), "int64")),
    (nn.Linear, lambda layer: InputSpec((1, layer.in_features))),
    (nn.RNNBase, lambda layer: InputSpec((1, _TOKENS, layer.input_size))),
)


def guess_inputs(network: nn.Module, name: str) -> tuple[InputSpec, ...]:
    """One input that fits the first convolution, embedding, linear or recurrent layer.

    Raises LoadError, asking for --input, when nothing tells or `forward` needs several.
    """
    needed = _required_arguments(network)
    if len(needed) > 1:
        raise LoadError(
            f"{name} takes {len(needed)} inputs ({', '.join(needed)}): {_ASK}, one each"
        )
    for layer in network.modules():
        for kind, spec in _FIRST_LAYERS:
            if isinstance(layer, kind):
                return (spec(layer),)
    raise LoadError(f"cannot tell what {name} takes as input: {_ASK}")


def _required_arguments(network: nn.Module) -> list[str]:
    """Names of the arguments that `forward` cannot do without."""
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    try:
        parameters = inspect.signature(network.forward).parameters.values()
    except (TypeError, ValueError):  # compiled: TorchScript, or written in C
        return []
    return [
        parameter.name
        for parameter in parameters
        if parameter.kind in positional and parameter.default is inspect.Parameter.empty
    ]

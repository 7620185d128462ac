"""What a network takes, guessed from the names of its arguments and its first layers."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import msgspec
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.argument_names import TOKENS, by_name, required_arguments
from visualizer.worker.loaders.base import Inputs, LoadError
from visualizer.worker.loaders.first_layers import of_layers
from visualizer.worker.loaders.other_guesses import other_guesses
from visualizer.worker.loaders.pictures import FLOATS

_ASK = "give its inputs, for example 1x3x224x224 or ids=1x128:int64 (--input in a command)"


class InputsError(LoadError):
    """Nobody can tell what the network takes. `inputs` has a row for each argument it needs."""

    def __init__(self, message: str, inputs: Inputs = ()) -> None:
        super().__init__(message)
        self.inputs = inputs


def guess_inputs(network: nn.Module, name: str) -> Inputs:
    """The best guess, see `guesses`; raises InputsError, asking for --input."""
    return next(guesses(network, name))


def guesses(network: nn.Module, name: str) -> Iterator[Inputs]:
    """Inputs that may fit, the likeliest first: one for each argument that `forward` needs.

    An argument is told by its own name (`input_ids`, `attention_mask`, `waveform`), by a layer
    called like it, or by the first convolution, embedding, linear or recurrent layer. Then each
    is taken for what the next part of the network begins with, and the rest of `other_guesses`.
    Floats are in the precision of the weights. Raises InputsError when nothing tells.
    """
    precision = _precision(network)
    for guess in _in_float32(network, name):
        yield tuple(
            msgspec.structs.replace(spec, dtype=precision) if spec.dtype == "float32" else spec
            for spec in guess
        )


def _precision(network: nn.Module) -> str:
    """That of the weights, where they have only one."""
    found = {tensor.dtype for tensor in network.parameters() if tensor.is_floating_point()}
    name = str(next(iter(found))).removeprefix("torch.") if len(found) == 1 else ""
    return name if name in FLOATS else "float32"


def _in_float32(network: nn.Module, name: str) -> Iterator[Inputs]:
    needed, only_by_name = required_arguments(network)
    first: Inputs
    if len(needed) <= 1 and not only_by_name:
        first = (_one(network, needed[0] if needed else "", name),)
    else:
        first = tuple(
            msgspec.structs.replace(_one(network, argument, name, needed), name=argument)
            for argument in needed
        )
    yield first
    yield from other_guesses(network, needed, first)


def _one(network: nn.Module, argument: str, name: str, needed: tuple[str, ...] = ()) -> InputSpec:
    """What goes in as `argument`; raises InputsError."""
    spec = _plain_one(network, argument, name, needed)
    if not _takes_packed(network, argument):
        return spec
    shape = spec.shape if len(spec.shape) > 2 else (1, TOKENS, *spec.shape[1:])
    return msgspec.structs.replace(spec, shape=shape, packed=True)


def _takes_packed(network: nn.Module, argument: str) -> bool:
    """Whether the network says that it takes a packed sequence."""
    try:
        parameter = inspect.signature(network.forward).parameters.get(argument)
    except (TypeError, ValueError):
        return False
    told = parameter.annotation if parameter is not None else None
    return getattr(told, "__name__", str(told)).rpartition(".")[2] == "PackedSequence"


def _plain_one(network: nn.Module, argument: str, name: str, needed: tuple[str, ...]) -> InputSpec:
    if (known := by_name(network, argument)) is not None:
        return known
    spec = of_layers(network, argument if needed else "")
    if spec is not None:
        return spec
    if needed:
        rows = tuple(InputSpec((1,), name=each) for each in needed)
        raise InputsError(
            f"{name} takes {len(needed)} inputs ({', '.join(needed)}): {_ASK}, one each, by name",
            rows,
        )
    raise InputsError(f"cannot tell what {name} takes as input: {_ASK}", (InputSpec((1,)),))

"""What a network takes, guessed from the names of its arguments and its first layers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.base import LoadError
from visualizer.worker.loaders.pictures import FLOATS

_SIDE = 224
_OTHER_SIDES = (32, 28, 64, 128, 256, 299, 512)
_SAMPLES = 1024
_SECOND = 16_000  # samples of sound
_FRAMES = 16
_TOKENS = 16
_ASK = "give its inputs, for example 1x3x224x224 or ids=1x128:int64 (--input in a command)"

Guess = tuple[InputSpec, ...]


class InputsError(LoadError):
    """Nobody can tell what the network takes. `inputs` has a row for each argument it needs."""

    def __init__(self, message: str, inputs: Guess = ()) -> None:
        super().__init__(message)
        self.inputs = inputs


def guess_inputs(network: nn.Module, name: str) -> Guess:
    """The best guess, see `guesses`; raises InputsError, asking for --input."""
    return next(guesses(network, name))


def guesses(network: nn.Module, name: str) -> Iterator[Guess]:
    """Inputs that may fit, the likeliest first: one for each argument that `forward` needs.

    An argument is told by its own name (`input_ids`, `attention_mask`, `waveform`), by a layer
    called like it, or by the first convolution, embedding, linear or recurrent layer. Then each
    is taken for what the next part of the network begins with. Pictures of other sizes follow.
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


def _in_float32(network: nn.Module, name: str) -> Iterator[Guess]:
    needed, only_by_name = _required_arguments(network)
    first: Guess
    if len(needed) <= 1 and not only_by_name:
        first = (_one(network, needed[0] if needed else "", name),)
    else:
        first = tuple(
            msgspec.structs.replace(_one(network, argument, name, needed), name=argument)
            for argument in needed
        )
    yield first
    if len(needed) > 1:
        yield from _by_parts(network, first)
    yield from _at_other_sizes(first)


def _one(network: nn.Module, argument: str, name: str, needed: tuple[str, ...] = ()) -> InputSpec:
    """What goes in as `argument`; raises InputsError."""
    spec = _plain_one(network, argument, name, needed)
    if not _takes_packed(network, argument):
        return spec
    shape = spec.shape if len(spec.shape) > 2 else (1, _TOKENS, *spec.shape[1:])
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
    if (known := _BY_NAME.get(argument.lower())) is not None:
        return known
    spec = _of_layers(network, argument if needed else "")
    if spec is not None:
        return spec
    if needed:
        rows = tuple(InputSpec((1,), name=each) for each in needed)
        raise InputsError(
            f"{name} takes {len(needed)} inputs ({', '.join(needed)}): {_ASK}, one each, by name",
            rows,
        )
    raise InputsError(f"cannot tell what {name} takes as input: {_ASK}", (InputSpec((1,)),))


# ---------------------------------------------------------------------- by name

_IDS = InputSpec((1, _TOKENS), "int64")
_SOUND = InputSpec((1, _SECOND))
_ONE_NUMBER = InputSpec((1,), "int64")
_BY_NAME: dict[str, InputSpec] = {
    **dict.fromkeys(
        (
            "input_ids", "decoder_input_ids", "token_ids", "tokens", "ids", "token_type_ids",
            "position_ids", "attention_mask", "decoder_attention_mask", "padding_mask",
        ),
        _IDS,
    ),
    **dict.fromkeys(("input_values", "waveform", "waveforms", "audio", "wav", "samples"), _SOUND),
    **dict.fromkeys(("timestep", "timesteps", "t", "step"), _ONE_NUMBER),
}  # fmt: skip

# ---------------------------------------------------------------------- by layer


def _of_pictures(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, *(_size_told(network) or (_SIDE, _SIDE))))


def _of_sound(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, _SECOND if layer.in_channels <= 2 else _SAMPLES))


def _of_films(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, _FRAMES, _SIDE // 2, _SIDE // 2))


_FIRST_LAYERS: tuple[tuple[Any, Callable[[Any, nn.Module], InputSpec]], ...] = (
    (nn.Conv1d, _of_sound),
    (nn.Conv2d, _of_pictures),
    (nn.Conv3d, _of_films),
    (nn.ConvTranspose1d, lambda layer, _: InputSpec((1, layer.in_channels, 1))),
    (nn.ConvTranspose2d, lambda layer, _: InputSpec((1, layer.in_channels, 1, 1))),
    (nn.ConvTranspose3d, lambda layer, _: InputSpec((1, layer.in_channels, 1, 1, 1))),
    (nn.BatchNorm2d, lambda layer, _: InputSpec((1, layer.num_features, _SIDE, _SIDE))),
    ((nn.Embedding, nn.EmbeddingBag), lambda layer, _: _IDS),
    (nn.Transformer, lambda layer, _: InputSpec((1, _TOKENS, layer.d_model))),
    (nn.MultiheadAttention, lambda layer, _: InputSpec((1, _TOKENS, layer.embed_dim))),
    (nn.Linear, lambda layer, _: InputSpec((1, layer.in_features))),
    (nn.RNNBase, lambda layer, _: InputSpec((1, _TOKENS, layer.input_size))),
    (nn.RNNCellBase, lambda layer, _: InputSpec((1, layer.input_size))),
)


def _of_layers(network: nn.Module, argument: str) -> InputSpec | None:
    """What the first layer takes that tells: the first called like `argument` (`user_embedding`
    for `user`), else the first of all."""
    told = [
        (path, tell(layer, network))
        for path, layer in _layers(network)
        for kind, tell in _FIRST_LAYERS
        if isinstance(layer, kind)
    ]
    like = [spec for path, spec in told if argument and argument.lower() in _words(path)]
    return next(iter([*like, *(spec for _, spec in told)]), None)


def _by_parts(network: nn.Module, first: Guess) -> Iterator[Guess]:
    """The arguments in the order of the network's parts, each as its first layer takes it."""
    told = (_of_layers(part, "") for part in network.children())
    specs = (spec for spec in told if spec is not None)
    found = tuple(
        one if one.name.lower() in _BY_NAME
        else msgspec.structs.replace(next(specs, one), name=one.name)
        for one in first
    )  # fmt: skip
    if found != first:
        yield found


def _layers(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """All parts by path; one read from a file stands for the layer of torch that it was."""
    for path, layer in network.named_modules():
        yield path, getattr(layer, "eager_twin", None) or layer


def _words(path: str) -> list[str]:
    return path.lower().replace(".", "_").split("_")


def _size_told(network: nn.Module) -> tuple[int, int] | None:
    """Height and width that the network, or a part of it, says that its pictures have."""
    config = getattr(network, "pretrained_cfg", None) or getattr(network, "default_cfg", None)
    size = config.get("input_size") if isinstance(config, dict) else None
    found = [size, *(getattr(part, name, None) for part in network.modules() for name in _SIZES)]
    return next((sides for value in found if (sides := _sides(value)) is not None), None)


_SIZES = ("img_size", "image_size")


def _sides(value: Any) -> tuple[int, int] | None:
    """`224`, `(224, 224)` or `(3, 224, 224)` as height and width."""
    if isinstance(value, int) and value > 1:
        return value, value
    if isinstance(value, (tuple, list)) and len(value) in (2, 3):
        height, width = value[-2:]
        if isinstance(height, int) and isinstance(width, int):
            return height, width
    return None


def _at_other_sizes(first: Guess) -> Iterator[Guess]:
    """The same for smaller and larger pictures, and for longer sounds."""
    for side in _OTHER_SIDES:
        if any(len(spec.shape) == 4 and spec.shape[-1] > 1 for spec in first):
            yield tuple(
                msgspec.structs.replace(spec, shape=(*spec.shape[:2], side, side))
                if len(spec.shape) == 4
                else spec
                for spec in first
            )
    if any(len(spec.shape) == 3 and spec.shape[-1] == _SAMPLES for spec in first):
        yield tuple(
            msgspec.structs.replace(spec, shape=(*spec.shape[:2], _SECOND))
            if len(spec.shape) == 3
            else spec
            for spec in first
        )


def _required_arguments(network: nn.Module) -> tuple[tuple[str, ...], bool]:
    """Names of the arguments that `forward` cannot do without, and whether some of them can only
    be given by name."""
    given = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    try:
        parameters = inspect.signature(network.forward).parameters.values()
    except (TypeError, ValueError):  # compiled: TorchScript, or written in C
        return (), False
    needed = [
        parameter
        for parameter in parameters
        if parameter.kind not in given and parameter.default is inspect.Parameter.empty
    ]
    only_by_name = any(parameter.kind is parameter.KEYWORD_ONLY for parameter in needed)
    return tuple(parameter.name for parameter in needed), only_by_name

"""What a network takes by its first layer that tells: a convolution, an embedding, a linear one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.argument_names import SECOND, TOKENS, configured

SIDE = 224
SAMPLES = 1024
_FRAMES = 16


def _of_pictures(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, *(size_told(network) or (SIDE, SIDE))))


def _of_sound(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, SECOND if layer.in_channels <= 2 else SAMPLES))


def _of_films(layer: Any, network: nn.Module) -> InputSpec:
    return InputSpec((1, layer.in_channels, _FRAMES, SIDE // 2, SIDE // 2))


_FIRST_LAYERS: tuple[tuple[Any, Callable[[Any, nn.Module], InputSpec]], ...] = (
    (nn.Conv1d, _of_sound),
    (nn.Conv2d, _of_pictures),
    (nn.Conv3d, _of_films),
    (nn.ConvTranspose1d, lambda layer, _: InputSpec((1, layer.in_channels, 1))),
    (nn.ConvTranspose2d, lambda layer, _: InputSpec((1, layer.in_channels, 1, 1))),
    (nn.ConvTranspose3d, lambda layer, _: InputSpec((1, layer.in_channels, 1, 1, 1))),
    (nn.BatchNorm2d, lambda layer, _: InputSpec((1, layer.num_features, SIDE, SIDE))),
    ((nn.Embedding, nn.EmbeddingBag), lambda layer, _: InputSpec((1, TOKENS), "int64")),
    (nn.Transformer, lambda layer, _: InputSpec((1, TOKENS, layer.d_model))),
    (nn.MultiheadAttention, lambda layer, _: InputSpec((1, TOKENS, layer.embed_dim))),
    (nn.Linear, lambda layer, _: InputSpec((1, layer.in_features))),
    (nn.RNNBase, lambda layer, _: InputSpec((1, TOKENS, layer.input_size))),
    (nn.RNNCellBase, lambda layer, _: InputSpec((1, layer.input_size))),
)


def of_layers(network: nn.Module, argument: str) -> InputSpec | None:
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


def of_convolutions(network: nn.Module) -> InputSpec | None:
    """What the first convolution of all takes."""
    kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
    told = (
        tell(layer, network)
        for _, layer in _layers(network)
        for kind, tell in _FIRST_LAYERS
        if kind in kinds and isinstance(layer, kind)
    )
    return next(told, None)


def _layers(network: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """All parts by path; one read from a file stands for the layer of torch that it was."""
    for path, layer in network.named_modules():
        yield path, getattr(layer, "eager_twin", None) or layer


def _words(path: str) -> list[str]:
    return path.lower().replace(".", "_").split("_")


def size_told(network: nn.Module) -> tuple[int, int] | None:
    """Height and width that the network, or a part of it, says that its pictures have."""
    config = getattr(network, "pretrained_cfg", None) or getattr(network, "default_cfg", None)
    size = config.get("input_size") if isinstance(config, dict) else None
    parts = (getattr(part, name, None) for part in network.modules() for name in _SIZES)
    settings = (configured(network, name) for name in (*_SIZES, "sample_size"))
    found = [size, *parts, *settings]
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

"""What else may go into a network that the first guess does not fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import isqrt

import msgspec
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.loaders.argument_names import (
    PICTURES,
    SECOND,
    TOKENS,
    by_name,
    optional_arguments,
)
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.first_layers import (
    SAMPLES,
    SIDE,
    of_convolutions,
    of_layers,
    size_told,
)

_OTHER_SIDES = (256, 32, 28, 64, 128, 299, 331, 384, 512)
_SIDES_OF_VOLUMES = (96, 64, 32)
_COLOURS = 3


def other_guesses(network: nn.Module, needed: tuple[str, ...], first: Inputs) -> Iterator[Inputs]:
    """The likeliest first: with arguments that the network can do without and may need all the
    same, the arguments `needed` in the order of its parts, vectors as pictures, as what the first
    convolution takes or as sequences of them, pictures of other sizes, cubes, longer sounds, or
    sounds without a channel."""
    yield from _with_optional(network, needed, first)
    if len(needed) > 1:
        yield from _by_parts(network, first)
    if pictures := _as_pictures(network, needed, first):
        yield pictures
        yield from _at_other_sides(pictures)
    yield from _into_convolutions(network, first)
    yield from _as_sequences(first)
    yield from _at_other_sides(first)
    for side in _SIDES_OF_VOLUMES:
        yield from _at(first, _is_film, side, side, side)
    yield from _at(first, _is_short_sound, SECOND)
    yield from _without_channel(first)


def _by_parts(network: nn.Module, first: Inputs) -> Iterator[Inputs]:
    """The arguments in the order of the network's parts, each as its first layer takes it."""
    told = (of_layers(part, "") for part in network.children())
    specs = (spec for spec in told if spec is not None)
    found = tuple(
        one if by_name(network, one.name)
        else msgspec.structs.replace(next(specs, one), name=one.name)
        for one in first
    )  # fmt: skip
    if found != first:
        yield found


def _with_optional(network: nn.Module, needed: tuple[str, ...], first: Inputs) -> Iterator[Inputs]:
    """With the arguments that may be left out and whose names tell what they are: a network that
    draws needs its step in time, whatever its signature says."""
    told = ((name, by_name(network, name)) for name in optional_arguments(network))
    found = tuple(
        msgspec.structs.replace(spec, name=name)
        for name, spec in told
        if spec is not None and not name.endswith("mask")
    )
    if found:
        named = (
            msgspec.structs.replace(spec, name=spec.name or name)
            for spec, name in zip(first, needed, strict=False)
        )
        yield (*named, *found)


def _as_pictures(network: nn.Module, needed: tuple[str, ...], first: Inputs) -> Inputs:
    """One vector that is called a picture, or is as long as a square patch of one."""
    if len(first) != 1 or not _is_vector(first[0]):
        return ()
    called = bool(needed) and needed[0].lower() in PICTURES
    if not called and not _is_square_patch(first[0].shape[1]):
        return ()
    sides = size_told(network) or (SIDE, SIDE)
    return (msgspec.structs.replace(first[0], shape=(1, _COLOURS, *sides)),)


def _into_convolutions(network: nn.Module, first: Inputs) -> Iterator[Inputs]:
    """What seemed a vector as what the first convolution takes: the linear layer before it may be
    for something else, such as a step in time."""
    spec = of_convolutions(network)
    if spec is not None and _is_vector(first[0]):
        yield (msgspec.structs.replace(spec, name=first[0].name), *first[1:])


def _is_square_patch(numbers: int) -> bool:
    pixels, left = divmod(numbers, _COLOURS)
    return left == 0 and pixels > 1 and isqrt(pixels) ** 2 == pixels


def _as_sequences(first: Inputs) -> Iterator[Inputs]:
    """Every vector (1, N) as a sequence of such vectors (1, T, N)."""
    if any(map(_is_vector, first)):
        yield tuple(
            msgspec.structs.replace(spec, shape=(1, TOKENS, *spec.shape[1:]))
            if _is_vector(spec)
            else spec
            for spec in first
        )


def _at_other_sides(first: Inputs) -> Iterator[Inputs]:
    for side in _OTHER_SIDES:
        yield from _at(first, _is_picture, side, side)


def _at(first: Inputs, fits: Callable[[InputSpec], bool], *sides: int) -> Iterator[Inputs]:
    """The same at other sides for all inputs that `fits` is true of, if there are any."""
    if any(map(fits, first)):
        yield tuple(
            msgspec.structs.replace(spec, shape=(*spec.shape[:2], *sides)) if fits(spec) else spec
            for spec in first
        )


def _without_channel(first: Inputs) -> Iterator[Inputs]:
    """A sound (1, 1, T) as (1, T): some networks put in the channel themselves."""
    if len(first) == 1 and first[0].shape == (1, 1, SECOND):
        yield (msgspec.structs.replace(first[0], shape=(1, SECOND)),)


def _is_vector(spec: InputSpec) -> bool:
    plain = len(spec.shape) == 2 and "int" not in spec.dtype and not spec.packed
    return plain and spec.shape[1] != SECOND


def _is_picture(spec: InputSpec) -> bool:
    return len(spec.shape) == 4 and spec.shape[-1] > 1


def _is_film(spec: InputSpec) -> bool:
    return len(spec.shape) == 5 and spec.shape[-1] > 1


def _is_short_sound(spec: InputSpec) -> bool:
    return len(spec.shape) == 3 and spec.shape[-1] == SAMPLES

"""Texts with pictures and sound in them, for networks that write what these hold between the words.

How many tokens a picture becomes follows from its size, from patches, tiles, merging and pooling,
in another way in each family, and so for a sound. So the network is asked: it is given one on fake
tensors until it puts what it found into the text, and then a text with as many places for it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction.asking import first_seen
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.hugging_face import pictures_in_text, sounds_in_text
from visualizer.worker.loaders.hugging_face.inputs import expected_inputs

_WHERE_IT_IS_PUT = (
    "masked_scatter", "get_placeholder_mask", "get_image_placeholder_mask",
    "get_audio_placeholder_mask", "inputs_merger", "_merge_input_ids_with_audio_features",
    "__iadd__", "_build_audio_timestamps", "get_image_features", "get_audio_features",
)  # fmt: skip
_ADDED, _TIMED = "__iadd__", "_build_audio_timestamps"
_KINDS_OF_TOKENS = ("mm_token_type_ids", "moe_mm_token_type_ids")
_MOST_TRIED = 8


class _Kind(NamedTuple):
    """Pictures or sounds: `names` of their tensors, `token` that stands for one of their places,
    settings with those before and behind it, and `number` for the kind of a token (films are 2)."""

    number: int
    names: tuple[str, ...]
    frame: tuple[tuple[str, ...], tuple[str, ...]]
    is_taken: Callable[[Any, Any], bool]
    token: Callable[[Any], int | None]
    likely: Callable[[Any, Any], Iterator[Inputs]]
    not_given: Callable[[Any, Any], str]


_PICTURES = _Kind(
    1, pictures_in_text.NAMES, pictures_in_text.FRAME, pictures_in_text.takes,
    pictures_in_text.token, pictures_in_text.likely, pictures_in_text.not_given,
)  # fmt: skip
_SOUNDS = _Kind(
    3, sounds_in_text.NAMES, sounds_in_text.FRAME, sounds_in_text.takes,
    sounds_in_text.token, sounds_in_text.likely, sounds_in_text.not_given,
)  # fmt: skip


class _Part(NamedTuple):
    """A picture or a sound: its tensors, and how it stands in the text."""

    kind: _Kind
    given: Inputs
    token: int
    places: int
    is_added: bool
    """Whether it is added to the tokens of the text, which are then as many as its places."""


def inputs_with_places(architecture: Any, config: Any, network: nn.Module) -> Iterator[Inputs]:
    """A text with a picture and a sound in it, whichever the network takes, the likeliest
    first."""
    asked = _Asked(architecture, config, network, expected_inputs(architecture, config))
    sound = next(_parts(asked, _SOUNDS), None)
    for picture in itertools.chain(_parts(asked, _PICTURES), (None,)):
        parts = [part for part in (picture, sound) if part is not None]
        if parts:
            yield tuple(_with_parts(asked, parts))


def left_out(architecture: Any, config: Any, inputs: Inputs) -> str:
    """What to say where only these inputs could be made; "" where they leave nothing out."""
    given = {spec.name for spec in inputs}
    told = (
        kind.not_given(architecture, config)
        for kind in (_PICTURES, _SOUNDS)
        if kind.is_taken(architecture, config) and given.isdisjoint(kind.names)
    )
    return "; ".join(told)


def _names(parts: Sequence[_Part]) -> set[str]:
    return {spec.name for part in parts for spec in part.given}


# ---------------------------------------------------------------------- asking


class _Asked(NamedTuple):
    architecture: Any
    config: Any
    network: Any
    text: Inputs


def _parts(asked: _Asked, kind: _Kind) -> Iterator[_Part]:
    """Those of this kind that the network takes, the likeliest first."""
    token = kind.token(asked.config)
    if token is None or not kind.is_taken(asked.architecture, asked.config):
        return
    likely = kind.likely(asked.architecture, asked.config)
    for given in itertools.islice(likely, _MOST_TRIED):
        places, is_added = _places_of(asked, given)
        if places:
            yield _Part(kind, given, token, places, is_added)


def _places_of(asked: _Asked, given: Inputs) -> tuple[int, bool]:
    """How many tokens these take the place of, and whether they are added to all tokens."""
    kept = _others(asked.text, {spec.name for spec in given})
    tokens = next((spec.shape[-1] for spec in kept if spec.name == "input_ids"), 0)
    features: list[int] = []
    width = asked.network.get_input_embeddings().weight.shape[-1]

    def hear(method: str, result: Any) -> None:
        if method.endswith("_features"):  # cut or filled up, maybe, before they are put in
            features[:] = _count(result, width)

    watch = partial(_places, tokens)
    put = first_seen(asked.network, (*kept, *given), _WHERE_IT_IS_PUT, watch, hear)
    return put or (features[-1] if features else 0, False)


def _others(text: Inputs, names: Collection[str]) -> Inputs:
    """What else is given: the text, without what only says how a sound or picture is cut up."""
    return tuple(spec for spec in text if spec.name not in names)


def _places(
    tokens: int, method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[int, bool] | None:
    """How many tokens are to be replaced: the embeddings of a text of so many tokens are given
    with what takes their place."""
    if method == _TIMED:  # told how many there are of each sound
        return int(args[1].sum()), False
    given = [_tensors(value) for value in (*args, *kwargs.values())]
    numbers = [found for found in given if found and found[0].is_floating_point()]
    if len(numbers) < 2:
        return None
    numbers.sort(key=lambda found: found[0].shape[:-1] != (1, tokens))
    (text, *_), put = numbers[:2]
    if method == _ADDED and (
        text.dim() != 3 or put[0].dim() < 2 or put[0].shape[-2] in (1, tokens)
    ):
        return None  # positions, which are added as well
    return sum(part.numel() for part in put) // text.shape[-1], method == _ADDED


def _count(result: Any, width: int) -> list[int]:
    """How many tokens the features are that a tower gave, without those that are masked; none
    where they are not as wide as the text."""
    parts = _tensors(getattr(result, "pooler_output", result))
    if not parts or parts[0].shape[-1] != width:
        return []
    mask = getattr(result, "attention_mask", None)
    if isinstance(mask, torch.Tensor) and len(parts) == 1:
        parts = [parts[0][mask]]
    return [sum(part.numel() for part in parts) // width]


def _tensors(value: Any) -> list[torch.Tensor]:
    if isinstance(value, (list, tuple)):
        return [part for part in value if isinstance(part, torch.Tensor)]
    return [value] if isinstance(value, torch.Tensor) else []


# ---------------------------------------------------------------------- the text


def _with_parts(asked: _Asked, parts: Sequence[_Part]) -> Iterator[InputSpec]:
    """The text behind the picture and the sound, each word of it an ordinary token."""
    text = _others(asked.text, _names(parts))
    words = next(spec.shape[-1] for spec in text if spec.name == "input_ids")
    word = _ordinary(asked.config)
    ids, kinds = [word], [0]
    for part in parts:
        start, end = (_frame(asked.config, names) for names in part.kind.frame)
        ids += [*start, *([part.token] * part.places), *end]
        kinds += [*(0 for _ in start), *([part.kind.number] * part.places), *(0 for _ in end)]
    ids += [word] * words
    if any(part.is_added for part in parts):
        ids = [word] * parts[0].places
    kinds += [0] * (len(ids) - len(kinds))
    for spec in text:
        is_text = spec.name == "input_ids"
        yield InputSpec((1, len(ids)), "int64", "input_ids", tuple(ids)) if is_text else spec
    for name in inspect.signature(asked.architecture.forward).parameters:
        if name in _KINDS_OF_TOKENS:
            yield InputSpec((1, len(ids)), "int64", name, tuple(kinds))
    for part in parts:
        yield from part.given


def _frame(config: Any, names: tuple[str, ...]) -> list[int]:
    found = (getattr(config, name, None) for name in names)
    return [token for token in found if isinstance(token, int)][:1]


def _ordinary(config: Any) -> int:
    """The first token that has no meaning of its own."""
    taken = set(_special(config.to_dict()))
    return next(token for token in itertools.count(1) if token not in taken)


def _special(settings: Any) -> Iterator[int]:
    if not isinstance(settings, Mapping):
        return
    for name, value in settings.items():
        if str(name).endswith(("token_id", "token_index")):
            yield from (n for n in (value if isinstance(value, list) else [value]) if n is not None)
        else:
            yield from _special(value)

"""Texts with pictures and sound in them, for networks that write what these hold between the words.

How many tokens a picture becomes follows from its size, from patches, tiles, merging and pooling,
in another way in each family, and so for a sound. So the network is asked: it is given one on fake
tensors until it puts what it found into the text, and then a text with as many places for it.
"""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import nn

from visualizer.sources import InputSpec
from visualizer.worker.extraction.asking import RESULT, first_seen
from visualizer.worker.loaders.hugging_face import pictures_in_text as seeing
from visualizer.worker.loaders.hugging_face import sounds_in_text as hearing
from visualizer.worker.loaders.hugging_face.inputs import Inputs, expected_inputs

_WHERE_IT_IS_PUT = (
    "masked_scatter", "get_placeholder_mask", "get_image_placeholder_mask",
    "get_audio_placeholder_mask", "inputs_merger", "_merge_input_ids_with_audio_features",
    "__iadd__", "_build_audio_timestamps", "get_image_features", "get_audio_features",
)  # fmt: skip
_ADDED, _TIMED = "__iadd__", "_build_audio_timestamps"
_KINDS_OF_TOKENS = ("mm_token_type_ids", "moe_mm_token_type_ids")
_KIND_OF_PICTURE, _KIND_OF_SOUND = 1, 3  # films are 2
_MOST_TRIED = 8


class _Part(NamedTuple):
    """A picture or a sound: its tensors, and how it stands in the text."""

    given: Inputs
    token: int
    places: int
    frame: tuple[tuple[str, ...], tuple[str, ...]]
    kind: int
    is_added: bool
    """Whether it is added to the tokens of the text, which are then as many as its places."""


def takes_more_than_text(architecture: Any, config: Any) -> bool:
    """Whether tokens of its text stand for a picture or for a sound."""
    sees = seeing.takes_pictures_in_text(architecture, config)
    return sees or hearing.takes_sound_in_text(architecture, config)


def inputs_with_places(
    architecture: Any, config: Any, network: nn.Module
) -> Iterator[tuple[Inputs, str]]:
    """A text with a picture and a sound in it, whichever the network takes, the likeliest first;
    each with a note of what had to be left out."""
    asked = _Asked(architecture, config, network, expected_inputs(architecture, config))
    sound = next(_sounds(asked), None)
    for picture in itertools.chain(_pictures(asked), (None,)):
        parts = [part for part in (picture, sound) if part is not None]
        if parts:
            yield tuple(_with_parts(asked, parts)), left_out(architecture, config, _names(parts))


def left_out(architecture: Any, config: Any, given: Collection[str] = ()) -> str:
    """What to say where only these inputs could be made."""
    told = []
    if seeing.takes_pictures_in_text(architecture, config) and "pixel_values" not in given:
        told.append(seeing.NOT_SEEN.format(token=seeing.image_token(config)))
    if hearing.takes_sound_in_text(architecture, config) and not hearing.SOUNDS & {*given}:
        told.append(hearing.not_heard(architecture, config))
    return "; ".join(told)


def _names(parts: Sequence[_Part]) -> set[str]:
    return {spec.name for part in parts for spec in part.given}


# ---------------------------------------------------------------------- asking


class _Asked(NamedTuple):
    architecture: Any
    config: Any
    network: Any
    text: Inputs


def _pictures(asked: _Asked) -> Iterator[_Part]:
    if not seeing.takes_pictures_in_text(asked.architecture, asked.config):
        return
    token = seeing.image_token(asked.config)
    for pictures in itertools.islice(
        seeing.pictures(asked.architecture, asked.config), _MOST_TRIED
    ):
        places, is_added = _places_of(asked, pictures)
        if places and token is not None:
            yield _Part(pictures, token, places, seeing.FRAME, _KIND_OF_PICTURE, is_added)


def _sounds(asked: _Asked) -> Iterator[_Part]:
    if not hearing.takes_sound_in_text(asked.architecture, asked.config):
        return
    token = hearing.sound_token(asked.config)
    for sounds in itertools.islice(hearing.sounds(asked.architecture, asked.config), _MOST_TRIED):
        places, is_added = _places_of(asked, sounds)
        if places and token is not None:
            yield _Part(sounds, token, places, hearing.FRAME, _KIND_OF_SOUND, is_added)


def _places_of(asked: _Asked, given: Inputs) -> tuple[int, bool]:
    """How many tokens these take the place of, and whether they are added to all tokens."""
    kept = _others(asked.text, {spec.name for spec in given})
    tokens = next((spec.shape[-1] for spec in kept if spec.name == "input_ids"), 0)
    found: list[int] = []
    wide = asked.network.get_input_embeddings().weight.shape[-1]

    def watch(method: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        if method.endswith(RESULT):  # it may be cut or filled up before it is put into the text
            if method.endswith(f"_features{RESULT}"):
                found[:] = _count(args[0], wide)
            return None
        return _places(tokens, method, args, kwargs)

    put = first_seen(asked.network, (*kept, *given), _WHERE_IT_IS_PUT, watch)
    return put or (found[-1] if found else 0, False)


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


def _count(result: Any, wide: int) -> list[int]:
    """How many tokens the features are that a tower gave, without those that are masked; none
    where they are not as wide as the text."""
    parts = _tensors(getattr(result, "pooler_output", result))
    if not parts or parts[0].shape[-1] != wide:
        return []
    mask = getattr(result, "attention_mask", None)
    if isinstance(mask, torch.Tensor) and len(parts) == 1:
        parts = [parts[0][mask]]
    return [sum(part.numel() for part in parts) // wide]


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
        start, end = (_frame(asked.config, names) for names in part.frame)
        ids += [*start, *([part.token] * part.places), *end]
        kinds += [*(0 for _ in start), *([part.kind] * part.places), *(0 for _ in end)]
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

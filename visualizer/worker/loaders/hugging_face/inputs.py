"""What a transformers network takes, told by its config and by the arguments of its forward."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from visualizer.sources import InputSpec
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.hugging_face.arguments import sound, tokens
from visualizer.worker.loaders.hugging_face.arguments.by_name import made_by_name
from visualizer.worker.loaders.hugging_face.arguments.made import Made
from visualizer.worker.loaders.hugging_face.arguments.segment_anything import LISTS
from visualizer.worker.loaders.hugging_face.docstrings import documented, is_whole

_TOWERS = ("vision_config", "audio_config", "image_config", "video_config")
_NOT_GIVEN = ("kwargs", "self", "args")
_MOST_GUESSES = 24
_MOST_COMBINED = 10_000
_NEEDED_THOUGH_OPTIONAL = (
    "grid_thw", "spatial_shapes", "target_sizes", "merge_sizes", "is_longer", "feature_lens",
    "visual_feats", "visual_pos", "image_embeds_position_mask", "actions", "rewards",
    "returns_to_go", "timesteps", "pixel_position_ids", "flattened_patches",
    "last_hidden_state", "prompt_features",
)  # fmt: skip
"""What a forward fails without, although it has a default; each belongs to few families."""
_OF_PICTURES = ("grid_thw", "target_sizes")
"""Of these, what a network that also takes a text works out from the text."""
_TOGETHER = {
    "query_embeds": ("encoder_hidden_states",),
    "conditioning_encoder_inputs_embeds": ("input_features",),
    "qformer_input_ids": ("input_ids",),
    "perceiver_embeddings": ("pixel_values", "image_attention_mask"),
    "past_time_features": ("future_values", "future_time_features"),
    "image_embeds_position_mask": ("pixel_values", "input_ids"),
    "cross_attention_mask": ("pixel_values", "aspect_ratio_ids", "aspect_ratio_mask"),
}
"""What is needed where the forward also takes another argument, given or not."""


def expected_inputs(architecture: Any, config: Any) -> Inputs:
    """One input for each argument that the network's forward needs, by name; a text of at most
    128 tokens, a picture of the config's size, or as much sound as the config says.

    `architecture` is a class of transformers. Empty when an argument is needed that nothing here
    can make.
    """
    return next(possible_inputs(architecture, config), ())


def possible_inputs(architecture: Any, config: Any) -> Iterator[Inputs]:
    """`expected_inputs` and others that may fit, the likeliest first: how a picture or a sound
    is cut up before the network is told by no config."""
    asked = _Asked(config, dict(inspect.signature(architecture.forward).parameters))
    choices = {name: _choices(architecture, asked, name) for name in _needed(architecture, asked)}
    if not choices or not all(choices.values()):
        return
    ranks = itertools.product(*(range(len(several)) for several in choices.values()))
    for chosen in sorted(itertools.islice(ranks, _MOST_COMBINED), key=sum)[:_MOST_GUESSES]:
        inputs = tuple(
            InputSpec(found.shape, found.dtype or float_dtype(config), name, found.values)
            for (name, several), number in zip(choices.items(), chosen, strict=True)
            for found in (several[number],)
        )
        yield tuple(_beside_sound(spec, inputs, config) for spec in inputs)


def _beside_sound(spec: InputSpec, inputs: Inputs, config: Any) -> InputSpec:
    """A mask of the sound for as many frames as the sound has."""
    heard = next((each for each in inputs if each.name in sound.SOUNDS), None)
    if heard is None or spec.name not in sound.SOUND_MASKS:
        return spec
    shape = (1, sound.frames_of(heard.shape, config))
    return InputSpec(shape, spec.dtype, spec.name, (1,))


def choices_of(architecture: Any, config: Any, name: str, beside: Inputs) -> list[InputSpec]:
    """What one argument may be beside inputs that are given."""
    asked = _Asked(config, dict(inspect.signature(architecture.forward).parameters))
    found = (
        InputSpec(each.shape, each.dtype or float_dtype(config), name, each.values)
        for each in _choices(architecture, asked, name)
    )
    return [_beside_sound(spec, beside, config) for spec in found]


def is_needed_by(architecture: Any, method: str, name: str) -> bool:
    """Whether a method of the class, where it has it, cannot do without this argument."""
    asks = getattr(architecture, method, None)
    parameter = inspect.signature(asks).parameters.get(name) if asks else None
    needed = parameter is not None and parameter.default is parameter.empty
    return needed and name not in _NOT_GIVEN


def float_dtype(config: Any) -> str:
    """The dtype of the weights, and so of the inputs that are not whole numbers."""
    return str(getattr(config, "dtype", None) or "float32").removeprefix("torch.")


@dataclass(frozen=True)
class _Asked:
    config: Any
    parameters: Mapping[str, Any]


def _choices(architecture: Any, asked: _Asked, name: str) -> list[Made]:
    found = made_by_name(asked.config, asked.parameters, name)
    told = documented(architecture, asked.config, name)
    if told is not None and not any(made.values for made in found):
        ones = (1,) if name.endswith("mask") else ()
        found = [*found, Made(*told, ones)]
    if told is not None and name == "input_values":  # with a channel or without
        found.sort(key=lambda made: len(made.shape) != len(told[0]))
    if not found and _is_number(asked.parameters.get(name)):
        return tokens.count(asked.config, name)
    return found or _by_ending(asked, name)


def _is_number(parameter: Any) -> bool:
    return parameter is not None and parameter.annotation in (int, "int")


def _by_ending(asked: _Asked, name: str) -> list[Made]:
    """For a name that nothing is said of: a mask, an embedding; empty for others."""
    if is_whole(name):
        return tokens.marks(asked.config, name)
    if name.endswith(("embeds", "hidden_states", "features", "embedding", "queries", "encoding")):
        return tokens.hidden(asked.config, asked.parameters)
    return []


# ---------------------------------------------------------------------- which arguments


def _needed(architecture: Any, asked: _Asked) -> list[str]:
    """The main input, what has no default, the other half of a pair of encoders, and what a
    decoder begins with."""
    parameters = asked.parameters
    main = getattr(architecture, "main_input_name", "input_ids")
    wanted = [main] if isinstance(main, str) else list(main)
    wanted += [n for n, p in parameters.items() if p.default is p.empty and _is_tensor(n, p)]
    wanted += _others(parameters, asked.config)
    wanted += _language(asked.config)
    if "pixel_values" not in parameters:  # a whole network works these out itself
        wanted += [name for name, parameter in parameters.items() if _in_lists(name, parameter)]
    wanted += [
        n for n in _NEEDED_THOUGH_OPTIONAL if n not in _OF_PICTURES or "input_ids" not in parameters
    ]
    found = [name for name in parameters if name in wanted]
    found = found or [name for name in parameters if name not in _NOT_GIVEN][:1]
    return [each for name in found for each in _in_lists(name, parameters[name]) or (name,)]


def _in_lists(name: str, parameter: Any) -> tuple[str, ...]:
    """The names of the tensors in an argument that is a list of them; empty for others."""
    several = any(kind in str(parameter.annotation) for kind in ("list", "tuple"))
    return LISTS.get(name, ()) if several else ()


def _is_tensor(name: str, parameter: Any) -> bool:
    named = name not in _NOT_GIVEN and parameter.kind is not parameter.VAR_KEYWORD
    return named and parameter.annotation not in (bool, "bool")


def _others(parameters: Mapping[str, Any], config: Any) -> Iterator[str]:
    if _is_pair(config):
        yield from ("input_ids", "pixel_values", "input_features", "input_values")
        if "pixel_values" not in parameters:
            yield "pixel_values_videos"
    if hasattr(config, "vocab_size") and hasattr(config, "image_size"):
        yield from ("input_ids", "pixel_values")
    if hasattr(config, "dim_bbox") or hasattr(config, "max_2d_position_embeddings"):
        yield "bbox"
    if "spatial_shapes" in parameters and "text_features" not in parameters:
        yield "pixel_attention_mask"
    if hasattr(config, "visual_prompter_type"):
        yield from ("pixel_values", "input_ids")
    for sign, brought in _TOGETHER.items():
        if sign in parameters:
            yield from brought
    if getattr(config, "is_encoder_decoder", False):
        yield "decoder_input_ids" if "decoder_input_ids" in parameters else "decoder_input_values"


def _language(config: Any) -> list[str]:
    """Of a network of several languages, none of which is that of every text."""
    several = getattr(config, "languages", None)
    return ["lang_ids"] if several and not getattr(config, "default_language", None) else []


def _is_pair(config: Any) -> bool:
    """Encoders side by side, as in CLIP; where one writes into the text of the other, the
    config names the token it replaces."""
    has = [part for part in ("text_config", *_TOWERS) if hasattr(config, part)]
    writes = ("image_token", "audio_token", "video_token", "image_seq")
    return len(has) > 1 and not any(name.startswith(writes) for name in config.to_dict())

"""What an argument of `forward` is by its own name: token ids, sound, a step in time, a picture."""

from __future__ import annotations

import inspect
from typing import Any

from torch import nn

from visualizer.sources import InputSpec

TOKENS = 16
SECOND = 16_000  # samples of sound
PICTURES = ("img", "imgs", "image", "images", "pixel_values", "picture", "pictures")

_PROMPT = 77  # tokens of a text encoder of CLIP, which most networks that draw listen to
_IDS = InputSpec((1, TOKENS), "int64")
_SOUND = InputSpec((1, SECOND))
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
    **dict.fromkeys(("timestep", "timesteps", "t", "step", "class_labels"), _ONE_NUMBER),
    **dict.fromkeys(
        ("lengths", "input_lengths", "token_lengths"),
        InputSpec((1,), "int64", values=(TOKENS,)),
    ),
}  # fmt: skip
_NUMBERS = {
    int: InputSpec((), "int64", values=(4,)), bool: InputSpec((), "bool", values=(1,)),
}  # fmt: skip
_WIDTHS = {
    "encoder_hidden_states": ((_PROMPT,), ("cross_attention_dim", "joint_attention_dim")),
    "pooled_projections": ((), ("pooled_projection_dim",)),
}


def by_name(network: nn.Module, argument: str) -> InputSpec | None:
    """What goes in as `argument`, where its annotation, its name or a setting of that name
    tells."""
    annotations = {each.name: each.annotation for each in _arguments(network)}
    for kind, spec in _NUMBERS.items():
        if annotations.get(argument) in (kind, kind.__name__):
            return spec
    known = _BY_NAME.get(argument.lower())
    sides, settings = _WIDTHS.get(argument, ((), ()))
    widths = (configured(network, name) for name in settings)
    width = next((value for value in widths if isinstance(value, int)), None)
    return InputSpec((1, *sides, width)) if width is not None else known


def configured(network: nn.Module, name: str) -> Any:
    """A setting in the network's `config`, which may be a dictionary; None where there is none."""
    config = getattr(network, "config", None)
    return config.get(name) if isinstance(config, dict) else getattr(config, name, None)


def required_arguments(network: nn.Module) -> tuple[tuple[str, ...], bool]:
    """Names of the arguments that `forward` cannot do without, and whether some of them can only
    be given by name."""
    needed = [each for each in _arguments(network) if each.default is inspect.Parameter.empty]
    only_by_name = any(parameter.kind is parameter.KEYWORD_ONLY for parameter in needed)
    return tuple(parameter.name for parameter in needed), only_by_name


def optional_arguments(network: nn.Module) -> tuple[str, ...]:
    """Names of the arguments that are None when not given."""
    return tuple(each.name for each in _arguments(network) if each.default is None)


def _arguments(network: nn.Module) -> list[inspect.Parameter]:
    given = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    try:
        parameters = inspect.signature(network.forward).parameters.values()
    except (TypeError, ValueError):  # compiled: TorchScript, or written in C
        return []
    return [parameter for parameter in parameters if parameter.kind not in given]

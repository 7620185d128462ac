"""Sound for networks that write what it holds between the words of a text."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from visualizer.sources import InputSpec
from visualizer.worker.loaders.base import Inputs
from visualizer.worker.loaders.hugging_face import sizes
from visualizer.worker.loaders.hugging_face.arguments import sound
from visualizer.worker.loaders.hugging_face.arguments.by_name import made_by_name
from visualizer.worker.loaders.hugging_face.inputs import float_dtype, is_needed_by

NAMES = sound.SOUNDS
_LISTENS = "get_audio_features"
FRAME = (
    ("audio_start_token_id", "audio_bos_token_id", "boa_token_id"),
    ("audio_end_token_id", "audio_eos_token_id", "eoa_token_index"),
)
"""The settings with the tokens before and behind the places of a sound."""
_NOT_HEARD = (
    "the part for sound is not in this graph: which sound this network takes could not be told "
    "from its config; give it with --input {sound}=… and --input input_ids=… with the token "
    "{token} once for each place of the sound"
)
_TOWERS = (
    "audio_config", "speech_config", "encoder_config", "acoustic_tokenizer_encoder_config",
    "sound_config",
)  # fmt: skip


def takes(architecture: Any, config: Any) -> bool:
    """Whether a token of the text stands for a place of a sound, and the forward takes both."""
    both = "input_ids" in _forward(architecture) and _sound(architecture)
    return bool(both) and _tower(config) is not None and token(config) is not None


def token(config: Any) -> int | None:
    """The token that stands for a place of a sound."""
    found = (getattr(config, name, None) for name in ("audio_token_id", "audio_token_index"))
    return next((token for token in found if isinstance(token, int)), None)


def _tower(config: Any) -> Any:
    """The config of the part that listens; None where a network is built without."""
    found = (getattr(config, name, None) for name in _TOWERS)
    return next((part for part in found if part is not None), None)


def not_given(architecture: Any, config: Any) -> str:
    """What to say where no sound could be made."""
    return _NOT_HEARD.format(sound=_sound(architecture), token=token(config))


def likely(architecture: Any, config: Any) -> Iterator[Inputs]:
    """What may be given for one sound, with nothing of it masked."""
    part, name = _tower(config), _sound(architecture)
    for made in made_by_name(part, _forward(architecture), name):
        frames = sound.frames_of(made.shape, part)
        yield (
            InputSpec(made.shape, made.dtype or float_dtype(config), name),
            *_beside(architecture, part, frames),
        )


def _beside(architecture: Any, part: Any, frames: int) -> Iterator[InputSpec]:
    """Masks, and lengths in samples, of a sound of so many frames."""
    for name in _forward(architecture):
        in_samples = name == "padding_mask" and _sound(architecture) == "input_values"
        asked = name.endswith("mask") and is_needed_by(architecture, _LISTENS, name)
        if name in sound.SOUND_MASKS or in_samples or asked:
            yield InputSpec((1, frames), "bool", name, (1,))
        elif name.endswith("lengths") and is_needed_by(architecture, _LISTENS, name):
            samples = frames * sizes.whole(part, "hop_length", otherwise=1)
            yield InputSpec((1,), "int64", name, (samples,))


def _forward(architecture: Any) -> Any:
    return inspect.signature(architecture.forward).parameters


def _sound(architecture: Any) -> str:
    return next((name for name in _forward(architecture) if name in NAMES), "")

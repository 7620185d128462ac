"""Networks of transformers from their config alone: `hf:FOLDER` or `hf:config.json`.

The config names a class of transformers, which is built without its weights; nothing is fetched
and no code but transformers' own is run. transformers is an optional extra.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from visualizer.sources import InputSpec, ModelSource, Preprocessing
from visualizer.worker.loaders.base import Inputs, LoadError, Recipe, did_you_mean, one_line
from visualizer.worker.loaders.building import (
    RANDOM_WEIGHTS,
    Build,
    builder,
    is_weights_file,
    weights_file_text,
    with_weights_file,
)
from visualizer.worker.loaders.hugging_face.building import (
    WEIGHTS,
    constructed,
    offline,
    trained,
    transformers_module,
)
from visualizer.worker.loaders.hugging_face.classes import part_config, usable_class
from visualizer.worker.loaders.hugging_face.completing import completed_inputs, given_evenly
from visualizer.worker.loaders.hugging_face.inputs import possible_inputs
from visualizer.worker.loaders.hugging_face.placeholders import (
    inputs_with_places,
    left_out,
)
from visualizer.worker.loaders.hugging_face.preprocessing import read_preprocessing
from visualizer.worker.loaders.pictures import picture_spec

_CONFIG = "config.json"
_CHOICES = ("attn_implementation", "experts_implementation", "use_kernels")


class TransformersLoader:
    """`hf:FOLDER` or `hf:path/to/config.json`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "hf"

    def recipe(self, source: ModelSource) -> Recipe:
        path = _config_path(source.location)
        settings = _read(path)
        _refuse_remote_code(settings, path)
        config = _config(settings, path)
        architecture = usable_class(config, path)
        if architecture.__name__ in (config.architectures or ()):  # of a part, maybe
            config = part_config(architecture, config)
        inputs, *others = (*possible_inputs(architecture, config),) or ((),)
        return Recipe(
            name=path.parent.name if path.name == _CONFIG else path.stem,
            build=_build(source, architecture, config, path),
            weights_text=_weights_text(source, settings),
            trained=source.weights != "none",
            default_inputs=inputs,
            guessed=True,
            other_inputs=tuple(others),
            completed=partial(completed_inputs, architecture, config),
            asked_of=partial(inputs_with_places, architecture, config),
            remark=partial(_remark, architecture, config),
            preprocessing=_preprocessing(path, inputs),
            categories=_categories(config),
        )


_TOKENS_OF_PLACES = {
    "image_token_index": 1, "video_token_index": 1, "image_token_id": 1, "audio_token_id": 2,
}  # fmt: skip


def _with_tokens_of_places(config: Any) -> None:
    """Configs that leave open which token stands for a place of a picture or of a sound take the
    last ones for it."""
    words = getattr(getattr(config, "text_config", None), "vocab_size", None)
    for name, from_last in _TOKENS_OF_PLACES.items():
        if words and getattr(config, name, words) is None:
            setattr(config, name, words - from_last)


def _remark(architecture: Any, config: Any, inputs: Inputs) -> str:
    said = (left_out(architecture, config, inputs), given_evenly(inputs))
    return "; ".join(filter(None, said))


# ------------------------------------------------------------------- the config


def _config_path(location: str) -> Path:
    path = Path(location).expanduser()
    if path.is_dir():
        return _in_folder(path, location)
    if path.is_file():
        return path.resolve()
    raise LoadError(
        f"there is no folder or file {location}: hf: opens only configs on this machine, and "
        f"fetches none; get one with: hf download {location} config.json --local-dir DIR"
    )


def _in_folder(folder: Path, location: str) -> Path:
    path = folder / _CONFIG
    if not path.is_file():
        raise LoadError(f"{location} has no {_CONFIG}: give the folder of a transformers model")
    return path.resolve()


def _read(path: Path) -> dict[str, Any]:
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise LoadError(
            f"{path.name} is not a transformers config: {one_line(error, 120)}"
        ) from error
    if not isinstance(settings, dict) or not isinstance(settings.get("model_type"), str):
        raise LoadError(
            f"{path.name} is not a transformers config: it has no model_type, such as llama or vit"
        )
    return settings


def _refuse_remote_code(settings: Mapping[str, Any], path: Path) -> None:
    if "auto_map" in settings and not _is_known(settings["model_type"]):
        raise LoadError(
            f"{path.name} needs code of its own (auto_map), which is never run: only "
            "architectures that transformers itself has can be opened"
        )


def _is_known(model_type: str) -> bool:
    return model_type in transformers_module().CONFIG_MAPPING


def _config(settings: Mapping[str, Any], path: Path) -> Any:
    """transformers' own config object; raises LoadError."""
    kinds = transformers_module().CONFIG_MAPPING
    wanted = settings["model_type"]
    if wanted not in kinds:
        hint = did_you_mean(wanted, kinds.keys(), "a newer transformers may know it")
        raise LoadError(f"transformers does not know the model type '{wanted}'{hint}")
    try:
        with offline():
            config = kinds[wanted].from_dict(_harmless(settings))
    except Exception as error:
        raise LoadError(f"{path.name} does not fit '{wanted}': {one_line(error)}") from error
    _without_cache(config)
    _with_tokens_of_places(config)
    return config


def _harmless(settings: Any) -> Any:
    """Without what chooses kernels by name: some of those names are fetched and run."""
    if isinstance(settings, dict):
        kept = (key for key in settings if not str(key).strip("_").startswith(_CHOICES))
        return {key: _harmless(settings[key]) for key in kept}
    return [_harmless(part) for part in settings] if isinstance(settings, list) else settings


def _without_cache(config: Any) -> None:
    """One pass over a whole text needs no keys and values of earlier ones, here and in parts."""
    if hasattr(config, "use_cache"):
        config.use_cache = False
    for value in vars(config).values():
        if isinstance(value, transformers_module().PretrainedConfig):
            _without_cache(value)


# ------------------------------------------------------------------- building


def _build(source: ModelSource, architecture: Any, config: Any, path: Path) -> Build:
    folder = path.parent
    build = builder(path.name, lambda: constructed(architecture, config))
    if source.weights == "none":
        return build
    if is_weights_file(source):
        return with_weights_file(build, source.weights)
    _check_weights(folder)
    with_weights = builder(path.name, lambda: trained(architecture, config, folder))
    return lambda device: build(device) if device == "meta" else with_weights(device)


def _check_weights(folder: Path) -> None:
    """Raises LoadError when there are none, or they lie outside the folder."""
    if not any((folder / name).is_file() for name in WEIGHTS):
        raise LoadError(
            f"{folder.name} has no {WEIGHTS[0]} beside its config: open it with --weights none, or "
            "--weights FILE"
        )
    index = folder / WEIGHTS[1]
    try:
        named = json.loads(index.read_text())["weight_map"].values() if index.is_file() else ()
        outside = [str(name) for name in named if Path(str(name)).name != name]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise LoadError(f"{index.name} cannot be read: {one_line(error, 120)}") from error
    if outside:
        raise LoadError(f"{index.name} points outside its folder: {one_line(outside[0], 80)}")


def _weights_text(source: ModelSource, settings: Mapping[str, Any]) -> str:
    if is_weights_file(source):
        return weights_file_text(source)
    if source.weights == "default":
        return "weights from the folder of the config"
    return f"{RANDOM_WEIGHTS}, not quantized" if _is_quantized(settings) else RANDOM_WEIGHTS


def _is_quantized(settings: Mapping[str, Any]) -> bool:
    return bool(settings.get("quantization_config"))


# ------------------------------------------------------------------- pictures


def _preprocessing(path: Path, inputs: Sequence[InputSpec]) -> Preprocessing | None:
    spec = picture_spec(tuple(inputs))
    if spec is None:
        return None
    height, width = spec.shape[-2:]
    return read_preprocessing(path.parent / "preprocessor_config.json", (height, width))


def _categories(config: Any) -> tuple[str, ...]:
    """Names of the classes, in order; none where the config only numbers them."""
    names = getattr(config, "id2label", None)
    if not isinstance(names, dict) or not names:
        return ()
    ordered = tuple(str(names[key]) for key in sorted(names))
    return () if ordered == tuple(f"LABEL_{k}" for k in range(len(ordered))) else ordered

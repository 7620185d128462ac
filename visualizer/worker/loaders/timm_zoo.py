"""Networks of timm, by name (`timm:convnext_tiny`); timm is an optional extra."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from torch import nn

from visualizer.sources import InputSpec, ModelSource, Preprocessing
from visualizer.worker.loaders.base import LoadError, Recipe, did_you_mean, one_line
from visualizer.worker.loaders.building import (
    RANDOM_WEIGHTS,
    builder,
    is_weights_file,
    weights_file_text,
    with_weights_file,
)
from visualizer.worker.loaders.pictures import interpolation_from
from visualizer.worker.loaders.torchvision_zoo import imagenet_categories

_IMAGENET_CLASSES = 1000


class TimmLoader:
    """Names such as `timm:convnext_tiny` or, with a tag, `timm:resnet50.a1_in1k`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "timm"

    def recipe(self, source: ModelSource) -> Recipe:
        timm = _timm()
        name = source.location
        config = _config(timm, name)
        inputs, preprocessing = expected(config)
        build, fetch = _build(source)
        return Recipe(
            name=name,
            build=build,
            weights_text=_weights_text(source, config),
            trained=source.weights != "none",
            default_inputs=inputs,
            preprocessing=preprocessing,
            categories=imagenet_categories() if config.num_classes == _IMAGENET_CLASSES else (),
            fetch=fetch,
        )


def _timm() -> Any:
    try:
        import timm
    except ImportError as error:
        raise LoadError(
            'timm is not installed: pip install "architecture-visualizer[timm]"'
        ) from error
    return timm


def _config(timm: Any, name: str) -> Any:
    """timm's description of the pretrained network; raises LoadError for an unknown name."""
    architecture, _, tag = name.partition(".")
    if not timm.is_model(architecture):
        hint = did_you_mean(architecture, timm.list_models(), "timm.list_models() lists them")
        raise LoadError(f"timm has no network called '{architecture}'{hint}")
    try:
        config = timm.models.get_pretrained_cfg(name)
    except RuntimeError as error:
        tags = [full.partition(".")[2] for full in timm.list_pretrained(f"{architecture}.*")]
        hint = did_you_mean(tag, tags, f"it has {', '.join(tags) or 'none'}")
        raise LoadError(f"timm's {architecture} has no weights called '{tag}'{hint}") from error
    return config or timm.models.PretrainedCfg()


def expected(config: Any) -> tuple[tuple[InputSpec, ...], Preprocessing]:
    """Inputs and preprocessing of the network that timm describes so."""
    data = _timm().data.resolve_data_config({}, pretrained_cfg=config.to_dict())
    channels, height, width = data["input_size"]
    own = Preprocessing(
        resize=math.floor(min(height, width) / data["crop_pct"]),
        crop=(height, width),
        mean=tuple(data["mean"]),
        std=tuple(data["std"]),
        interpolation=interpolation_from(data["interpolation"]),
        origin=f"timm {config.architecture or ''}".strip()
        + (f".{config.tag}" if config.tag else ""),
        stretch=data["crop_mode"] == "squash",
    )
    return (InputSpec((1, channels, height, width)),), own


def _weights_text(source: ModelSource, config: Any) -> str:
    if source.weights == "none":
        return RANDOM_WEIGHTS
    if is_weights_file(source):
        return weights_file_text(source)
    return f"{config.tag or 'pretrained'} weights (timm)"


def _build(source: ModelSource) -> tuple[Callable[[str], nn.Module], Callable[[], None]]:
    name = source.location
    build = builder(name, lambda: _create(name, pretrained=False))
    if source.weights == "none":
        return build, lambda: None
    if is_weights_file(source):
        return with_weights_file(build, source.weights), lambda: None
    trained = builder(name, lambda: _create(name, pretrained=True))
    return (lambda device: build(device) if device == "meta" else trained(device)), _fetch(name)


def _create(name: str, pretrained: bool) -> nn.Module:
    network: nn.Module = _timm().create_model(name, pretrained=pretrained)
    return network


def _fetch(name: str) -> Callable[[], None]:
    def fetch() -> None:
        try:
            _create(name, pretrained=True)
        except Exception as error:
            raise LoadError(
                f"the weights of timm:{name} could not be fetched ({type(error).__name__}: "
                f"{one_line(error, 120)}); connect to the network, or open it with "
                "--weights none or --weights FILE"
            ) from error

    return fetch

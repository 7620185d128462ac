"""Files of weights and whole networks: recognized, opened as known networks, trusted."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
import struct
import sys
import tarfile
from collections import OrderedDict
from pathlib import Path

import msgspec
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from torch.optim.swa_utils import AveragedModel
from torchvision import models

from visualizer.engine.saved import SavedFile
from visualizer.sources import parse_source
from visualizer.worker.loaders import BuildError, LoadError, Recipe, recipe_for
from visualizer.worker.loaders.saved.contents import read_contents
from visualizer.worker.loaders.saved.fingerprint import load_index
from visualizer.worker.loaders.saved.indexing import known_names
from visualizer.worker.loaders.saved_files import NotANetwork


def examined(path: Path) -> SavedFile:
    with pytest.raises(NotANetwork) as found:
        recipe_for(parse_source(str(path)))
    return found.value.file


def trusted(path: Path) -> Recipe:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return recipe_for(msgspec.structs.replace(parse_source(str(path)), trust=sha256))


def names(file: SavedFile) -> list[str]:
    return [fit.network for fit in file.fits]


@pytest.fixture(scope="module")
def resnet() -> dict[str, torch.Tensor]:
    return models.resnet18(weights=None).state_dict()


# --------------------------------------------------------------------------- recognized


def test_that_weights_are_listed_and_recognized(resnet, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save(resnet, path)
    file = examined(path)
    assert not file.needs_trust and file.classes == ()
    # torchvision's page: 11,689,512 parameters; 20 norms have 2 × 4,800 statistics and a counter
    assert len(file.tensors) == 122
    assert sum(tensor.numbers for tensor in file.tensors) == 11_689_512 + 9_600 + 20
    assert file.tensors[0].name == "conv1.weight" and file.tensors[0].shape == (64, 3, 7, 7)
    assert file.tensors[0].nbytes == 64 * 3 * 7 * 7 * 4
    assert names(file)[:2] == ["resnet18", "timm:resnet18"]  # the very same names and shapes
    assert file.fits[0].text == "fits torchvision resnet18: 122 of 122 tensors"
    assert file.line.endswith("open it with --as resnet18")


def test_that_averaged_weights_are_recognized_beside_their_count(resnet, tmp_path: Path) -> None:
    averaged = AveragedModel(nn.Linear(2, 2)).state_dict()
    count = {name: tensor for name, tensor in averaged.items() if not tensor.dim()}
    path = tmp_path / "swa.pth"
    torch.save({**count, **{f"module.{name}": each for name, each in resnet.items()}}, path)
    assert count and examined(path).fits[0].text == "fits torchvision resnet18: 122 of 122 tensors"


@pytest.mark.parametrize(
    ("prefix", "wrapper", "legacy"),
    [
        ("module.", "state_dict", True), ("module.", "state_dict", False),
        ("_orig_mod.", "model_state_dict", False), ("module._orig_mod.", "params", True),
        ("model.", "ema", False), ("", "model", True), ("", "weights_of_somebody", False),
    ],
)  # fmt: skip
def test_that_wrapped_weights_are_unwrapped(
    resnet, prefix: str, wrapper: str, legacy: bool, tmp_path: Path
) -> None:
    state = OrderedDict((prefix + name, value) for name, value in resnet.items())
    checkpoint = {"epoch": 3, wrapper: state, "loss": torch.tensor(0.5)}
    path = tmp_path / "last.ckpt"
    torch.save(checkpoint, path, _use_new_zipfile_serialization=not legacy)
    assert names(examined(path))[0] == "resnet18"
    network = recipe_for(parse_source("resnet18", str(path))).build("cpu")
    assert torch.equal(network.state_dict()["fc.weight"], resnet["fc.weight"])


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32])
def test_that_safetensors_are_recognized_and_opened(resnet, dtype, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({n: v.to(dtype) if v.is_floating_point() else v for n, v in resnet.items()}, path)
    file = examined(path)
    assert file.fits[0].text == "fits torchvision resnet18: 122 of 122 tensors"
    shown = {tensor.name: tensor.dtype for tensor in file.tensors}
    assert shown["fc.weight"] == str(dtype).removeprefix("torch.")
    network = recipe_for(parse_source("resnet18", str(path))).build("cpu")
    expected = resnet["fc.weight"].to(dtype).float()
    assert torch.equal(network.state_dict()["fc.weight"], expected)


def in_two_files(folder: Path, state: dict[str, torch.Tensor]) -> Path:
    """Weights as large models have them: two files, and an index beside them."""
    names = list(state)
    where = {name: f"part-{2 * k // len(names)}.safetensors" for k, name in enumerate(names)}
    for file in set(where.values()):
        save_file({name: state[name] for name in names if where[name] == file}, folder / file)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": where}))
    return index


def test_that_weights_in_several_files_open_by_their_index(resnet, tmp_path: Path) -> None:
    index = in_two_files(tmp_path, resnet)
    assert examined(index).fits[0].text == "fits torchvision resnet18: 122 of 122 tensors"
    network = recipe_for(parse_source("resnet18", str(index))).build("cpu")
    assert all(torch.equal(v, resnet[k]) for k, v in network.state_dict().items())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../secret.safetensors", "outside its folder: not read"),
        ("/etc/passwd", "outside its folder: not read"),
        ("model.safetensors.index.json", "another index"),
        ("gone.safetensors", "which is not there: download it too"),
    ],
)
def test_that_an_index_names_only_files_beside_it(name: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "secret.safetensors").write_bytes(b"x" * 100)
    folder = tmp_path / "model"
    folder.mkdir()
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"fc.weight": name}}))
    with pytest.raises(LoadError, match=words):
        recipe_for(parse_source(str(index)))


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"weight_map": 3}', b"\xff\xfe", b"[" * 9999])
def test_that_a_damaged_index_is_one_line(content: bytes, tmp_path: Path) -> None:
    index = tmp_path / "model.safetensors.index.json"
    index.write_bytes(content)
    with pytest.raises(LoadError, match="no index of weights") as error:
        recipe_for(parse_source(str(index)))
    assert "\n" not in str(error.value)


def test_that_every_way_to_store_a_tensor_gives_its_values(tmp_path: Path) -> None:
    base = torch.arange(24.0)
    state = {
        "plain": base, "view": base[4:12].view(2, 4), "turned": base.view(4, 6).t(),
        "parameter": nn.Parameter(base[:3]), "half": base.half(), "int": base.long(),
        "bool": base > 3, "scalar": torch.tensor(7.0), "empty": torch.zeros(0, 3),
        "complex": torch.complex(base, base), "eight": base.to(torch.float8_e4m3fn),
        "unsigned": torch.tensor([1, 2], dtype=torch.uint16),
    }  # fmt: skip
    for legacy in (False, True):
        path = tmp_path / f"{legacy}.pt"
        kept = {n: v for n, v in state.items() if not (legacy and n in ("eight", "unsigned"))}
        torch.save(kept, path, _use_new_zipfile_serialization=not legacy)
        values = read_contents(str(path)).values()
        assert set(values) == set(kept)
        for name, value in kept.items():
            assert values[name].dtype == value.dtype and torch.equal(values[name], value), name


class AsPython2(OrderedDict):
    """Pickled as Python 2 did it: a call with a list of pairs."""

    def __reduce__(self):
        return OrderedDict, ([[name, value] for name, value in self.items()],)


def test_that_weights_pickled_by_python_2_have_their_names(tmp_path: Path) -> None:
    path = tmp_path / "old.pth"
    kept = AsPython2(first=torch.arange(6.0).view(2, 3), second=torch.ones(4))
    torch.save(kept, path, _use_new_zipfile_serialization=False, pickle_protocol=2)
    values = read_contents(str(path)).values()
    assert list(values) == ["first", "second"]
    assert torch.equal(values["first"], kept["first"]) and torch.equal(
        values["second"], torch.ones(4)
    )


def test_that_other_things_in_a_checkpoint_are_named_and_not_run(resnet, tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pth"
    torch.save({"state_dict": resnet, "when": Path("here")}, path)
    file = examined(path)
    assert not file.needs_trust and file.classes and file.classes[0].startswith("pathlib")
    recipe_for(parse_source("resnet18", str(path))).build("cpu")


def test_that_a_fine_tuned_network_opens_with_the_outputs_of_the_file(tmp_path: Path) -> None:
    path, tuned = tmp_path / "cats.pth", models.resnet18(num_classes=10)
    torch.save(tuned.state_dict(), path)
    fit = examined(path).fits[0]
    assert (fit.network, fit.matched, fit.wanted, fit.opens) == ("resnet18", 120, 122, True)
    assert fit.difference == "fc.weight is 10×512 in the file and 1000×512 in the network"
    assert fit.heads == "fc has 10 outputs, as in the file, instead of 1,000"
    build = recipe_for(parse_source("resnet18", str(path))).build
    network = build("cpu")
    picture = torch.ones(1, 3, 64, 64)
    assert torch.equal(network(picture), tuned.eval()(picture))
    assert build.remarks() == (fit.heads,)


def test_that_nothing_fits_weights_of_nobody(tmp_path: Path) -> None:
    path = tmp_path / "own.pt"
    torch.save({"mine.weight": torch.zeros(7, 5)}, path)
    file = examined(path)
    assert file.fits == () and "say which network they belong to with --as NAME" in file.line


def test_that_a_file_of_ten_gigabytes_is_not_read(tmp_path: Path) -> None:
    numbers = (10 << 30) // 4
    header = msgspec.json.encode(
        {"big": {"dtype": "F32", "shape": [numbers], "data_offsets": [0, 10 << 30]}}
    )
    path = tmp_path / "big.safetensors"
    with path.open("wb") as file:
        file.write(struct.pack("<Q", len(header)) + header)
        file.truncate(8 + len(header) + (10 << 30))  # no disk is used for the hole
    assert examined(path).sizes_text == "1 tensor, 2.68 G numbers, 10.00 GB"


# --------------------------------------------------------------------------- the index


def test_that_the_index_knows_every_network() -> None:
    index = load_index()
    missing = set(known_names()) - set(index.names)
    assert not missing, "run `make fingerprints`"


@pytest.mark.parametrize(
    "name", ["densenet121", "googlenet", "shufflenet_v2_x0_5", "raft_small", "mobilenet_v2",
             "fasterrcnn_mobilenet_v3_large_320_fpn", "lraspp_mobilenet_v3_large"],
)  # fmt: skip
def test_that_weights_of_torchvisions_networks_are_recognized(name: str, tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    network = recipe_for(parse_source(name)).build("cpu")
    save_file({n: v.contiguous().clone() for n, v in network.state_dict().items()}, path)
    assert name in names(examined(path))[:2]  # one of them is the other at another size


# --------------------------------------------------------------------------- whole networks

NETWORK = """
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel
import helper_of_net

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, helper_of_net.WIDTH)
    def forward(self, x):
        return self.first(x)
"""


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network of a class that is in a Python file beside it, under a key of a checkpoint."""
    (tmp_path / "net_of_file.py").write_text(NETWORK)
    (tmp_path / "helper_of_net.py").write_text("WIDTH = 3")
    for name in ("net_of_file", "helper_of_net"):
        sys.modules.pop(name, None)
    with monkeypatch.context() as context:
        context.syspath_prepend(tmp_path)
        import net_of_file

        torch.save({"epoch": 1, "model": net_of_file.Net()}, tmp_path / "whole.pt")
    for name in ("net_of_file", "helper_of_net"):
        sys.modules.pop(name)
    return tmp_path / "whole.pt"


def test_that_a_whole_network_says_what_is_inside(whole: Path) -> None:
    file = examined(whole)
    assert file.needs_trust and file.sha256 == hashlib.sha256(whole.read_bytes()).hexdigest()
    assert file.classes[0] == "net_of_file.Net"  # before torch's own
    assert [tensor.name for tensor in file.tensors] == ["first.weight", "first.bias"]
    assert "opening it runs net_of_file.Net" in file.line and "--trust" in file.line
    assert "net_of_file" not in sys.modules


def test_that_a_trusted_network_finds_the_files_beside_it(whole: Path) -> None:
    recipe = trusted(whole)
    assert (recipe.name, recipe.trained) == ("Net", True)
    assert recipe.build("cpu")(torch.ones(1, 4)).shape == (1, 3)
    assert next(recipe.build("meta").parameters()).is_meta


def test_that_a_class_that_is_gone_is_one_line(whole: Path) -> None:
    (whole.parent / "net_of_file.py").unlink()
    with pytest.raises(BuildError, match=r"needs the Python module net_of_file: install it, or"):
        trusted(whole)


def test_that_a_class_of_another_version_is_one_line(whole: Path) -> None:
    (whole.parent / "net_of_file.py").write_text("class Other: pass")
    with pytest.raises(BuildError, match=r"whole.pt needs Net from a module .* SCRIPT.py:Net"):
        trusted(whole)


def test_that_a_file_that_has_changed_is_asked_about_again(whole: Path) -> None:
    source = msgspec.structs.replace(parse_source(str(whole)), trust=examined(whole).sha256)
    torch.save({"model": nn.Linear(2, 2)}, whole)
    with pytest.raises(NotANetwork) as found:
        recipe_for(source)
    assert found.value.file.sha256 != source.trust


@pytest.mark.parametrize("legacy", [True, False])
def test_that_a_network_in_half_precision_computes_in_float32(legacy, tmp_path: Path) -> None:
    path = tmp_path / "half.pt"
    network = models.squeezenet1_1(weights=None).half()
    torch.save({"ema": None, "model": network}, path, _use_new_zipfile_serialization=not legacy)
    recipe = trusted(path)
    assert recipe.weights_text == "weights in half.pt, stored in half precision"
    assert recipe.build("cpu")(torch.ones(1, 3, 64, 64)).dtype == torch.float32
    assert names(examined(path))[0] == "squeezenet1_1"  # and without trust, by its weights


def test_that_the_weights_of_a_whole_network_open_without_running_it(tmp_path: Path) -> None:
    path, network = tmp_path / "whole.pt", models.squeezenet1_1(weights=None)
    torch.save(network, path)
    opened = recipe_for(parse_source("squeezenet1_1", str(path))).build("cpu")
    for name, value in network.state_dict().items():
        assert torch.equal(opened.state_dict()[name], value)


def test_that_a_trusted_file_without_a_network_is_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.pt"
    torch.save({"what": Path("x")}, path)
    with pytest.raises(LoadError, match=r"neither a network nor named tensors, only what would"):
        trusted(path)


def test_that_the_oldest_format_opens_with_trust(tmp_path: Path) -> None:
    content = {
        "storages": pickle.dumps(0) + pickle.dumps([]), "tensors": pickle.dumps(0),
        "pickle": pickle.dumps(nn.Sequential(nn.ReLU())),
    }  # fmt: skip
    path = tmp_path / "old.pt"
    with tarfile.open(path, "w") as archive:
        for name, data in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    assert "torch.nn.modules.activation.ReLU" in examined(path).classes
    assert isinstance(trusted(path).build("cpu")[0], nn.ReLU)

"""Weights from a file into a known network."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torchvision import models

from tests.worker.recipes import recipe
from visualizer.worker.loaders import (
    BuildError,
    LoadError,
)


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

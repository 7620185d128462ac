"""Files of weights and whole networks on the command line, through the real worker."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import torch
from onnx import TensorProto, helper
from torchvision import models

from tests.cli.conftest import Run
from tests.worker.onnx_files import model_of, save, value
from visualizer.cli.opening import Opening
from visualizer.cli.weights import print_weights
from visualizer.engine.saved import Fit, SavedFile, SavedTensor
from visualizer.sources import ModelSource


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("saved files")
    network = models.squeezenet1_1(weights=None)
    torch.save(network.state_dict(), found / "weights.pth")
    torch.save({"model": network}, found / "whole.pt")
    return found


def test_that_summary_prints_what_weights_there_are(folder: Path, run: Run) -> None:
    code, out, _ = run("summary", folder / "weights.pth")
    assert code == 0
    lines = [line.split() for line in out.splitlines()]
    assert ["features.0", "1,792", "7.00", "KB"] in lines  # 64·3·3·3 + 64
    assert ["weight", "64×3×3×3", "float32", "1,728", "6.75", "KB"] in lines
    assert "52 tensors, 1.24 M numbers, 4.71 MB" in out
    assert "fits torchvision squeezenet1_1: 52 of 52 tensors" in out
    assert "open it as a network with --as squeezenet1_1" in out


FILE = SavedFile(
    ModelSource("file", "w.pth"),
    (SavedTensor("head.weight", (10, 4), "float16", 80), SavedTensor("scale", (), "float32", 4)),
    (Fit("timm:tiny", 1, 2, 1, "missing head.bias"),),
)


def test_that_weights_are_printed_as_json(capsys) -> None:
    print_weights(FILE, "json")
    document = json.loads(capsys.readouterr().out)
    assert document["totals"] == {"tensors": 2, "numbers": 41, "bytes": 84}
    assert document["weights_only"] and document["tensors"][1]["shape"] == []
    (fit,) = document["fits"]
    assert (fit["network"], fit["matched"], fit["wanted"]) == ("timm:tiny", 1, 2)
    assert not fit["exact"] and not fit["opens"]


def test_that_weights_are_printed_as_csv_and_markdown(capsys) -> None:
    print_weights(FILE, "csv")
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows[1:] == [
        ["head", "weight", "10×4", "float16", "40", "80"],
        ["", "scale", "a number", "float32", "1", "4"],
    ]
    print_weights(FILE, "md")
    shown = capsys.readouterr().out
    assert "| head | weight | 10×4 | float16 | 40 | 80 |" in shown
    assert "- fits in part timm tiny: 1 of 2 tensors; missing head.bias" in shown


def test_that_other_commands_say_what_weights_fit(folder: Path, run: Run) -> None:
    code, out, err = run("compare", folder / "weights.pth", "alexnet")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "holds only weights" in err and "open it with --as squeezenet1_1" in err


def test_that_as_opens_the_network_with_the_weights(folder: Path, run: Run) -> None:
    path = folder / "weights.pth"
    code, out, _ = run("summary", path, "--as", "squeezenet1_1", "--format", "json")
    document = json.loads(out)
    assert code == 0 and document["source"] == str(path)
    assert document["totals"]["params"] == 1_235_496


def test_that_a_whole_network_needs_trust(folder: Path, run: Run) -> None:
    code, out, err = run("summary", folder / "whole.pt")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "torchvision.models.squeezenet.SqueezeNet" in err and "--trust" in err
    code, out, _ = run("summary", folder / "whole.pt", "--trust", "--format", "json")
    assert code == 0 and json.loads(out)["totals"]["params"] == 1_235_496


@pytest.mark.parametrize("option", [("--as", "resnet18"), ("--trust",)])
def test_that_options_for_files_are_refused_elsewhere(option: tuple[str, ...], run: Run) -> None:
    code, _, err = run("summary", "alexnet", *option)
    assert code == 2 and f"{option[0]} is for model files" in err


def test_that_the_folder_of_a_transformers_model_needs_no_prefix(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    for path in (tmp_path, tmp_path / "config.json"):
        assert Opening(str(path)).source == ModelSource("hf", str(path))
    assert Opening(str(tmp_path / "gone")).source.kind == "file"


def test_that_costs_are_in_the_precision_of_the_file(tmp_path: Path, run: Run) -> None:
    """1×8 numbers of two bytes; four when another precision is asked for."""
    model = model_of(
        [helper.make_node("Relu", ["x"], ["y"])], [value("x", [1, 8], TensorProto.FLOAT16)], ["y"]
    )
    path = save(model, tmp_path / "half.onnx")
    for options, size in (((), 16), (("--dtype", "float32"), 32)):
        _, out, _ = run("summary", path, "--format", "json", *options)
        assert json.loads(out)["totals"]["activation_bytes"] == size

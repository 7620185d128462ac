"""Passes over ONNX files: what is kept is what onnxruntime computes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper

from tests.worker.onnx_files import Quiet, classifier, model_of, opened, save, value, weight
from visualizer.worker.failures import RunError
from visualizer.worker.inbox import Cancelled
from visualizer.worker.live import DeviceError, ForwardRun
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.network import OnnxNetwork

GIB = 1 << 30


def ran(network: OnnxNetwork, picture: torch.Tensor, capture: frozenset[str] | None = None,
        keep: int = GIB, check: Callable[[], None] | None = None) -> ForwardRun:  # fmt: skip
    quiet = Quiet()
    quiet.check = check or quiet.check  # type: ignore[method-assign]
    return network.run(picture, "cpu", capture, keep, quiet)  # type: ignore[arg-type]


def by_onnxruntime(path: Path, tensor: str, **feeds: np.ndarray) -> np.ndarray:
    """One tensor of the file, computed without this program."""
    model = onnx.load(str(path))
    model.graph.output.append(onnx.ValueInfoProto(name=tensor))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = sessions.threads()
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return session.run([tensor], feeds)[0]


@pytest.fixture
def picture() -> torch.Tensor:
    return torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(3))


def test_that_every_kept_output_is_onnxruntime_s_own_to_the_last_bit(
    tmp_path: Path, picture: torch.Tensor
):
    path = save(classifier(), tmp_path / "net.onnx")
    result = ran(opened(path), picture)
    assert list(result.kept) == ["x", "c", "n", "act", "pool", "Reshape", "fc"]
    for node, tensor in (("c", "a"), ("n", "b"), ("act", "r"), ("pool", "p"), ("Reshape", "f")):
        expected = by_onnxruntime(path, tensor, x=picture.numpy())
        assert np.array_equal(result.kept[node].numpy(), expected)
    assert torch.equal(result.kept["fc"], result.outputs[0])


def test_that_only_what_is_asked_for_is_kept(tmp_path: Path, picture: torch.Tensor):
    network = opened(save(classifier(), tmp_path / "net.onnx"))
    whole = ran(network, picture)
    part = ran(network, picture, frozenset({"n"}))
    assert list(part.kept) == ["n"]
    assert torch.equal(part.kept["n"], whole.kept["n"])


def test_that_what_does_not_fit_into_the_memory_allowed_is_left_out(
    tmp_path: Path, picture: torch.Tensor
):
    network = opened(save(classifier(), tmp_path / "net.onnx"))
    result = ran(network, picture, keep=3 * 256 * 4 + 4 * 256 * 4)
    assert list(result.kept) == ["x", "c"]
    assert "n" in result.left_out


def test_that_a_picture_for_channels_last_is_laid_so(tmp_path: Path, picture: torch.Tensor):
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["t", "w"], ["y"], "conv"),
    ]
    model = model_of(nodes, [value("x", [1, 16, 16, 3])], ["y"], [weight("w", 2, 3, 1, 1)])
    network = opened(save(model, tmp_path / "net.onnx"))
    assert network.picture_channels == 3
    assert network.preprocessing is not None
    assert network.preprocessing.crop == (16, 16)
    kept = ran(network, picture).kept
    assert torch.equal(kept["x"], picture.permute(0, 2, 3, 1))
    assert torch.equal(kept[network.graph.ops[0].id], picture)


def test_that_half_precision_is_fed_as_such(tmp_path: Path, picture: torch.Tensor):
    node = helper.make_node("Relu", ["x"], ["y"], "relu")
    model = model_of([node], [value("x", [1, 3, 16, 16], TensorProto.FLOAT16)], ["y"])
    kept = ran(opened(save(model, tmp_path / "net.onnx")), picture).kept
    assert torch.equal(kept["relu"], picture.half().relu())


def test_that_weights_in_another_file_are_found_when_it_runs(tmp_path: Path, picture: torch.Tensor):
    model = classifier()
    expected = ran(opened(save(model, tmp_path / "whole.onnx")), picture).outputs[0]
    onnx.save(
        model, tmp_path / "split.onnx", save_as_external_data=True, location="split.data",
        size_threshold=0, convert_attribute=False,
    )  # fmt: skip
    assert torch.equal(ran(opened(tmp_path / "split.onnx"), picture).outputs[0], expected)


def test_that_a_pass_can_be_cancelled(tmp_path: Path, picture: torch.Tensor):
    network = opened(save(classifier(), tmp_path / "net.onnx"))

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        ran(network, picture, check=cancel)


def test_that_a_device_onnxruntime_has_not_is_said(tmp_path: Path):
    network = opened(save(classifier(), tmp_path / "net.onnx"))
    assert network.choose_device("auto") in ("cpu", "cuda")
    with pytest.raises(DeviceError, match="onnxruntime has no mps here"):
        network.choose_device("mps")


def test_that_an_op_onnxruntime_has_not_is_said_when_it_is_run(
    tmp_path: Path, picture: torch.Tensor
):
    node = helper.make_node("Sharpen", ["x"], ["y"], domain="acme")
    model = model_of([node], [value("x", [1, 3, 16, 16])], [],
                     opsets=[helper.make_opsetid("acme", 1)])  # fmt: skip
    model.graph.output.append(value("y", [1, 3, 16, 16]))
    network = opened(save(model, tmp_path / "net.onnx"))
    with pytest.raises(RunError, match=r"onnxruntime cannot load net\.onnx: .*acme") as raised:
        ran(network, picture)
    assert "\n" not in str(raised.value)


def test_that_training_is_refused_in_one_line(tmp_path: Path):
    network = opened(save(classifier(), tmp_path / "net.onnx"))
    with pytest.raises(RunError, match="made for running a network, not for training it"):
        network.observe_training(False, Quiet())  # type: ignore[arg-type]


def test_that_without_onnx_and_onnxruntime_it_is_said_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from visualizer.sources import ModelSource
    from visualizer.worker.loaders import LoadError
    from visualizer.worker.onnx_networks import OnnxOpener, opening

    path = save(classifier(), tmp_path / "net.onnx")
    network = opened(path)
    monkeypatch.setattr(sessions, "find_spec", lambda name: None)
    with pytest.raises(RunError, match=r'pip install "architecture-visualizer\[onnx\]"'):
        network.choose_device("auto")
    monkeypatch.setattr(opening, "find_spec", lambda name: None)
    with pytest.raises(LoadError, match=r'pip install "architecture-visualizer\[onnx\]"'):
        OnnxOpener().open(ModelSource("file", str(path)), (), Quiet())  # type: ignore[arg-type]

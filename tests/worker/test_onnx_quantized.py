"""Networks that onnxruntime quantized: QOperator, QDQ and dynamic files, beside the float ones."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnxruntime.quantization import (
    CalibrationDataReader,
    QuantFormat,
    quantize_dynamic,
    quantize_static,
)
from torch import nn
from torch.nn import functional as F

from tests.worker.onnx_files import Quiet, opened
from visualizer.costs import cost_report
from visualizer.worker.onnx_networks import sessions
from visualizer.worker.onnx_networks.network import OnnxNetwork

FORMATS = ("operators", "pairs", "dynamic")


class Picture(nn.Module):
    """conv, relu, conv, add, sigmoid, leaky relu, concat, max and mean pool, linear."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 8, 3, padding=1)
        self.b = nn.Conv2d(8, 8, 3, padding=1)
        self.fc = nn.Linear(16, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.relu(self.a(x))
        z = torch.cat([torch.sigmoid(self.b(y) + y), F.leaky_relu(y)], 1)
        z = F.adaptive_avg_pool2d(F.max_pool2d(z, 2), 1)
        return self.fc(z.flatten(1)).softmax(-1)


class Text(nn.Module):
    """One block of a transformer: two heads of 8 numbers, 7 tokens of 50."""

    def __init__(self) -> None:
        super().__init__()
        self.e, self.n = nn.Embedding(50, 16), nn.LayerNorm(16)
        self.qkv, self.o = nn.Linear(16, 48), nn.Linear(16, 16)
        self.f, self.g = nn.Linear(16, 32), nn.Linear(32, 16)

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.e(ids)
        q, k, v = self.qkv(x).reshape(1, 7, 3, 2, 8).permute(2, 0, 3, 1, 4).unbind(0)
        seen = (q @ k.transpose(-1, -2) / 8**0.5).softmax(-1) @ v
        x = self.n(x + self.o(seen.transpose(1, 2).reshape(1, 7, 16)))
        return x + self.g(F.gelu(self.f(x)))


PICTURE_WEIGHTS = 8 * 3 * 9 + 8 * 8 * 9 + 16 * 10
PICTURE_BIASES = 8 + 8 + 10
PICTURE_MACS = 16 * 16 * (8 * 3 * 9 + 8 * 8 * 9) + 16 * 10
TEXT_WEIGHTS = 50 * 16 + 16 * 48 + 16 * 16 + 2 * 16 * 32
TEXT_BIASES = 48 + 16 + 32 + 16
TEXT_NORM = 16 + 16
TEXT_MACS = 7 * (16 * 48 + 16 * 16 + 2 * 16 * 32) + 2 * (2 * 7 * 7 * 8)

# Weights are int8 everywhere. Biases of convolutions and of Gemm are int32; those that stand
# beside a matrix product in an op of their own int8, or float32 where only products are quantized.
EXPECTED = {
    ("picture", "operators"): PICTURE_WEIGHTS + 4 * PICTURE_BIASES,
    ("picture", "pairs"): PICTURE_WEIGHTS + 4 * PICTURE_BIASES,
    ("picture", "dynamic"): PICTURE_WEIGHTS + 4 * PICTURE_BIASES,
    ("text", "operators"): TEXT_WEIGHTS + TEXT_BIASES + 4 * TEXT_NORM,
    ("text", "pairs"): TEXT_WEIGHTS + TEXT_BIASES + 16 + 4 * 16,  # the norm's weight, its bias
    ("text", "dynamic"): TEXT_WEIGHTS + 4 * TEXT_BIASES + 4 * TEXT_NORM,
}


class Feeds(CalibrationDataReader):
    def __init__(self, value: np.ndarray) -> None:
        self._left = [{"x": value}, {"x": value}]

    def get_next(self) -> dict[str, np.ndarray] | None:
        return self._left.pop() if self._left else None


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Path]:
    folder = tmp_path_factory.mktemp("quantized")
    logging.disable(logging.WARNING)
    found = {}
    for name, kind, given in (
        ("picture", Picture, torch.randn(1, 3, 16, 16)),
        ("text", Text, torch.randint(0, 50, (1, 7))),
    ):
        path = found[name, "float"] = folder / f"{name}.onnx"
        torch.onnx.export(kind().eval(), (given,), path, dynamo=False, input_names=["x"])
        for form in FORMATS:
            made = found[name, form] = folder / f"{name} {form}.onnx"
            if form == "dynamic":
                quantize_dynamic(path, made)
                continue
            style = QuantFormat.QDQ if form == "pairs" else QuantFormat.QOperator
            quantize_static(path, made, Feeds(given.numpy()), quant_format=style)
    logging.disable(logging.NOTSET)
    return found


def ran(network: OnnxNetwork) -> dict[str, Any]:
    picture = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    return network.run(picture, "cpu", None, 1 << 24, Quiet()).kept  # type: ignore[arg-type]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(("name", "macs"), [("picture", PICTURE_MACS), ("text", TEXT_MACS)])
def test_that_a_quantized_file_costs_what_the_float_one_costs(
    name: str, macs: int, form: str, files: dict[tuple[str, str], Path]
):
    plain = cost_report(opened(files[name, "float"]).graph)
    found = cost_report(opened(files[name, form]).graph)
    assert plain.totals.macs == found.totals.macs == macs
    assert found.totals.params == plain.totals.params
    assert found.totals.param_bytes == EXPECTED[name, form]
    assert found.uncovered_ops == ()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["picture", "text"])
def test_that_what_is_kept_of_a_quantized_pass_is_onnxruntime_s_own(
    name: str, form: str, files: dict[tuple[str, str], Path]
):
    path = files[name, form]
    network = opened(path)
    kept = ran(network)
    assert list(kept) == [node.id for node in network.graph.nodes]
    model = onnx.load(path)
    own = {value.name for value in model.graph.output}
    tensors = [network.tensors[node] for node in kept if node != "x"]
    model.graph.output.extend(onnx.ValueInfoProto(name=t) for t in set(tensors) - own)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = sessions.threads()
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    expected = session.run(tensors, {"x": kept["x"].numpy()})
    for node, value in zip([node for node in kept if node != "x"], expected, strict=True):
        assert np.array_equal(kept[node].numpy(), value), node
        assert network.graph.by_id[node].output.dtype == str(value.dtype)


@pytest.mark.parametrize(("name", "form"), [("picture", "float"), ("text", "dynamic")])
def test_that_what_onnxruntime_s_optimizer_writes_costs_the_same(
    name: str, form: str, files: dict[tuple[str, str], Path], tmp_path: Path
):
    """FusedConv, DynamicQuantizeMatMul, MatMulIntegerToFloat and their like."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "optimized.onnx")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(files[name, form], options)
    kinds = {node.op_type for node in onnx.load(tmp_path / "optimized.onnx").graph.node}
    assert kinds & {"FusedConv", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"}
    report = cost_report(opened(tmp_path / "optimized.onnx").graph)
    plain = cost_report(opened(files[name, form]).graph)
    assert report.totals.macs == plain.totals.macs
    assert report.totals.params == plain.totals.params
    assert report.uncovered_ops == ()

"""TorchScript files of quantized networks: int8 weights are listed, costs are the float twin's."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
import torch
import torch.ao.quantization as quantization
from torch import Tensor, nn

from tests.worker.program_files import opened, save_scripted, save_traced
from visualizer.costs import cost_report
from visualizer.graph.model import LayerGraph
from visualizer.sources import InputSpec, ModelSource
from visualizer.worker.extraction import extract, trace
from visualizer.worker.live import run_forward
from visualizer.worker.loaders import recipe_for

SAVERS = {"traced": save_traced, "scripted": save_scripted}
PICTURE, SOUND = InputSpec((1, 3, 8, 8)), InputSpec((2, 6, 10))


@pytest.fixture(autouse=True)
def _quiet() -> None:
    warnings.simplefilter("ignore")


class Seen(nn.Module):
    """A convolution of stride 2, one in two groups, a sum, a linear layer: in int8 throughout."""

    def __init__(self) -> None:
        super().__init__()
        self.enter, self.leave = quantization.QuantStub(), quantization.DeQuantStub()
        self.one, self.act = nn.Conv2d(3, 8, 3, 2, padding=1), nn.ReLU()
        self.two = nn.Conv2d(8, 8, 3, groups=2)
        self.fc = nn.Linear(8 * 2 * 2, 10)
        self.sum = torch.ao.nn.quantized.FloatFunctional()

    def forward(self, x: Tensor) -> Tensor:
        y = self.two(self.act(self.one(self.enter(x))))
        return self.leave(self.fc(self.sum.add(y, y).flatten(1)))


class Heard(nn.Module):
    """Two layers of an LSTM in both directions, and a linear layer."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(10, 12, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(24, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0][:, -1])


def seen() -> tuple[nn.Module, nn.Module, Tensor]:
    """The float network, its quantized form, and an input."""
    torch.manual_seed(0)
    plain, picture = Seen().eval(), torch.randn(PICTURE.shape)
    plain.qconfig = quantization.get_default_qconfig("x86")  # type: ignore[assignment]
    ready = quantization.prepare(quantization.fuse_modules(plain, [["one", "act"]]))
    ready(picture)
    return plain, quantization.convert(ready), picture


def heard() -> tuple[nn.Module, nn.Module, Tensor]:
    torch.manual_seed(0)
    plain = Heard().eval()
    small = quantization.quantize_dynamic(plain, {nn.LSTM, nn.Linear}, dtype=torch.qint8)
    return plain, small, torch.randn(SOUND.shape)


NETWORKS = {"static": seen, "dynamic": heard}
SPECS = {"static": (PICTURE,), "dynamic": (SOUND,)}
MACS = {
    "static": 8 * 4 * 4 * 27 + 8 * 2 * 2 * 4 * 9 + 32 * 10,
    # 2 sequences of 6 steps, 2 directions, 4 gates of 12: 10 + 12 numbers, then 24 + 12.
    "dynamic": 2 * 6 * 2 * 4 * 12 * (10 + 12 + 24 + 12) + 2 * 24 * 5,
}


def weights(graph: LayerGraph) -> dict[str, tuple[tuple[int, ...], str]]:
    return {p.name: (p.spec.shape, p.spec.dtype) for p in graph.parameters if not p.is_buffer}


@pytest.mark.parametrize("way", SAVERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_that_a_quantized_script_has_its_weights_and_costs_what_the_float_network_costs(
    kind: str, way: str, tmp_path: Path
) -> None:
    plain, small, given = NETWORKS[kind]()
    graph = opened(SAVERS[way](small, tmp_path / "net.pt", given), SPECS[kind])
    report = cost_report(graph)
    assert weights(graph) == {
        name: (tuple(p.shape), "qint8" if "weight" in name else "float32")
        for name, p in plain.named_parameters()
    }
    numbers = [p.numel() * (1 if "weight" in name else 4) for name, p in plain.named_parameters()]
    assert report.totals.param_bytes == sum(numbers)
    assert report.uncovered_ops == ()
    assert report.totals.macs == MACS[kind]
    eager, _ = extract(lambda device: plain, SPECS[kind], name="net")
    assert cost_report(eager).totals.macs == MACS[kind]
    assert cost_report(trace(small, [given])).totals.macs == MACS[kind]


@pytest.mark.parametrize("way", SAVERS)
@pytest.mark.parametrize("kind", NETWORKS)
def test_that_a_quantized_script_gives_what_the_quantized_network_gives(
    kind: str, way: str, tmp_path: Path
) -> None:
    _, small, given = NETWORKS[kind]()
    path = SAVERS[way](small, tmp_path / "net.pt", given)
    graph = opened(path, SPECS[kind])
    module = recipe_for(ModelSource("file", str(path))).build("cpu")
    run = run_forward(module, graph, (given,), None, 1 << 24, lambda: None)
    assert torch.equal(run.outputs[0], small(given))


def test_that_a_quantized_convolution_knows_its_stride(tmp_path: Path) -> None:
    """Its op is not told: 3 pixels every 2, one of them before the picture."""
    _, small, given = seen()
    for graph in (trace(small, [given]), opened(save_traced(small, tmp_path / "n.pt", given),
                                                (PICTURE,))):  # fmt: skip
        layer = cost_report(graph).layers["one"]
        assert layer.receptive_field is not None
        assert (layer.receptive_field.size, layer.receptive_field.stride) == ((3, 3), (2, 2))
        assert "floor((8 − 3 + 2·1)/2) + 1" in " ".join(line.text for line in layer.derivations)
        assert graph.by_id["two"].attributes["groups"] == 2

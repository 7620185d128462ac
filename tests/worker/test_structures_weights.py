"""Weights that are computed, shared, packed, sparse, moved or made late."""

from __future__ import annotations

import pytest
import torch
import torch.ao.quantization as quantization
from torch import nn
from torch.nn.utils import parametrizations, spectral_norm, weight_norm

from tests.worker.structures import layer, network, opened, results, table, weights
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.extraction import trace

X = torch.rand(2, 4)
PICTURE = InputSpec((1, 3, 8, 8))
# Quantization warns of its age at every turn; that it is old is why people have such files.
pytestmark = pytest.mark.filterwarnings("ignore")


# ----------------------------------------------------------------- computed


def test_that_the_old_weight_norm_is_computed_from_its_two_weights() -> None:
    graph = opened(nn.Sequential(weight_norm(nn.Linear(4, 3))))
    assert table(graph) == {
        "0.weight_norm": ("weight_norm", [], {"v": "0.weight_v", "g": "0.weight_g"}),
        "0.linear": ("linear", ["input", "0.weight_norm"], {"bias": "0.bias"}),
    }
    assert weights(graph) == {
        "0.bias": ((3,), "float32"),
        "0.weight_g": ((3, 1), "float32"),
        "0.weight_v": ((3, 4), "float32"),
    }


def test_that_the_new_weight_norm_is_a_parametrization() -> None:
    graph = opened(nn.Sequential(parametrizations.weight_norm(nn.Linear(4, 3))))
    rows = list(table(graph).values())
    original = "0.parametrizations.weight.original"
    assert rows[0][0] == "weight_norm"
    assert set(rows[0][2].values()) == {f"{original}0", f"{original}1"}
    assert rows[-1][0] == "linear"
    assert sum(p.spec.elements for p in graph.parameters) == 3 + 3 + 12


def test_that_the_old_spectral_norm_divides_by_u_times_w_times_v() -> None:
    graph = trace(nn.Sequential(spectral_norm(nn.Linear(4, 3))).eval(), [X])
    assert table(graph) == {
        "0.reshape": ("reshape", [], {"input": "0.weight_orig"}),
        "0.mv": ("mv", ["0.reshape"], {"vec": "0.weight_v"}),
        "0.dot": ("dot", ["0.mv"], {"input": "0.weight_u"}),
        "0.div": ("div", ["0.dot"], {"input": "0.weight_orig"}),
        "0.linear": ("linear", ["input", "0.div"], {"bias": "0.bias"}),
    }


def test_that_the_new_spectral_norm_is_a_group_of_its_own() -> None:
    graph = trace(nn.Sequential(parametrizations.spectral_norm(nn.Linear(4, 3))).eval(), [X])
    inside = "0.parametrizations.weight.0"
    ops = [node.op for node in graph.ops if node.module_path == inside]
    assert ops == ["flatten", "clone", "clone", "mv", "vdot", "div"]
    assert table(graph)["0.linear"] == ("linear", ["input", f"{inside}.div"], {"bias": "0.bias"})
    assert [p.name for p in graph.parameters if p.is_buffer] == [f"{inside}._u", f"{inside}._v"]


def test_that_lists_and_dictionaries_of_parameters_are_named_by_place() -> None:
    def forward(self, x):
        return x @ self.steps[0] @ self.steps[1] + self.shifts["last"]

    parts = {
        "steps": nn.ParameterList([torch.rand(4, 4), torch.rand(4, 2)]),
        "shifts": nn.ParameterDict({"last": torch.rand(2)}),
    }
    assert table(opened(network(forward, **parts))) == {
        "matmul": ("matmul", ["input"], {"other": "steps.0"}),
        "matmul#2": ("matmul", ["matmul"], {"other": "steps.1"}),
        "add": ("add", ["matmul#2"], {"other": "shifts.last"}),
    }


def test_that_a_lazy_layer_has_the_shape_of_its_input() -> None:
    graph = opened(nn.Sequential(nn.LazyLinear(3), nn.LazyBatchNorm1d()))
    assert [op for op, _, _ in table(graph).values()] == ["linear", "batch_norm"]
    assert weights(graph)["0.weight"] == ((3, 4), "float32")
    assert weights(graph)["1.running_mean"] == ((3,), "float32")


# ----------------------------------------------------------------- moved


def test_that_a_layer_moved_to_the_device_of_the_input_is_as_if_it_was_not() -> None:
    net = network(lambda self, x: self.fc.to(x.device)(x), fc=nn.Linear(4, 4))
    graph = opened(net)
    assert table(graph) == {"fc": layer("fc", "input")}
    assert graph.route == "meta tensors"


def test_that_a_layer_moved_to_a_fixed_device_opens() -> None:
    def forward(self, x):
        return self.norm.to("cpu")(self.fc.to("cpu")(x.to("cpu")))

    net = network(forward, fc=nn.Linear(4, 4), norm=nn.BatchNorm1d(4))
    kept = net.fc.weight
    graph = opened(net)
    assert [op for op, _, _ in table(graph).values()] == ["linear", "batch_norm"]
    assert results(graph) == ["norm"]
    assert net.fc.weight is kept
    assert kept.device.type == "cpu"


def test_that_a_recurrent_layer_may_be_moved_too() -> None:
    net = network(lambda self, x: self.rnn.to("cpu")(x.to("cpu"))[0], rnn=nn.GRU(4, 3))
    assert [op for op, _, _ in table(opened(net)).values()] == ["gru"]


@pytest.mark.parametrize("run", [opened, lambda net: trace(net, [X])])
def test_that_a_layer_cast_in_the_forward_is_cast_in_the_graph_only(run) -> None:
    def forward(self, x):
        return self.fc.to(torch.bfloat16)(x.to(torch.bfloat16))

    net = network(forward, fc=nn.Linear(4, 4))
    assert table(run(net)) == {
        "to": ("to", [], {"input": "fc.weight"}),
        "to#2": ("to", [], {"input": "fc.bias"}),
        "to#3": ("to", ["input"], {}),
        "fc": ("linear", ["to#3", "to", "to#2"], {}),
    }
    assert net.fc.weight.dtype is torch.float32


# ----------------------------------------------------------------- sparse


def test_that_an_embedding_with_sparse_gradients_is_an_embedding() -> None:
    net = nn.Sequential(nn.Embedding(10, 4, sparse=True))
    graph = opened(net, InputSpec((2, 3), "int64"))
    assert table(graph) == {"0": ("embedding", ["input"], {"weight": "0.weight"})}


@pytest.mark.parametrize(
    ("product", "op", "role"),
    [
        (lambda a, x: torch.sparse.mm(a, x), "sparse_mm", "sparse"),
        (lambda a, x: a @ x, "matmul", "input"),
    ],
)
def test_that_a_sparse_matrix_is_a_buffer_like_any_other(product, op: str, role: str) -> None:
    net = network(lambda self, x: product(self.links, x.t()))
    net.register_buffer("links", torch.eye(4).to_sparse())
    graph = opened(net)
    assert table(graph) == {"t": ("t", ["input"], {}), op: (op, ["t"], {role: "links"})}
    assert graph.outputs[0].node == op
    assert net.links.is_sparse


# ----------------------------------------------------------------- quantized


def test_that_a_dynamically_quantized_layer_has_its_weight_in_one_byte_a_number() -> None:
    net = quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), {nn.Linear})
    graph = opened(net)
    assert table(graph) == {
        "0": layer("0", "input", "linear_dynamic"),
        "1": ("relu", ["0"], {}),
    }
    assert weights(graph) == {"0.weight": ((3, 4), "qint8"), "0.bias": ((3,), "float32")}
    totals = cost_report(graph).totals
    assert (totals.params, totals.param_bytes) == (12 + 3, 12 + 4 * 3)


def test_that_a_dynamically_quantized_layer_without_bias_has_none() -> None:
    net = quantization.quantize_dynamic(nn.Sequential(nn.Linear(4, 3, bias=False)), {nn.Linear})
    assert weights(trace(net, [X])) == {"0.weight": ((3, 4), "qint8")}


def test_that_a_dynamically_quantized_recurrent_layer_has_all_its_weights() -> None:
    net = quantization.quantize_dynamic(
        nn.Sequential(nn.LSTM(3, 5, 2, bidirectional=True)), {nn.LSTM}
    )
    graph = trace(net, [torch.rand(7, 1, 3)])
    plain = nn.LSTM(3, 5, 2, bidirectional=True)
    expected = {
        f"0.{name}": (tuple(p.shape), "qint8" if "weight" in name else "float32")
        for name, p in plain.named_parameters()
    }
    assert weights(graph) == expected
    lstm = next(node for node in graph.ops if "lstm" in node.op)
    assert set(lstm.parameters.values()) == set(expected)


class Quantized(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.enter = quantization.QuantStub()
        self.conv = nn.Conv2d(3, 4, 3)
        self.act = nn.ReLU()
        self.leave = quantization.DeQuantStub()

    def forward(self, x):
        return self.leave(self.act(self.conv(self.enter(x))))


def test_that_a_statically_quantized_network_has_packed_weights_and_their_dtypes() -> None:
    net = Quantized().eval()
    net.qconfig = quantization.get_default_qconfig("x86")
    net = quantization.prepare(quantization.fuse_modules(net, [["conv", "act"]]))
    net(torch.rand(PICTURE.shape))
    graph = opened(quantization.convert(net), PICTURE)
    rows = table(graph)
    assert rows["conv"] == layer("conv", "enter", "conv2d_relu")
    assert rows["leave"] == ("dequantize", ["conv"], {})
    assert graph.by_id["conv"].output.dtype == "quint8"
    found = weights(graph)
    assert found["conv.weight"] == ((4, 3, 3, 3), "qint8")
    assert found["conv.bias"] == ((4,), "float32")


def test_that_a_quantized_embedding_has_its_table() -> None:
    net = nn.Sequential(nn.Embedding(10, 8))
    net.qconfig = quantization.float_qparams_weight_only_qconfig
    net = quantization.convert(quantization.prepare(net))
    graph = trace(net, [torch.zeros(2, 3, dtype=torch.int64)])
    assert table(graph) == {"0": ("embedding_byte", ["input"], {"weight": "0.weight"})}
    assert weights(graph) == {"0.weight": ((10, 8), "quint8")}

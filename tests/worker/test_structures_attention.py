"""Attention in all its spellings, and numbers of other kinds than float32."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from tests.worker.structures import layer, network, opened, results, table, weights
from visualizer.costs import cost_report
from visualizer.sources import InputSpec
from visualizer.worker.extraction import trace

WORDS = InputSpec((1, 5, 8))
PROJECTIONS = {
    "in_proj_weight": "attn.in_proj_weight",
    "in_proj_bias": "attn.in_proj_bias",
    "out_proj_weight": "attn.out_proj.weight",
    "out_proj_bias": "attn.out_proj.bias",
}
# Three projections in and one out of 5 words of 8 numbers, and two products of 2 heads, 5×5×4.
MACS = 4 * 5 * 8 * 8 + 2 * 2 * 5 * 5 * 4


@pytest.mark.parametrize("with_weights", [True, False])
def test_that_torchs_own_attention_is_one_op_fused_or_not(with_weights: bool) -> None:
    """Without the weights torch would take a fused kernel; the graph is the same."""

    def forward(self, x):
        return self.attn(x, x, x, need_weights=with_weights)[0]

    net = network(forward, attn=nn.MultiheadAttention(8, 2, batch_first=True))
    graph = opened(net, WORDS)
    one = "attn.multi_head_attention_forward"
    rows = table(graph)
    assert rows[one][0] == "multi_head_attention_forward"
    assert rows[one][2] == PROJECTIONS
    assert [op for op, _, _ in rows.values() if op != "transpose"] == [rows[one][0]]
    assert cost_report(graph).totals.macs == MACS


def test_that_attention_to_another_text_reads_both() -> None:
    def forward(self, x, other):
        return self.attn(x, other, other)[0]

    net = network(forward, attn=nn.MultiheadAttention(8, 2))
    graph = opened(net, InputSpec((5, 1, 8)), InputSpec((7, 1, 8)))
    assert table(graph) == {
        "attn": ("multi_head_attention_forward", ["input_1", "input_2", "input_2"], PROJECTIONS)
    }


def test_that_an_encoder_layer_is_shown_op_by_op_whatever_its_fast_path() -> None:
    net = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    graph = opened(net, WORDS)
    rows = table(graph)
    assert [op for op, _, _ in rows.values() if op != "transpose"] == [
        "multi_head_attention_forward", "dropout", "add", "layer_norm",
        "linear", "relu", "dropout", "linear", "dropout", "add", "layer_norm",
    ]  # fmt: skip
    assert rows["add"] == ("add", ["input", "dropout1"], {})
    assert rows["linear1"] == layer("linear1", "norm1")
    assert rows["add#2"] == ("add", ["norm1", "dropout2"], {})
    assert results(graph) == ["norm2"]
    assert cost_report(graph).totals.macs == MACS + 2 * 5 * 8 * 16


def test_that_scaled_dot_product_attention_is_one_op() -> None:
    def forward(self, x):
        q, k, v = self.qkv(x).unflatten(2, (3, 2, 4)).permute(2, 0, 3, 1, 4).unbind(0)
        return self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).flatten(2))

    net = network(forward, qkv=nn.Linear(8, 24), out=nn.Linear(5 * 4, 8))
    rows = table(opened(net, WORDS))
    assert rows["scaled_dot_product_attention"] == (
        "scaled_dot_product_attention", ["unbind", "unbind:1", "unbind:2"], {},
    )  # fmt: skip
    assert rows["out"] == layer("out", "flatten")


def test_that_attention_written_out_is_its_products() -> None:
    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        return (q @ k.transpose(1, 2) / 8**0.5).softmax(-1) @ v

    parts = {name: nn.Linear(8, 8) for name in "qkv"}
    graph = opened(network(forward, **parts), WORDS)
    assert table(graph) == {
        "q": layer("q", "input"),
        "k": layer("k", "input"),
        "v": layer("v", "input"),
        "transpose": ("transpose", ["k"], {}),
        "matmul": ("matmul", ["q", "transpose"], {}),
        "div": ("div", ["matmul"], {}),
        "softmax": ("softmax", ["div"], {}),
        "matmul#2": ("matmul", ["softmax", "v"], {}),
    }
    assert cost_report(graph).totals.macs == 3 * 5 * 8 * 8 + 2 * 5 * 5 * 8


# ----------------------------------------------------------------- kinds of numbers


def test_that_autocast_gives_the_dtype_it_gives_on_real_tensors() -> None:
    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16):
            y = self.fc(x)
            z = y.float().softmax(-1)
        return y, z

    net = network(forward, fc=nn.Linear(4, 3))
    graph = opened(net)
    real = net(torch.rand(2, 4))
    assert [graph.spec(ref).dtype for ref in graph.outputs] == ["bfloat16", "float32"]
    assert [str(tensor.dtype) for tensor in real] == ["torch.bfloat16", "torch.float32"]
    assert graph.route == "fake tensors"
    assert "autocast" in graph.notes[0]
    assert table(graph) == table(trace(net, [torch.rand(2, 4)]))


def test_that_autocast_switched_off_changes_nothing() -> None:
    def forward(self, x):
        with torch.autocast("cpu", torch.bfloat16, enabled=False):
            return self.fc(x)

    graph = opened(network(forward, fc=nn.Linear(4, 3)))
    assert graph.route == "meta tensors"
    assert graph.by_id["fc"].output.dtype == "float32"


def test_that_a_network_in_bfloat16_has_two_bytes_a_number() -> None:
    graph = opened(nn.Sequential(nn.Linear(4, 3)).bfloat16(), InputSpec((2, 4), "bfloat16"))
    assert graph.by_id["0"].output.dtype == "bfloat16"
    assert cost_report(graph).totals.param_bytes == 2 * (12 + 3)


def test_that_complex_numbers_go_through() -> None:
    def forward(self, x):
        return torch.view_as_real(torch.fft.fft(x) @ self.w).flatten(1)

    weight = nn.Parameter(torch.rand(4, 3, dtype=torch.complex64))
    graph = opened(network(forward, w=weight))
    assert table(graph) == {
        "fft_fft": ("fft_fft", ["input"], {}),
        "matmul": ("matmul", ["fft_fft"], {"other": "w"}),
        "view_as_real": ("view_as_real", ["matmul"], {}),
        "flatten": ("flatten", ["view_as_real"], {}),
    }
    assert [graph.by_id[name].output.dtype for name in ("fft_fft", "matmul", "flatten")] == [
        "complex64", "complex64", "float32",
    ]  # fmt: skip
    assert weights(graph) == {"w": ((4, 3), "complex64")}

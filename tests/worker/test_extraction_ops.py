"""What one executed op looks like in the graph; expectations written by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from visualizer.graph import LayerGraph, Node, TensorRef
from visualizer.worker.extraction import trace


class Calls(nn.Module):
    """A module that calls a function on its inputs."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def traced(function, *shapes: tuple[int, ...]) -> LayerGraph:
    return trace(Calls(function), [torch.rand(shape) for shape in shapes or [(2, 4)]])


def ops(graph: LayerGraph) -> list[str]:
    return [node.op for node in graph.ops]


def reads(graph: LayerGraph) -> dict[str, list[str]]:
    return {node.id: [ref.node for ref in node.inputs] for node in graph.ops}


def only_op(graph: LayerGraph) -> Node:
    (node,) = graph.ops
    return node


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + x,
        lambda x: 1 + x,
        lambda x: torch.add(x, x),
        lambda x: x.add(x),
        lambda x: x.__add__(1),
        lambda x: torch.ops.aten.add(x, x),
    ],
)
def test_that_every_spelling_of_addition_is_add(function) -> None:
    assert ops(traced(function)) == ["add"]
    assert not only_op(traced(function)).in_place


def test_that_operators_that_only_wrap_a_builtin_are_named_too() -> None:
    assert ops(traced(lambda x: x**2 + 2**x)) == ["pow", "pow", "add"]


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (lambda x: x.add_(1), "add"),
        (lambda x: F.relu(x, inplace=True), "relu"),
        (lambda x: torch.relu_(x), "relu"),
        (lambda x: x.__imul__(2), "mul"),
        (lambda x: x.clamp_(0, 1), "clamp"),
    ],
)
def test_that_working_in_place_is_told_from_the_name(function, op: str) -> None:
    node = only_op(traced(function))
    assert (node.op, node.in_place, node.aliases) == (op, True, (0,))


@pytest.mark.parametrize(
    ("function", "op"),
    [
        (lambda x: 2 / x, "div"),
        (lambda x: 2 - x, "sub"),
        (lambda x: 2**x, "pow"),
        (lambda x: x // 2, "floor_divide"),
        (lambda x: x % 2, "remainder"),
        (lambda x: torch.concat([x, x]), "cat"),
        (lambda x: x[:, 0], "getitem"),
        (lambda x: x.T, "T"),
        (lambda x: x.mT, "mT"),
        (lambda x: F.scaled_dot_product_attention(x, x, x), "scaled_dot_product_attention"),
        (lambda x: F.max_pool1d(x, 2, return_indices=True)[0], "max_pool1d"),
        (lambda x: torch.clip(x, 0, 1), "clamp"),
        (lambda x: x.swapaxes(0, 1), "transpose"),
    ],
)
def test_that_ops_go_by_their_public_name(function, op: str) -> None:
    assert ops(traced(function)) == [op]


def test_that_what_gives_no_tensor_is_no_op() -> None:
    def function(x):
        assert x.shape == x.size() and x.dim() == 2 and len(x) == 2 and not x.is_cuda
        assert x.is_floating_point() and x.device and x.dtype and not torch.jit.is_tracing()
        return x.relu()

    assert ops(traced(function)) == ["relu"]


@pytest.mark.parametrize(
    "function", [lambda x: x.contiguous(), lambda x: x.to(torch.float32), lambda x: x.float()]
)
def test_that_conversions_that_do_nothing_are_left_out(function) -> None:
    graph = traced(function)
    assert graph.ops == ()
    assert graph.outputs == (TensorRef("input"),)


def test_that_a_conversion_that_converts_is_an_op_with_its_dtype() -> None:
    node = only_op(traced(lambda x: x.to(torch.float16)))
    assert (node.op, node.output.dtype, node.attributes) == ("to", "float16", {"dtype": "float16"})


def test_that_dropout_in_eval_is_kept_apart_from_its_input() -> None:
    graph = traced(lambda x: x + F.dropout(x, 0.3, training=False))
    assert reads(graph) == {"dropout": ["input"], "add": ["input", "dropout"]}
    assert graph.by_id["dropout"].attributes["p"] == 0.3


# ----------------------------------------------------------------------- versions of tensors


def test_that_an_in_place_chain_is_a_chain() -> None:
    def function(x):
        y = x * 2
        y.add_(1)
        y.relu_()
        return y + x

    assert reads(traced(function)) == {
        "mul": ["input"], "add": ["mul"], "relu": ["add"], "add#2": ["relu", "input"],
    }  # fmt: skip


def test_that_setitem_makes_a_new_version_of_its_target() -> None:
    def function(x, value):
        y = x * 2
        y[:, 0] = value
        return y.sum()

    graph = traced(function, (2, 4), (2,))
    assert reads(graph) == {"mul": ["input_1"], "setitem": ["mul", "input_2"], "sum": ["setitem"]}
    assert graph.by_id["setitem"].in_place
    assert graph.by_id["setitem"].output.shape == (2, 4)
    assert graph.by_id["setitem"].attributes["index"] == ":, 0"


def test_that_augmented_assignment_to_a_part_is_one_setitem() -> None:
    def function(x):
        y = x * 2
        y[:, 0] += 1
        return y.sum()

    assert reads(traced(function)) == {
        "mul": ["input"], "getitem": ["mul"], "add": ["getitem"], "setitem": ["mul", "add"],
        "sum": ["setitem"],
    }  # fmt: skip


def test_that_changing_a_view_changes_what_it_is_a_view_of() -> None:
    def function(x):
        y = x * 2
        y[:, 0].add_(1)
        return y.sum()

    graph = traced(function)
    assert reads(graph)["setitem"] == ["mul", "add"]
    assert reads(graph)["sum"] == ["setitem"]
    assert graph.by_id["setitem"].output.shape == (2, 4)


def test_that_changing_an_alias_of_the_same_shape_needs_no_setitem() -> None:
    def function(x):
        y = x * 2
        F.dropout(y, training=False).relu_()
        return y.sum()

    assert reads(traced(function)) == {
        "mul": ["input"], "dropout": ["mul"], "relu": ["dropout"], "sum": ["relu"],
    }  # fmt: skip


def test_that_changing_the_whole_changes_its_views() -> None:
    def function(x):
        y = x * 2
        part = y[0]
        y.add_(1)
        return part.sum()

    graph = traced(function)
    assert reads(graph)["alias"] == ["add"]
    assert reads(graph)["sum"] == ["alias"]
    assert graph.by_id["alias"].output.shape == (4,)


def test_that_changing_one_chunk_leaves_the_other_alone() -> None:
    def function(x):
        left, right = (x * 2).chunk(2, dim=1)
        left.relu_()
        return torch.cat([left, right], 1)

    graph = traced(function)
    assert ops(graph) == ["mul", "chunk", "relu", "cat"]
    assert graph.by_id["cat"].inputs == (TensorRef("relu"), TensorRef("chunk", 1))


def test_that_a_late_write_back_does_not_hide_the_layer_that_reads_it() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 3)

        def forward(self, x):
            y = x * 2
            y[:, 0].add_(1)
            return self.fc(y)

    graph = trace(Net(), [torch.rand(2, 4)])
    assert graph.by_id["fc"].op == "linear"
    assert reads(graph)["fc"] == ["setitem"]
    assert graph.by_id["setitem"].scope == ()


def test_that_an_out_argument_is_no_input() -> None:
    def function(x):
        result = torch.empty(2, 4)
        torch.add(x, x, out=result)
        return result.sum()

    graph = traced(function)
    assert reads(graph)["add"] == ["input", "input"]
    assert reads(graph)["sum"] == ["add"]


# ----------------------------------------------------------------------- several outputs


@pytest.mark.parametrize(
    ("function", "op", "shapes"),
    [
        (lambda x: x.chunk(2, dim=1), "chunk", [(2, 2), (2, 2)]),
        (lambda x: x.split([1, 3], dim=1), "split", [(2, 1), (2, 3)]),
        (lambda x: x.unbind(0), "unbind", [(4,), (4,)]),
        (lambda x: tuple(x.max(1)), "max", [(2,), (2,)]),
        (lambda x: list(x), "unbind", [(4,), (4,)]),
    ],
)
def test_that_several_outputs_are_told_apart(function, op: str, shapes: list) -> None:
    graph = traced(function)
    node = only_op(graph)
    assert node.op == op
    assert [spec.shape for spec in node.outputs] == shapes
    assert graph.outputs == tuple(TensorRef(node.id, k) for k in range(len(shapes)))


def test_that_views_say_whose_memory_they_share() -> None:
    graph = traced(lambda x, y: torch.cat([x, y.view(2, 4)]).unsqueeze(0), (2, 4), (8,))
    aliases = {node.id: node.aliases for node in graph.ops}
    assert aliases == {"view": (0,), "cat": (-1,), "unsqueeze": (0,)}


# ----------------------------------------------------------------------- tensors from elsewhere


def test_that_weights_are_roles_and_not_edges() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.rand(3, 4))
            self.pos = nn.Parameter(torch.rand(3))
            self.register_buffer("scale", torch.rand(3))

        def forward(self, x):
            return (F.linear(x, self.w) + self.pos) * self.scale

    graph = trace(Net(), [torch.rand(2, 4)])
    assert {node.op: node.parameters for node in graph.ops} == {
        "linear": {"weight": "w"}, "add": {"other": "pos"}, "mul": {"other": "scale"},
    }  # fmt: skip
    assert reads(graph) == {"linear": ["input"], "add": ["linear"], "mul": ["add"]}


def test_that_an_op_on_weights_only_has_no_inputs_and_flows_on() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.rand(8, 3, 3, 3))
            self.gain = nn.Parameter(torch.rand(8, 1, 1, 1))

        def forward(self, x):
            return F.conv2d(x, self.w * self.gain)

    graph = trace(Net(), [torch.rand(1, 3, 5, 5)])
    assert graph.by_id["mul"].inputs == ()
    assert graph.by_id["mul"].parameters == {"input": "w", "other": "gain"}
    assert reads(graph)["conv2d"] == ["input", "mul"]
    assert graph.by_id["conv2d"].attributes["kernel_size"] == (3, 3)


def test_that_unregistered_tensors_are_constants_and_factories_ops() -> None:
    table = torch.rand(4)

    def function(x):
        return x + table + torch.zeros(4) + torch.from_numpy(np.ones(4, dtype=np.float32))

    graph = traced(function)
    assert sorted(ops(graph)) == ["add", "add", "add", "constant", "constant", "zeros"]
    assert graph.by_id["zeros"].inputs == ()
    assert graph.by_id["constant"].output.shape == (4,)


def test_that_a_weight_given_back_is_an_output() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.rand(3))

        def forward(self, x):
            return x + 1, self.w

    graph = trace(Net(), [torch.rand(3)])
    assert graph.outputs == (TensorRef("add"), TensorRef("parameter"))
    assert graph.by_id["parameter"].parameters == {"value": "w"}


def test_that_state_written_into_a_buffer_is_read_back() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("cache", torch.zeros(3, 4))

        def forward(self, x):
            self.cache[:2] = x
            return self.cache.sum()

    network = Net()
    graph = trace(network, [torch.rand(2, 4)])
    assert graph.by_id["setitem"].parameters == {"input": "cache"}
    assert reads(graph) == {"setitem": ["input"], "sum": ["setitem"]}
    assert not network.cache.any(), "the trace must not leave traces in the network's state"


# ----------------------------------------------------------------------- attributes


CONVOLUTION = {
    "kernel_size": (3, 5), "stride": (2, 2), "padding": (1, 2), "dilation": (1, 1), "groups": 2,
    "transposed": False, "in_channels": 4, "out_channels": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("module", "shape", "expected"),
    [
        (nn.Conv2d(4, 8, (3, 5), 2, (1, 2), groups=2), (1, 4, 8, 8), CONVOLUTION),
        (nn.Conv1d(2, 3, 5, padding="same"), (1, 2, 9), {"padding": (2,), "kernel_size": (5,)}),
        (nn.Conv1d(2, 3, 4, padding="same"), (1, 2, 9), {"padding": "same", "kernel_size": (4,)}),
        (nn.Conv3d(1, 2, 3, padding="valid"), (1, 1, 4, 4, 4), {"padding": (0, 0, 0)}),
        (
            nn.ConvTranspose2d(6, 4, 2, 2, output_padding=1, groups=2),
            (1, 6, 4, 4),
            {"transposed": True, "output_padding": (1, 1), "in_channels": 6, "out_channels": 4,
             "groups": 2, "stride": (2, 2)},
        ),
        (
            nn.MaxPool2d(3, ceil_mode=True),
            (1, 2, 8, 8),
            {"kernel_size": (3, 3), "stride": (3, 3), "padding": (0, 0), "dilation": (1, 1),
             "ceil_mode": True},
        ),
        (
            nn.AvgPool2d(2, 1, 1, count_include_pad=False),
            (1, 2, 8, 8),
            {"kernel_size": (2, 2), "stride": (1, 1), "padding": (1, 1),
             "count_include_pad": False},
        ),
        (nn.AdaptiveAvgPool2d((None, 3)), (1, 2, 8, 8), {"output_size": (8, 3)}),
        (nn.Linear(4, 3), (2, 4), {"in_features": 4, "out_features": 3}),
        (nn.LayerNorm(4, eps=1e-3), (2, 4), {"normalized_shape": (4,), "eps": 1e-3}),
        (nn.GroupNorm(2, 4), (1, 4, 3), {"num_groups": 2, "eps": 1e-5}),
        (nn.BatchNorm2d(4), (1, 4, 3, 3), {"num_features": 4, "eps": 1e-5}),
        (nn.Softmax(dim=1), (2, 4), {"dim": 1}),
        (nn.Dropout(0.25), (2, 4), {"p": 0.25}),
        (nn.Flatten(), (2, 4, 3), {"start_dim": 1, "end_dim": -1}),
        (nn.Upsample(scale_factor=2), (1, 2, 3, 3), {"scale_factor": 2.0, "mode": "nearest",
                                                     "output_size": (6, 6)}),
        (nn.LeakyReLU(0.2), (2, 4), {"negative_slope": 0.2}),
        (nn.PixelShuffle(2), (1, 4, 3, 3), {"upscale_factor": 2}),
        (nn.ZeroPad2d(1), (1, 2, 3, 3), {"pad": (1, 1, 1, 1), "mode": "constant"}),
    ],
)  # fmt: skip
def test_that_layers_tell_their_settings(module: nn.Module, shape: tuple, expected: dict) -> None:
    found = only_op(trace(module, [torch.rand(shape)])).attributes
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda x: torch.cat([x, x], dim=1), {"dim": 1}),
        (lambda x: torch.cat([x, x]), {"dim": 0}),
        (lambda x: x.permute(1, 0), {"dims": (1, 0)}),
        (lambda x: x.permute((1, 0)), {"dims": (1, 0)}),
        (lambda x: x.view(4, 2), {"size": (4, 2)}),
        (lambda x: x.reshape(-1), {"shape": (-1,)}),
        (lambda x: x.transpose(0, 1), {"dim0": 0, "dim1": 1}),
        (lambda x: x[..., 1:3], {"index": "..., 1:3"}),
        (lambda x: x[None, ::2], {"index": "None, ::2"}),
        (lambda x: x.mean((0, 1), keepdim=True), {"dim": (0, 1), "keepdim": True}),
        (lambda x: x * 3, {"other": 3}),
        (lambda x: torch.roll(x, 1, 0), {"shifts": 1, "dims": 0}),
        (lambda x: torch.einsum("ij,kj->ik", x, x), {"equation": "ij,kj->ik"}),
        (lambda x: x.masked_fill(x.bool(), float("-inf")), {"value": "-inf"}),
        (lambda x: F.gelu(x, approximate="tanh"), {"approximate": "tanh"}),
        (
            lambda x: F.scaled_dot_product_attention(x, x, x, is_causal=True),
            {"is_causal": True, "enable_gqa": False},
        ),
    ],
)
def test_that_function_arguments_are_kept_by_name(function, expected: dict) -> None:
    found = traced(function).ops[-1].attributes
    assert {name: found.get(name) for name in expected} == expected


def test_that_embeddings_tell_their_table() -> None:
    graph = trace(nn.Embedding(10, 3), [torch.zeros(2, 5, dtype=torch.int64)])
    node = only_op(graph)
    assert node.attributes["num_embeddings"] == 10
    assert node.attributes["embedding_dim"] == 3
    assert node.parameters == {"weight": "weight"}


# ----------------------------------------------------------------------- composite layers


@pytest.mark.parametrize(
    ("module", "op"), [(nn.LSTM, "lstm"), (nn.GRU, "gru"), (nn.RNN, "rnn_tanh")]
)
def test_that_a_recurrent_layer_is_one_op(module: type[nn.Module], op: str) -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.core = module(4, 5, num_layers=2, bidirectional=True, batch_first=True)

        def forward(self, x):
            return self.core(x)[0]

    node = only_op(trace(Net(), [torch.rand(3, 7, 4)]))
    assert (node.id, node.op, node.output.shape) == ("core", op, (3, 7, 10))
    expected = {"input_size": 4, "hidden_size": 5, "num_layers": 2, "bidirectional": True,
                "batch_first": True}  # fmt: skip
    assert {name: node.attributes[name] for name in expected} == expected
    assert node.parameters["weight_ih_l0"] == "core.weight_ih_l0"
    assert len(node.parameters) == 16
    assert node.inputs == (TensorRef("input"),)


def test_that_a_packed_sequence_goes_through_one_recurrent_op() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.core = nn.LSTM(4, 5, batch_first=True)

        def forward(self, x):
            packed = nn.utils.rnn.pack_padded_sequence(x, [7, 3], batch_first=True)
            out, _ = self.core(packed)
            return nn.utils.rnn.pad_packed_sequence(out, batch_first=True)[0]

    graph = trace(Net(), [torch.rand(2, 7, 4)])
    assert graph.by_id["core"].op == "lstm"
    assert graph.by_id["core"].output.shape == (10, 5)
    assert graph.spec(graph.outputs[0]).shape == (2, 7, 5)


def test_that_cells_in_a_loop_are_called_again_and_again() -> None:
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = nn.GRUCell(4, 5)

        def forward(self, x):
            state = None
            for step in x.unbind(1):
                state = self.cell(step, state)
            return state

    graph = trace(Net(), [torch.rand(2, 3, 4)])
    assert [node.id for node in graph.ops] == ["unbind", "cell", "cell#2", "cell#3"]
    assert graph.by_id["cell#3"].inputs == (TensorRef("unbind", 2), TensorRef("cell#2"))
    assert graph.by_id["cell#3"].attributes["hidden_size"] == 5


def test_that_attention_is_one_op_with_its_weights() -> None:
    graph = trace(nn.MultiheadAttention(8, 2), [torch.rand(5, 1, 8)] * 3)
    node = graph.by_id["multi_head_attention_forward"]
    assert {k: node.attributes[k] for k in ("embed_dim", "num_heads", "head_dim")} == {
        "embed_dim": 8, "num_heads": 2, "head_dim": 4,
    }  # fmt: skip
    assert set(node.parameters) == {
        "in_proj_weight", "in_proj_bias", "out_proj_weight", "out_proj_bias",
    }  # fmt: skip
    assert [spec.shape for spec in node.outputs] == [(5, 1, 8), (1, 5, 5)]


def test_that_complex_and_bfloat16_tensors_keep_their_dtype() -> None:
    graph = traced(lambda x: (torch.fft.fft(x), x.to(torch.bfloat16)))
    assert [graph.spec(ref).dtype for ref in graph.outputs] == ["complex64", "bfloat16"]

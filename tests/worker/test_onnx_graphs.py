"""ONNX files as layer graphs: ops, shapes, hierarchy and costs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from tests.perf.onnx_files import compare
from tests.worker.onnx_files import (
    Quiet,
    classifier,
    model_of,
    opened,
    save,
    value,
    weight,
    whole,
)
from visualizer.costs import cost_report
from visualizer.graph.model import LayerGraph, Node
from visualizer.sources import InputSpec, parse_source
from visualizer.worker.loaders import LoadError
from visualizer.worker.networks import Networks
from visualizer.worker.onnx_networks.network import OnnxNetwork

LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"

# Parameters as the papers' own files have them (Caffe's bvlc_alexnet, SqueezeNet 1.1, VGG-19,
# ResNet-50 with BatchNorm's γ and β); multiply-adds as torchvision publishes them in G.
KNOWN = {
    "light_bvlc_alexnet": (60_965_224, None),
    "light_squeezenet": (1_235_496, 0.35),
    "light_vgg19": (143_667_240, 19.63),
    "light_resnet50": (25_557_032, 4.09),
}


def ops(graph: LayerGraph) -> list[str]:
    return [node.op for node in graph.ops]


def only(graph: LayerGraph, op: str) -> Node:
    (node,) = [node for node in graph.nodes if node.op == op]
    return node


def graph_of(tmp_path: Path, *nodes: onnx.NodeProto, stored: list[TensorProto] = [],  # noqa: B006
             x: tuple[int, ...] = (1, 3, 8, 8), kind: int = TensorProto.FLOAT, opset: int = 17,
             **more: object) -> OnnxNetwork:  # fmt: skip
    """One network from `x` to `y`."""
    model = model_of(list(nodes), [value("x", list(x), kind)], ["y"], stored, opset, **more)
    return opened(save(model, tmp_path / "net.onnx"))


@pytest.mark.parametrize("path", sorted(LIGHT.glob("light_*.onnx")), ids=lambda path: path.stem)
def test_that_every_light_network_of_the_onnx_package_opens_with_all_ops_covered(path: Path):
    network = opened(path)
    report = cost_report(network.graph)
    assert report.uncovered_ops == ()
    assert report.totals.macs > 1e8
    if path.stem in KNOWN:
        params, gmacs = KNOWN[path.stem]
        assert report.totals.params == params
        assert gmacs is None or round(report.totals.macs / 1e9, 2) == gmacs


@pytest.mark.parametrize(
    ("name", "way"),
    [("resnet18", "script"), ("shufflenet_v2_x1_0", "script with norms"),
     ("mobilenet_v2", "script")],
)  # fmt: skip
def test_that_an_export_costs_what_the_eager_network_costs(name: str, way: str, tmp_path: Path):
    found = compare(name, way, tmp_path)
    assert found.macs == found.eager_macs
    assert found.uncovered == ()
    # A norm folded into its convolution leaves one number of two a channel.
    folded = found.norm_channels // 2 if way == "script" else 0
    assert found.eager_params - found.params == folded
    assert found.outputs_equal
    assert found.kept_equal


# --------------------------------------------------------------------------- shapes and inputs


def test_that_ops_that_work_out_shapes_are_not_drawn_and_counted_in_a_note(tmp_path: Path):
    graph = opened(save(classifier(), tmp_path / "net.onnx")).graph
    assert ops(graph) == [
        "conv2d", "batch_norm", "relu", "adaptive_avg_pool2d", "reshape", "linear",
    ]  # fmt: skip
    assert graph.notes[-1].startswith("4 ops of the file carry no activations")


def test_that_modules_are_named_as_in_the_network_that_was_exported(tmp_path: Path):
    graph = opened(save(classifier(), tmp_path / "net.onnx")).graph
    assert [node.id for node in graph.ops] == ["c", "n", "act", "pool", "Reshape", "fc"]
    assert graph.by_id["c"].kind == "Conv"
    assert graph.by_id["c"].parameters == {"weight": "c.weight", "bias": "c.bias"}


def test_that_statistics_are_buffers_and_weights_parameters(tmp_path: Path):
    graph = opened(save(classifier(), tmp_path / "net.onnx")).graph
    buffers = {parameter.name for parameter in graph.parameters if parameter.is_buffer}
    assert buffers == {"n.mean", "n.var"}
    # 4·3·3·3 + 4, 4 + 4, 5·4 + 5
    assert cost_report(graph).totals.params == 112 + 8 + 25


def test_that_symbolic_sides_are_chosen_and_said(tmp_path: Path):
    network = opened(save(classifier("side", "n"), tmp_path / "net.onnx"))
    assert network.inputs == (InputSpec((1, 3, 224, 224), "float32", "x"),)
    assert network.graph.notes[0] == (
        "input x is n×3×side×side in the file: 1×3×224×224 was chosen"
    )


def test_that_given_inputs_fit_by_name_or_place(tmp_path: Path):
    path = save(classifier("side", "n"), tmp_path / "net.onnx")
    for given in (InputSpec((2, 3, 32, 32)), InputSpec((2, 3, 32, 32), name="x")):
        graph = opened(path, given).graph
        assert graph.by_id["c"].output.shape == (2, 4, 32, 32)
        assert graph.by_id["fc"].output.shape == (2, 5)


@pytest.mark.parametrize(
    ("given", "says"),
    [(InputSpec((1, 3, 8), name="x"), "input 'x' is 1×3×16×16 in the file, 1x3x8 was given"),
     (InputSpec((1, 3, 16, 16), name="picture"), "there is no input 'picture': this file takes x"),
     (InputSpec((1, 3, 16, 16), "int64"), "input 'x' is float32 in the file, int64 was given")],
)  # fmt: skip
def test_that_inputs_that_do_not_fit_are_said(given: InputSpec, says: str, tmp_path: Path):
    with pytest.raises(LoadError) as raised:
        opened(save(classifier(), tmp_path / "net.onnx"), given)
    assert str(raised.value) == says


def test_that_a_side_nobody_can_guess_is_asked_for_by_name(tmp_path: Path):
    model = model_of(
        [helper.make_node("Relu", ["sound"], ["y"])], [value("sound", [1, 80, "frames"])], ["y"]
    )
    with pytest.raises(LoadError) as raised:
        opened(save(model, tmp_path / "net.onnx"))
    assert "input 'sound' is 1×80×frames: its sides frames are not fixed" in str(raised.value)
    assert "sound=1x80x16" in str(raised.value)
    network = opened(tmp_path / "net.onnx", InputSpec((1, 80, 300)))
    assert network.graph.nodes[-1].output.shape == (1, 80, 300)


def test_that_a_batch_fixed_in_the_file_can_be_changed(tmp_path: Path):
    stored = [weight("w", 3, 192), whole("to", 1, -1)]
    nodes = [
        helper.make_node("Reshape", ["x", "to"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["y"], transB=1),
    ]
    network = graph_of(tmp_path, *nodes, stored=stored)
    larger = network.for_inputs((InputSpec((5, 3, 8, 8)),), Quiet())  # type: ignore[arg-type]
    assert larger.graph.nodes[-1].output.shape == (5, 3)
    assert cost_report(larger.graph).totals.macs == 5 * 192 * 3


def test_that_a_size_the_file_does_not_allow_is_refused(tmp_path: Path):
    stored = [weight("w", 3, 192), whole("to", 1, -1)]
    nodes = [
        helper.make_node("Reshape", ["x", "to"], ["f"]),
        helper.make_node("Gemm", ["f", "w"], ["y"], transB=1),
    ]
    network = graph_of(tmp_path, *nodes, stored=stored)
    with pytest.raises(LoadError, match="the file fixes its inputs at other sizes"):
        network.for_inputs((InputSpec((1, 3, 9, 9)),), Quiet())  # type: ignore[arg-type]


def test_that_a_shape_that_depends_on_numbers_is_read_in_a_run(tmp_path: Path):
    nodes = [
        helper.make_node("NonZero", ["x"], ["where"]),
        helper.make_node("Cast", ["where"], ["y"], to=TensorProto.FLOAT),
    ]
    network = graph_of(tmp_path, *nodes, x=(2, 3))
    assert network.graph.route.endswith("2 shapes from an onnxruntime run")
    assert network.graph.nodes[-1].output.shape == (2, 6)  # no random number is 0


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 15, 18, 21])
def test_that_opsets_from_7_on_open(opset: int, tmp_path: Path):
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1] * 4),
        helper.make_node("MaxPool", ["a"], ["b"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["b"], ["c"]),
        helper.make_node("Softmax", ["c"], ["y"], axis=1),
    ]
    graph = graph_of(tmp_path, *nodes, stored=[weight("w", 4, 3, 3, 3)], opset=opset).graph
    assert [node.output.shape for node in graph.ops] == [
        (1, 4, 8, 8), (1, 4, 4, 4), (1, 64), (1, 64),
    ]  # fmt: skip


# --------------------------------------------------------------------------- single ops


def test_that_padding_by_name_is_worked_out_from_the_sizes(tmp_path: Path):
    conv = helper.make_node(
        "Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2], kernel_shape=[3, 3]
    )
    node = only(graph_of(tmp_path, conv, stored=[weight("w", 4, 3, 3, 3)]).graph, "conv2d")
    assert node.output.shape == (1, 4, 4, 4)
    # (4 − 1)·2 + 3 − 8 = 1 number in all, after the picture
    assert (node.attributes["padding"], node.attributes["padding_end"]) == ((0, 0), (1, 1))


def test_that_a_matmul_with_a_stored_matrix_is_a_linear_layer(tmp_path: Path):
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["h"]),
        helper.make_node("Add", ["h", "fc.bias"], ["y"]),
    ]
    stored = [weight("w", 6, 10), weight("fc.bias", 10)]
    network = graph_of(tmp_path, *nodes, stored=stored, x=(2, 7, 6))
    report = cost_report(network.graph)
    assert report.totals.macs == 2 * 7 * 6 * 10
    assert report.totals.params == 6 * 10 + 10
    assert only(network.graph, "linear").attributes == {"in_features": 6, "out_features": 10}


@pytest.mark.parametrize(("op", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_that_recurrent_layers_count_as_torch_s(op: str, gates: int, tmp_path: Path):
    steps, inputs, hidden = 5, 6, 8
    node = helper.make_node(op, ["x", "W", "R", "B"], ["y"], hidden_size=hidden)
    stored = [weight("W", 1, gates * hidden, inputs), weight("R", 1, gates * hidden, hidden),
              weight("B", 1, 2 * gates * hidden)]  # fmt: skip
    graph = graph_of(tmp_path, node, stored=stored, x=(steps, 1, inputs)).graph
    report = cost_report(graph)
    assert report.totals.macs == steps * gates * hidden * (inputs + hidden)
    torch_layer = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.RNN}[op](inputs, hidden)
    assert report.totals.params == sum(p.numel() for p in torch_layer.parameters())


def test_that_quantized_layers_count_as_float_ones(tmp_path: Path):
    scale = numpy_helper.from_array(np.asarray(0.1, np.float32), "s")
    zero = numpy_helper.from_array(np.asarray(0, np.uint8), "z")
    filters = numpy_helper.from_array(np.ones((4, 3, 3, 3), np.uint8), "w")
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "s", "z"], ["q"]),
        helper.make_node("QLinearConv", ["q", "s", "z", "w", "s", "z", "s", "z"], ["c"]),
        helper.make_node("DequantizeLinear", ["c", "s", "z"], ["y"]),
    ]
    graph = graph_of(tmp_path, *nodes, stored=[scale, zero, filters]).graph
    report = cost_report(graph)
    assert ops(graph) == ["quantize", "conv2d", "dequantize"]
    assert report.uncovered_ops == ()
    assert report.totals.macs == 4 * 6 * 6 * 27
    assert graph.by_id[graph.ops[1].id].output.dtype == "uint8"


def test_that_a_weight_stored_in_8_bits_belongs_to_its_layer(tmp_path: Path):
    scale = numpy_helper.from_array(np.asarray(0.1, np.float32), "s")
    filters = numpy_helper.from_array(np.ones((4, 3, 3, 3), np.int8), "w8")
    nodes = [
        helper.make_node("DequantizeLinear", ["w8", "s"], ["w"]),
        helper.make_node("Conv", ["x", "w"], ["y"]),
    ]
    graph = graph_of(tmp_path, *nodes, stored=[scale, filters]).graph
    assert only(graph, "conv2d").parameters == {"weight": "w8"}
    assert cost_report(graph).totals.param_bytes == 4 * 27


@pytest.mark.parametrize("rank", [3, 4])
def test_that_attention_counts_both_products(rank: int, tmp_path: Path):
    batch, heads, queries, keys, width = 2, 4, 5, 7, 8
    shapes = {
        4: ([batch, heads, queries, width], [batch, heads, keys, width]),
        3: ([batch, queries, heads * width], [batch, keys, heads * width]),
    }[rank]
    node = helper.make_node(
        "Attention", ["q", "k", "v"], ["y"],
        **({} if rank == 4 else {"q_num_heads": heads, "kv_num_heads": heads}),
    )  # fmt: skip
    inputs = [value("q", shapes[0]), value("k", shapes[1]), value("v", shapes[1])]
    model = model_of([node], inputs, ["y"], opset=23)
    report = cost_report(opened(save(model, tmp_path / "net.onnx")).graph)
    assert report.totals.macs == 2 * batch * heads * queries * keys * width
    assert report.uncovered_ops == ()


def test_that_an_op_nobody_knows_is_shown_and_never_counted_as_0(tmp_path: Path):
    node = helper.make_node("Sharpen", ["x"], ["y"], domain="acme.vision", strength=3)
    model = model_of([node], [value("x", [1, 3, 8, 8])], [], opset=17,
                     opsets=[helper.make_opsetid("acme.vision", 1)])  # fmt: skip
    model.graph.output.append(value("y", [1, 3, 16, 16]))
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    report = cost_report(graph)
    assert report.uncovered_ops == ("acme.vision.sharpen",)
    assert report.layers[graph.nodes[-1].id].cost.macs is None
    assert graph.nodes[-1].output.shape == (1, 3, 16, 16)
    assert graph.nodes[-1].attributes == {"strength": 3}


def test_that_functions_of_the_file_are_put_in_place_of_their_calls(tmp_path: Path):
    body = [helper.make_node("Mul", ["a", "a"], ["b"]), helper.make_node("Relu", ["b"], ["c"])]
    function = helper.make_function(
        "acme", "Square", ["a"], ["c"], body, [helper.make_opsetid("", 17)]
    )
    node = helper.make_node("Square", ["x"], ["y"], domain="acme")
    graph = graph_of(
        tmp_path, node, functions=[function], opsets=[helper.make_opsetid("acme", 1)]
    ).graph
    assert ops(graph) == ["mul", "relu"]


def test_that_an_if_decided_by_shapes_is_the_branch_it_takes(tmp_path: Path):
    then = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["t"])], "then", [], [value("t", None)]
    )
    other = helper.make_graph(
        [helper.make_node("Tanh", ["x"], ["e"])], "else", [], [value("e", None)]
    )
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "one"], ["c"]),
        helper.make_node("Equal", ["c", "three"], ["is3"]),
        helper.make_node("If", ["is3"], ["y"], then_branch=then, else_branch=other),
    ]
    one, three = (
        numpy_helper.from_array(np.asarray(number, np.int64), name)
        for number, name in ((1, "one"), (3, "three"))
    )
    assert ops(graph_of(tmp_path, *nodes, stored=[one, three]).graph) == ["relu"]


def test_that_constants_on_tables_are_embeddings(tmp_path: Path):
    node = helper.make_node("Gather", ["table", "x"], ["y"])
    network = graph_of(
        tmp_path, node, stored=[weight("table", 30, 8)], x=(1, 6), kind=TensorProto.INT64
    )
    assert only(network.graph, "embedding").output.shape == (1, 6, 8)
    assert cost_report(network.graph).totals.params == 240


def test_that_the_loader_is_found_by_the_bytes_of_the_file(tmp_path: Path):
    path = save(classifier(), tmp_path / "ein Netz 网络.onnx")
    network = Networks().open(parse_source(str(path)), (), Quiet())  # type: ignore[arg-type]
    assert network.name == "ein Netz 网络"
    assert isinstance(network, OnnxNetwork)


def test_that_groups_come_from_the_metadata_of_torch_s_newer_exporter(tmp_path: Path):
    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 3, 3, padding=1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.conv(x)

    from tests.perf.onnx_files import export

    network = nn.Sequential(Block(), Block())
    export(network, tmp_path / "net.onnx", "dynamo", (1, 3, 8, 8))
    graph = opened(tmp_path / "net.onnx").graph
    assert [node.id for node in graph.ops] == ["0.conv", "0.add", "1.conv", "1.add"]
    assert graph.by_id["1.conv"].scope == ("1",)
    assert graph.module_by_path["1"].type_name == "Block"

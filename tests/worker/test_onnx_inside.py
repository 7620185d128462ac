"""Passes over ONNX files with graphs inside of ops: every op drawn is given out, and what it gives
is onnxruntime's own for the whole file, exposed by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

from tests.worker.onnx_exposing import by_hand
from tests.worker.onnx_files import Quiet, model_of, opened, save, value, weight
from visualizer.costs import cost_report
from visualizer.worker.failures import RunError
from visualizer.worker.live import ForwardRun
from visualizer.worker.onnx_networks.network import OnnxNetwork

PICTURE = (1, 3, 4, 4)


def number(name: str, what: object, kind: type = np.int64) -> TensorProto:
    return numpy_helper.from_array(np.asarray(what, kind), name)


def ran(network: OnnxNetwork, picture: torch.Tensor | None = None, *nodes: str) -> ForwardRun:
    picture = torch.zeros(PICTURE) if picture is None else picture
    return network.run(picture, "cpu", frozenset(nodes) or None, 1 << 20, Quiet())  # type: ignore[arg-type]


def expect_all_by_hand(model: ModelProto, network: OnnxNetwork, result: ForwardRun) -> None:
    """Every op that is drawn was kept, equal to the last bit."""
    feeds = {name: result.kept[name].numpy() for name in (v.name for v in model.graph.input)}
    assert list(result.kept) == [node.id for node in network.graph.nodes]
    for node in network.graph.ops:
        given = result.kept[node.id].numpy()
        expected = by_hand(model, network.tensors[node.id], feeds, given.dtype.type)
        assert np.array_equal(given, expected), node.id


def branch(name: str, *nodes: NodeProto, stored: tuple[TensorProto, ...] = ()) -> GraphProto:
    """Gives out what the last op gives."""
    return helper.make_graph(
        list(nodes), name, [], [onnx.ValueInfoProto(name=nodes[-1].output[0])], list(stored)
    )


def deciding(condition: str, made: str, then: GraphProto, other: GraphProto) -> NodeProto:
    return helper.make_node("If", [condition], [made], made, then_branch=then, else_branch=other)


def op(kind: str, given: str, made: str, **attributes: object) -> NodeProto:
    return helper.make_node(kind, given.split(), [made], made, **attributes)


def doubled(prefix: str) -> GraphProto:
    """A convolution whose weight is stored in the branch, then a nonlinearity."""
    return branch(
        prefix, op("Conv", f"r {prefix}.w", f"{prefix}.c"),
        op("Sigmoid", f"{prefix}.c", f"{prefix}.s"), stored=(weight(f"{prefix}.w", 2, 3, 1, 1),),
    )  # fmt: skip


def with_constant_condition(condition: bool) -> ModelProto:
    nodes = [op("Relu", "x", "r"), deciding("told", "d", doubled("a"), doubled("b")),
             op("Neg", "d", "y")]  # fmt: skip
    return model_of(nodes, [value("x", PICTURE)], ["y"], [number("told", condition, bool)])


@pytest.mark.parametrize("condition", [True, False])
def test_that_a_branch_that_a_constant_takes_is_given_out(condition: bool, tmp_path: Path):
    model = with_constant_condition(condition)
    network = opened(save(model, tmp_path / "net.onnx"))
    result = ran(network, torch.randn(PICTURE))
    assert [node.op for node in network.graph.ops] == ["relu", "conv2d", "sigmoid", "neg"]
    expect_all_by_hand(model, network, result)


def test_that_weights_of_the_branch_not_taken_are_parameters_that_never_run(tmp_path: Path):
    """The file has 4·4 numbers for one branch and 4·3 for the other."""
    taken = branch("a", helper.make_node("MatMul", ["x", "small"], ["a"]))
    other = branch("b", helper.make_node("MatMul", ["x", "large"], ["b"]))
    stored = (number("told", True, bool), weight("small", 4, 3), weight("large", 4, 4))
    model = model_of([deciding("told", "y", taken, other)], [value("x", [1, 4])], ["y"], stored)
    report = cost_report(opened(save(model, tmp_path / "net.onnx")).graph)
    assert report.totals.params == 4 * 3 + 4 * 4
    assert report.totals.unused_params == 4 * 4
    assert "16 parameters never run (large)" in report.notes


def choosing(limit: float) -> ModelProto:
    """Adds 1 and takes the square where the mean of the picture is below a limit, else is as it
    is, which is an identity; then another If whose tensors are called the same, as they may be."""
    nodes = [
        op("ReduceMean", "x", "mean", keepdims=0),
        op("Less", "mean limit", "is_low"),
        deciding("is_low", "d", branch("a", op("Add", "x one", "t"), op("Mul", "t t", "u")),
                 branch("b", op("Identity", "x", "u"))),
        deciding("is_low", "e", branch("a", op("Sub", "d one", "t"), op("Tanh", "t", "u")),
                 branch("b", op("Identity", "d", "u"))),
        op("Relu", "e", "y"),
    ]  # fmt: skip
    stored = [number("limit", limit, np.float32), weight("one", 1, 3, 4, 4)]
    return model_of(nodes, [value("x", PICTURE)], ["y"], stored)


@pytest.mark.parametrize(("limit", "count"), [(1e9, 7), (-1e9, 3)])
def test_that_a_branch_that_the_numbers_of_the_input_take_is_given_out(
    limit: float, count: int, tmp_path: Path
):
    model = choosing(limit)
    network = opened(save(model, tmp_path / "net.onnx"))
    result = ran(network, torch.randn(PICTURE))
    assert len(network.graph.ops) == count
    assert result.parted == ""
    feeds = {"x": result.kept["x"].numpy()}
    for node in ("mean", "is_low", "y"):
        assert np.array_equal(result.kept[node].numpy(), by_hand(model, node, feeds))
    if limit > 0:
        shifted = feeds["x"] + numpy_helper.to_array(model.graph.initializer[1])
        assert np.array_equal(result.kept["u"].numpy(), shifted * shifted)


def test_that_a_picture_that_takes_the_other_branch_is_run_as_the_file_says_and_it_is_said(
    tmp_path: Path,
):
    """Drawn is the branch for a mean below 5: on the other side the result is the picture's own."""
    model = choosing(5.0)
    network = opened(save(model, tmp_path / "net.onnx"))
    picture = torch.rand(PICTURE) + 10
    result = ran(network, picture)
    assert result.parted == "is_low is False, the graph has the branch for True"
    assert torch.equal(result.outputs[0], picture)
    assert torch.equal(result.kept["y"], picture)
    assert set(result.kept) == {"x", "mean", "is_low", "y"}
    with pytest.raises(RunError, match="takes another branch than the one drawn"):
        ran(network, picture, "u")
    below = ran(network, picture - 10)
    assert below.parted == ""
    assert set(below.kept) == {node.id for node in network.graph.nodes}


def nested() -> ModelProto:
    """If in If in If: by a constant, by the numbers of the input, and by those of the branch."""
    deepest = deciding("is_less", "v", branch("p", op("Exp", "t", "e"), op("Neg", "e", "f")),
                       branch("q", op("Abs", "t", "g")))  # fmt: skip
    middle = branch(
        "m", op("Add", "x one", "t"), op("ReduceSum", "t", "total", keepdims=0),
        op("Less", "total limit", "is_less"), deepest, op("Mul", "v x", "k"),
    )  # fmt: skip
    outer = branch("o", op("Relu", "x", "h"), deciding("is_low", "w", middle,
                   branch("n", op("Identity", "h", "z"))))  # fmt: skip
    nodes = [
        op("ReduceMean", "x", "mean", keepdims=0), op("Less", "mean limit", "is_low"),
        deciding("told", "d", outer, branch("l", op("Identity", "x", "s"))),
        op("Sigmoid", "d", "y"),
    ]  # fmt: skip
    stored = [number("limit", 1e9, np.float32), number("told", True, bool), weight("one", 4)]
    return model_of(nodes, [value("x", PICTURE)], ["y"], stored)


def test_that_branches_in_branches_are_given_out(tmp_path: Path):
    """Seven ops lie inside, four of them two or three Ifs deep; the innermost condition can only
    be asked for once the branch it stands in is known."""
    model = nested()
    network = opened(save(model, tmp_path / "net.onnx"))
    assert [node.op for node in network.graph.ops][2:] == [
        "relu", "add", "sum", "lt", "exp", "neg", "mul", "sigmoid"
    ]  # fmt: skip
    expect_all_by_hand(model, network, ran(network, torch.randn(PICTURE)))


def test_that_the_times_of_ops_in_a_branch_are_measured(tmp_path: Path):
    network = opened(save(nested(), tmp_path / "net.onnx"))
    running = Quiet()
    running.run = 0  # type: ignore[attr-defined]
    measured = network.measure_times("cpu", running)  # type: ignore[arg-type]
    assert set(measured.seconds) == {node.id for node in network.graph.ops}


def turning(count: int) -> ModelProto:
    """v ← tanh(v · w) + row, each turn's product given out besides, stacked."""
    body = helper.make_graph(
        [op("MatMul", "v w", "p"), op("Tanh", "p", "t"), op("Add", "t row", "n"),
         helper.make_node("Identity", ["go"], ["goes"]),
         helper.make_node("Identity", ["p"], ["each"])], "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("v", [1, 4])],
        [value("goes", [], TensorProto.BOOL), value("n", [1, 4]), value("each", [1, 4])],
        [weight("w", 4, 4)],
    )  # fmt: skip
    loop = helper.make_node("Loop", ["count", "", "x"], ["last", "all"], "loop", body=body)
    nodes = [op("Identity", "x", "row"), loop, op("Relu", "all", "y")]
    return model_of(nodes, [value("x", [1, 4])], ["y", "last"], [number("count", count)])


def test_that_every_turn_of_a_loop_is_given_out(tmp_path: Path):
    """onnxruntime's own for all turns at once, as further results of the loop."""
    model = turning(3)
    network = opened(save(model, tmp_path / "net.onnx"))
    kept = ran(network).kept
    feeds = {"x": kept["x"].numpy()}
    named = {tensor: node for node, tensor in network.tensors.items()}
    for inner in ("p", "t"):
        expected = by_hand(model, inner, feeds)
        for turn in range(3):
            given = kept[named[f"last[{turn}].{inner}"]].numpy()
            assert np.array_equal(given, expected[turn])
    assert np.array_equal(kept[named["last[2].n"]].numpy(), by_hand(model, "last", feeds))
    assert np.array_equal(kept[named["all"]].numpy(), by_hand(model, "all", feeds))


def scanning(backwards: int) -> ModelProto:
    body = helper.make_graph(
        [op("Add", "h part", "s"), op("Tanh", "s", "h_next"),
         helper.make_node("Identity", ["h_next"], ["out"])], "body",
        [value("h", [1, 5]), value("part", [1, 5])], [value("h_next", [1, 5]), value("out", [1, 5])]
    )  # fmt: skip
    node = helper.make_node(
        "Scan", ["h0", "x"], ["last", "y"], "scan", body=body, num_scan_inputs=1,
        scan_input_axes=[1], scan_output_axes=[2], scan_input_directions=[backwards],
        scan_output_directions=[backwards],
    )  # fmt: skip
    return model_of([node], [value("x", [1, 6, 5])], ["last", "y"], [weight("h0", 1, 5)])


@pytest.mark.parametrize("backwards", [0, 1])
def test_that_a_scan_of_either_direction_gives_what_onnxruntime_gives(
    backwards: int, tmp_path: Path
):
    model = scanning(backwards)
    result = ran(opened(save(model, tmp_path / "net.onnx")))
    feeds = {"x": result.kept["x"].numpy()}
    for name, own in zip(("last", "y"), result.outputs, strict=True):
        assert np.array_equal(own.numpy(), by_hand(model, name, feeds))


def test_that_weights_in_another_file_are_found_when_a_branch_that_holds_them_is_in_place(
    tmp_path: Path,
):
    model = with_constant_condition(True)
    picture = torch.randn(PICTURE)
    expected = ran(opened(save(model, tmp_path / "whole.onnx")), picture).outputs[0]
    onnx.save(model, tmp_path / "split.onnx", save_as_external_data=True, location="split.data",
              size_threshold=0, convert_attribute=True)  # fmt: skip
    assert torch.equal(ran(opened(tmp_path / "split.onnx"), picture).outputs[0], expected)

"""ONNX files with graphs inside of ops: the turns of Loop and Scan, the branches of If."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import GraphProto, NodeProto, TensorProto, helper, numpy_helper

from tests.worker.onnx_files import Quiet, model_of, opened, save, value, weight
from visualizer.costs import cost_report
from visualizer.graph.hierarchy import build_hierarchy
from visualizer.graph.model import LayerGraph
from visualizer.graph.repeats import runs_of, with_repeats
from visualizer.sources import InputSpec
from visualizer.worker.onnx_networks.network import OnnxNetwork

STEPS, INPUTS, HIDDEN = 6, 5, 3


def ops(graph: LayerGraph) -> list[str]:
    return [node.op for node in graph.ops]


def number(name: str, what: Any, kind: Any = np.int64) -> TensorProto:
    return numpy_helper.from_array(np.asarray(what, kind), name)


def product_body(*more: NodeProto, inner: tuple[TensorProto, ...] = ()) -> GraphProto:
    """v · outer + inner, 1 x 4."""
    return helper.make_graph(
        [helper.make_node("MatMul", ["v", "outer"], ["p"]),
         helper.make_node("Add", ["p", "inner"], ["w"]),
         *(more or (helper.make_node("Identity", ["go"], ["goes"]),))], "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("v", [1, 4])],
        [value("goes", [], TensorProto.BOOL), value("w", [1, 4])],
        list(inner or [weight("inner", 4)]),
    )  # fmt: skip


def looping(tmp_path: Path, count: int, body: GraphProto | None = None) -> OnnxNetwork:
    node = helper.make_node("Loop", ["count", "go0", "x"], ["y"], "Loop_1",
                            body=body or product_body())  # fmt: skip
    stored = [number("count", count), number("go0", True, bool), weight("outer", 4, 4)]
    model = model_of([node], [value("x", [1, 4])], ["y"], stored)
    return opened(save(model, tmp_path / "net.onnx"))


def test_that_a_loop_is_drawn_turn_by_turn_and_its_weights_are_counted_once(tmp_path: Path):
    """A weight that the body reads from outside, 4·4, and one that it has itself, 4."""
    graph = looping(tmp_path, 3).graph
    report = cost_report(graph)
    assert [node.id for node in graph.ops] == [
        f"Loop_1.{turn}.{op}" for turn in range(3) for op in ("linear", "add")
    ]
    assert report.totals.params == 20
    assert report.totals.macs == 3 * 4 * 4
    assert report.uncovered_ops == ()
    assert graph.module_by_path["Loop_1"].type_name == "Loop"
    assert "a Loop of 3 turns is drawn turn by turn" in graph.notes


def test_that_the_turns_of_a_loop_are_found_to_be_the_same(tmp_path: Path):
    graph = looping(tmp_path, 12).graph
    (run,) = runs_of(with_repeats(graph, build_hierarchy(graph)))
    assert run.repeats == 12


def test_that_a_loop_that_turns_as_often_as_an_input_says_is_counted(tmp_path: Path):
    """Directly, or one more than it: 16 MACs a turn."""
    loop = helper.make_node("Loop", ["count", "go0", "x"], ["y"], "Loop_1", body=product_body())
    more = helper.make_node("Add", ["n", "one"], ["count"])
    stored = [number("one", 1), number("go0", True, bool), weight("outer", 4, 4)]
    inputs = [value("x", [1, 4]), value("n", [], TensorProto.INT64)]
    path = save(model_of([more, loop], inputs, ["y"], stored), tmp_path / "net.onnx")
    report = cost_report(opened(path, InputSpec((), "int64", "n", (4,))).graph)
    assert report.totals.macs == (4 + 1) * 4 * 4
    assert report.uncovered_ops == ()
    assert cost_report(opened(path).graph).uncovered_ops == ("loop",)


@pytest.mark.parametrize("count", [0, 1])
def test_that_a_loop_may_turn_once_or_not_at_all(count: int, tmp_path: Path):
    graph = looping(tmp_path, count).graph
    assert len(graph.ops) == 2 * count
    assert cost_report(graph).totals.macs == 16 * count


def test_that_a_loop_of_very_many_turns_is_one_op_that_counts_them_all(tmp_path: Path):
    graph = looping(tmp_path, 5_000).graph
    report = cost_report(graph)
    assert ops(graph) == ["loop"]
    assert report.totals.macs == 5_000 * 4 * 4
    assert report.totals.params == 20
    assert report.uncovered_ops == ()
    assert "a Loop of 5,000 turns is shown as one op that counts them all" in graph.notes


def test_that_a_condition_of_whole_numbers_ends_a_loop(tmp_path: Path):
    """`while i + 1 < 4`, with no number of turns given but 2^62."""
    body = product_body(
        helper.make_node("Add", ["i", "one"], ["next"]),
        helper.make_node("Less", ["next", "four"], ["goes"]),
        inner=(weight("inner", 4), number("one", 1), number("four", 4)),
    )
    graph = looping(tmp_path, 1 << 62, body).graph
    assert cost_report(graph).totals.macs == 4 * 4 * 4


def test_that_a_loop_that_numbers_end_is_one_op_and_never_counted_as_0(tmp_path: Path):
    body = product_body(
        helper.make_node("ReduceMax", ["p"], ["most"], keepdims=0),
        helper.make_node("Less", ["most", "limit"], ["goes"]),
        inner=(weight("inner", 4), number("limit", 9.0, np.float32)),
    )
    graph = looping(tmp_path, 3, body).graph
    report = cost_report(graph)
    assert ops(graph) == ["loop"]
    assert report.uncovered_ops == ("loop",)
    assert report.layers[graph.nodes[-1].id].macs is None
    told = "1 Loop with a graph of its own: shown as one op; MACs inside are not counted"
    assert any(note.startswith(told) for note in graph.notes)


def test_that_a_sequence_that_grows_in_a_loop_has_its_own_length_each_turn(tmp_path: Path):
    """A decoder's cache: turn t multiplies t + 2 rows."""
    body = helper.make_graph(
        [helper.make_node("Concat", ["v", "row"], ["w"], axis=0),
         helper.make_node("MatMul", ["w", "outer"], ["p"]),
         helper.make_node("Identity", ["go"], ["goes"])], "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL),
         value("v", ["n", 4])],
        [value("goes", [], TensorProto.BOOL), value("w", ["m", 4])],
    )  # fmt: skip
    node = helper.make_node("Loop", ["count", "", "x"], ["y"], body=body)
    model = model_of(
        [helper.make_node("Identity", ["x"], ["row"]), node], [value("x", [1, 4])], ["y"],
        [number("count", 3), weight("outer", 4, 4)],
    )  # fmt: skip
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    assert cost_report(graph).totals.macs == (2 + 3 + 4) * 4 * 4
    assert graph.spec(graph.outputs[0]).shape == (4, 4)


def test_that_weights_in_a_loop_in_a_loop_are_counted_once(tmp_path: Path):
    inner = helper.make_node("Loop", ["two", "", "v"], ["z"], "inner", body=helper.make_graph(
        [helper.make_node("Constant", [], ["k"], value=weight("k", 4, 4)),
         helper.make_node("MatMul", ["u", "k"], ["t"]),
         helper.make_node("MatMul", ["t", "deep"], ["s"]),
         helper.make_node("Identity", ["g"], ["gs"])], "inner",
        [value("j", [], TensorProto.INT64), value("g", [], TensorProto.BOOL), value("u", [1, 4])],
        [value("gs", [], TensorProto.BOOL), value("s", [1, 4])], [weight("deep", 4, 4)],
    ))  # fmt: skip
    body = helper.make_graph(
        [inner, helper.make_node("Identity", ["go"], ["goes"])], "body",
        [value("i", [], TensorProto.INT64), value("go", [], TensorProto.BOOL), value("v", [1, 4])],
        [value("goes", [], TensorProto.BOOL), value("z", [1, 4])], [number("two", 2)],
    )  # fmt: skip
    report = cost_report(looping(tmp_path, 3, body).graph)
    assert report.totals.macs == 3 * 2 * 2 * 4 * 4
    assert report.totals.params == 3 * 16  # one that the file holds is read by nobody
    assert report.totals.unused_params == 16


# --------------------------------------------------------------------------- Scan


def scanning() -> onnx.ModelProto:
    """An RNN as a Scan: h = tanh(x·W + h·R), all states as the result."""
    body = helper.make_graph(
        [helper.make_node("MatMul", ["x_t", "W"], ["a"]),
         helper.make_node("MatMul", ["h", "R"], ["b"]),
         helper.make_node("Add", ["a", "b"], ["c"]),
         helper.make_node("Tanh", ["c"], ["h_next"]),
         helper.make_node("Identity", ["h_next"], ["out"])], "body",
        [value("h", [1, HIDDEN]), value("x_t", [1, INPUTS])],
        [value("h_next", [1, HIDDEN]), value("out", [1, HIDDEN])],
    )  # fmt: skip
    node = helper.make_node("Scan", ["h0", "x"], ["last", "y"], "scan", body=body,
                            num_scan_inputs=1, scan_input_axes=[0])  # fmt: skip
    stored = [weight("h0", 1, HIDDEN), weight("W", INPUTS, HIDDEN), weight("R", HIDDEN, HIDDEN)]
    return model_of([node], [value("x", [STEPS, 1, INPUTS])], ["last", "y"], stored)


def test_that_a_scan_costs_what_the_recurrent_layer_written_out_costs(tmp_path: Path):
    network = opened(save(scanning(), tmp_path / "net.onnx"))
    graph, report = network.graph, cost_report(network.graph)
    assert report.totals.macs == STEPS * HIDDEN * (INPUTS + HIDDEN)
    assert report.uncovered_ops == ()
    assert [graph.spec(ref).shape for ref in graph.outputs] == [
        (1, HIDDEN), (STEPS, 1, HIDDEN)
    ]  # fmt: skip
    assert ops(graph).count("select") == STEPS
    assert ops(graph)[-1] == "stack"


def test_that_a_state_of_zeros_is_made_by_an_op(tmp_path: Path):
    model = scanning()
    nodes, stored = model.graph.node, model.graph.initializer
    nodes.insert(0, helper.make_node("ConstantOfShape", ["shape"], ["h0"]))
    del stored[0]
    stored.append(number("shape", [1, HIDDEN]))
    nodes.insert(0, helper.make_node("Shape", ["x"], ["sides"]))
    nodes[1].input[0] = "of_state"
    nodes.insert(1, helper.make_node("Slice", ["sides", "from", "to"], ["batch"]))
    nodes.insert(2, helper.make_node("Concat", ["batch", "hidden"], ["of_state"], axis=0))
    stored.extend([number("from", [1]), number("to", [2]), number("hidden", [HIDDEN])])
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    assert ops(graph)[0] == "full"
    assert cost_report(graph).totals.macs == STEPS * HIDDEN * (INPUTS + HIDDEN)
    assert cost_report(graph).uncovered_ops == ()


def test_that_what_a_loop_gives_and_its_turns_can_be_looked_at(tmp_path: Path):
    """All states of an RNN in a row are what each of its turns gives."""
    path = save(scanning(), tmp_path / "net.onnx")
    network = opened(path)
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    last, every = onnxruntime.InferenceSession(path).run(None, {"x": kept["x"].numpy()})
    assert np.array_equal(kept["scan.5.tanh"].numpy(), last)
    assert np.array_equal(kept["scan.stack"].numpy(), every)
    for turn in range(STEPS):
        assert np.array_equal(kept[f"scan.{turn}.tanh"].numpy(), every[turn])


# --------------------------------------------------------------------------- If


def deciding(limit: float) -> onnx.ModelProto:
    """Multiplies by 4 x 8 or by 4 x 2 and 2 x 8, whichever the mean of the input says."""
    large = [helper.make_node("MatMul", ["x", "whole"], ["t"])]
    small = [helper.make_node("MatMul", ["x", "down"], ["d"]),
             helper.make_node("MatMul", ["d", "up"], ["e"])]  # fmt: skip
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], keepdims=0),
        helper.make_node("Less", ["mean", "limit"], ["is_low"]),
        helper.make_node(
            "If", ["is_low"], ["y"], "choice",
            then_branch=helper.make_graph(large, "then", [], [value("t", [1, 8])]),
            else_branch=helper.make_graph(small, "else", [], [value("e", [1, 8])]),
        ),
    ]  # fmt: skip
    stored = [number("limit", limit, np.float32), weight("whole", 4, 8), weight("down", 4, 2),
              weight("up", 2, 8)]  # fmt: skip
    return model_of(nodes, [value("x", [1, 4])], ["y"], stored)


@pytest.mark.parametrize(("limit", "macs"), [(1e9, 4 * 8), (-1e9, 4 * 2 + 2 * 8)])
def test_that_an_if_on_numbers_is_the_branch_that_a_run_takes(
    limit: float, macs: int, tmp_path: Path
):
    network = opened(save(deciding(limit), tmp_path / "net.onnx"))
    report = cost_report(network.graph)
    assert report.totals.macs == macs
    assert report.uncovered_ops == ()
    assert (
        "1 If depends on numbers of the input: drawn is the branch taken on made-up inputs"
        in network.graph.notes
    )
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    assert kept[network.graph.outputs[0].node].shape == (1, 8)


def test_that_an_if_nobody_can_run_is_uncovered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from visualizer.worker.onnx_networks import sessions

    monkeypatch.setattr(sessions, "is_runtime_there", lambda: False)
    graph = opened(save(deciding(0.0), tmp_path / "net.onnx")).graph
    assert cost_report(graph).uncovered_ops == ("if",)
    assert cost_report(graph).totals.params == 4 * 8 + 4 * 2 + 2 * 8


def test_that_an_exported_loop_costs_what_the_eager_network_costs(tmp_path: Path):
    """A loop over the length of the input, kept as such by torch's scripted export."""

    class Steps(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell = torch.nn.Linear(4, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            state = x[0]
            for step in range(x.shape[0]):
                state = torch.tanh(self.cell(state) + x[step])
            return state

    path = tmp_path / "net.onnx"
    script = torch.jit.script(Steps().eval())
    torch.onnx.export(script, (torch.zeros(5, 2, 4),), path, dynamo=False, input_names=["x"],
                      dynamic_axes={"x": {0: "n"}})  # fmt: skip
    assert any(node.op_type == "Loop" for node in onnx.load(path).graph.node)
    from visualizer.sources import InputSpec

    graph = opened(path, InputSpec((5, 2, 4))).graph
    assert cost_report(graph).totals.macs == 5 * 2 * 4 * 4
    assert cost_report(graph).totals.params == 4 * 4 + 4
    assert cost_report(graph).uncovered_ops == ()


def test_that_turns_too_many_to_draw_are_counted_by_following_their_condition_alone(
    tmp_path: Path,
):
    """`while i + 1 < 1500` with no number of turns given, as TensorFlow's exports have it."""
    body = product_body(
        helper.make_node("Add", ["i", "one"], ["next"]),
        helper.make_node("Less", ["next", "most"], ["goes"]),
        inner=(weight("inner", 4), number("one", 1), number("most", 1500)),
    )
    graph = looping(tmp_path, 1 << 62, body).graph
    assert ops(graph) == ["loop"]
    assert cost_report(graph).totals.macs == 1500 * 4 * 4


def nested(depth: int, turns: int) -> onnx.ModelProto:
    """A product with a 4 x 4 matrix in so many loops around each other."""

    def body(level: int) -> GraphProto:
        step = helper.make_node("MatMul", [f"v{level}", "outer"], [f"w{level}"])
        if level:
            step = helper.make_node(
                "Loop", ["count", "", f"v{level}"], [f"w{level}"], body=body(level - 1)
            )
        return helper.make_graph(
            [step, helper.make_node("Identity", [f"go{level}"], [f"goes{level}"])], f"b{level}",
            [value(f"i{level}", [], TensorProto.INT64), value(f"go{level}", [], TensorProto.BOOL),
             value(f"v{level}", [1, 4])],
            [value(f"goes{level}", [], TensorProto.BOOL), value(f"w{level}", [1, 4])],
        )  # fmt: skip

    node = helper.make_node("Loop", ["count", "", "x"], ["y"], body=body(depth - 1))
    stored = [number("count", turns), weight("outer", 4, 4)]
    return model_of([node], [value("x", [1, 4])], ["y"], stored)


@pytest.mark.parametrize(("depth", "turns"), [(4, 3), (3, 12), (8, 5_000), (14, 5_000)])
def test_that_loops_in_loops_are_counted_without_following_all_their_turns(
    depth: int, turns: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """5000^14 turns could never be run: no run is asked, and no op of a turn followed twice."""
    from visualizer.worker.onnx_networks import sessions

    monkeypatch.setattr(sessions, "is_runtime_there", lambda: False)
    report = cost_report(opened(save(nested(depth, turns), tmp_path / "net.onnx")).graph)
    assert report.totals.macs == 16 * turns**depth
    assert report.uncovered_ops == ()
    assert report.totals.params == 16


def test_that_the_work_spent_on_loops_in_loops_has_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Past it a loop is one op that nobody follows: unknown, never 0."""
    from visualizer.worker.onnx_networks import walk

    monkeypatch.setattr(walk, "_MOST_LOOP_WORK", 20)
    report = cost_report(opened(save(nested(4, 3), tmp_path / "net.onnx")).graph)
    assert report.uncovered_ops == ("loop",)


def test_that_following_loops_and_running_them_end_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """`while i + 1 < 5000` in such a loop in another, by a clock that goes on by a second whenever
    it is asked: following the loops takes all the time there is, and no run is begun."""
    from itertools import count

    from visualizer.worker.loaders import LoadError
    from visualizer.worker.onnx_networks import deadline, sessions

    def body(level: int) -> GraphProto:
        step = helper.make_node("MatMul", [f"v{level}", "outer"], [f"w{level}"])
        if level:
            step = helper.make_node(
                "Loop", ["many", "", f"v{level}"], [f"w{level}"], body=body(level - 1)
            )
        return helper.make_graph(
            [step, helper.make_node("Add", [f"i{level}", "one"], [f"next{level}"]),
             helper.make_node("Less", [f"next{level}", "most"], [f"goes{level}"])], f"b{level}",
            [value(f"i{level}", [], TensorProto.INT64), value(f"go{level}", [], TensorProto.BOOL),
             value(f"v{level}", ["n", 4])],
            [value(f"goes{level}", [], TensorProto.BOOL), value(f"w{level}", ["m", 4])],
        )  # fmt: skip

    node = helper.make_node("Loop", ["many", "", "x"], ["y"], body=body(2))
    stored = [
        number("many", 1 << 62),
        number("one", 1),
        number("most", 5000),
        weight("outer", 4, 4),
    ]
    path = save(model_of([node], [value("x", [1, 4])], ["y"], stored), tmp_path / "net.onnx")
    seconds = count()
    monkeypatch.setattr(deadline, "monotonic", lambda: next(seconds))
    monkeypatch.setattr(sessions, "open_session", lambda *_: pytest.fail("a run was begun"))
    with pytest.raises(LoadError, match="following and running it took more than 15 s"):
        opened(path)
    assert next(seconds) < 100

"""What runs only in training is priced, and in no total."""

from __future__ import annotations

import csv
import io

import msgspec

from tests.costs.building import Net
from visualizer.costs import cost_report
from visualizer.costs.report import group_totals
from visualizer.costs.rows import layer_rows
from visualizer.costs.summary import summary_document
from visualizer.costs.table import to_csv
from visualizer.graph import LayerGraph, build_hierarchy, decode_graph, encode_graph

TRUNK = 4 * 8 * 8 * 2  # MACs of a 1x1 convolution from 2 to 4 channels on 8x8
HEAD = 5 * 8 * 8 * 4


def graph(with_head: bool = True) -> LayerGraph:
    """input -> conv -> pool, and a head of convolution and norm on what conv gives."""
    net = Net((1, 2, 8, 8))
    net.conv("conv", "input", (1, 4, 8, 8), (1, 1))
    if with_head:
        net.conv("aux.conv", "conv", (1, 5, 8, 8), (1, 1), scope=("aux",))
        net.op(
            "aux.bn", "batch_norm", ["aux.conv"], (1, 5, 8, 8), scope=("aux",),
            weights={"weight": (5,), "bias": (5,), "running_mean": (5,), "running_var": (5,)},
        )  # fmt: skip
        net.add_parameter("aux.bn.num_batches_tracked", (), is_buffer=True)
    net.op("flatten", "flatten", ["conv"], (1, 256), aliases=(0,))
    drawn = net.graph("flatten")
    nodes = tuple(
        msgspec.structs.replace(node, training_only=node.id.startswith("aux"))
        for node in drawn.nodes
    )
    return msgspec.structs.replace(drawn, nodes=nodes)


def test_that_totals_are_those_of_the_network_without_the_head() -> None:
    ours, plain = cost_report(graph()), cost_report(graph(with_head=False))
    apart = msgspec.structs.replace(ours.totals, training_only_params=0, training_only_macs=0)
    assert apart == plain.totals
    assert ours.totals.macs == TRUNK
    assert ours.notes == plain.notes == ()


def test_that_the_head_stands_apart_with_all_it_costs() -> None:
    report = cost_report(graph())
    assert report.totals.training_only_params == 5 * 4 + 2 * 5
    assert report.totals.training_only_macs == HEAD
    assert report.layers["aux.conv"].macs == HEAD
    share = report.share("aux.conv")
    assert (share.macs, share.params, share.activations) == (None, None, None)


def test_that_the_totals_of_a_head_itself_are_its_own() -> None:
    drawn = graph()
    totals = group_totals(cost_report(drawn), drawn, ["aux.conv", "aux.bn"])
    assert (totals.macs, totals.params) == (HEAD, 30)
    assert totals.training_only_params == 0


def test_that_a_module_around_a_head_leaves_it_out() -> None:
    drawn = graph()
    names = [node.id for node in drawn.nodes if node.op != "input"]
    totals = group_totals(cost_report(drawn), drawn, names)
    assert (totals.macs, totals.training_only_macs) == (TRUNK, HEAD)


def test_that_a_weight_shared_with_a_head_belongs_to_the_network() -> None:
    net = Net((1, 4, 8, 8))
    net.add_parameter("shared", (4, 4, 1, 1))
    for name in ("aux.conv", "conv"):
        net.op(name, "conv2d", ["input"], (1, 4, 8, 8), shared={"weight": "shared"},
               stride=1, padding=0, groups=1)  # fmt: skip
    drawn = net.graph("conv")
    first = msgspec.structs.replace(drawn.nodes[1], training_only=True)
    drawn = msgspec.structs.replace(drawn, nodes=(drawn.nodes[0], first, drawn.nodes[2]))
    totals = cost_report(drawn).totals
    assert (totals.params, totals.training_only_params) == (16, 0)


def test_that_rows_say_what_runs_only_in_training() -> None:
    drawn = graph()
    rows = layer_rows(drawn, cost_report(drawn))
    assert {row.id: row.training_only for row in rows} == {
        "conv": False, "aux.conv": True, "aux.bn": True, "flatten": False,
    }  # fmt: skip
    modules = layer_rows(drawn, cost_report(drawn), depth=1)
    assert [(row.id, row.training_only) for row in modules] == [
        ("conv", False), ("aux", True), ("flatten", False),
    ]  # fmt: skip
    written = list(csv.DictReader(io.StringIO(to_csv(rows))))
    assert [row["Op"] for row in written][1] == "conv2d (training only)"


def test_that_the_document_has_them_marked_and_apart() -> None:
    drawn = graph()
    document = summary_document(drawn, cost_report(drawn), "net", ())
    assert [layer["training_only"] for layer in document["layers"]] == [False, True, True, False]
    assert document["totals"]["training_only_macs"] == HEAD
    assert document["totals"]["training_only_params"] == 30


def test_that_the_mark_survives_json() -> None:
    drawn = graph()
    assert decode_graph(encode_graph(drawn)) == drawn
    assert [node.id for node in decode_graph(encode_graph(drawn)).training_ops] == [
        "aux.conv", "aux.bn",
    ]  # fmt: skip


def test_that_the_graph_of_evaluation_is_the_one_without_the_head() -> None:
    assert graph().in_evaluation.nodes == graph(with_head=False).nodes
    plain = graph(with_head=False)
    assert plain.in_evaluation is plain
    assert "aux" not in build_hierarchy(graph().in_evaluation).groups

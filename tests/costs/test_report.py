"""Totals, parameters, coverage and shares of a whole graph."""

from __future__ import annotations

import pytest

from tests.costs.building import Net, line
from visualizer.costs import cost_report, group_totals
from visualizer.costs.model import Derivation, Lines


def test_that_an_op_without_a_formula_is_uncovered_and_not_zero() -> None:
    net = Net((1, 8))
    net.op("f", "linalg_svd", ["input"], (1, 5))
    report = net.report()
    assert report.layers["f"].macs is None
    assert report.layers["f"].flops is None
    assert report.layers["f"].cost.coverage == "uncovered"
    assert report.uncovered_ops == ("linalg_svd",)
    assert any("1 of 1 op has no formula (linalg_svd ×1)" in note for note in report.notes)


@pytest.mark.parametrize("op", ["relu", "batch_norm", "add", "flatten", "cat", "dropout", "zeros"])
def test_that_ops_known_to_multiply_nothing_are_free(op: str) -> None:
    net = Net((1, 64, 55, 55))
    net.op("x", op, ["input"], (1, 64, 55, 55))
    cost = net.cost("x")
    assert (cost.cost.coverage, cost.macs, cost.flops) == ("free", 0, 0)


def test_that_the_note_of_a_free_op_says_how_many_operations_it_has() -> None:
    net = Net((1, 64, 55, 55))
    net.op("x", "relu", ["input"], (1, 64, 55, 55))
    note = net.cost("x").cost.note
    assert note == "elementwise: 193,600 operations, no multiply-adds by this convention"


def test_that_an_embedding_is_a_lookup_with_parameters() -> None:
    net = Net((1, 128), dtype="int64")
    net.op(
        "e", "embedding", ["input"], (1, 128, 64), weights={"weight": (1000, 64)}, dtype="float32"
    )
    cost = net.cost("e")
    assert cost.macs == 0
    assert line(cost, "parameters") == "1000·64 = 64,000"


def test_that_batch_norm_has_two_parameters_a_channel_and_buffers_apart() -> None:
    net = Net((1, 64, 8, 8))
    net.op(
        "bn", "batch_norm", ["input"], (1, 64, 8, 8),
        weights={"weight": (64,), "bias": (64,), "running_mean": (64,), "running_var": (64,)},
    )  # fmt: skip
    report = net.report()
    assert line(report.layers["bn"], "parameters") == "2·64 = 128"
    assert report.totals.params == 128
    assert report.totals.param_bytes == 512
    assert report.totals.buffer_bytes == 512


def test_that_a_shared_weight_counts_at_its_first_use_only() -> None:
    net = Net((1, 10))
    net.op("a", "linear", ["input"], (1, 10), weights={"weight": (10, 10)})
    net.op("b", "linear", ["a"], (1, 10), shared={"weight": "a.weight"})
    report = net.report()
    assert (report.layers["a"].params, report.layers["b"].params) == (100, 0)
    assert report.layers["b"].shared_params == 100
    assert report.layers["b"].macs == 100
    assert report.totals.params == 100


def test_that_a_standardized_weight_belongs_to_the_op_that_reads_it() -> None:
    net = Net((1, 3, 8, 8))
    net.op("std", "sub", [], (4, 3, 3, 3), weights={"input": (4, 3, 3, 3)})
    net.op("conv", "conv2d", ["input", "std"], (1, 4, 6, 6))
    report = net.report()
    assert report.layers["std"].params == 108
    assert report.layers["conv"].params == 0
    assert report.layers["conv"].macs == 4 * 36 * 27


def test_that_parameters_that_never_run_are_counted_and_named() -> None:
    net = Net((1, 10))
    net.op("body.a", "linear", ["input"], (1, 10), weights={"weight": (10, 10)})
    net.add_parameter("body.aux.fc.weight", (7, 10))
    net.add_parameter("body.aux.fc.bias", (7,))
    report = net.report()
    assert report.totals.params == 177
    assert report.totals.unused_params == 77
    assert report.notes == ("77 parameters never run (body.aux)",)


def test_that_totals_sum_new_activations_and_leave_out_views_and_in_place_results() -> None:
    net = Net((1, 3, 8, 8))
    net.conv("conv", "input", (1, 4, 6, 6), (3, 3))
    net.op("relu", "relu", ["conv"], (1, 4, 6, 6), aliases=(0,))
    net.op("flat", "flatten", ["relu"], (1, 144), aliases=(0,))
    net.op("fc", "linear", ["flat"], (1, 5), weights={"weight": (5, 144)})
    report = net.report()
    assert report.totals.activation_elements == 144 + 5
    assert report.totals.activation_bytes == 4 * 149
    assert report.layers["flat"].activation_elements == 144


def test_that_half_precision_takes_two_bytes() -> None:
    net = Net((1, 512), dtype="float16")
    net.op("x", "relu", ["input"], (1, 512))
    assert net.cost("x").activation_bytes == 1024
    assert line(net.cost("x"), "activation memory") == "512·2/1024 = 1 KB"


def test_that_a_dtype_of_unknown_size_is_named_in_the_notes() -> None:
    net = Net((1, 8))
    net.op("x", "relu", ["input"], (1, 8), dtype="mystery")
    assert net.report().notes == ("the size of dtype mystery is unknown: its memory is left out",)


def test_that_shares_compare_a_layer_with_the_network() -> None:
    net = Net((1, 10))
    net.op("a", "linear", ["input"], (1, 30), weights={"weight": (30, 10)})
    net.op("b", "linear", ["a"], (1, 10), weights={"weight": (10, 30), "bias": (100,)})
    report = net.report()
    share = report.share("a")
    assert share.macs == 0.5
    assert share.params == 300 / 700
    assert share.activations == 0.75


def test_that_pooling_has_no_share_of_the_macs() -> None:
    net = Net((1, 1, 8, 8))
    net.conv("c", "input", (1, 1, 6, 6), (3, 3))
    net.op("p", "avg_pool2d", ["c"], (1, 1, 3, 3), kernel_size=2)
    assert net.report().share("p").macs is None


def test_that_a_groups_totals_are_the_sums_over_its_ops() -> None:
    net = Net((1, 3, 8, 8))
    net.conv("block.conv", "input", (1, 4, 6, 6), (3, 3))
    net.op("block.pool", "max_pool2d", ["block.conv"], (1, 4, 3, 3), kernel_size=2)
    net.op("flat", "flatten", ["block.pool"], (1, 36), aliases=(0,))
    net.op("fc", "linear", ["flat"], (1, 5), weights={"weight": (5, 36)})
    graph = net.graph()
    totals = group_totals(cost_report(graph), graph, ["block.conv", "block.pool"])
    assert totals.macs == 144 * 27
    assert totals.flops == 2 * 144 * 27
    assert totals.pooling_macs == 36 * 4
    assert totals.params == 108
    assert totals.activation_elements == 144 + 36
    # input (192), conv output (144) alive together; then conv and pool output
    assert totals.peak_activation_bytes == 4 * (192 + 144)


def test_that_every_node_has_a_cost_and_no_total_counts_the_inputs() -> None:
    net = Net((1, 3, 8, 8))
    net.op("x", "relu", ["input"], (1, 3, 8, 8))
    report = net.report()
    assert set(report.layers) == {"input", "x"}
    assert report.totals.activation_elements == 192


def test_that_derivations_are_written_when_they_are_read_and_then_stay() -> None:
    written = []

    def write() -> tuple[Derivation, ...]:
        written.append(True)
        return (Derivation("MACs", "C_in·C_out", "2·3", "6"),)

    lines = Lines(write)
    assert not written
    assert lines[0].text == "2·3 = 6" and len(lines) == 1 and list(lines) == list(write())
    assert lines == Lines(write) and lines != ()
    assert len(written) == 3  # once by `lines`, once above by hand, once by the other

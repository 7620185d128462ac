"""Cost tables as trees and rankings."""

import pytest

from tests.costs.building import Net
from visualizer.costs.tree import params_text, ranked_rows, sorted_rows, tree_rows


@pytest.fixture
def net():
    """A stem, and a block of two layers that a third shares its weight with."""
    net = Net((1, 3, 8, 8))
    net.conv("stem", "input", (1, 4, 8, 8), (1, 1))
    net.conv("block.wide", "stem", (1, 8, 8, 8), (3, 3), padding=1, scope=("block",))
    net.op("block.act", "relu", ["block.wide"], (1, 8, 8, 8), aliases=(0,), scope=("block",))
    net.op(
        "tied", "conv2d", ["stem"], (1, 8, 8, 8), shared={"weight": "block.wide.weight"},
        stride=1, padding=1, groups=1,
    )  # fmt: skip
    return net


def told(rows):
    return [(row.level, row.name, row.opened) for row in rows]


def test_that_modules_stand_over_what_is_in_them(net):
    rows = tree_rows(net.graph("block.act", "tied"), net.report())
    assert told(rows) == [
        (0, "stem", False), (0, "block", True), (1, "wide", False), (1, "act", False),
        (0, "tied", False),
    ]  # fmt: skip


def test_that_a_depth_closes_what_is_below_it(net):
    graph, report = net.graph("block.act", "tied"), net.report()
    assert told(tree_rows(graph, report, 1)) == [
        (0, "stem", False), (0, "block", False), (0, "tied", False)
    ]  # fmt: skip
    with pytest.raises(ValueError, match="depth of 0"):
        tree_rows(graph, report, 0)


def test_that_a_module_s_row_is_the_sum_of_its_ops(net):
    block = tree_rows(net.graph("block.act", "tied"), net.report())[1]
    assert block.row.params == 8 * 4 * 9
    assert block.row.macs == 8 * 64 * 4 * 9
    assert block.row.activation_bytes == 8 * 64 * 4  # the activation works in place
    assert block.row.output is not None and block.row.output.shape == (1, 8, 8, 8)
    assert block.row.inputs == ("stem",)


def test_that_shares_are_of_the_network_s_totals(net):
    rows = {row.row.id: row for row in tree_rows(net.graph("block.act", "tied"), net.report())}
    stem, wide, tied = 4 * 64 * 3, 8 * 64 * 4 * 9, 8 * 64 * 4 * 9
    assert rows["stem"].macs_share == pytest.approx(stem / (stem + wide + tied))
    assert rows["stem"].params_share == pytest.approx(12 / (12 + 288))
    assert rows["block.act"].memory_share == 0
    assert rows["block"].memory_share == pytest.approx(8 / (4 + 8 + 8))


def test_that_weights_counted_before_are_said_to_be_shared(net):
    rows = {row.row.id: row for row in tree_rows(net.graph("block.act", "tied"), net.report())}
    assert (rows["tied"].row.params, rows["tied"].shared) == (0, 288)
    assert params_text(rows["tied"]) == "shared"
    assert params_text(rows["block"]) == "288"


@pytest.mark.parametrize(
    ("by", "first"), [("macs", "block.wide"), ("params", "block.wide"), ("memory", "block.wide")]
)
def test_that_the_dearest_comes_first_and_equals_stay_in_order(net, by, first):
    rows = ranked_rows(net.graph("block.act", "tied"), net.report(), None, by)
    values = [
        {"macs": r.row.macs, "params": r.row.params, "memory": r.row.activation_bytes}[by]
        for r in rows
    ]
    assert rows[0].row.id == first
    assert values == sorted(values, reverse=True)
    assert all(row.level == 0 and row.name == row.row.id for row in rows)


def test_that_window_sums_of_pools_are_no_macs_in_a_ranking():
    net = Net((1, 64, 64, 64))
    net.op("pool", "max_pool2d", ["input"], (1, 64, 32, 32), kernel_size=(9, 9), stride=(2, 2),
           padding=(4, 4))  # fmt: skip
    net.conv("conv", "pool", (1, 1, 32, 32), (1, 1))
    rows = ranked_rows(net.graph(), net.report(), None, "macs")
    assert [row.row.id for row in rows] == ["conv", "pool"]
    assert sorted_rows((), "macs") == ()

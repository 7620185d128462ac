"""Matrix products of every spelling."""

from __future__ import annotations

import pytest

from tests.costs.building import Net, Shape, line


def test_that_a_dense_layer_is_derived_as_on_the_board() -> None:
    net = Net((1, 9216))
    net.op("fc6", "linear", ["input"], (1, 4096), weights={"weight": (4096, 9216), "bias": (4096,)})
    cost = net.cost("fc6")
    assert line(cost, "parameters") == "9216·4096 + 4096 = 37,752,832"
    assert line(cost, "MACs") == "9216·4096 = 37,748,736"
    assert line(cost, "activation memory") == "4096·4/1024 = 16 KB"


def test_that_a_dense_layer_runs_at_every_token() -> None:
    net = Net((2, 197, 768))
    net.op("fc", "linear", ["input"], (2, 197, 3072), weights={"weight": (3072, 768)})
    assert net.cost("fc").macs == 2 * 197 * 768 * 3072


def test_that_a_computed_weight_is_the_second_input() -> None:
    net = Net((4, 10), (7, 10))
    net.op("fc", "linear", ["input", "input_2"], (4, 7))
    assert net.cost("fc").macs == 280


@pytest.mark.parametrize(
    ("op", "shapes", "output", "macs"),
    [
        ("mm", [(3, 4), (4, 5)], (3, 5), 60),
        ("bmm", [(2, 3, 4), (2, 4, 5)], (2, 3, 5), 120),
        ("mv", [(3, 4), (4,)], (3,), 12),
        ("dot", [(7,), (7,)], (), 7),
        ("matmul", [(8, 1, 3, 4), (6, 4, 5)], (8, 6, 3, 5), 8 * 6 * 60),
        ("matmul", [(4,), (2, 4, 5)], (2, 5), 40),
        ("addmm", [(5,), (3, 4), (4, 5)], (3, 5), 60),
        ("baddbmm", [(2, 3, 5), (2, 3, 4), (2, 4, 5)], (2, 3, 5), 120),
        ("addbmm", [(3, 5), (2, 3, 4), (2, 4, 5)], (3, 5), 120),
        ("outer", [(3,), (5,)], (3, 5), 15),
        ("tensordot", [(3, 4, 5), (4, 5, 6)], (3, 6), 3 * 20 * 6),
    ],
)
def test_that_products_count_output_times_common_length(
    op: str, shapes: list[Shape], output: Shape, macs: int
) -> None:
    net = Net(*shapes)
    net.op("y", op, [node.id for node in net.nodes], output)
    assert net.cost("y").macs == macs


def test_that_a_parameter_may_be_either_factor() -> None:
    net = Net((2, 4, 5))
    net.op("left", "matmul", ["input"], (2, 3, 5), weights={"input": (3, 4)})
    net.op("right", "matmul", ["input"], (2, 4, 6), weights={"other": (5, 6)})
    assert net.cost("left").macs == 2 * 3 * 5 * 4
    assert net.cost("right").macs == 2 * 4 * 6 * 5


def test_that_bilinear_counts_both_of_its_products() -> None:
    net = Net((10, 20), (10, 30))
    net.op(
        "y",
        "bilinear",
        ["input", "input_2"],
        (10, 5),
        weights={"weight": (5, 20, 30), "bias": (5,)},
    )
    assert net.cost("y").macs == 10 * 5 * 20 * 30 + 10 * 5 * 30


@pytest.mark.parametrize(
    ("equation", "shapes", "output", "macs"),
    [
        ("ij,jk->ik", [(3, 4), (4, 5)], (3, 5), 60),
        ("ij, jk", [(3, 4), (4, 5)], (3, 5), 60),
        ("bhqd,bhkd->bhqk", [(2, 8, 10, 16), (2, 8, 12, 16)], (2, 8, 10, 12), 2 * 8 * 10 * 12 * 16),
        ("...ij,...jk->...ik", [(7, 3, 4), (7, 4, 5)], (7, 3, 5), 420),
        ("...ij,jk->...ik", [(7, 3, 4), (4, 5)], (7, 3, 5), 420),
        ("i,i", [(9,), (9,)], (), 9),
        ("ab,bc,cd->ad", [(2, 3), (3, 4), (4, 5)], (2, 5), 2 * 3 * 4 + 2 * 4 * 5),
    ],
)
def test_that_einsum_counts_the_product_of_all_indices(
    equation: str, shapes: list[Shape], output: Shape, macs: int
) -> None:
    net = Net(*shapes)
    net.op("y", "einsum", [node.id for node in net.nodes], output, equation=equation)
    assert net.cost("y").macs == macs


def test_that_einsum_of_one_operand_multiplies_nothing() -> None:
    net = Net((3, 4))
    net.op("t", "einsum", ["input"], (4, 3), equation="ij->ji")
    assert net.cost("t").cost.coverage == "free"
    assert net.cost("t").macs == 0


def test_that_einsum_without_its_equation_is_uncovered_and_says_why() -> None:
    net = Net((3, 4), (4, 5))
    net.op("y", "einsum", ["input", "input_2"], (3, 5))
    assert net.cost("y").macs is None
    assert "equation" in net.cost("y").cost.note

"""Cells of a table and the derivations that belong to them."""

import pytest

from tests.costs.building import Net
from visualizer.session.derivations import QUANTITY_OF_COLUMN, board_text, lines_about


def conv1():
    net = Net((1, 3, 227, 227))
    net.conv("conv1", "input", (1, 64, 56, 56), (11, 11), stride=4, padding=2, bias=True)
    return net.cost("conv1")


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("C out", "C_out = number of filters, one map each: 64 filters of 3·11·11 → 64"),
        ("H/W out", "(W − K + 2·P)/S + 1 = (227 − 11 + 2·2)/4 + 1 = 56"),
        ("Memory (KB)", "C·H'·W'·bytes/1024 = 64·56·56·4/1024 = 784 KB"),
        ("Params (k)", "C_out·C_in·K_h·K_w + C_out = 64·3·11·11 + 64 = 23,296"),
        ("Flop (M)", "(C_out·H'·W')·(C_in·K_h·K_w) = (64·56·56)·(3·11·11) = 72,855,552"),
        ("FLOPs", "2 × MACs = 2 × 72,855,552 = 145,711,104"),
        ("Layer", ""),
    ],
)
def test_that_every_cell_has_the_lines_of_its_number(column, text):
    assert board_text(conv1(), column) == text


def test_that_a_number_in_parts_has_all_its_lines():
    net = Net((1, 12, 197, 64))
    net.op("a", "scaled_dot_product_attention", ["input"] * 3, (1, 12, 197, 64))
    quantities = [line.quantity for line in lines_about(net.cost("a"), "macs")]
    assert quantities == ["MACs of Q·Kᵀ", "softmax(Q·Kᵀ/√D)", "MACs of attention·V", "MACs"]


def test_that_an_unknown_layer_has_no_lines():
    assert lines_about(None, QUANTITY_OF_COLUMN["MACs"]) == ()

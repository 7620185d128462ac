"""Padding that differs before and after, as only files have it: sizes by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from onnx import NodeProto, helper

from tests.worker.onnx_files import model_of, opened, save, value, weight
from visualizer.costs import cost_report


def lines_of(tmp_path: Path, node: NodeProto, *filters: int) -> list[str]:
    """How the sizes of what leaves a picture of 8 x 9 come about."""
    stored = [weight("w", *filters)] if filters else []
    model = model_of([node], [value("x", [1, 3, 8, 9])], ["y"], stored)
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    lines = cost_report(graph).layers[graph.nodes[-1].id].derivations
    wanted = ("output height", "output width")
    sides = [line for line in lines if line.quantity.startswith(wanted)]
    made = graph.nodes[-1].output.shape[2:]
    assert [line.result for line in sides] == [str(side) for side in made]
    return [f"{line.formula}: {line.text}" for line in sides]


def test_that_a_convolution_padded_at_one_end_says_both_paddings(tmp_path: Path):
    """Height 8 with nothing before and 1 after, width 9 with 2 before and nothing after."""
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[0, 2, 1, 0], strides=[2, 2])
    assert lines_of(tmp_path, node, 4, 3, 3, 3) == [
        "(H − K + P₁ + P₂)/S + 1: (8 − 3 + 0 + 1)/2 + 1 = 4",
        "(W − K + P₁ + P₂)/S + 1: (9 − 3 + 2 + 0)/2 + 1 = 5",
    ]


def test_that_padding_by_name_is_written_as_the_numbers_it_comes_to(tmp_path: Path):
    """ceil(8/2) = 4 needs (4 − 1)·2 + 3 − 8 = 1; ceil(9/2) = 5 needs (5 − 1)·2 + 3 − 9 = 2."""
    node = helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", strides=[2, 2])
    assert lines_of(tmp_path, node, 4, 3, 3, 3) == [
        "(H − K + P₁ + P₂)/S + 1: (8 − 3 + 0 + 1)/2 + 1 = 4",
        "(W − K + 2·P)/S + 1: (9 − 3 + 2·1)/2 + 1 = 5",
    ]


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_that_a_pooling_padded_at_one_end_says_both_paddings(op: str, tmp_path: Path):
    node = helper.make_node(op, ["x"], ["y"], kernel_shape=[2, 3], pads=[0, 0, 1, 2],
                            strides=[3, 2])  # fmt: skip
    assert lines_of(tmp_path, node) == [
        "floor((H − K + P₁ + P₂)/S) + 1: floor((8 − 2 + 0 + 1)/3) + 1 = floor(2.33) + 1 = 3",
        "(W − K + P₁ + P₂)/S + 1: (9 − 3 + 0 + 2)/2 + 1 = 5",
    ]


def test_that_a_transposed_convolution_says_what_it_crops_at_each_end(tmp_path: Path):
    """(8 − 1)·2 + 3 − 0 − 1 = 16, (9 − 1)·2 + 3 − 1 − 0 = 18."""
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], pads=[0, 1, 1, 0], strides=[2, 2])
    assert lines_of(tmp_path, node, 3, 4, 3, 3) == [
        "(H − 1)·S − P₁ − P₂ + d·(K − 1) + P_out + 1: (8 − 1)·2 − 0 − 1 + 1·(3 − 1) + 0 + 1 = 16",
        "(W − 1)·S − P₁ − P₂ + d·(K − 1) + P_out + 1: (9 − 1)·2 − 1 − 0 + 1·(3 − 1) + 0 + 1 = 18",
    ]


def test_that_a_transposed_convolution_that_is_told_its_size_crops_to_it(tmp_path: Path):
    """17 and 19 uncropped: one number is left out of each, at the end."""
    node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], output_shape=[16, 18],
                            strides=[2, 2])  # fmt: skip
    assert lines_of(tmp_path, node, 3, 4, 3, 3)[0].endswith(
        "(8 − 1)·2 − 0 − 1 + 1·(3 − 1) + 0 + 1 = 16"
    )

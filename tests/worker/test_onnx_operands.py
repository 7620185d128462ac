"""Operands of ONNX ops that come along no edge, and ops that formulas know by another name."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from tests.worker.onnx_files import Quiet, model_of, opened, save, value, weight, whole
from visualizer.costs import cost_report
from visualizer.sources import InputSpec


def number(name: str, what: float, kind: type = np.int64) -> TensorProto:
    return numpy_helper.from_array(np.asarray(what, kind), name)


def test_that_positions_worked_out_from_shapes_arrive_at_the_op_that_multiplies_them(
    tmp_path: Path,
):
    """Angles of a positional encoding: 6 positions times 8 frequencies, i, j -> i j."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Gather", ["s", "one"], ["n"]),
        helper.make_node("Range", ["zero", "n", "step"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["positions"], to=TensorProto.FLOAT),
        helper.make_node("Einsum", ["positions", "frequencies"], ["a"], equation="i, j -> i j"),
        helper.make_node("Add", ["x", "a"], ["y"]),
    ]
    stored = [number("one", 1), number("zero", 0), number("step", 1), weight("frequencies", 8)]
    model = model_of(nodes, [value("x", [1, 6, 8])], ["y"], stored)
    network = opened(save(model, tmp_path / "net.onnx"))
    report = cost_report(network.graph)
    assert [node.op for node in network.graph.ops] == ["constant", "einsum", "add"]
    assert report.totals.macs == 6 * 8
    assert report.uncovered_ops == ()
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    assert kept["constant"].tolist() == [0, 1, 2, 3, 4, 5]


def test_that_a_state_of_zeros_arrives_at_the_layer_it_is_multiplied_in(tmp_path: Path):
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Slice", ["s", "zero", "one"], ["batch"]),
        helper.make_node("Concat", ["batch", "width"], ["size"], axis=0),
        helper.make_node("ConstantOfShape", ["size"], ["h0"]),
        helper.make_node("MatMul", ["h0", "recurrent"], ["h"]),
        helper.make_node("Add", ["x", "h"], ["y"]),
    ]
    stored = [whole("zero", 0), whole("one", 1), whole("width", 4), weight("recurrent", 4, 12)]
    model = model_of(nodes, [value("x", [2, 12])], ["y"], stored)
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    assert cost_report(graph).totals.macs == 2 * 4 * 12
    assert cost_report(graph).totals.params == 4 * 12
    assert cost_report(graph).uncovered_ops == ()


def test_that_zeros_no_formula_asks_for_are_not_drawn(tmp_path: Path):
    """The state that every exported LSTM begins with."""
    nodes = [
        helper.make_node("Shape", ["x"], ["s"]),
        helper.make_node("Slice", ["s", "one", "two"], ["batch"]),
        helper.make_node("Concat", ["one", "batch", "width"], ["size"], axis=0),
        helper.make_node("ConstantOfShape", ["size"], ["h0"]),
        helper.make_node("LSTM", ["x", "W", "R", "", "", "h0", "h0"], ["y"], hidden_size=3),
    ]
    stored = [whole("one", 1), whole("two", 2), whole("width", 3),
              weight("W", 1, 12, 5), weight("R", 1, 12, 3)]  # fmt: skip
    model = model_of(nodes, [value("x", [7, 2, 5])], ["y"], stored)
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    assert [node.op for node in graph.ops] == ["lstm"]


def test_that_an_lstm_with_weights_of_8_bits_costs_what_the_float_one_does(tmp_path: Path):
    """onnxruntime's DynamicQuantizeLSTM lays its weights (directions, inputs, 4·hidden)."""
    steps, batch, inputs, hidden = 5, 2, 6, 8
    node = helper.make_node(
        "DynamicQuantizeLSTM",
        ["x", "W", "R", "", "", "", "", "", "ws", "wz", "rs", "rz"], ["y"],
        domain="com.microsoft", hidden_size=hidden, direction="bidirectional",
    )  # fmt: skip
    stored = [
        numpy_helper.from_array(np.ones((2, inputs, 4 * hidden), np.int8), "W"),
        numpy_helper.from_array(np.ones((2, hidden, 4 * hidden), np.int8), "R"),
        *(numpy_helper.from_array(np.full(2, 0.1, np.float32), name) for name in ("ws", "rs")),
        *(numpy_helper.from_array(np.zeros(2, np.int8), name) for name in ("wz", "rz")),
    ]
    model = model_of([node], [value("x", [steps, batch, inputs])], ["y"], stored,
                     opsets=[helper.make_opsetid("com.microsoft", 1)])  # fmt: skip
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    report = cost_report(graph)
    assert [node.op for node in graph.ops] == ["lstm"]
    assert graph.ops[0].output.shape == (steps, 2, batch, hidden)
    assert report.totals.macs == steps * batch * 2 * 4 * hidden * (inputs + hidden)
    assert report.uncovered_ops == ()
    weights = [p for p in graph.parameters if not p.is_buffer and p.spec.dtype == "int8"]
    assert sum(p.spec.elements for p in weights) == 2 * 4 * hidden * (inputs + hidden)


@pytest.mark.parametrize("one_sided", [None, 1, 0])
def test_that_a_stft_is_a_fourier_transform_for_each_frame(one_sided: int | None, tmp_path: Path):
    """1600 samples, frames of 64 every 16: (1600 − 64)/16 + 1 = 97 of them, 64·log₂64 = 384."""
    attributes = {} if one_sided is None else {"onesided": one_sided}
    node = helper.make_node("STFT", ["x", "step", "window"], ["y"], **attributes)
    stored = [number("step", 16), weight("window", 64)]
    model = model_of([node], [value("x", [2, 1600])], ["y"], stored)
    network = opened(save(model, tmp_path / "net.onnx"), InputSpec((2, 1600)))
    graph, report = network.graph, cost_report(network.graph)
    assert graph.ops[0].output.shape == (2, 97, 64 if one_sided == 0 else 33, 2)
    assert report.totals.macs == 2 * 97 * 384
    kept = network.run(torch.zeros(1, 3, 4, 4), "cpu", None, 1 << 20, Quiet()).kept  # type: ignore[arg-type]
    assert kept[graph.ops[0].id].shape == graph.ops[0].output.shape


@pytest.mark.parametrize(("parts", "macs"), [(1, 1), (2, 2)])
def test_that_a_dft_of_complex_numbers_is_twice_that_of_real_ones(
    parts: int, macs: int, tmp_path: Path
):
    node = helper.make_node("DFT", ["x", "length"], ["y"], axis=1)
    model = model_of([node], [value("x", [3, 100, 5, parts])], ["y"], [number("length", 128)])
    graph = opened(save(model, tmp_path / "net.onnx")).graph
    assert graph.ops[0].output.shape == (3, 128, 5, 2)
    assert cost_report(graph).totals.macs == macs * 3 * 5 * 128 * int(math.log2(128))

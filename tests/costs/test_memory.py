"""Liveness, step by step on paper; sizes in float32 numbers."""

from __future__ import annotations

from tests.costs.building import Net
from visualizer.costs.memory import peak_activations


def test_that_a_chain_keeps_one_input_and_one_output_alive() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 300))
    net.op("b", "linear", ["a"], (1, 50))
    peak = peak_activations(net.graph())
    assert peak.bytes == 4 * (100 + 300)
    assert peak.node == "a"


def test_that_a_skip_connection_lives_until_it_is_added() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 200))
    net.op("b", "linear", ["a"], (1, 300))
    net.op("c", "linear", ["b"], (1, 200))
    net.op("sum", "add", ["a", "c"], (1, 200))
    peak = peak_activations(net.graph())
    assert (peak.bytes, peak.node) == (4 * (200 + 300 + 200), "c")


def test_that_an_in_place_result_takes_no_memory() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 300))
    net.op("relu", "relu", ["a"], (1, 300), aliases=(0,))
    assert peak_activations(net.graph()).bytes == 4 * 400


def test_that_a_fresh_result_does() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 300))
    net.op("relu", "relu", ["a"], (1, 300))
    assert peak_activations(net.graph()).bytes == 4 * 600


def test_that_a_storage_lives_as_long_as_its_last_view() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 300))
    net.op("part", "getitem", ["a"], (1, 1), aliases=(0,))
    net.op("b", "linear", ["input"], (1, 500))
    net.op("c", "add", ["b", "part"], (1, 500))
    assert peak_activations(net.graph()).bytes == 4 * (300 + 500 + 500)


def test_that_an_early_output_lives_to_the_end() -> None:
    net = Net((1, 10))
    net.op("early", "linear", ["input"], (1, 1000))
    net.op("a", "linear", ["input"], (1, 20))
    net.op("b", "linear", ["a"], (1, 30))
    assert peak_activations(net.graph("early", "b")).bytes == 4 * (1000 + 20 + 30)
    assert peak_activations(net.graph("b")).bytes == 4 * (10 + 1000)


def test_that_all_inputs_are_there_from_the_start() -> None:
    net = Net((1, 100), (1, 400))
    net.op("a", "linear", ["input"], (1, 10))
    net.op("b", "linear", ["input_2"], (1, 10))
    net.op("c", "add", ["a", "b"], (1, 10))
    assert peak_activations(net.graph()).bytes == 4 * 510


def test_that_a_parts_peak_counts_what_it_reads_and_what_others_need() -> None:
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 200))
    net.op("b", "linear", ["a"], (1, 50))
    net.op("c", "linear", ["b"], (1, 10))
    net.op("d", "add", ["c", "b"], (1, 50))
    assert peak_activations(net.graph(), ["b", "c"]).bytes == 4 * (200 + 50)
    assert peak_activations(net.graph(), ["c"]).bytes == 4 * (50 + 10)

"""Memory over time: step by step on paper, and against storages alive in a real forward pass."""

from __future__ import annotations

import msgspec
import pytest

from tests.costs.building import Net
from visualizer.costs import cost_report
from visualizer.costs.timeline import Timeline, memory_timeline
from visualizer.costs.trend_words import timeline_sentence
from visualizer.graph.model import Kept, LayerGraph, TensorRef, TensorSpec


def of(graph: LayerGraph) -> Timeline:
    return memory_timeline(graph, cost_report(graph))


def skip() -> Net:
    """input 100 -> a 200 -> b 300 -> c 200 -> a + c -> relu in place -> d 50 numbers."""
    net = Net((1, 100))
    net.op("a", "linear", ["input"], (1, 200), weights={"weight": (200, 100)})
    net.op("b", "linear", ["a"], (1, 300))
    net.op("c", "linear", ["b"], (1, 200))
    net.op("sum", "add", ["a", "c"], (1, 200))
    net.op("relu", "relu", ["sum"], (1, 200), aliases=(0,))
    net.op("d", "linear", ["relu"], (1, 50))
    return net


def test_that_each_step_has_what_is_read_written_and_waiting() -> None:
    found = of(skip().graph())
    assert found.nodes == ("input", "a", "b", "c", "sum", "relu", "d")
    # input | input+a | a+b | a+b+c | a+c+sum | sum | sum+d
    assert [size // 4 for size in found.alive] == [100, 300, 500, 700, 600, 200, 250]


def test_that_the_peak_is_the_reports() -> None:
    graph = skip().graph()
    found, report = of(graph), cost_report(graph)
    assert found.peak is not None
    assert found.alive[found.peak] == report.totals.peak_activation_bytes == 4 * 700
    assert found.nodes[found.peak] == report.peak_node == "c"
    assert found.fixed_bytes == 4 * 200 * 100


def test_that_the_tensors_of_a_step_are_named_the_largest_first() -> None:
    found = of(skip().graph())
    there = [(life.storage[0], life.bytes // 4) for life in found.tensors_at(3)]
    assert there == [("b", 300), ("a", 200), ("c", 200)]
    for step, alive in enumerate(found.alive):
        assert sum(life.bytes for life in found.tensors_at(step)) == alive


def test_that_eager_pytorch_holds_the_input_to_the_end() -> None:
    found = of(skip().graph())
    assert [size // 4 for size in found.held] == [100, 300, 600, 800, 700, 300, 350]


def test_that_eager_pytorch_holds_a_modules_arguments_until_it_returns() -> None:
    net = Net((1, 10))
    net.op("stem", "linear", ["input"], (1, 100))
    net.op("block.a", "linear", ["stem"], (1, 20), scope=("block",))
    net.op("block.inner.b", "linear", ["block.a"], (1, 30), scope=("block", "block.inner"))
    net.op("block.inner.c", "linear", ["block.inner.b"], (1, 5), scope=("block", "block.inner"))
    net.op("head", "linear", ["block.inner.c"], (1, 1))
    found = of(net.graph())
    assert [size // 4 for size in found.alive] == [10, 110, 120, 50, 35, 6]
    # with input 10 to the end, stem 100 to the end of block, block.a 20 to the end of inner
    assert [size // 4 for size in found.held] == [10, 110, 130, 160, 165, 16]


def test_that_a_view_of_an_argument_is_held_with_it() -> None:
    net = Net((1, 10))
    net.op("stem", "linear", ["input"], (1, 100))
    net.op("view", "flatten", ["stem"], (100,), aliases=(0,))
    net.op("block.a", "linear", ["view"], (1, 20), scope=("block",))
    net.op("block.b", "linear", ["block.a"], (1, 20), scope=("block",))
    assert [size // 4 for size in of(net.graph()).held] == [10, 110, 110, 130, 150]


def test_that_what_the_code_was_seen_to_keep_is_held_until_then() -> None:
    graph = msgspec.structs.replace(
        skip().graph(), kept=(Kept(TensorRef("input"), "b"), Kept(TensorRef("b"), "sum"))
    )
    found = of(graph)
    assert [size // 4 for size in found.alive] == [100, 300, 500, 700, 600, 200, 250]
    # the input's 100 until b, b's 300 until the sum; nothing else, not even to the end
    assert [size // 4 for size in found.held] == [100, 300, 600, 700, 900, 200, 250]
    assert [(life.storage[0], life.last) for life in found.kept_at(4)] == [("b", 4)]
    assert found.watched and not of(skip().graph()).watched
    assert "The network's code keeps up to 3.52 KB" in timeline_sentence(found)


def test_that_what_is_kept_grows_with_the_batch() -> None:
    graph = msgspec.structs.replace(skip().graph(), kept=(Kept(TensorRef("b"), "sum"),))
    doubled = tuple(
        msgspec.structs.replace(
            node,
            outputs=tuple(TensorSpec((2, *spec.shape[1:]), spec.dtype) for spec in node.outputs),
        )
        for node in graph.nodes
    )
    twice = of(msgspec.structs.replace(graph, nodes=doubled)).held
    assert twice == tuple(2 * size for size in of(graph).held)


def test_that_what_runs_only_in_training_is_left_out() -> None:
    graph = skip().graph("relu")
    nodes = tuple(
        msgspec.structs.replace(node, training_only=node.id == "d") for node in graph.nodes
    )
    found = of(msgspec.structs.replace(graph, nodes=nodes))
    assert found.nodes == ("input", "a", "b", "c", "sum", "relu")


def test_that_the_sentence_names_the_peak_and_its_op() -> None:
    net = Net((1, 256))
    net.op("a", "linear", ["input"], (1, 768), weights={"weight": (768, 256)})
    net.op("b", "linear", ["a"], (1, 512))
    # a + b = 1,280 numbers of 4 bytes; the input's 256 held besides; 196,608 weights
    assert timeline_sentence(of(net.graph())) == (
        "Activations: at most 5.00 KB at once, in b. Eager PyTorch holds at least 6.00 KB,"
        " with weights and buffers 774.00 KB."
    )


def test_that_nothing_to_run_has_no_peak() -> None:
    found = of(LayerGraph("nothing", ()))
    assert found.peak is None and timeline_sentence(found) == "Nothing runs."


@pytest.mark.parametrize(
    "name", ["alexnet", "googlenet", "mobilenet_v2", "densenet121", "squeezenet1_1"]
)
def test_that_what_eager_pytorch_holds_is_what_a_real_pass_keeps_alive(name: str) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("torchvision")
    from tests.bottlenecks.networks import torchvision_network
    from tests.costs.measuring import measured_peak
    from visualizer.worker.extraction import trace

    network, picture = torchvision_network(name).eval(), torch.zeros(1, 3, 64, 64)
    found = of(trace(network, (picture,), name=name))
    assert found.held_peak is not None and found.peak is not None
    assert found.held[found.held_peak] == measured_peak(network, picture)
    assert found.alive[found.peak] <= found.held[found.held_peak]

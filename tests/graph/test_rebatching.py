import pytest

from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec
from visualizer.graph.rebatching import Rebatching, RebatchingError


def network(batch: int, columns: int | None = None, op: str = "relu") -> LayerGraph:
    """An op and a reshape that names the batch; `columns` in place of the batch's square."""
    sides = (batch, 8)
    nodes = (
        Node("input", "input", outputs=(TensorSpec(sides),)),
        Node("op", op, inputs=(TensorRef("input"),), outputs=(TensorSpec(sides),)),
        Node(
            "view", "view", inputs=(TensorRef("op"),),
            outputs=(TensorSpec((columns or 4 * batch, 2)),),
            attributes={"size": (columns or 4 * batch, 2), "dim": 1},
        ),
        Node("table", "constant", outputs=(TensorSpec((5, 5)),)),
    )  # fmt: skip
    return LayerGraph("net", nodes, (TensorRef("view"),))


def test_that_sizes_and_attributes_follow_the_batch():
    assert Rebatching(2, network(2), network(3)).at(16) == network(16)


def test_that_nodes_without_the_batch_are_the_same_objects():
    first = network(2)
    assert Rebatching(2, first, network(3)).at(16).nodes[3] is first.nodes[3]


def test_that_a_network_that_multiplies_examples_with_examples_does_not_agree():
    squares = {batch: network(batch, batch * batch) for batch in (1, 2, 3)}
    found = Rebatching(2, squares[2], squares[3])
    assert not found.agrees_with(squares[1], 1)
    assert Rebatching(2, network(2), network(3)).agrees_with(network(1), 1)


def test_that_other_ops_at_another_batch_are_told():
    with pytest.raises(RebatchingError, match="op is not the same op"):
        Rebatching(2, network(2), network(3, op="gelu"))


def test_that_another_number_of_ops_is_told():
    short = LayerGraph("net", network(3).nodes[:2])
    with pytest.raises(RebatchingError, match="4 ops at one batch and 2"):
        Rebatching(2, network(2), short)


def test_that_an_attribute_that_is_no_size_is_told():
    first, second = network(2), network(3)
    scaled = [
        LayerGraph("net", (*graph.nodes[:1], Node("scale", "mul", attributes={"other": factor})))
        for graph, factor in ((first, 0.5), (second, 0.25))
    ]
    with pytest.raises(RebatchingError, match=r"scale is called with 0\.5"):
        Rebatching(2, *scaled)

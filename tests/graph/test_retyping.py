import pytest

from visualizer.graph import LayerGraph, Node, Parameter, TensorRef, TensorSpec
from visualizer.graph.retyping import with_precision


def test_that_floats_change_and_integers_stay():
    graph = LayerGraph(
        "net",
        (
            Node("input", "input", outputs=(TensorSpec((1, 4), "int64"),)),
            Node(
                "embed", "embedding", inputs=(TensorRef("input"),), outputs=(TensorSpec((1, 4, 8)),)
            ),
        ),
        parameters=(Parameter("embed.weight", TensorSpec((10, 8))),),
    )
    half = with_precision(graph, "float16")
    assert [node.output.dtype for node in half.nodes] == ["int64", "float16"]
    assert half.parameters[0].spec == TensorSpec((10, 8), "float16")
    assert graph.parameters[0].spec.dtype == "float32"


def test_that_a_dtype_that_is_no_precision_is_refused():
    with pytest.raises(ValueError, match="float16"):
        with_precision(LayerGraph("net", ()), "int3")


def test_that_integer_precisions_are_of_the_weights_only():
    graph = LayerGraph(
        "net",
        (Node("input", "input", outputs=(TensorSpec((1, 4)),)),),
        parameters=(
            Parameter("fc.weight", TensorSpec((8, 4))),
            Parameter("fc.bias", TensorSpec((8,))),
            Parameter("table", TensorSpec((3, 3)), is_buffer=True),
        ),
    )
    packed = with_precision(graph, "int4")
    assert [p.spec.dtype for p in packed.parameters] == ["int4", "float32", "float32"]
    assert packed.nodes == graph.nodes

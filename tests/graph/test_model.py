"""The layer graph refuses what is no acyclic graph, and survives its JSON."""

from __future__ import annotations

import msgspec
import pytest

from visualizer.graph import (
    GraphError,
    LayerGraph,
    Module,
    Node,
    Parameter,
    TensorRef,
    TensorSpec,
    decode_graph,
    encode_graph,
    shape_text,
)

SPEC = TensorSpec((1, 4, 2, 2))


def diamond() -> LayerGraph:
    """input -> a -> b, c -> add(b, c); a splits in two."""
    return LayerGraph(
        "diamond",
        (
            Node("input", "input", outputs=(SPEC,)),
            Node("a", "chunk", inputs=(TensorRef("input"),), outputs=(SPEC, SPEC)),
            Node("b", "relu", inputs=(TensorRef("a"),), outputs=(SPEC,), in_place=True),
            Node(
                "c", "conv2d", inputs=(TensorRef("a", 1),), outputs=(SPEC,),
                parameters={"weight": "c.w"}, attributes={"stride": (2, 2), "groups": 1},
            ),
            Node("add", "add", inputs=(TensorRef("b"), TensorRef("c")), outputs=(SPEC,)),
        ),
        outputs=(TensorRef("add"),),
        parameters=(Parameter("c.w", TensorSpec((4, 4, 1, 1)), aliases=("d.w",)),),
        modules=(Module("c", "Conv2d", "4, 4"),),
        notes=("a note",),
    )  # fmt: skip


def test_that_edges_carry_the_spec_of_the_output_they_start_from() -> None:
    graph = diamond()
    assert [(e.ref.node, e.ref.output, e.target, e.slot) for e in graph.edges] == [
        ("input", 0, "a", 0), ("a", 0, "b", 0), ("a", 1, "c", 0), ("b", 0, "add", 0),
        ("c", 0, "add", 1),
    ]  # fmt: skip
    assert all(edge.spec == SPEC for edge in graph.edges)


def test_that_consumers_are_named_once_each() -> None:
    graph = diamond()
    assert graph.consumers["a"] == ("b", "c")
    assert graph.consumers["add"] == ()


def test_that_inputs_and_ops_are_told_apart() -> None:
    graph = diamond()
    assert [node.id for node in graph.inputs] == ["input"]
    assert [node.id for node in graph.ops] == ["a", "b", "c", "add"]


def test_that_a_weight_is_found_under_all_its_names() -> None:
    graph = diamond()
    assert graph.parameter_by_name["c.w"] is graph.parameter_by_name["d.w"]
    assert graph.parameter_spec(graph.by_id["c"], "weight") == TensorSpec((4, 4, 1, 1))
    assert graph.parameter_spec(graph.by_id["c"], "bias") is None


def test_that_json_brings_back_the_same_graph() -> None:
    graph = diamond()
    assert decode_graph(encode_graph(graph)) == graph


@pytest.mark.parametrize(
    ("nodes", "message"),
    [
        ((Node("a", "relu", inputs=(TensorRef("b"),)), Node("b", "relu")), "a reads b"),
        ((Node("a", "relu", inputs=(TensorRef("a"),)),), "a reads a"),
        (
            (Node("a", "relu", outputs=(SPEC,)), Node("b", "relu", inputs=(TensorRef("a", 1),))),
            "b reads a",
        ),
        ((Node("a", "relu"), Node("a", "relu")), "two nodes are called a"),
    ],
)
def test_that_a_cycle_or_a_double_name_is_refused(nodes: tuple[Node, ...], message: str) -> None:
    with pytest.raises(GraphError, match=message):
        LayerGraph("bad", nodes)


def test_that_a_graph_of_wrong_types_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_graph(b'{"name": "x", "nodes": [{"id": 3, "op": "relu"}]}')


def test_that_bytes_follow_the_dtype() -> None:
    assert TensorSpec((2, 3), "float16").bytes == 12
    assert TensorSpec((), "int64").bytes == 8
    with pytest.raises(KeyError):
        _ = TensorSpec((1,), "unheard_of").bytes


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        (TensorSpec((1, 64, 56, 56)), "64×56×56"),
        (TensorSpec((10,)), "10"),
        (TensorSpec(()), "scalar"),
        (None, "?"),
    ],
)
def test_that_shapes_are_written_without_the_batch(spec: TensorSpec | None, text: str) -> None:
    assert shape_text(spec) == text

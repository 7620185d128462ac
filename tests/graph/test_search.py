"""Search: what a word and a field find."""

from __future__ import annotations

import pytest

from visualizer.graph import (
    LayerGraph,
    Module,
    Node,
    Parameter,
    TensorRef,
    TensorSpec,
    build_hierarchy,
)
from visualizer.graph.search import parse_query, search


def _node(identity: str, op: str, source: str, shape: tuple[int, ...], **more: object) -> Node:
    inputs = (TensorRef(source),) if source else ()
    return Node(identity, op, inputs=inputs, outputs=(TensorSpec(shape),), **more)  # type: ignore[arg-type]


@pytest.fixture
def graph() -> LayerGraph:
    return LayerGraph(
        "small",
        (
            _node("input", "input", "", (1, 3, 224, 224)),
            _node(
                "stem.conv", "conv2d", "input", (1, 64, 56, 56), module_type="Conv2d",
                attributes={"stride": (4, 4), "groups": 1}, scope=("stem",),
                parameters={"weight": "stem.conv.weight"},
            ),
            _node(
                "stem.pool", "max_pool2d", "stem.conv", (1, 64, 27, 27), module_type="MaxPool2d",
                attributes={"kernel_size": 3, "stride": 2}, scope=("stem",),
            ),
            _node(
                "tall", "conv2d", "stem.pool", (1, 8, 27, 27), module_type="Conv2d",
                attributes={"kernel_size": (7, 1), "groups": 32},
            ),
            _node("add", "add", "tall", (1, 8, 27, 27)),
            _node("addmm", "addmm", "add", (1, 10)),
        ),
        parameters=(Parameter("stem.conv.weight", TensorSpec((64, 3, 5, 5))),),
        modules=(Module("stem", "Sequential"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stem", ["stem.conv", "stem.pool"]),
        ("STEM Pool", ["stem.pool"]),
        ("op:conv2d", ["stem.conv", "tall"]),
        ("op:conv2", ["stem.conv", "tall"]),
        ("op:*pool*", ["stem.pool"]),
        ("op:pool", []),
        ("type:Conv2d", ["stem.conv", "tall"]),
        ("kernel:5", ["stem.conv"]),
        ("k:3", ["stem.pool"]),
        ("kernel:7x1", ["tall"]),
        ("kernel:7", []),
        ("stride:2", ["stem.pool"]),
        ("groups:32", ["tall"]),
        ("groups:3", []),
        ("shape:64x56x56", ["stem.conv"]),
        ("shape:64×56×56", ["stem.conv"]),
        ("shape:1x64x56x56", ["stem.conv"]),
        ("shape:4x56x56", []),
        ("shape:*x27x27", ["stem.pool", "tall", "add"]),
        ("in:3x224x224", ["stem.conv"]),
        ("family:conv", ["stem.conv", "tall"]),
        ("op:conv2d kernel:5 shape:64x56x56 type:Conv2d", ["stem.conv"]),
        ("dtype:float32 op:add", ["add", "addmm"]),
        ("nothing.like.this", []),
    ],
)
def test_that_a_text_finds(graph: LayerGraph, text: str, expected: list[str]) -> None:
    assert search(graph, text) == expected


def test_that_an_empty_text_finds_everything(graph: LayerGraph) -> None:
    assert search(graph, "  ") == [node.id for node in graph.nodes]


def test_that_a_field_without_a_value_is_ignored_while_it_is_typed(graph: LayerGraph) -> None:
    assert search(graph, "stem op:") == ["stem.conv", "stem.pool"]


def test_that_a_numbered_name_is_not_taken_for_the_beginning_of_a_type() -> None:
    nodes = [_node("input", "input", "", (1, 3, 8, 8))]
    for name in ("layer1.conv1", "layer1.conv2", "layer2.conv2", "layer2.downsample.0"):
        nodes.append(_node(name, "conv2d", nodes[-1].id, (1, 4, 8, 8), module_type="Conv2d"))
    resnet = LayerGraph("resnet", tuple(nodes))
    assert search(resnet, "conv2") == ["layer1.conv2", "layer2.conv2"]
    assert search(resnet, "layer2 conv2") == ["layer2.conv2"]
    assert search(resnet, "conv") == search(resnet, "conv2d") == [node.id for node in nodes[1:]]


def test_that_a_type_half_typed_is_found_where_no_name_has_the_word(graph: LayerGraph) -> None:
    assert search(graph, "conv2") == ["stem.conv", "tall"]
    assert search(graph, "pool2") == ["stem.pool"]


def test_that_groups_are_found_by_name_and_by_class_in_tree_order(graph: LayerGraph) -> None:
    hierarchy = build_hierarchy(graph)
    assert search(graph, "stem", hierarchy) == ["stem", "stem.conv", "stem.pool"]
    assert search(graph, "type:sequential", hierarchy) == ["stem"]


def test_that_an_unknown_field_is_searched_as_a_word_and_hinted_at() -> None:
    query = parse_query("colour:red")
    assert query.terms[0].field == "" and query.terms[0].value == "colour:red"
    assert "there is no field 'colour'" in query.hint and "kernel" in query.hint


def test_that_special_characters_are_not_patterns(graph: LayerGraph) -> None:
    assert search(graph, "op:conv2d( [") == []


def test_that_a_regular_expression_stands_between_slashes(graph: LayerGraph) -> None:
    assert search(graph, r"/^stem\.\w+$/") == ["stem.conv", "stem.pool"]
    assert search(graph, "/POOL$/") == ["stem.pool"]
    assert search(graph, "/l/ op:conv2d") == ["tall"]


def test_that_what_is_no_regular_expression_finds_nothing_and_says_why(graph: LayerGraph) -> None:
    assert search(graph, "/conv(/") == []
    assert "'conv(' is no regular expression" in parse_query("/conv(/").hint


def test_that_any_attribute_of_the_network_is_a_field(graph: LayerGraph) -> None:
    assert search(graph, "kernel_size:3") == ["stem.pool"]

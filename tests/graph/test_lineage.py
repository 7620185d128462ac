"""Ancestors, descendants and paths, on graphs small enough to see."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from visualizer.graph.lineage import between, downstream, upstream
from visualizer.graph.model import LayerGraph, Node, TensorRef, TensorSpec

ONE = (TensorSpec((1, 4)),)


def graph_of(edges: dict[str, str]) -> LayerGraph:
    """`{"c": "a b"}`: c reads a and b; in execution order."""
    return LayerGraph(
        "drawn by hand",
        tuple(
            Node(name, "add", inputs=tuple(map(TensorRef, reads.split())), outputs=ONE)
            for name, reads in edges.items()
        ),
    )


# A block with a skip, then two outputs: input -> conv -> norm -> add, input -> add -> left, right
BLOCK = graph_of(
    {"input": "", "conv": "input", "norm": "conv", "add": "norm input", "left": "add",
     "right": "add"}
)  # fmt: skip


def test_that_upstream_is_all_that_reaches_an_op() -> None:
    assert upstream(BLOCK, ["norm"]) == {"input", "conv", "norm"}
    assert upstream(BLOCK, ["left"]) == {"input", "conv", "norm", "add", "left"}


def test_that_downstream_is_all_that_an_op_reaches() -> None:
    assert downstream(BLOCK, ["norm"]) == {"norm", "add", "left", "right"}
    assert downstream(BLOCK, ["left"]) == {"left"}


def test_that_paths_are_found_in_both_directions_with_all_branches() -> None:
    whole = {"input", "conv", "norm", "add"}
    assert between(BLOCK, ["input"], ["add"]) == between(BLOCK, ["add"], ["input"]) == whole
    assert between(BLOCK, ["conv"], ["add"]) == {"conv", "norm", "add"}


def test_that_branches_without_a_path_have_nothing_between_them() -> None:
    assert between(BLOCK, ["left"], ["right"]) == frozenset()


@given(st.lists(st.lists(st.integers(0, 30), max_size=3), min_size=2, max_size=20), st.data())
def test_that_the_two_directions_mirror_each_other(
    reads: list[list[int]], data: st.DataObject
) -> None:
    names = [f"n{number}" for number in range(len(reads))]
    edges = {
        name: " ".join(f"n{one % number}" for one in reads[number]) if number else ""
        for number, name in enumerate(names)
    }
    graph = graph_of(edges)
    op = data.draw(st.sampled_from(names))
    for other in names:
        assert (other in upstream(graph, [op])) == (op in downstream(graph, [other]))

"""Folding: what is seen of a graph, and that it stays acyclic whatever is folded."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from visualizer.graph import LayerGraph, Node, TensorRef, TensorSpec, build_hierarchy
from visualizer.graph.folding import expanded_to_depth, first_view, fold

SPEC = TensorSpec((1, 4))


def node(name: str, reads: tuple[str, ...], scope: tuple[str, ...] = ()) -> Node:
    inputs = tuple(TensorRef(read) for read in reads)
    return Node(name, "add", inputs=inputs, outputs=(SPEC,), scope=scope)


def residual() -> LayerGraph:
    """input -> stem -> [block: conv -> relu; add(relu, stem)] -> fc."""
    return LayerGraph(
        "residual",
        (
            Node("input", "input", outputs=(SPEC,)),
            node("stem", ("input",)),
            node("b.conv", ("stem",), ("b", "b.body")),
            node("b.relu", ("b.conv",), ("b", "b.body")),
            node("b.add", ("b.relu", "stem"), ("b",)),
            node("fc", ("b.add",)),
        ),
    )


def seen(graph: LayerGraph, *expanded: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    folded = fold(graph, build_hierarchy(graph), frozenset(expanded))
    items = [(item.id, item.kind) for item in folded.items]
    return items, [(edge.source, edge.target) for edge in folded.edges]


def test_that_a_folded_group_is_one_bar_and_a_tensor_read_twice_one_edge() -> None:
    items, edges = seen(residual())
    assert items == [("input", "node"), ("stem", "node"), ("b", "folded"), ("fc", "node")]
    assert edges == [("input", "stem"), ("stem", "b"), ("b", "fc")]


def test_that_an_open_group_shows_its_members_around_folded_ones() -> None:
    items, edges = seen(residual(), "b")
    assert items == [
        ("input", "node"), ("stem", "node"), ("b", "expanded"), ("b.body", "folded"),
        ("b.add", "node"), ("fc", "node"),
    ]  # fmt: skip
    assert edges == [
        ("input", "stem"), ("stem", "b.body"), ("b.body", "b.add"), ("stem", "b.add"),
        ("b.add", "fc"),
    ]  # fmt: skip


def test_that_a_group_open_inside_a_folded_one_is_not_seen() -> None:
    assert seen(residual(), "b.body") == seen(residual())


def test_that_folding_leaves_the_graph_alone() -> None:
    graph = residual()
    seen(graph, "b", "b.body")
    assert graph == residual()


def test_that_depth_opens_groups_level_by_level() -> None:
    hierarchy = build_hierarchy(residual())
    assert expanded_to_depth(hierarchy, 0) == frozenset()
    assert expanded_to_depth(hierarchy, 1) == {"b"}
    assert expanded_to_depth(hierarchy, 2) == {"b", "b.body"}


def test_that_the_first_view_opens_what_fits() -> None:
    hierarchy = build_hierarchy(residual())
    assert first_view(hierarchy, most=42) == {"b", "b.body"}
    assert first_view(hierarchy, most=4) == frozenset()


def test_that_the_first_view_has_room_for_bars_and_frames() -> None:
    """Three modules of two ops each in one: 7 bars in 4 frames."""
    ops = [node(f"s.t{k // 2}.{k % 2}", (ops_before(k),), ("s", f"s.t{k // 2}")) for k in range(6)]
    graph = LayerGraph("stages", (Node("input", "input", outputs=(SPEC,)), *ops))
    hierarchy = build_hierarchy(graph)
    assert first_view(hierarchy, most=11) == {"s", "s.t0", "s.t1", "s.t2"}
    assert first_view(hierarchy, most=10) == {"s"}


def ops_before(k: int) -> str:
    return f"s.t{(k - 1) // 2}.{(k - 1) % 2}" if k else "input"


def test_that_a_lone_wrapper_is_opened_in_any_case() -> None:
    ops = [node(f"w.{k}", (f"w.{k - 1}" if k else "input",), ("w",)) for k in range(60)]
    graph = LayerGraph("wrapped", (Node("input", "input", outputs=(SPEC,)), *ops))
    assert first_view(build_hierarchy(graph), most=42) == {"w"}


# ----------------------------------------------------------------------- any graph at all

SCOPE = st.lists(st.sampled_from("abc"), max_size=3)


@st.composite
def graphs(draw: st.DrawFn) -> LayerGraph:
    """Ops with random scopes, interrupted and reparented ones too, reading random earlier ops."""
    nodes = [Node("input", "input", outputs=(SPEC,))]
    for number in range(draw(st.integers(1, 14))):
        letters = draw(SCOPE)
        scope = tuple(".".join(letters[: depth + 1]) for depth in range(len(letters)))
        earlier = st.sampled_from([before.id for before in nodes])
        reads = draw(st.lists(earlier, max_size=3))
        nodes.append(node(f"op{number}", tuple(reads), scope))
    return LayerGraph("random", tuple(nodes))


@settings(max_examples=200, deadline=None)
@given(graphs(), st.data())
def test_that_folding_any_set_of_groups_leaves_an_acyclic_graph(
    graph: LayerGraph, data: st.DataObject
) -> None:
    hierarchy = build_hierarchy(graph)
    expanded = data.draw(st.sets(st.sampled_from(sorted(hierarchy.groups))))
    folded = fold(graph, hierarchy, frozenset(expanded))
    leaves = {item.id for item in folded.leaves}
    drawn = nx.DiGraph()
    drawn.add_nodes_from(leaves)
    drawn.add_edges_from((edge.source, edge.target) for edge in folded.edges)
    assert set(drawn) == leaves, "edges join only what is seen"
    assert nx.is_directed_acyclic_graph(drawn)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_that_every_op_stands_in_exactly_one_group(graph: LayerGraph) -> None:
    hierarchy = build_hierarchy(graph)
    placed = [m for group in hierarchy.groups.values() for m in group.members]
    assert len(placed) == len(set(placed))
    assert {node.id for node in graph.nodes} <= set(placed)
    assert hierarchy.root.nodes == tuple(node.id for node in graph.nodes)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_that_everything_open_shows_every_op_and_every_edge(graph: LayerGraph) -> None:
    hierarchy = build_hierarchy(graph)
    folded = fold(graph, hierarchy, frozenset(hierarchy.groups))
    assert {item.id for item in folded.leaves} == {node.id for node in graph.nodes}
    expected = {(edge.ref.node, edge.target) for edge in graph.edges}
    assert {(edge.source, edge.target) for edge in folded.edges} == expected

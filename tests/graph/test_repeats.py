"""Repeats: which modules in a row are built alike, and what is seen when they are shown once."""

from __future__ import annotations

import pytest

from tests.perf.networks import traced
from visualizer.graph import LayerGraph, Node, Parameter, TensorRef, TensorSpec, build_hierarchy
from visualizer.graph.folding import expanded_to_depth, first_view, fold
from visualizer.graph.fusion import fused_hosts
from visualizer.graph.repeats import first_of, runs_of, shorten, with_repeats

SPEC = TensorSpec((1, 4))
DEPTH = 5


def node(name: str, op: str, *reads: str, scope: tuple[str, ...] = (), **given) -> Node:
    inputs = tuple(TensorRef(read) for read in reads)
    return Node(name, op, inputs=inputs, outputs=(SPEC,), scope=scope, **given)


def chain(widths: tuple[int, ...], reads: dict[int, str] | None = None) -> LayerGraph:
    """input -> mask; [block k: linear -> mul by the mask -> add what came in] -> head.

    The weights of block k are `widths[k]` wide; `reads` says what it adds instead.
    """
    nodes, weights, last = [Node("input", "input", outputs=(SPEC,))], [], "input"
    nodes.append(node("mask", "sigmoid", "input"))
    for number, width in enumerate(widths):
        inner, scope = f"blocks.{number}.", ("blocks", f"blocks.{number}")
        weights.append(Parameter(f"{inner}w", TensorSpec((4, width))))
        added = (reads or {}).get(number, last)
        nodes += [
            node(f"{inner}fc", "linear", last, scope=scope, parameters={"weight": f"{inner}w"}),
            node(f"{inner}mul", "mul", f"{inner}fc", "mask", scope=scope),
            node(f"{inner}add", "add", f"{inner}mul", added, scope=scope),
        ]
        last = f"{inner}add"
    nodes.append(node("head", "relu", last))
    return LayerGraph("chain", tuple(nodes), (TensorRef("head"),), tuple(weights))


def runs(graph: LayerGraph) -> list[tuple[str, int, int]]:
    """Name, how often and how many modules a unit, of each run."""
    found = runs_of(with_repeats(graph, build_hierarchy(graph)))
    return [(run.id, run.repeats, run.unit) for run in found]


def test_that_a_module_that_holds_only_alike_blocks_is_the_run() -> None:
    assert runs(chain((4,) * DEPTH)) == [("blocks", 5, 1)]


def test_that_blocks_alike_beside_another_one_become_a_group_called_by_first_and_last() -> None:
    graph = chain((8, 4, 4, 4, 4))
    hierarchy = with_repeats(graph, build_hierarchy(graph))
    assert hierarchy.groups["blocks"].members == ("blocks.0", "blocks.1…4")
    run = hierarchy.groups["blocks.1…4"]
    of_run = tuple(f"blocks.{number}" for number in (1, 2, 3, 4))
    assert run.nodes == tuple(n.id for n in graph.nodes if n.id[:8] in of_run)
    assert hierarchy.ancestors("blocks.1.add") == ("blocks.1", "blocks.1…4", "blocks", "")
    assert first_of(run).nodes == ("blocks.1.fc", "blocks.1.mul", "blocks.1.add")


def test_that_a_long_run_holds_its_first_and_all_others_as_one_more_run() -> None:
    graph = chain((8, 4, 4, 4, 4))
    hierarchy = with_repeats(graph, build_hierarchy(graph))
    assert hierarchy.groups["blocks.1…4"].members == ("blocks.1", "blocks.2…4")
    rest = hierarchy.groups["blocks.2…4"]
    assert rest.members == ("blocks.2", "blocks.3", "blocks.4")
    assert (rest.repeats, rest.parent) == (3, "blocks.1…4")
    around = ("blocks.3", "blocks.2…4", "blocks.1…4", "blocks", "")
    assert hierarchy.ancestors("blocks.3.add") == around
    assert all(hierarchy.groups[member].parent == rest.id for member in rest.members)


def test_that_a_long_run_of_pairs_holds_its_first_pair_and_all_others() -> None:
    graph = chain((4, 8) * 4)
    blocks = with_repeats(graph, build_hierarchy(graph)).groups["blocks"]
    assert blocks.members == ("blocks.0", "blocks.1", "blocks.2…7")
    assert (blocks.repeats, blocks.unit) == (4, 2)
    assert first_of(blocks).nodes == tuple(n.id for n in graph.nodes if n.id[:8] in blocks.members)


def test_that_a_short_run_holds_each_of_it() -> None:
    graph = chain((8, 4, 4, 4))
    run = with_repeats(graph, build_hierarchy(graph)).groups["blocks.1…3"]
    assert run.members == ("blocks.1", "blocks.2", "blocks.3")


def test_that_two_in_a_row_are_no_run() -> None:
    assert runs(chain((8, 4, 4))) == []


def test_that_other_weights_part_a_run() -> None:
    assert runs(chain((4, 4, 4, 8, 4, 4, 4))) == [("blocks.0…2", 3, 1), ("blocks.4…6", 3, 1)]


def test_that_blocks_that_take_turns_repeat_in_pairs() -> None:
    assert runs(chain((4, 8) * 3)) == [("blocks", 3, 2)]


def test_that_a_block_that_reads_elsewhere_is_not_of_the_run() -> None:
    assert runs(chain((4,) * 5, {3: "mask"})) == [("blocks.0…2", 3, 1)]


def test_that_the_hierarchy_given_stays_as_it_is() -> None:
    graph = chain((8, 4, 4, 4))
    hierarchy = build_hierarchy(graph)
    before = dict(hierarchy.groups)
    repeated = with_repeats(graph, hierarchy)
    assert hierarchy.groups == before
    assert with_repeats(graph, repeated) is repeated
    assert with_repeats(chain((1, 2)), build_hierarchy(chain((1, 2)))).groups.keys() == {
        "", "blocks", "blocks.0", "blocks.1",
    }  # fmt: skip


def test_that_a_run_is_one_bar_whose_edges_are_those_of_first_and_last() -> None:
    graph = chain((8, 4, 4, 4))
    hierarchy = with_repeats(graph, build_hierarchy(graph))
    folded = fold(graph, hierarchy, frozenset({"blocks"}))
    assert [item.id for item in folded.leaves] == [
        "input", "mask", "blocks.0", "blocks.1…3", "head",
    ]  # fmt: skip
    edges = [(edge.source, edge.target) for edge in folded.edges]
    assert edges == [
        ("input", "mask"), ("input", "blocks.0"), ("mask", "blocks.0"),
        ("blocks.0", "blocks.1…3"), ("mask", "blocks.1…3"), ("blocks.1…3", "head"),
    ]  # fmt: skip


def test_that_an_open_run_shows_every_one_of_it() -> None:
    graph = chain((8, 4, 4, 4))
    plain = build_hierarchy(graph)
    hierarchy = with_repeats(graph, plain)
    every = expanded_to_depth(hierarchy, 9)
    open_runs = {item.id for item in fold(graph, hierarchy, every).leaves}
    assert open_runs == {item.id for item in fold(graph, plain, expanded_to_depth(plain, 9)).leaves}


def test_that_runs_are_folded_at_first_and_asked_for_when_there_is_no_room_for_them() -> None:
    graph = chain((4,) * 40)
    plain = build_hierarchy(graph)
    repeated = with_repeats(graph, plain)
    assert "blocks" not in first_view(repeated)
    assert shorten(repeated, plain, first_view(plain))
    few = chain((4,) * DEPTH)
    plain = build_hierarchy(few)
    assert not shorten(with_repeats(few, plain), plain, first_view(plain))


# He et al. 2016, table 1: 3, 8, 36 and 3 blocks, the first of each stage with a projection, and
# that of the first stage alike in nothing but its grid. Dosovitskiy et al. 2021: 12 blocks.
# Liu et al. 2021: 2, 2, 6, 2 blocks, every second one with shifted windows.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("resnet152", [("layer2.1…7", 7, 1), ("layer3.1…35", 35, 1)]),
        ("vit_b_16", [("encoder.layers", 12, 1)]),
        ("swin_t", [("features.5", 3, 2)]),
        ("googlenet", []),
    ],
)
def test_that_the_repeats_of_known_networks_are_found(name: str, expected: list) -> None:
    assert runs(traced(name)) == expected


def in_a_row(depth: int) -> LayerGraph:
    """input -> `turns` of one op each, as a loop makes them: matrix product and ReLU -> head."""
    nodes, last = [Node("input", "input", outputs=(SPEC,))], "input"
    for number in range(depth):
        inner, scope = f"turns.{number}.", ("turns", f"turns.{number}")
        nodes += [
            node(f"{inner}fc", "linear", last, scope=scope, parameters={"weight": "w"}),
            node(f"{inner}act", "relu", f"{inner}fc", scope=scope),
        ]
        last = f"{inner}act"
    nodes.append(node("head", "relu", last))
    weight = Parameter("w", TensorSpec((4, 4)))
    return LayerGraph("turns", tuple(nodes), (TensorRef("head"),), (weight,))


@pytest.mark.parametrize(("depth", "is_clearer"), [(6, False), (32, False), (33, True)])
def test_that_units_of_one_bar_are_shown_once_where_they_are_too_many(
    depth: int, is_clearer: bool
) -> None:
    """In a network of three bars its one group is open at first, whatever it holds."""
    graph = in_a_row(depth)
    plain = build_hierarchy(graph)
    hosts = fused_hosts(graph, plain.parent_of)
    assert "turns" in first_view(plain, hosts)
    repeated = with_repeats(graph, plain)
    assert shorten(repeated, plain, first_view(plain, hosts)) == is_clearer
    folded = fold(graph, repeated, first_view(repeated, hosts), hosts)
    assert [item.id for item in folded.leaves] == ["input", "turns", "head"]
    assert repeated.groups["turns"].repeats == depth
